#include "loop/bus.h"

#include "base/list.h"
#include "base/mem.h"

struct bus_listener {
    struct list node;
    struct bus *bus;
    bus_fn *fn;
    void *self;
    bool has_left;
};

/* An event that was posted while another was being delivered waits here, with its texts copied. */
struct waiting {
    struct list node;
    struct event event;
};

struct bus {
    struct list listeners, queue;
    uint64_t sequence;
    bool is_delivering;
};

struct bus *bus_new(void)
{
    struct bus *b = mem_new(sizeof *b);
    list_init(&b->listeners);
    list_init(&b->queue);
    return b;
}

static void free_waiting(struct waiting *w)
{
    list_remove(&w->node);
    mem_free((char *)w->event.text);
    mem_free((char *)w->event.detail);
    mem_free(w);
}

static void drop_those_who_left(struct bus *b)
{
    list_each_safe(node, &b->listeners)
    {
        struct bus_listener *l = list_entry(node, struct bus_listener, node);
        if (l->has_left) {
            list_remove(node);
            mem_free(l);
        }
    }
}

void bus_free(struct bus *b)
{
    if (b == NULL) {
        return;
    }
    list_each_safe(node, &b->queue)
    {
        free_waiting(list_entry(node, struct waiting, node));
    }
    list_each_safe(left, &b->listeners)
    {
        list_remove(left);
        mem_free(list_entry(left, struct bus_listener, node));
    }
    mem_free(b);
}

struct bus_listener *bus_listen(struct bus *b, bus_fn *fn, void *self)
{
    struct bus_listener *l = mem_new(sizeof *l);
    *l = (struct bus_listener){ .bus = b, .fn = fn, .self = self };
    list_append(&b->listeners, &l->node);
    return l;
}

void bus_leave(struct bus_listener *l)
{
    if (l == NULL) {
        return;
    }
    l->has_left = true;
    if (!l->bus->is_delivering) {
        drop_those_who_left(l->bus);
    }
}

static void deliver(struct bus *b, const struct event *e)
{
    list_each(node, &b->listeners)
    {
        struct bus_listener *l = list_entry(node, struct bus_listener, node);
        if (!l->has_left) {
            l->fn(l->self, e);
        }
    }
}

static void enqueue(struct bus *b, const struct event *e)
{
    struct waiting *w = mem_new(sizeof *w);
    w->event = *e;
    w->event.text = mem_text(e->text);
    w->event.detail = mem_text(e->detail);
    list_append(&b->queue, &w->node);
}

void bus_post(struct bus *b, const struct event *e)
{
    struct event stamped = *e;
    stamped.sequence = ++b->sequence;
    if (b->is_delivering) {
        enqueue(b, &stamped);
        return;
    }
    b->is_delivering = true;
    deliver(b, &stamped);
    while (!list_is_empty(&b->queue)) {
        struct waiting *w = list_entry(b->queue.next, struct waiting, node);
        list_remove(&w->node);
        deliver(b, &w->event);
        free_waiting(w);
    }
    b->is_delivering = false;
    drop_those_who_left(b);
}
