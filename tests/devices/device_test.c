#include "device_test.h"

#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 5000, TURN_MS = 2 };

bool is_under_umockdev(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
    return preloaded != NULL && strstr(preloaded, "umockdev") != NULL;
}

static void went_up(void *self)
{
    ((struct heard *)self)->ups++;
}

static void heard(void *self, struct view bytes)
{
    struct heard *h = self;
    assert_int_equal(buf_add_view(&h->bytes, bytes), OK);
}

static void went_down(void *self, err why)
{
    (void)why;
    ((struct heard *)self)->downs++;
}

static const struct wire_owner owner = { .up = went_up, .heard = heard, .down = went_down };

void heard_open(struct heard *h, const char *address)
{
    *h = (struct heard){ .clock = clock_real() };
    buf_init(&h->bytes, 1 << 20);
    h->loop = loop_new(&h->clock);
    assert_int_equal(wire_open(h->loop, all_wires, &(struct wire_calling){ address, &owner, h }, &h->wire), OK);
}

void heard_close(struct heard *h)
{
    wire_close(h->wire);
    loop_free(h->loop);
    buf_clear(&h->bytes);
}

static void wake(void *self)
{
    loop_stop(self);
}

bool heard_until(struct heard *h, bool (*is_true)(void *), void *self)
{
    int64_t end_ms = loop_now_ms(h->loop) + PATIENCE_MS;
    while (!is_true(self)) {
        if (loop_now_ms(h->loop) > end_ms) {
            return false;
        }
        loop_after(h->loop, TURN_MS, wake, h->loop);
        loop_run(h->loop);
    }
    return true;
}

struct wanted {
    struct heard *heard;
    size_t n;
};

static bool has_ups(void *self)
{
    struct wanted *w = self;
    return w->heard->ups >= w->n;
}

static bool has_downs(void *self)
{
    struct wanted *w = self;
    return w->heard->downs >= w->n;
}

static bool has_bytes(void *self)
{
    struct wanted *w = self;
    return w->heard->bytes.n >= w->n;
}

bool heard_ups(struct heard *h, unsigned ups)
{
    return heard_until(h, has_ups, &(struct wanted){ h, ups });
}

bool heard_downs(struct heard *h, unsigned downs)
{
    return heard_until(h, has_downs, &(struct wanted){ h, downs });
}

bool heard_bytes(struct heard *h, size_t n)
{
    return heard_until(h, has_bytes, &(struct wanted){ h, n });
}
