/* A slip between two receipts: printed if the POS's stream stands where the asker believes, and then in one piece. */
#include "relay_inside.h"

#include "loop/log.h"

#include <inttypes.h>

static const struct {
    const char *word;
} words[] = { { "done" }, { "the POS was faster" }, { "busy" }, { "broken" }, { "unknown" } };

/* Remembered before it is told. */
static void settle_verdict(struct relay *r, uint64_t id, enum insertion_verdict verdict)
{
    unsigned char number = (unsigned char)verdict;
    spool_change(r->parts.spool);
    spool_note_insertion(r->parts.spool, id, (int)verdict);
    spool_commit(r->parts.spool);
    relay_record(r, JOURNAL_VERDICT, id, (struct view){ &number, 1 });
    log_info("tap", "insertion %" PRIu64 ": %s", id, words[verdict].word);
    relay_decide(r, id, verdict);
}

/* Bytes that came and were not read yet count, too: the POS has sent them. */
static bool was_pos_faster(struct relay *r, uint64_t offset)
{
    if (spool_state(r->parts.spool)->pos_end != offset) {
        return true;
    }
    list_each(node, &r->connections)
    {
        const struct pos *p = list_entry(node, struct pos, node);
        if ((r->holder == NULL || r->holder == p) && p->wire != NULL && wire_waiting(p->wire) > 0) {
            return true;
        }
    }
    return false;
}

static bool is_busy(const struct relay *r, size_t bytes)
{
    return r->insertion != 0 || !wire_is_open(r->printer) || !spool_has_room_for_insertion(r->parts.spool, bytes);
}

static void begin(struct relay *r, uint64_t id, struct view bytes)
{
    struct spool *s = r->parts.spool;
    relay_record(r, JOURNAL_INSERTION, id, bytes);
    const struct spool_state *next = spool_change(s);
    r->insertion = id;
    r->insertion_from = next->end;
    r->insertion_to = next->end + bytes.n;
    spool_note_insertion(s, id, INSERTION_RUNS);
    spool_add(s, (struct spool_span){ .insertion = id }, bytes);
    spool_commit(s);
    relay_print(r);
}

void relay_insert(struct relay *r, uint64_t id, uint64_t offset, struct view bytes)
{
    int known = 0;
    if (spool_find_insertion(r->parts.spool, id, &known)) {
        if (known != INSERTION_RUNS) {
            relay_decide(r, id, (enum insertion_verdict)known);
        }
        return; /* one that runs is told when it is over */
    }
    if (was_pos_faster(r, offset)) {
        settle_verdict(r, id, INSERTION_POS_FASTER);
    } else if (is_busy(r, bytes.n)) {
        relay_decide(r, id, INSERTION_BUSY);
    } else {
        begin(r, id, bytes);
    }
}

void relay_ask(struct relay *r, uint64_t id)
{
    int known = 0;
    if (!spool_find_insertion(r->parts.spool, id, &known)) {
        settle_verdict(r, id, INSERTION_UNKNOWN);
    } else if (known != INSERTION_RUNS) {
        relay_decide(r, id, (enum insertion_verdict)known);
    }
}

void insertion_went_on(struct relay *r)
{
    if (r->insertion != 0 && spool_printed(r->parts.spool) >= r->insertion_to) {
        uint64_t id = r->insertion;
        r->insertion = 0;
        settle_verdict(r, id, INSERTION_DONE);
    }
}

/* The rest of it would come out as noise on the next paper: it is taken back. */
void insertion_broke(struct relay *r)
{
    if (r->insertion == 0) {
        return;
    }
    uint64_t id = r->insertion;
    bool is_untouched = spool_printed(r->parts.spool) <= r->insertion_from;
    r->insertion = 0;
    spool_cut(r->parts.spool, r->insertion_from);
    if (is_untouched) {
        spool_change(r->parts.spool);
        spool_forget_insertion(r->parts.spool, id);
        spool_commit(r->parts.spool);
        relay_decide(r, id, INSERTION_BUSY);
        return;
    }
    settle_verdict(r, id, INSERTION_BROKEN);
}
