/* Figures about the counter, for /metrics: counted from the bus, so that nothing else has to think of them. Restraint and
 * relations, never money. */
#include "counter.h"

static void hear(void *self, const struct event *e)
{
    struct shop *s = self;
    const char *labels[] = { "event", event_name(e->kind), NULL };
    metric_add(metrics_counter(s->parts.metrics, "tillside_events_total", "What happened at the counter, by kind", labels), 1);
    if (e->kind == EV_SLIP_CHANGED && e->text != NULL) {
        const char *state[] = { "state", e->text, NULL };
        metric_add(metrics_counter(s->parts.metrics, "tillside_slips_total", "Slips that reached this state", state), 1);
    }
}

static void refresh(void *self)
{
    struct shop *s = self;
    struct metrics *m = s->parts.metrics;
    metric_set(metrics_gauge(m, "tillside_tap_up", "1 while the printer tap answers", NULL), s->tap.is_connected);
    metric_set(metrics_gauge(m, "tillside_printer_up", "1 while the tap has its printer", NULL),
               s->tap.is_connected && s->tap.is_printer_up);
    metric_set(metrics_gauge(m, "tillside_journal_writing", "1 while the tap can keep what it prints", NULL),
               s->tap.is_journal_writing);
    metric_set(metrics_gauge(m, "tillside_stream_unread_bytes", "Printed, and not yet read", NULL),
               s->tap.end_offset > s->position ? (double)(s->tap.end_offset - s->position) : 0);
    metric_set(metrics_gauge(m, "tillside_visit_open", "1 while somebody is at the counter", NULL), s->visit != 0);
}

void figures_start(struct shop *s)
{
    static const double bounds[] = { 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05 };
    s->scan_seconds =
        metrics_histogram(s->parts.metrics, "tillside_scan_seconds", "From a code's arrival to its event being posted", bounds,
                          sizeof bounds / sizeof *bounds);
    s->ears = bus_listen(s->parts.bus, hear, s);
    metrics_before_print(s->parts.metrics, refresh, s);
}

void figures_stop(struct shop *s)
{
    metrics_forget(s->parts.metrics, s);
    bus_leave(s->ears);
}
