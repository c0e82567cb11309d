#include "timers.h"

#include "base/mem.h"

struct timer {
    struct timers *home;
    size_t at;
    int64_t due_us;
    uint64_t order;
    loop_fn *fn;
    void *self;
};

static bool is_before(const struct timer *a, const struct timer *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->order < b->order;
}

static void put(struct timers *h, size_t at, struct timer *t)
{
    h->heap[at] = t;
    t->at = at;
}

static void rise(struct timers *h, struct timer *t)
{
    size_t at = t->at;
    while (at > 0 && is_before(t, h->heap[(at - 1) / 2])) {
        put(h, at, h->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(h, at, t);
}

static void sink(struct timers *h, struct timer *t)
{
    size_t at = t->at;
    for (size_t child = 2 * at + 1; child < h->count; child = 2 * at + 1) {
        if (child + 1 < h->count && is_before(h->heap[child + 1], h->heap[child])) {
            child++;
        }
        if (!is_before(h->heap[child], t)) {
            break;
        }
        put(h, at, h->heap[child]);
        at = child;
    }
    put(h, at, t);
}

struct timer *timers_add(struct timers *h, int64_t due_us, loop_fn *fn, void *self)
{
    if (h->count == h->room) {
        h->room = h->room ? 2 * h->room : 16;
        h->heap = mem_grow(h->heap, h->room, sizeof(struct timer *));
    }
    struct timer *t = mem_new(sizeof *t);
    *t = (struct timer){ .home = h, .at = h->count, .due_us = due_us, .order = h->order++, .fn = fn, .self = self };
    h->count++;
    rise(h, t);
    return t;
}

void timers_remove(struct timer *t)
{
    if (t == NULL) {
        return;
    }
    struct timers *h = t->home;
    struct timer *last = h->heap[--h->count];
    if (last != t) {
        put(h, t->at, last);
        rise(h, last);
        sink(h, last);
    }
    mem_free(t);
}

bool timers_next(const struct timers *h, int64_t *due_us)
{
    if (h->count == 0) {
        return false;
    }
    *due_us = h->heap[0]->due_us;
    return true;
}

bool timers_take(struct timers *h, int64_t until_us, loop_fn **fn, void **self)
{
    if (h->count == 0 || h->heap[0]->due_us > until_us) {
        return false;
    }
    struct timer *t = h->heap[0];
    *fn = t->fn;
    *self = t->self;
    timers_remove(t);
    return true;
}

void timers_clear(struct timers *h)
{
    while (h->count > 0) {
        timers_remove(h->heap[h->count - 1]);
    }
    mem_free(h->heap);
    *h = (struct timers){ 0 };
}
