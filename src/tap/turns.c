/* POS connections, and whose turn it is. Nobody has the turn until somebody speaks; then the others are not read until the
 * turn is over: the connection ended and all of it was printed, or it was silent for long and another one is there. */
#include "relay_inside.h"

#include "base/mem.h"
#include "driver/driver.h"
#include "loop/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MOST_CONNECTIONS = 64, ANSWERS_CEILING = 64 * 1024, RETRY_PORT_MS = 1000 };

static void take_turn(struct pos *p)
{
    p->relay->holder = p;
}

/* --- ends --------------------------------------------------------------------------------------------------------------- */

static void free_pos(void *self)
{
    struct pos *p = self;
    mem_free(p->kept_name);
    mem_free(p);
}

static void forget_pos(struct pos *p)
{
    struct relay *r = p->relay;
    if (p->kept_name != NULL) {
        kept_remove(r->parts.kept, p->kept_name);
    }
    if (r->holder == p) {
        r->holder = NULL;
    }
    list_remove(&p->node);
    r->connection_count--;
    loop_later(r->parts.loop, free_pos, p);
}

/* All was printed and no answer is waited for any more. The journal knows it before the POS does. */
static void finish(struct pos *p)
{
    if (p->has_spoken) {
        relay_record(p->relay, JOURNAL_ENDED, p->number, (struct view){ 0 });
    }
    struct wire *w = p->wire;
    forget_pos(p);
    wire_finish(w);
}

static bool is_printed(const struct relay *r, const struct pos *p)
{
    return spool_connection_end(r->parts.spool, p->number) <= spool_printed(r->parts.spool);
}

static void end_timer_rang(void *self)
{
    struct relay *r = self;
    r->end_timer = NULL;
    turns_settle(r);
}

/* An end waits for the last byte to be printed, and then a moment for the answer if that was a question. */
static bool finish_if_done(struct relay *r, struct pos *p)
{
    if (!p->has_ended || !is_printed(r, p) || r->insertion != 0) {
        return false;
    }
    int64_t left_ms = p->moved_ms + r->parts.answer_wait_ms - loop_now_ms(r->parts.loop);
    if (left_ms > 0 && question_is_open(&p->question)) {
        if (r->end_timer == NULL) {
            r->end_timer = loop_after(r->parts.loop, left_ms, end_timer_rang, r);
        }
        return false;
    }
    finish(p);
    return true;
}

/* --- turns -------------------------------------------------------------------------------------------------------------- */

static void turn_timer_rang(void *self)
{
    struct relay *r = self;
    r->turn_timer = NULL;
    turns_settle(r);
}

static bool is_idle(const struct relay *r)
{
    return r->insertion == 0 && spool_printed(r->parts.spool) == spool_state(r->parts.spool)->end;
}

/* A silent holder keeps its turn only as long as it is alone. */
static void release_silent(struct relay *r)
{
    if (r->holder == NULL || r->holder->has_ended || r->connection_count < 2) {
        return;
    }
    int64_t left_ms = r->holder->moved_ms + r->parts.turn_quiet_ms - loop_now_ms(r->parts.loop);
    if (left_ms <= 0 && is_idle(r)) {
        r->holder = NULL;
        return;
    }
    if (r->turn_timer == NULL && is_idle(r)) {
        r->turn_timer = loop_after(r->parts.loop, left_ms, turn_timer_rang, r);
    }
}

static bool may_speak(const struct relay *r, const struct pos *p)
{
    return (r->holder == NULL || r->holder == p) && !p->has_ended && r->insertion == 0 &&
           spool_pos_room(r->parts.spool) >= WIRE_READ_BYTES && !journal_is_pressed(r->parts.journal);
}

/* A POS that does not take its answers holds back the printer, as it would on the cable. */
static bool is_an_answer_stuck(struct relay *r)
{
    struct pos *p = turns_find(r, r->answers_to);
    return p != NULL && wire_queued(p->wire) > ANSWERS_CEILING;
}

void turns_settle(struct relay *r)
{
    list_each_safe(node, &r->connections)
    {
        finish_if_done(r, list_entry(node, struct pos, node));
    }
    release_silent(r);
    list_each(left, &r->connections)
    {
        struct pos *p = list_entry(left, struct pos, node);
        wire_pause(p->wire, !may_speak(r, p));
    }
    if (r->printer != NULL) {
        wire_pause(r->printer, is_an_answer_stuck(r) || journal_is_pressed(r->parts.journal));
    }
}

struct pos *turns_find(struct relay *r, uint64_t number)
{
    list_each(node, &r->connections)
    {
        struct pos *p = list_entry(node, struct pos, node);
        if (p->number == number) {
            return p;
        }
    }
    return NULL;
}

/* --- what connections say ----------------------------------------------------------------------------------------------- */

static void pos_heard(void *self, struct view bytes)
{
    struct pos *p = self;
    take_turn(p);
    relay_accept(p->relay, p, bytes);
}

static void pos_ended(void *self)
{
    struct pos *p = self;
    p->has_ended = true;
    spool_mark_ended(p->relay->parts.spool, p->number);
    turns_settle(p->relay);
}

