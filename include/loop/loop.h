/* Everything that happens later happens here: one thread, nothing waits.
 * The loop owns its watches and timers; whoever made one frees it, or loop_free does.
 * Freeing is safe anywhere, also inside the callback of the thing that is freed. */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include "base/err.h"
#include "loop/clock.h"

#include <stdint.h>

struct loop;
struct watch;
struct timer;

/* GONE: the other side hung up or will send no more. Ask for it only until it was heard: it stays true. */
enum { READY_READ = 1, READY_WRITE = 2, READY_GONE = 4 };

typedef void loop_fn(void *self);
typedef void watch_fn(void *self, unsigned ready);
typedef void signal_fn(void *self, int number);

struct loop *loop_new(struct clock *clock);   /* the clock is borrowed */
void loop_free(struct loop *l);
void loop_run(struct loop *l);                /* until loop_stop, or until nothing is left to happen */
void loop_turn(struct loop *l);               /* what is ready now, without waiting; a jumping clock jumps if nothing is */
void loop_stop(struct loop *l);

int64_t loop_now_ms(const struct loop *l);    /* steady */
int64_t loop_now_us(const struct loop *l);
int64_t loop_wall_us(const struct loop *l);

struct watch *loop_watch(struct loop *l, int fd, unsigned want, watch_fn *fn, void *self);   /* NULL: not pollable */
void watch_want(struct watch *w, unsigned want);
void watch_free(struct watch *w);

struct timer *loop_after(struct loop *l, int64_t delay_ms, loop_fn *fn, void *self);   /* once; then it is gone: forget it in fn */
void timer_free(struct timer *t);

void loop_on_signal(struct loop *l, int number, signal_fn *fn, void *self);
void loop_later(struct loop *l, loop_fn *fn, void *self);   /* when this turn is over: the only place things are freed */

/* What must take long: `work` runs on another thread and touches only `self`; `done` runs here afterwards. */
MUST_USE err loop_work(struct loop *l, loop_fn *work, loop_fn *done, void *self);

/* How often a callback took longer than the budget of 20 ms, and the longest one. */
struct loop_health {
    uint64_t turns, late_callbacks;
    int64_t longest_us;
};
struct loop_health loop_health(const struct loop *l);

#endif
