#include "edge/tap.h"

#include "base/buf.h"
#include "base/mem.h"
#include "driver/driver.h"
#include "edge/tap_frames.h"
#include "edge/wire.h"
#include "loop/log.h"

#include <string.h>

enum { MOST_OPEN_VERDICTS = 16, ENDS_REMEMBERED = 64 };

struct tap_client {
    struct loop *loop;
    struct wire *wire;
    const struct tap_owner *owner;
    void *self;
    struct buf in;
    struct tap_status status;
    uint64_t next, next_answer;     /* heard up to here */
    uint64_t ends[ENDS_REMEMBERED]; /* connections whose end was heard: a new start may tell them again */
    size_t end_count;
    uint64_t asked[MOST_OPEN_VERDICTS];
    size_t asked_count;
    bool is_closed;
};

static err send_frame(struct tap_client *t, struct tap_frame f)
{
    unsigned char header[FRAME_HEADER_BYTES];
    if (!wire_is_open(t->wire)) {
        return ERR_GONE;
    }
    if (f.bytes.n > FRAME_BYTES_CEILING || wire_room(t->wire) < sizeof header + f.bytes.n) {
        return ERR_FULL;
    }
    tap_frame_header(&f, header);
    err e = wire_send(t->wire, (struct view){ header, sizeof header });
    return e == OK ? wire_send(t->wire, f.bytes) : e;
}

static void tell_status(struct tap_client *t)
{
    if (t->owner->changed != NULL) {
        t->owner->changed(t->self, &t->status);
    }
}

static bool was_end_heard(const struct tap_client *t, uint64_t connection)
{
    size_t known = t->end_count < ENDS_REMEMBERED ? t->end_count : ENDS_REMEMBERED;
    for (size_t i = 0; i < known; i++) {
        if (t->ends[i] == connection) {
            return true;
        }
    }
    return false;
}

static void hear_end(struct tap_client *t, const struct tap_frame *f)
{
    if (was_end_heard(t, f->subject)) {
        return;
    }
    t->ends[t->end_count++ % ENDS_REMEMBERED] = f->subject;
    t->owner->heard(t->self, &(struct tap_record){ .direction = TAP_TO_PRINTER,
                                                   .offset = f->offset,
                                                   .connection = f->subject,
                                                   .wall_us = f->wall_us,
                                                   .is_last = f->flags & FRAME_IS_LAST,
                                                   .is_broken = f->flags & FRAME_IS_BROKEN });
}

/* After a new start the tap may tell again what was heard: only what is new is passed on. */
static void hear_bytes(struct tap_client *t, const struct tap_frame *f)
{
    bool is_answer = f->flags & FRAME_FROM_PRINTER;
    uint64_t offset = is_answer ? f->answer_offset : f->offset;
    uint64_t *next = is_answer ? &t->next_answer : &t->next;
    if (offset + f->bytes.n <= *next) {
        return;
    }
    uint64_t from = offset, known = *next;
    struct view bytes = f->bytes;
    if (offset < known) {
        bytes = view_skip(bytes, (size_t)(known - offset));
        from = known;
    }
    *next = offset + f->bytes.n;
    if (from > known && !is_answer && t->owner->skipped != NULL) {
        t->owner->skipped(t->self, known, from);
    }
    if (!t->is_closed) {
        t->owner->heard(t->self, &(struct tap_record){ .direction = is_answer ? TAP_FROM_PRINTER : TAP_TO_PRINTER,
                                                       .offset = from,
                                                       .connection = f->subject,
                                                       .wall_us = f->wall_us,
                                                       .bytes = bytes });
    }
}

static void hear_record(struct tap_client *t, const struct tap_frame *f)
{
    if (f->flags & (FRAME_IS_LAST | FRAME_IS_BROKEN)) {
        hear_end(t, f);
    } else {
        hear_bytes(t, f);
    }
}

static void hear_status(struct tap_client *t, const struct tap_frame *f)
{
    t->status = (struct tap_status){ .is_connected = true,
                                     .is_printer_up = f->flags & FRAME_PRINTER_UP,
                                     .is_journal_writing = f->flags & FRAME_JOURNAL_WRITES,
                                     .end_offset = f->offset,
                                     .printed_offset = f->to,
                                     .waiting_connections = (uint32_t)f->subject };
    if (f->offset < t->next) {
        uint64_t from = t->next;
        t->next = f->offset;
        t->next_answer = f->answer_offset;
        t->end_count = 0;
        if (t->owner->skipped != NULL) {
            t->owner->skipped(t->self, from, f->offset);
        }
    }
    if (!t->is_closed) {
        tell_status(t);
    }
}

