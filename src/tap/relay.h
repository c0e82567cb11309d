/* The tap itself: POS connections on one side, the printer on the other, and everything that passes in the journal.
 * One connection has the turn and prints; the others are not read, so that the kernel holds them back. */
#ifndef TAP_RELAY_H
#define TAP_RELAY_H

#include "edge/tap.h"
#include "edge/wire.h"
#include "journal.h"
#include "kept.h"
#include "spool.h"

enum { MOST_LISTENING = 16 };

struct relay_parts {
    struct loop *loop;
    struct journal *journal;
    struct spool *spool;
    struct kept *kept;
    const char *printer;
    const char *listen[MOST_LISTENING];
    size_t listen_count;
    int64_t turn_quiet_ms;  /* a silent turn ends after this, if another connection is there */
    int64_t answer_wait_ms; /* after the last byte was printed, if it ended in a question: how long an answer is waited for */
};

struct relay_listener {
    void (*passed)(void *self, const struct journal_record *r);
    void (*changed)(void *self);
    void (*decided)(void *self, uint64_t id, enum insertion_verdict verdict);
};

struct relay;
MUST_USE err relay_open(const struct relay_parts *parts, struct relay **out);
void relay_close(struct relay *r);
void relay_listen(struct relay *r, const struct relay_listener *listener, void *self);

struct tap_status relay_status(const struct relay *r);
/* The verdict comes to decided(), at once or when the printer has taken the last byte. */
void relay_insert(struct relay *r, uint64_t id, uint64_t offset, struct view bytes);
void relay_ask(struct relay *r, uint64_t id);

#endif