static void pos_drained(void *self)
{
    struct pos *p = self;
    turns_settle(p->relay);
}

/* What it had sent is printed all the same: the printer would have had it, too. */
static void pos_down(void *self, err why)
{
    struct pos *p = self;
    struct relay *r = p->relay;
    if (p->kept_name == NULL) {
        return; /* a line, not a connection: it comes back */
    }
    log_info("tap", "connection %" PRIu64 " broke (%s)", p->number, err_name(why));
    if (p->has_spoken) {
        relay_record(r, JOURNAL_BROKEN, p->number, (struct view){ 0 });
        spool_mark_ended(r->parts.spool, p->number);
    }
    struct wire *w = p->wire;
    forget_pos(p);
    wire_close(w);
    relay_changed(r);
    turns_settle(r);
}

static const struct wire_owner pos_owner = {
    .heard = pos_heard,
    .drained = pos_drained,
    .ended = pos_ended,
    .down = pos_down,
};

static struct pos *add_pos(struct relay *r, struct wire *w, uint64_t number)
{
    struct pos *p = mem_new(sizeof *p);
    *p = (struct pos){
        .relay = r, .wire = w, .number = number, .moved_ms = loop_now_ms(r->parts.loop), .question = question_none()
    };
    list_append(&r->connections, &p->node);
    r->connection_count++;
    if (w != NULL) {
        wire_set_witness(w, spool_pos_witness(r->parts.spool), number);
    }
    return p;
}

static uint64_t next_number(struct relay *r)
{
    struct spool_state *next = spool_change(r->parts.spool);
    uint64_t number = ++next->last_connection;
    spool_commit(r->parts.spool);
    return number;
}

/* First of all: until it is kept, a connection dies with us. */
static void keep(void *self, const char *address, int fd)
{
    struct relay *r = self;
    char *name = kept_name("pos", next_number(r), address);
    kept_store(r->parts.kept, name, fd);
    mem_free(name);
}

static void came(void *self, struct wire *w)
{
    struct relay *r = self;
    uint64_t number = spool_state(r->parts.spool)->last_connection; /* it was kept under this one just now */
    char *name = kept_name("pos", number, wire_address(w));
    if (r->connection_count >= MOST_CONNECTIONS) {
        log_warn("tap", "more than %d connections: one is turned away", (int)MOST_CONNECTIONS);
        kept_remove(r->parts.kept, name);
        mem_free(name);
        wire_close(w);
        return;
    }
    struct pos *p = add_pos(r, w, number);
    p->kept_name = name;
    wire_adopt(w, &pos_owner, p);
    relay_changed(r);
    turns_settle(r);
}

struct pos *turns_take_kept(struct relay *r, uint64_t number, const char *address, int fd)
{
    struct wire *w = NULL;
    if (wire_accepted(r->parts.loop, all_wires, address, fd, &w) != OK) {
        return NULL;
    }
    struct pos *p = add_pos(r, w, number);
    p->kept_name = kept_name("pos", number, address);
    p->has_spoken = true;
    p->question.bytes_since = 0; /* nobody knows any more */
    wire_adopt(w, &pos_owner, p);
    wire_pause(w, true);
    return p;
}

/* --- listening ---------------------------------------------------------------------------------------------------------- */

/* An address that cannot listen is a line that is always there. */
static err open_line(struct relay *r, const char *address)
{
    struct pos *p = add_pos(r, NULL, next_number(r));
    err e = wire_open(r->parts.loop, all_wires, &(struct wire_calling){ address, &pos_owner, p }, &p->wire);
    if (e != OK) {
        forget_pos(p);
    }
    return e;
}

static err listen_on(struct relay *r, const char *address)
{
    char *name = kept_name("port", 0, address);
    struct wire_listening how = {
        .address = address, .fd = kept_take(r->parts.kept, name), .came = came, .self = r, .keep = keep
    };
    bool was_kept = how.fd >= 0;
    err e = wire_port_open(r->parts.loop, all_wires, &how, &r->ports[r->port_count]);
    if (e == OK) {
        int fd = wire_port_fd(r->ports[r->port_count++]);
        if (!was_kept) {
            kept_store(r->parts.kept, name, fd);
        }
    }
    mem_free(name);
    return e;
}

err turns_open(struct relay *r)
{
    for (size_t i = 0; i < r->parts.listen_count; i++) {
        const char *address = r->parts.listen[i];
        err e = listen_on(r, address);
        e = e == ERR_MISSING ? open_line(r, address) : e;
        if (e != OK) {
            log_error("tap", "cannot listen on %s: %s", address,
                      e == ERR_REFUSED ? "the address is in use, or not ours" : err_name(e));
            return e;
        }
    }
    return OK;
}

/* Without a word: a POS that was in the middle must see a break. */
void turns_close(struct relay *r)
{
    timer_free(r->turn_timer);
    timer_free(r->end_timer);
    for (size_t i = 0; i < r->port_count; i++) {
        wire_port_close(r->ports[i]);
    }
    list_each_safe(node, &r->connections)
    {
        struct pos *p = list_entry(node, struct pos, node);
        wire_close(p->wire);
        list_remove(&p->node);
        loop_later(r->parts.loop, free_pos, p);
    }
}
