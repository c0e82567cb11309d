#include "edge/metrics.h"

#include "base/list.h"
#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LABELS_CEILING = 1024 };
enum kind { COUNTER, GAUGE, HISTOGRAM };

static const char *const kind_names[] = { "counter", "gauge", "histogram" };
static const double LARGEST_WHOLE = 9007199254740992.0; /* 2^53 */

struct histogram {
    size_t count;
    double bounds[METRIC_BOUNDS_AT_MOST], sum;
    uint64_t below[METRIC_BOUNDS_AT_MOST + 1]; /* each value once, in the first bucket that holds it */
};

struct metric {
    struct list node;
    char *labels; /* as printed between the braces; "" for none */
    double value;
    struct histogram *histogram;
};

struct family {
    struct list node, series;
    enum kind kind;
    char *name, *help;
};

struct asked {
    struct list node;
    metrics_fn *fn;
    void *self;
};

struct metrics {
    struct list families, asked;
};

struct metrics *metrics_new(void)
{
    struct metrics *m = mem_new(sizeof *m);
    list_init(&m->families);
    list_init(&m->asked);
    return m;
}

static void free_series(struct metric *x)
{
    list_remove(&x->node);
    mem_free(x->labels);
    mem_free(x->histogram);
    mem_free(x);
}

static void free_family(struct family *f)
{
    list_each_safe(node, &f->series)
    {
        free_series(list_entry(node, struct metric, node));
    }
    list_remove(&f->node);
    mem_free(f->name);
    mem_free(f->help);
    mem_free(f);
}

static void free_asked(struct asked *a)
{
    list_remove(&a->node);
    mem_free(a);
}

void metrics_free(struct metrics *m)
{
    if (m == NULL) {
        return;
    }
    list_each_safe(node, &m->families)
    {
        free_family(list_entry(node, struct family, node));
    }
    list_each_safe(left, &m->asked)
    {
        free_asked(list_entry(left, struct asked, node));
    }
    mem_free(m);
}

static struct family *family_of(struct metrics *m, enum kind kind, const char *name, const char *help)
{
    list_each(node, &m->families)
    {
        struct family *f = list_entry(node, struct family, node);
        if (strcmp(f->name, name) == 0) {
            assert(f->kind == kind);
            return f;
        }
    }
    struct family *f = mem_new(sizeof *f);
    *f = (struct family){ .kind = kind, .name = mem_text(name), .help = mem_text(help) };
    list_init(&f->series);
    list_append(&m->families, &f->node);
    return f;
}

/* A label's value may hold anything; these three would end it early. */
static err add_escaped(struct buf *out, const char *value)
{
    err e = OK;
    for (const char *p = value; e == OK && *p != '\0'; p++) {
        e = *p == '\n'                ? buf_add_text(out, "\\n")
            : *p == '"' || *p == '\\' ? buf_format(out, "\\%c", *p)
                                      : buf_add_byte(out, (unsigned char)*p);
    }
    return e;
}

static char *labels_text(const char *const *labels)
{
    struct buf out;
    buf_init(&out, LABELS_CEILING);
    err e = OK;
    for (size_t i = 0; e == OK && labels != NULL && labels[i] != NULL; i += 2) {
        e = buf_format(&out, "%s%s=\"", i ? "," : "", labels[i]);
        e = e == OK ? add_escaped(&out, labels[i + 1]) : e;
        e = e == OK ? buf_add_byte(&out, '"') : e;
    }
    assert(e == OK);
    char *text = mem_text(buf_text(&out));
    buf_clear(&out);
    return text;
}

static struct metric *series_of(struct family *f, const char *const *labels)
{
    char *text = labels_text(labels);
    list_each(node, &f->series)
    {
        struct metric *x = list_entry(node, struct metric, node);
        if (strcmp(x->labels, text) == 0) {
            mem_free(text);
            return x;
        }
    }
    struct metric *x = mem_new(sizeof *x);
    x->labels = text;
    list_append(&f->series, &x->node);
    return x;
}

