#include "inside.h"

#include <stdio.h>
#include <unistd.h>

extern const struct embedded_file web_documents[];

static void keep_or_fail(err e, struct web_reply *reply)
{
    if (e != OK) {
        web_refuse(reply, 500, "too_large", "The answer is larger than an answer may be.");
    }
}

/* Serving at all is what we can say by ourselves; the shop's row says more. */
static void health(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)self;
    (void)r;
    keep_or_fail(buf_add_text(&reply->body, "{\"status\":\"ok\",\"wrong\":null}"), reply);
}

static void metrics(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)r;
    struct web *w = self;
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
    keep_or_fail(metrics_print(w->metrics, &reply->body), reply);
}

static void document(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)self;
    (void)r;
    keep_or_fail(buf_add(&reply->body, web_documents[0].at, web_documents[0].n), reply);
}

static void events(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct web *w = self;
    struct exchange *x = w->answering;
    const char *last_id = x->heads.at[HEADER_LAST_ID].value;
    last_id = last_id ? last_id : web_query(r, "last_event_id");
    x->made = stream_response(w->stream, x->connection, last_id);
    if (x->made == NULL) {
        web_refuse(reply, 503, "too_many_pages", "Too many pages follow the events already. Close one of them.");
        return;
    }
    MHD_add_response_header(x->made, "Content-Type", "text/event-stream");
    MHD_add_response_header(x->made, "Cache-Control", "no-store");
    MHD_add_response_header(x->made, "Connection", "close"); /* who is let go shall notice */
}

const struct web_row own_rows[] = {
    { "GET", "/api/v1/events", events },
    { "GET", "/api/openapi.json", document },
    { "GET", "/healthz", health },
    { "GET", "/metrics", metrics },
    { 0 },
};

/* The second number of /proc/self/statm: resident pages (proc(5)). */
static double resident_bytes(void)
{
    unsigned long all = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f == NULL) {
        return 0;
    }
    if (fscanf(f, "%lu %lu", &all, &resident) != 2) {
        resident = 0;
    }
    fclose(f);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void note_gauges(void *self)
{
    struct web *w = self;
    struct loop_health now = loop_health(w->loop);
    metric_set(metrics_counter(w->metrics, "tillside_loop_callbacks_total", "What the loop was woken for.", NULL),
               (double)now.turns);
    metric_set(metrics_counter(w->metrics, "tillside_loop_late_callbacks_total", "Callbacks that took more than 20 ms.", NULL),
               (double)now.late_callbacks);
    metric_set(metrics_gauge(w->metrics, "tillside_loop_longest_callback_seconds", "The longest callback so far.", NULL),
               (double)now.longest_us / 1e6);
    metric_set(metrics_gauge(w->metrics, "process_resident_memory_bytes", "Resident memory.", NULL), resident_bytes());
}

void own_gauges_open(struct web *w)
{
    metrics_before_print(w->metrics, note_gauges, w);
}