static void hear_verdict(struct tap_client *t, const struct tap_frame *f)
{
    size_t i = 0;
    while (i < t->asked_count && t->asked[i] != f->subject) {
        i++;
    }
    if (i == t->asked_count) {
        return;
    }
    t->asked[i] = t->asked[--t->asked_count];
    if (t->owner->inserted != NULL) {
        t->owner->inserted(t->self, f->subject, (enum insertion_verdict)f->to);
    }
}

static void hear_frame(struct tap_client *t, const struct tap_frame *f)
{
    switch (f->type) {
    case FRAME_STATUS:
        hear_status(t, f);
        break;
    case FRAME_RECORD:
        hear_record(t, f);
        break;
    case FRAME_VERDICT:
        hear_verdict(t, f);
        break;
    case FRAME_FOLLOW:
    case FRAME_INSERT:
    case FRAME_ASK:
        break;
    }
}

/* Talking nonsense ends the connection; the wire calls again. */
static void hang_up(struct tap_client *t)
{
    log_warn("tap", "%s: this is not a tap's language", wire_address(t->wire));
    wire_is_down(t->wire, ERR_INPUT);
}

static void heard(void *self, struct view bytes)
{
    struct tap_client *t = self;
    struct tap_frame f;
    size_t length = 0, from = 0;
    err e = buf_add_view(&t->in, bytes);
    while (e == OK && !t->is_closed) {
        e = tap_frame_read(view_skip(buf_view(&t->in), from), &f, &length);
        if (e == OK) {
            from += length;
            hear_frame(t, &f);
        }
    }
    if (t->is_closed) {
        return;
    }
    buf_drop(&t->in, from);
    if (e != OK && e != ERR_AGAIN) {
        hang_up(t);
    }
}

static void up(void *self)
{
    struct tap_client *t = self;
    t->status.is_connected = true;
    err e = send_frame(t, (struct tap_frame){ .type = FRAME_FOLLOW, .offset = t->next });
    for (size_t i = 0; i < t->asked_count && e == OK; i++) {
        e = send_frame(t, (struct tap_frame){ .type = FRAME_ASK, .subject = t->asked[i] });
    }
    if (e != OK) {
        log_warn("tap", "%s: cannot ask: %s", wire_address(t->wire), err_name(e));
    }
}

static void down(void *self, err why)
{
    struct tap_client *t = self;
    (void)why;
    buf_drop(&t->in, t->in.n);
    wire_drop_queue(t->wire);
    t->status.is_connected = false;
    tell_status(t);
}

static const struct wire_owner wire_owner = { .up = up, .heard = heard, .down = down };

err tap_client_open(struct loop *l, const struct tap_following *how, struct tap_client **out)
{
    struct tap_client *t = mem_new(sizeof *t);
    *t = (struct tap_client){ .loop = l, .owner = how->owner, .self = how->self, .next = how->from_offset };
    buf_init(&t->in, (size_t)2 * (FRAME_HEADER_BYTES + FRAME_BYTES_CEILING));
    char *address = mem_format("unix:%s", how->socket_path);
    err e = wire_open(l, all_wires, &(struct wire_calling){ address, &wire_owner, t }, &t->wire);
    mem_free(address);
    if (e != OK) {
        mem_free(t);
        return e;
    }
    *out = t;
    return OK;
}

static void free_client(void *self)
{
    struct tap_client *t = self;
    buf_clear(&t->in);
    mem_free(t);
}

void tap_client_close(struct tap_client *t)
{
    if (t == NULL || t->is_closed) {
        return;
    }
    t->is_closed = true;
    wire_close(t->wire);
    loop_later(t->loop, free_client, t);
}

/* Remembered first: a verdict that is lost with the connection is asked for again. */
static err ask(struct tap_client *t, struct tap_frame f)
{
    if (t->asked_count == MOST_OPEN_VERDICTS) {
        return ERR_FULL;
    }
    err e = send_frame(t, f);
    if (e == OK) {
        t->asked[t->asked_count++] = f.subject;
    }
    return e;
}

err tap_client_insert(struct tap_client *t, uint64_t id, uint64_t offset, struct view bytes)
{
    return ask(t, (struct tap_frame){ .type = FRAME_INSERT, .subject = id, .offset = offset, .bytes = bytes });
}

err tap_client_ask(struct tap_client *t, uint64_t id)
{
    return ask(t, (struct tap_frame){ .type = FRAME_ASK, .subject = id });
}