struct metric *metrics_counter(struct metrics *m, const char *name, const char *help, const char *const *labels)
{
    return series_of(family_of(m, COUNTER, name, help), labels);
}

struct metric *metrics_gauge(struct metrics *m, const char *name, const char *help, const char *const *labels)
{
    return series_of(family_of(m, GAUGE, name, help), labels);
}

struct metric *metrics_histogram(struct metrics *m, const char *name, const char *help, const double *bounds, size_t count)
{
    assert(count <= METRIC_BOUNDS_AT_MOST);
    struct metric *x = series_of(family_of(m, HISTOGRAM, name, help), NULL);
    if (x->histogram == NULL) {
        x->histogram = mem_new(sizeof *x->histogram);
        x->histogram->count = count;
        memcpy(x->histogram->bounds, bounds, count * sizeof *bounds);
    }
    return x;
}

void metric_add(struct metric *x, double by)
{
    x->value += by;
}

void metric_set(struct metric *x, double value)
{
    x->value = value;
}

void metric_observe(struct metric *x, double value)
{
    struct histogram *h = x->histogram;
    assert(h != NULL);
    size_t i = 0;
    while (i < h->count && value > h->bounds[i]) {
        i++;
    }
    h->below[i]++;
    h->sum += value;
}

void metrics_before_print(struct metrics *m, metrics_fn *fn, void *self)
{
    struct asked *a = mem_new(sizeof *a);
    *a = (struct asked){ .fn = fn, .self = self };
    list_append(&m->asked, &a->node);
}

void metrics_forget(struct metrics *m, void *self)
{
    list_each_safe(node, &m->asked)
    {
        struct asked *a = list_entry(node, struct asked, node);
        if (a->self == self) {
            free_asked(a);
        }
    }
}

static err print_number(struct buf *out, double value)
{
    bool is_whole = value == floor(value) && fabs(value) < LARGEST_WHOLE;
    return is_whole ? buf_format(out, "%.0f", value) : buf_format(out, "%.9g", value);
}

static err print_plain(const struct family *f, const struct metric *x, struct buf *out)
{
    bool has_labels = x->labels[0] != '\0';
    err e = buf_format(out, "%s%s%s%s ", f->name, has_labels ? "{" : "", x->labels, has_labels ? "}" : "");
    e = e == OK ? print_number(out, x->value) : e;
    return e == OK ? buf_add_byte(out, '\n') : e;
}

static err print_histogram(const struct family *f, const struct histogram *h, struct buf *out)
{
    uint64_t so_far = 0;
    err e = OK;
    for (size_t i = 0; e == OK && i < h->count; i++) {
        so_far += h->below[i];
        e = buf_format(out, "%s_bucket{le=\"%g\"} %llu\n", f->name, h->bounds[i], (unsigned long long)so_far);
    }
    so_far += h->below[h->count];
    if (e != OK) {
        return e;
    }
    return buf_format(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %.9g\n%s_count %llu\n", f->name, (unsigned long long)so_far,
                      f->name, h->sum, f->name, (unsigned long long)so_far);
}

static err print_family(const struct family *f, struct buf *out)
{
    err e = buf_format(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, kind_names[f->kind]);
    list_each(node, &f->series)
    {
        const struct metric *x = list_entry(node, struct metric, node);
        if (e != OK) {
            return e;
        }
        e = x->histogram ? print_histogram(f, x->histogram, out) : print_plain(f, x, out);
    }
    return e;
}

err metrics_print(struct metrics *m, struct buf *out)
{
    list_each(node, &m->asked)
    {
        struct asked *a = list_entry(node, struct asked, node);
        a->fn(a->self);
    }
    err e = OK;
    list_each(family, &m->families)
    {
        e = e == OK ? print_family(list_entry(family, struct family, node), out) : e;
    }
    return e;
}
