/* Figures about ourselves, read by a machine at /metrics (Prometheus text format 0.0.4). The registry owns its series;
 * a series is made at the first call with its name and labels and found again at later ones.
 * Names and labels are our own words, never something that a customer or a client sent. */
#ifndef EDGE_METRICS_H
#define EDGE_METRICS_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>

enum { METRIC_BOUNDS_AT_MOST = 16 };

struct metrics;
struct metric;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);

/* `labels`: name, value, name, value, NULL; or NULL for none. The name of a counter ends in "_total". */
struct metric *metrics_counter(struct metrics *m, const char *name, const char *help, const char *const *labels);
struct metric *metrics_gauge(struct metrics *m, const char *name, const char *help, const char *const *labels);
/* `bounds`: upper edges, rising, at most 16; what is above them all is counted too. Observe seconds. */
struct metric *metrics_histogram(struct metrics *m, const char *name, const char *help, const double *bounds, size_t count);

void metric_add(struct metric *x, double by);
void metric_set(struct metric *x, double value);
void metric_observe(struct metric *x, double value);

/* Called each time before printing, for figures that are cheaper to ask than to keep. */
typedef void metrics_fn(void *self);
void metrics_before_print(struct metrics *m, metrics_fn *fn, void *self);
void metrics_forget(struct metrics *m, void *self); /* takes back what was registered with that self */

MUST_USE err metrics_print(struct metrics *m, struct buf *out);

#endif
