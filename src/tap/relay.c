#include "relay.h"

#include "base/mem.h"
#include "driver/driver.h"
#include "loop/log.h"
#include "relay_inside.h"

enum { FORGET_MS = 3600 * 1000 };

void relay_changed(struct relay *r)
{
    if (r->listener != NULL) {
        r->listener->changed(r->listener_self);
    }
}

void relay_decide(struct relay *r, uint64_t id, enum insertion_verdict verdict)
{
    if (r->listener != NULL) {
        r->listener->decided(r->listener_self, id, verdict);
    }
}

bool relay_record(struct relay *r, enum journal_kind kind, uint64_t subject, struct view bytes)
{
    const struct spool_state *now = spool_state(r->parts.spool);
    struct journal_record record = { .kind = kind,
                                     .pos_offset = now->pos_end,
                                     .answer_offset = now->answer_end,
                                     .subject = subject,
                                     .wall_us = loop_wall_us(r->parts.loop),
                                     .bytes = bytes };
    bool was_writing = journal_is_writing(r->parts.journal);
    bool is_kept = journal_append(r->parts.journal, &record);
    if (r->listener != NULL) {
        r->listener->passed(r->listener_self, &record);
    }
    if (was_writing != journal_is_writing(r->parts.journal)) {
        relay_changed(r);
    }
    return is_kept;
}

/* --- to the printer ----------------------------------------------------------------------------------------------------- */

static void note_who_prints(struct relay *r, uint64_t position)
{
    const struct spool_span *span = spool_span_at(r->parts.spool, position);
    if (span == NULL || span->connection == 0) {
        return;
    }
    r->answers_to = span->connection;
    struct pos *p = turns_find(r, span->connection);
    if (p != NULL) {
        p->moved_ms = loop_now_ms(r->parts.loop);
    }
}

void relay_print(struct relay *r)
{
    struct spool *s = r->parts.spool;
    while (r->printer != NULL && wire_is_open(r->printer)) {
        struct view next = spool_pending(s);
        uint64_t at = spool_printed(s);
        if (next.n == 0) {
            break;
        }
        spool_about_to_push(s);
        size_t taken = wire_offer(r->printer, next);
        spool_handed(s, taken);
        if (taken > 0) {
            note_who_prints(r, at);
        }
        if (taken < next.n) {
            break;
        }
    }
    insertion_went_on(r);
    turns_settle(r);
    relay_changed(r);
}

/* In this order: what is in the journal may not count yet, but what counts is in the journal. */
void relay_accept(struct relay *r, struct pos *p, struct view bytes)
{
    struct spool *s = r->parts.spool;
    relay_record(r, JOURNAL_FROM_POS, p->number, bytes);
    spool_change(s);
    /* A line cannot break as a connection does: who speaks on it will not know, and not send again. */
    spool_add(s, (struct spool_span){ .connection = p->number, .is_ended = p->kept_name == NULL }, bytes);
    spool_commit(s);
    spool_was_heard(s);
    p->moved_ms = loop_now_ms(r->parts.loop);
    p->has_spoken = true;
    question_hear(&p->question, bytes);
    relay_print(r);
}

/* --- from the printer --------------------------------------------------------------------------------------------------- */

/* Whoever printed last has asked; before anything was printed, a single connection may still want to hear. */
static struct pos *who_asked(struct relay *r)
{
    struct pos *p = turns_find(r, r->answers_to);
    if (p == NULL && r->answers_to == 0 && r->connection_count == 1) {
        p = list_entry(r->connections.next, struct pos, node);
    }
    return p;
}

void relay_answer(struct relay *r, struct view bytes)
{
    struct spool *s = r->parts.spool;
    struct pos *p = who_asked(r);
    relay_record(r, JOURNAL_FROM_PRINTER, p != NULL ? p->number : 0, bytes);
    if (p != NULL) {
        p->moved_ms = loop_now_ms(r->parts.loop);
        if (wire_send(p->wire, bytes) != OK) {
            log_warn("tap", "%zu bytes from the printer were not wanted", bytes.n);
        }
    }
    struct spool_state *next = spool_change(s);
    next->answer_end += bytes.n;
    spool_commit(s);
    spool_was_answered(s);
    turns_settle(r);
}

