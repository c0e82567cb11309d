#include "base/list.h"
#include "base/mem.h"
#include "inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What was said lately is kept once, for everybody. A client is only a place in it: one that reads slowly costs nothing,
 * and one that fell behind the oldest kept event is let go; it comes back and is told to fetch anew. */
enum {
    KEPT_EVENTS = 512,
    KEPT_BYTES = 1 << 20,
    CLIENTS_AT_MOST = 32,
    HEARTBEAT_MS = 15000,
    RETRY_MS = 2000,
    BLOCK_BYTES = 8192,
    GREETING_BYTES = 160
};

struct kept {
    char *text;
    size_t n;
};

struct client {
    struct list node;
    struct stream *stream;
    struct MHD_Connection *connection;
    uint64_t next; /* the event that it is to get, or is getting */
    size_t offset; /* in that event's text */
    char greeting[GREETING_BYTES];
    size_t greeted; /* bytes of the greeting that went out */
    bool is_suspended, owes_heartbeat;
};

struct stream {
    struct web *web;
    struct bus_listener *listener;
    struct kept ring[KEPT_EVENTS]; /* an event stands at its number modulo the size */
    uint64_t oldest, next;         /* kept are those from oldest to before next */
    size_t bytes, client_count;
    struct list clients;
    struct timer *heartbeat;
    struct metric *clients_now, *let_go;
    char run[20]; /* tells this run of the service from any other */
    bool is_ending;
};

static struct kept *kept_at(struct stream *s, uint64_t sequence)
{
    return &s->ring[sequence % KEPT_EVENTS];
}

static void forget_oldest(struct stream *s)
{
    struct kept *k = kept_at(s, s->oldest++);
    s->bytes -= k->n;
    mem_free(k->text);
    *k = (struct kept){ 0 };
}

static void keep(struct stream *s, char *text)
{
    size_t n = strlen(text);
    while (s->oldest < s->next && (s->next - s->oldest == KEPT_EVENTS || s->bytes + n > KEPT_BYTES)) {
        forget_oldest(s);
    }
    *kept_at(s, s->next++) = (struct kept){ .text = text, .n = n };
    s->bytes += n;
}

static void wake_all(struct stream *s)
{
    list_each(node, &s->clients)
    {
        struct client *c = list_entry(node, struct client, node);
        if (c->is_suspended) {
            c->is_suspended = false;
            MHD_resume_connection(c->connection);
        }
    }
    web_kick(s->web); /* resuming alone wakes nothing when we are inside the library already */
}

static void heard(void *self, const struct event *e)
{
    struct stream *s = self;
    char *json = event_json(e);
    bool is_too_big = strlen(json) > KEPT_BYTES / 4;
    keep(s, mem_format("id: %s-%" PRIu64 "\nevent: %s\ndata: %s\n\n", s->run, s->next, is_too_big ? "reset" : event_name(e->kind),
                       is_too_big ? "{}" : json));
    mem_free(json);
    if (s->client_count > 0) {
        wake_all(s);
    }
}

/* A suspended connection notices neither its timeout nor that its client has gone: now and then it must be written to. */
static void beat(void *self)
{
    struct stream *s = self;
    s->heartbeat = s->client_count > 0 ? loop_after(s->web->loop, HEARTBEAT_MS, beat, s) : NULL;
    list_each(node, &s->clients)
    {
        list_entry(node, struct client, node)->owes_heartbeat = true;
    }
    wake_all(s);
}

static size_t copy_out(const char *text, size_t n, char *to, size_t room)
{
    size_t taken = n < room ? n : room;
    memcpy(to, text, taken);
    return taken;
}

static size_t give_greeting(struct client *c, char *to, size_t room)
{
    size_t n = copy_out(c->greeting + c->greeted, strlen(c->greeting) - c->greeted, to, room);
    c->greeted += n;
    return n;
}

static size_t give_events(struct client *c, char *to, size_t room)
{
    size_t filled = 0;
    while (filled < room && c->next < c->stream->next) {
        const struct kept *k = kept_at(c->stream, c->next);
        size_t n = copy_out(k->text + c->offset, k->n - c->offset, to + filled, room - filled);
        filled += n;
        c->offset += n;
        if (c->offset == k->n) {
            c->next++;
            c->offset = 0;
        }
    }
    return filled;
}

