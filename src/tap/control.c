#include "control.h"

#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"
#include "driver/driver.h"
#include "edge/tap_frames.h"
#include "loop/log.h"

enum { MOST_FOLLOWERS = 16, STATUS_MS = 50, RECORDS_AT_ONCE = 32 };

struct follower {
    struct list node;
    struct control *control;
    struct wire *wire;
    struct buf in;
    struct journal_reader *reader; /* NULL: it does not follow */
    struct timer *again;
    bool is_live; /* it has all that the journal has */
};

struct control {
    struct control_parts parts;
    struct wire_port *port;
    struct list followers;
    size_t count;
    struct timer *status_timer;
    struct tap_status told;
};

static bool has_room(const struct follower *f, size_t bytes)
{
    return wire_is_open(f->wire) && wire_room(f->wire) >= FRAME_HEADER_BYTES + bytes;
}

static bool send_frame(struct follower *f, const struct tap_frame *frame)
{
    unsigned char header[FRAME_HEADER_BYTES];
    if (!has_room(f, frame->bytes.n)) {
        return false;
    }
    tap_frame_header(frame, header);
    return wire_send(f->wire, (struct view){ header, sizeof header }) == OK && wire_send(f->wire, frame->bytes) == OK;
}

/* --- the stream --------------------------------------------------------------------------------------------------------- */

/* What followers hear of; insertions and gaps they know, or see from the offsets. */
static bool to_frame(const struct journal_record *r, struct tap_frame *out)
{
    static const struct {
        bool is_told;
        unsigned flags;
    } kinds[] = {
        [JOURNAL_FROM_POS] = { true, 0 },          [JOURNAL_FROM_PRINTER] = { true, FRAME_FROM_PRINTER },
        [JOURNAL_ENDED] = { true, FRAME_IS_LAST }, [JOURNAL_BROKEN] = { true, FRAME_IS_BROKEN },
        [JOURNAL_VERDICT] = { false, 0 },
    };
    *out = (struct tap_frame){ .type = FRAME_RECORD,
                               .flags = kinds[r->kind].flags,
                               .subject = r->subject,
                               .offset = r->pos_offset,
                               .answer_offset = r->answer_offset,
                               .wall_us = r->wall_us,
                               .bytes = r->bytes };
    return kinds[r->kind].is_told;
}

static void catch_up(void *self);

static void go_on_soon(void *self)
{
    struct follower *f = self;
    if (f->again == NULL) {
        f->again = loop_after(f->control->parts.loop, 0, catch_up, f);
    }
}

/* A few records at a time; a full queue goes on when it is drained. */
static void catch_up(void *self)
{
    struct follower *f = self;
    struct journal_record r;
    struct tap_frame frame;
    f->again = NULL;
    for (int i = 0; f->reader != NULL && has_room(f, FRAME_BYTES_CEILING); i++) {
        if (i == RECORDS_AT_ONCE) {
            go_on_soon(f);
            return;
        }
        err e = journal_next(f->reader, &r);
        if (e != OK) {
            f->is_live = e == ERR_MISSING; /* it has heard everything; else the reader calls */
            return;
        }
        if (to_frame(&r, &frame)) {
            send_frame(f, &frame);
        }
    }
}

static void passed(void *self, const struct journal_record *r)
{
    struct control *c = self;
    struct tap_frame frame;
    bool is_told = to_frame(r, &frame);
    list_each(node, &c->followers)
    {
        struct follower *f = list_entry(node, struct follower, node);
        if (!f->is_live) {
            continue;
        }
        if (is_told && !send_frame(f, &frame)) {
            f->is_live = false; /* the reader stands before this record */
            continue;
        }
        journal_reader_to_end(f->reader);
    }
}

/* --- status and verdicts ------------------------------------------------------------------------------------------------ */

static void send_status(struct follower *f, const struct tap_status *now)
{
    unsigned flags = (now->is_printer_up ? FRAME_PRINTER_UP : 0u) | (now->is_journal_writing ? FRAME_JOURNAL_WRITES : 0u);
    send_frame(f, &(struct tap_frame){ .type = FRAME_STATUS,
                                       .flags = flags,
                                       .subject = now->waiting_connections,
                                       .offset = now->end_offset,
                                       .answer_offset = journal_answer_end(f->control->parts.journal),
                                       .to = now->printed_offset });
}

static bool is_same(const struct tap_status *a, const struct tap_status *b)
{
    return a->is_printer_up == b->is_printer_up && a->is_journal_writing == b->is_journal_writing &&
           a->end_offset == b->end_offset && a->printed_offset == b->printed_offset &&
           a->waiting_connections == b->waiting_connections;
}

static void tell_status(void *self)
{
    struct control *c = self;
    c->status_timer = NULL;
    struct tap_status now = relay_status(c->parts.relay);
    if (is_same(&now, &c->told)) {
        return;
    }
    c->told = now;
    list_each(node, &c->followers)
    {
        send_status(list_entry(node, struct follower, node), &now);
    }
}

/* Many changes make one message. */
static void changed(void *self)
{
    struct control *c = self;
    if (c->status_timer == NULL && c->count > 0) {
        c->status_timer = loop_after(c->parts.loop, STATUS_MS, tell_status, c);
    }
}