static void printer_up(void *self)
{
    struct relay *r = self;
    log_info("tap", "the printer is there, %llu bytes wait for it",
             (unsigned long long)(spool_state(r->parts.spool)->end - spool_printed(r->parts.spool)));
    spool_printer_is_up(r->parts.spool, true);
    if (wire_fd(r->printer) >= 0) {
        kept_store(r->parts.kept, r->printer_kept_name, wire_fd(r->printer));
    }
    relay_changed(r);
    relay_print(r);
}

static void printer_heard(void *self, struct view bytes)
{
    relay_answer(self, bytes);
}

static void printer_drained(void *self)
{
    relay_print(self);
}

static void printer_down(void *self, err why)
{
    struct relay *r = self;
    uint64_t lost = wire_lost(r->printer);
    log_warn("tap", "the printer went away (%s); %llu bytes did not reach it and will be sent again", err_name(why),
             (unsigned long long)lost);
    kept_remove(r->parts.kept, r->printer_kept_name);
    spool_go_back(r->parts.spool, lost);
    spool_printer_is_up(r->parts.spool, false);
    insertion_broke(r);
    relay_changed(r);
    turns_settle(r);
}

static const struct wire_owner printer_owner = {
    .up = printer_up,
    .heard = printer_heard,
    .drained = printer_drained,
    .down = printer_down,
};

/* A printer whose connection was kept goes on in mid-byte-stream, as if nothing had been. */
static err open_printer(struct relay *r)
{
    r->printer_kept_name = kept_name("printer", 0, r->parts.printer);
    int fd = kept_take(r->parts.kept, r->printer_kept_name);
    if (fd < 0) {
        struct wire_calling how = { r->parts.printer, &printer_owner, r };
        err e = wire_open(r->parts.loop, all_wires, &how, &r->printer);
        if (e == OK) {
            wire_set_witness(r->printer, spool_printer_witness(r->parts.spool), 0);
        }
        return e;
    }
    err e = wire_open_with(r->parts.loop, all_wires, r->parts.printer, fd, &r->printer);
    if (e == OK) {
        wire_set_witness(r->printer, spool_printer_witness(r->parts.spool), 0);
        wire_adopt(r->printer, &printer_owner, r);
    }
    return e;
}

/* --- opening and closing ------------------------------------------------------------------------------------------------ */

static void forget(void *self)
{
    struct relay *r = self;
    journal_forget_old(r->parts.journal, spool_pos_printed(r->parts.spool));
    r->forget_timer = loop_after(r->parts.loop, FORGET_MS, forget, r);
}

/* The journal is pressed no longer, or its disk refuses, or works again. */
static void journal_changed(void *self)
{
    struct relay *r = self;
    relay_changed(r);
    turns_settle(r);
}

err relay_open(const struct relay_parts *parts, struct relay **out)
{
    struct relay *r = mem_new(sizeof *r);
    r->parts = *parts;
    list_init(&r->connections);
    err e = turns_open(r);
    e = e == OK ? open_printer(r) : e;
    if (e != OK) {
        relay_close(r);
        return e;
    }
    journal_listen(parts->journal, journal_changed, r);
    revive(r);
    forget(r);
    relay_print(r);
    *out = r;
    return OK;
}

void relay_close(struct relay *r)
{
    if (r == NULL) {
        return;
    }
    journal_listen(r->parts.journal, NULL, NULL);
    turns_close(r);
    timer_free(r->forget_timer);
    wire_close(r->printer);
    mem_free(r->printer_kept_name);
    loop_later(r->parts.loop, mem_free, r);
}

void relay_listen(struct relay *r, const struct relay_listener *listener, void *self)
{
    r->listener = listener;
    r->listener_self = self;
}

struct tap_status relay_status(const struct relay *r)
{
    const struct spool *s = r->parts.spool;
    return (struct tap_status){
        .is_connected = true,
        .is_printer_up = wire_is_open(r->printer),
        .is_journal_writing = journal_is_writing(r->parts.journal),
        .end_offset = spool_state(s)->pos_end,
        .printed_offset = spool_pos_printed(s),
        .waiting_connections = (uint32_t)(r->holder != NULL ? r->connection_count - 1 : 0),
    };
}