static size_t give_heartbeat(struct client *c, char *to, size_t room)
{
    static const char HEARTBEAT[] = ":\n\n";
    if (!c->owes_heartbeat || room < sizeof HEARTBEAT - 1) {
        return 0;
    }
    c->owes_heartbeat = false;
    return copy_out(HEARTBEAT, sizeof HEARTBEAT - 1, to, room);
}

/* The library asks for more. Nothing to say: the connection sleeps until wake_all. */
static ssize_t give(void *self, uint64_t position, char *to, size_t room)
{
    (void)position;
    struct client *c = self;
    if (c->stream->is_ending) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    size_t n = give_greeting(c, to, room);
    if (n > 0) {
        return (ssize_t)n;
    }
    if (c->next < c->stream->oldest) {
        metric_add(c->stream->let_go, 1);
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    n = give_events(c, to, room);
    n = n > 0 ? n : give_heartbeat(c, to, room);
    if (n == 0) {
        c->is_suspended = true;
        MHD_suspend_connection(c->connection);
    }
    return (ssize_t)n;
}

static void leave(void *self)
{
    struct client *c = self;
    struct stream *s = c->stream;
    list_remove(&c->node);
    mem_free(c);
    metric_set(s->clients_now, (double)--s->client_count);
    if (s->client_count == 0) {
        timer_free(s->heartbeat);
        s->heartbeat = NULL;
    }
}

/* "RUN-SEQ" of this run, and still to be had: the event after it. */
static bool find_place(const struct stream *s, const char *last_id, uint64_t *next)
{
    size_t n = strlen(s->run);
    if (strncmp(last_id, s->run, n) != 0 || last_id[n] != '-') {
        return false;
    }
    const char *digits = last_id + n + 1;
    uint64_t sequence = 0;
    for (const char *p = digits; *p != '\0'; p++) {
        if (*p < '0' || *p > '9' || p - digits > 17) {
            return false;
        }
        sequence = sequence * 10 + (uint64_t)(*p - '0');
    }
    *next = sequence + 1;
    return *digits != '\0' && *next >= s->oldest && *next <= s->next;
}

/* An id without data sets the place from which the browser will ask again, and calls nobody. */
static void greet(struct client *c, const char *last_id)
{
    struct stream *s = c->stream;
    bool is_new = last_id == NULL || *last_id == '\0';
    if (!is_new && find_place(s, last_id, &c->next)) {
        snprintf(c->greeting, sizeof c->greeting, "retry: %d\n\n", RETRY_MS);
        return;
    }
    c->next = s->next;
    snprintf(c->greeting, sizeof c->greeting, "retry: %d\nid: %s-%" PRIu64 "\n%s\n", RETRY_MS, s->run, s->next - 1,
             is_new ? "" : "event: reset\ndata: {}\n");
}

struct MHD_Response *stream_response(struct stream *s, struct MHD_Connection *connection, const char *last_id)
{
    if (s->client_count == CLIENTS_AT_MOST) {
        return NULL;
    }
    struct client *c = mem_new(sizeof *c);
    *c = (struct client){ .stream = s, .connection = connection };
    greet(c, last_id);
    struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, give, c, leave);
    if (response == NULL) {
        mem_free(c);
        return NULL;
    }
    list_append(&s->clients, &c->node);
    metric_set(s->clients_now, (double)++s->client_count);
    if (s->heartbeat == NULL) {
        s->heartbeat = loop_after(s->web->loop, HEARTBEAT_MS, beat, s);
    }
    return response;
}

struct stream *stream_new(struct web *w, struct bus *bus)
{
    struct stream *s = mem_new(sizeof *s);
    *s = (struct stream){ .web = w, .oldest = 1, .next = 1 };
    list_init(&s->clients);
    snprintf(s->run, sizeof s->run, "%" PRIx64, (uint64_t)loop_wall_us(w->loop));
    s->clients_now = metrics_gauge(w->metrics, "tillside_web_event_clients", "Clients that follow the events now.", NULL);
    s->let_go = metrics_counter(w->metrics, "tillside_web_event_clients_let_go_total",
                                "Clients that fell behind the kept events and were let go.", NULL);
    s->listener = bus_listen(bus, heard, s);
    return s;
}

void stream_end(struct stream *s)
{
    bus_leave(s->listener);
    s->listener = NULL;
    s->is_ending = true;
    timer_free(s->heartbeat);
    s->heartbeat = NULL;
    wake_all(s);
}

void stream_free(struct stream *s)
{
    while (s->oldest < s->next) {
        forget_oldest(s);
    }
    mem_free(s);
}
