/* The loop's own timers, in a heap by due time, so that a jumping clock can go straight to the nearest. */
#ifndef LOOP_TIMERS_H
#define LOOP_TIMERS_H

#include "loop/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct timers {
    struct timer **heap;
    size_t count, room;
    uint64_t order; /* equal times run in the order in which they were asked for */
};

struct timer *timers_add(struct timers *h, int64_t due_us, loop_fn *fn, void *self);
void timers_remove(struct timer *t);                                             /* nothing-there is fine */
bool timers_next(const struct timers *h, int64_t *due_us);                       /* when the nearest is due */
bool timers_take(struct timers *h, int64_t until_us, loop_fn **fn, void **self); /* takes one that is due */
void timers_clear(struct timers *h);

#endif
