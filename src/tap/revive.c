/* What a predecessor left behind. The rule, with its cases, is explained in README.md beside this file. */
#include "relay_inside.h"

#include "base/mem.h"
#include "loop/log.h"

#include <inttypes.h>

static void take_kept_connections(struct relay *r)
{
    uint64_t number = 0;
    char *address = NULL;
    for (int fd = kept_take_any(r->parts.kept, "pos", &number, &address); fd >= 0;
         fd = kept_take_any(r->parts.kept, "pos", &number, &address)) {
        turns_take_kept(r, number, address, fd);
        mem_free(address);
    }
}

/* What is in the journal and was not accepted any more is accepted now, or its offsets are used up: nobody will ask for it. */
static void go_on_where_the_journal_ends(struct relay *r)
{
    struct spool_state *next = spool_change(r->parts.spool);
    uint64_t pos_end = journal_pos_end(r->parts.journal), answer_end = journal_answer_end(r->parts.journal);
    next->pos_end = pos_end > next->pos_end ? pos_end : next->pos_end;
    next->answer_end = answer_end > next->answer_end ? answer_end : next->answer_end;
    spool_commit(r->parts.spool);
}

/* The last one that was heard goes on; nobody may speak in between. */
static void give_turn_back(struct relay *r)
{
    const struct spool_state *now = spool_state(r->parts.spool);
    for (uint32_t i = now->span_count; i > 0 && r->holder == NULL; i--) {
        if (now->spans[i - 1].connection != 0) {
            r->answers_to = now->spans[i - 1].connection;
            r->holder = turns_find(r, r->answers_to);
            return;
        }
    }
}

/* The POS saw this connection break in the middle, and sends again. */
static bool is_cut_short(struct relay *r, const struct spool_span *span)
{
    return span->connection != 0 && !span->is_ended && turns_find(r, span->connection) == NULL;
}

static void note_broken(struct relay *r, uint64_t connection)
{
    relay_record(r, JOURNAL_BROKEN, connection, (struct view){ 0 });
    spool_mark_ended(r->parts.spool, connection);
}

/* What nobody will ask for again is printed; what will be sent again is not. */
static void settle_broken_connections(struct relay *r)
{
    struct spool *s = r->parts.spool;
    const struct spool_state *now = spool_state(s);
    bool was_printer_up = spool_printer_was_up(s);
    uint64_t cut = now->end, broken = 0;
    for (uint32_t i = now->span_count; i > 0; i--) {
        const struct spool_span *span = &now->spans[i - 1];
        if (is_cut_short(r, span)) {
            broken = span->connection;
            cut = span->from;
        }
    }
    if (broken == 0) {
        return;
    }
    cut = cut > spool_printed(s) ? cut : spool_printed(s);
    if (was_printer_up && cut < now->end) {
        log_info("tap", "connection %" PRIu64 " broke with us: its last %" PRIu64 " bytes are left to the POS to send again",
                 broken, now->end - cut);
        spool_cut(s, cut);
    }
    note_broken(r, broken);
}

/* An insertion goes on only on the very connection on which it began. */
static void settle_insertion(struct relay *r)
{
    struct spool *s = r->parts.spool;
    const struct spool_state *now = spool_state(s);
    uint64_t known = now->insertion_count < SPOOL_INSERTIONS ? now->insertion_count : SPOOL_INSERTIONS;
    for (uint64_t i = 0; i < known; i++) {
        if (now->insertions[i].verdict == INSERTION_RUNS) {
            r->insertion = now->insertions[i].id;
        }
    }
    r->insertion_from = r->insertion_to = spool_printed(s);
    for (uint32_t i = 0; i < now->span_count; i++) {
        if (r->insertion != 0 && now->spans[i].insertion == r->insertion) {
            r->insertion_from = now->spans[i].from;
            r->insertion_to = now->spans[i].to;
        }
    }
    if (!wire_is_open(r->printer)) {
        insertion_broke(r);
    }
}

/* Bytes that were read and not yet accepted when the predecessor was killed. */
static void take_up_what_was_read(struct relay *r)
{
    struct spool *s = r->parts.spool;
    uint64_t connection = 0;
    struct view bytes = spool_unaccepted(s, &connection), answer = spool_unanswered(s);
    struct pos *p = turns_find(r, connection);
    if (answer.n > 0) {
        relay_answer(r, answer);
    }
    if (bytes.n > 0 && p != NULL) {
        r->holder = p;
        relay_accept(r, p, bytes);
    } else if (journal_pos_end(r->parts.journal) > spool_state(s)->pos_end) {
        relay_record(r, JOURNAL_BROKEN, connection, (struct view){ 0 });
    }
    spool_was_heard(s);
    spool_was_answered(s);
    go_on_where_the_journal_ends(r);
}

void revive(struct relay *r)
{
    take_kept_connections(r);
    settle_insertion(r);
    settle_broken_connections(r);
    give_turn_back(r);
    take_up_what_was_read(r);
}