/* --- followers ---------------------------------------------------------------------------------------------------------- */

static void free_follower(void *self)
{
    struct follower *f = self;
    buf_clear(&f->in);
    mem_free(f);
}

static void leave(struct follower *f)
{
    list_remove(&f->node);
    f->control->count--;
    timer_free(f->again);
    journal_reader_free(f->reader);
    f->reader = NULL;
    f->is_live = false;
    wire_close(f->wire);
    loop_later(f->control->parts.loop, free_follower, f);
}

static void follow(struct follower *f, uint64_t offset)
{
    struct control *c = f->control;
    struct tap_status now = relay_status(c->parts.relay);
    send_status(f, &now);
    journal_reader_free(f->reader);
    f->reader = journal_read_from(c->parts.journal, offset, go_on_soon, f);
    f->is_live = false;
    go_on_soon(f);
}

/* Everybody hears every verdict; whoever asked knows the id. Who cannot hear it must come again and ask. */
static void decided(void *self, uint64_t id, enum insertion_verdict verdict)
{
    struct control *c = self;
    struct tap_frame frame = { .type = FRAME_VERDICT, .subject = id, .to = (uint64_t)verdict };
    list_each_safe(node, &c->followers)
    {
        struct follower *f = list_entry(node, struct follower, node);
        if (!send_frame(f, &frame)) {
            leave(f);
        }
    }
}

static const struct relay_listener listener = { .passed = passed, .changed = changed, .decided = decided };

static err hear_frame(struct follower *f, const struct tap_frame *frame)
{
    struct relay *r = f->control->parts.relay;
    switch (frame->type) {
    case FRAME_FOLLOW:
        follow(f, frame->offset);
        return OK;
    case FRAME_INSERT:
        if (frame->subject == 0 || frame->bytes.n == 0) {
            return ERR_INPUT;
        }
        relay_insert(r, frame->subject, frame->offset, frame->bytes);
        return OK;
    case FRAME_ASK:
        relay_ask(r, frame->subject);
        return OK;
    case FRAME_STATUS:
    case FRAME_RECORD:
    case FRAME_VERDICT:
        break;
    }
    return ERR_INPUT;
}

static void heard(void *self, struct view bytes)
{
    struct follower *f = self;
    struct tap_frame frame;
    size_t length = 0, from = 0;
    err e = buf_add_view(&f->in, bytes);
    while (e == OK && wire_is_open(f->wire)) {
        e = tap_frame_read(view_skip(buf_view(&f->in), from), &frame, &length);
        e = e == OK ? hear_frame(f, &frame) : e;
        from += e == OK ? length : 0;
    }
    buf_drop(&f->in, from);
    if (e != OK && e != ERR_AGAIN && wire_is_open(f->wire)) {
        log_warn("control", "a follower talks nonsense and is sent away");
        leave(f);
    }
}

static void drained(void *self)
{
    struct follower *f = self;
    if (f->reader != NULL && !f->is_live) {
        go_on_soon(f);
    }
}

static void down(void *self, err why)
{
    (void)why;
    leave(self);
}

static const struct wire_owner owner = { .heard = heard, .drained = drained, .down = down };

static void came(void *self, struct wire *w)
{
    struct control *c = self;
    if (c->count >= MOST_FOLLOWERS) {
        log_warn("control", "more than %d followers: one is turned away", (int)MOST_FOLLOWERS);
        wire_close(w);
        return;
    }
    struct follower *f = mem_new(sizeof *f);
    *f = (struct follower){ .control = c, .wire = w };
    buf_init(&f->in, FRAME_HEADER_BYTES + FRAME_BYTES_CEILING + WIRE_READ_BYTES);
    list_append(&c->followers, &f->node);
    c->count++;
    wire_adopt(w, &owner, f);
}

err control_open(const struct control_parts *parts, struct control **out)
{
    struct control *c = mem_new(sizeof *c);
    c->parts = *parts;
    list_init(&c->followers);
    char *address = mem_format("unix:%s", parts->socket_path);
    char *name = kept_name("control", 0, parts->socket_path);
    struct wire_listening how = { .address = address, .fd = kept_take(parts->kept, name), .came = came, .self = c };
    bool was_kept = how.fd >= 0;
    err e = wire_port_open(parts->loop, all_wires, &how, &c->port);
    if (e == OK && !was_kept) {
        kept_store(parts->kept, name, wire_port_fd(c->port));
    }
    mem_free(name);
    mem_free(address);
    if (e != OK) {
        log_error("control", "cannot listen on %s: %s", parts->socket_path, err_name(e));
        mem_free(c);
        return e;
    }
    relay_listen(parts->relay, &listener, c);
    *out = c;
    return OK;
}

void control_close(struct control *c)
{
    if (c == NULL) {
        return;
    }
    relay_listen(c->parts.relay, NULL, NULL);
    timer_free(c->status_timer);
    wire_port_close(c->port);
    list_each_safe(node, &c->followers)
    {
        leave(list_entry(node, struct follower, node));
    }
    loop_later(c->parts.loop, mem_free, c);
}
