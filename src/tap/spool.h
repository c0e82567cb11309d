/* What was accepted and is not surely printed yet: a ring of bytes in shared memory, with everything that a successor must
 * know. It outlives kill -9, and the kernel itself notes there what it took and gave (struct wire_witness), so there is
 * no instant at which a killed tap leaves a byte of which nobody knows whether it was printed.
 *
 * Positions count what goes to the printer, insertions included; POS offsets count only what the POS sent. */
#ifndef TAP_SPOOL_H
#define TAP_SPOOL_H

#include "base/err.h"
#include "base/view.h"
#include "driver/driver.h"
#include "edge/tap.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SPOOL_RING_BYTES = 512 * 1024,
    SPOOL_KEEP_BYTES = 192 * 1024,  /* handed over, but the printer may still lose it: more than a wire has in flight */
    SPOOL_POS_CEILING = 128 * 1024, /* accepted from POSes and not handed over yet */
    SPOOL_INSERTION_CEILING = TAP_INSERTION_CEILING,
    SPOOL_SPANS = 64,
    SPOOL_INSERTIONS = 64 /* how many verdicts are remembered */
};

/* A stretch of the ring that came from one connection, or is one insertion. */
struct spool_span {
    uint64_t from, to;
    uint64_t connection, insertion; /* one of them is 0 */
    bool is_ended;                  /* the POS said that this was all */
};

enum { INSERTION_RUNS = -1 };
struct spool_insertion {
    uint64_t id;
    int32_t verdict; /* enum insertion_verdict or INSERTION_RUNS */
};

struct spool_state {
    uint64_t end, pos_end, answer_end, last_connection;
    uint64_t insertion_count; /* ever; the newest overwrites the oldest */
    uint32_t span_count;
    struct spool_span spans[SPOOL_SPANS];
    struct spool_insertion insertions[SPOOL_INSERTIONS];
};

struct spool;

#define SPOOL_NAME "spool"
/* `was_trusted`: the machine ran on since, or the last user stopped in good order: it is exact. */
MUST_USE err spool_open(const char *folder, bool *was_trusted, struct spool **out);
void spool_close(struct spool *s);
void spool_rest(struct spool *s); /* an orderly stop: written to the disk, the machine may go off */
void spool_restart(struct spool *s, uint64_t pos_end, uint64_t answer_end); /* forgets all that waits */

const struct spool_state *spool_state(const struct spool *s);
struct spool_state *spool_change(struct spool *s); /* a copy to work on; spool_commit makes it count, at one stroke */
void spool_commit(struct spool *s);

/* Accepting: the bytes stand in the ring, and count from the next commit. */
size_t spool_pos_room(const struct spool *s);
bool spool_has_room_for_insertion(const struct spool *s, size_t bytes);
void spool_add(struct spool *s, struct spool_span owner, struct view bytes);

/* Printing. */
uint64_t spool_printed(const struct spool *s);
uint64_t spool_pos_printed(const struct spool *s); /* the same as a POS offset */
struct view spool_pending(const struct spool *s);  /* the next stretch to hand over; never across a span's end */
void spool_about_to_push(struct spool *s);
void spool_handed(struct spool *s, size_t bytes);
void spool_go_back(struct spool *s, uint64_t bytes); /* the printer never got these; an insertion is not repeated */
void spool_skip_to(struct spool *s, uint64_t position);
void spool_cut(struct spool *s, uint64_t position);                               /* forgets what was added from here on */
const struct spool_span *spool_span_at(const struct spool *s, uint64_t position); /* NULL: no longer known */
uint64_t spool_connection_end(const struct spool *s, uint64_t connection);        /* position; 0: nothing of it waits */
void spool_mark_ended(struct spool *s, uint64_t connection);
void spool_printer_is_up(struct spool *s, bool is_up);
bool spool_printer_was_up(const struct spool *s); /* when the predecessor stopped */

/* Insertions that were asked for. */
bool spool_find_insertion(const struct spool *s, uint64_t id, int *verdict);
void spool_note_insertion(struct spool *s, uint64_t id, int verdict); /* between spool_change and spool_commit */
void spool_forget_insertion(struct spool *s, uint64_t id);            /* likewise: it may be asked for again */

/* What the kernel noted. */
struct wire_witness *spool_printer_witness(struct spool *s);
struct wire_witness *spool_pos_witness(struct spool *s);
void spool_was_heard(struct spool *s);    /* what the POS's witness holds was dealt with */
void spool_was_answered(struct spool *s); /* the same for the printer's */
/* Bytes that a killed predecessor had read from a POS and not accepted, or from the printer and not passed on. */
struct view spool_unaccepted(const struct spool *s, uint64_t *connection);
/* The journal has bytes that are neither accepted here nor about to be: this is an older spool than the journal. */
bool spool_is_behind(const struct spool *s, uint64_t journal_end);
struct view spool_unanswered(const struct spool *s);

#endif
