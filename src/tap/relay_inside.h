/* What the relay's files share: relay.c (the streams), turns.c (connections and whose turn it is), insertion.c, revive.c
 * (what a predecessor left). */
#ifndef TAP_RELAY_INSIDE_H
#define TAP_RELAY_INSIDE_H

#include "base/list.h"
#include "question.h"
#include "relay.h"

struct pos {
    struct list node;
    struct relay *relay;
    struct wire *wire;
    uint64_t number;
    char *kept_name;  /* NULL: nobody keeps it */
    int64_t moved_ms; /* when a byte of it, or for it, last went either way */
    struct question question;
    bool has_spoken, has_ended;
};

struct relay {
    struct relay_parts parts;
    const struct relay_listener *listener;
    void *listener_self;
    struct wire *printer;
    char *printer_kept_name;
    struct wire_port *ports[MOST_LISTENING];
    size_t port_count;
    struct list connections;
    size_t connection_count;
    struct pos *holder;  /* NULL: whoever speaks first */
    uint64_t answers_to; /* the connection whose byte the printer took last */
    struct timer *turn_timer, *end_timer, *forget_timer;
    uint64_t insertion; /* the one that runs, or 0 */
    uint64_t insertion_from, insertion_to;
};

/* relay.c */
void relay_accept(struct relay *r, struct pos *p, struct view bytes);
void relay_answer(struct relay *r, struct view bytes);
void relay_print(struct relay *r); /* hands over what the printer takes */
bool relay_record(struct relay *r, enum journal_kind kind, uint64_t subject, struct view bytes);
void relay_decide(struct relay *r, uint64_t id, enum insertion_verdict verdict);
void relay_changed(struct relay *r);

/* turns.c */
MUST_USE err turns_open(struct relay *r);
void turns_close(struct relay *r);
struct pos *turns_take_kept(struct relay *r, uint64_t number, const char *address, int fd);
struct pos *turns_find(struct relay *r, uint64_t number);
void turns_settle(struct relay *r); /* who may speak now, and who is done */

/* insertion.c */
void insertion_went_on(struct relay *r); /* the printer took more */
void insertion_broke(struct relay *r);   /* the printer went away */

/* revive.c */
void revive(struct relay *r);

#endif
