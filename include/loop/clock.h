/* Time comes from here and nowhere else. The real clock, or one that stands still until it is told to jump. */
#ifndef LOOP_CLOCK_H
#define LOOP_CLOCK_H

#include <stdint.h>

struct clock {
    int64_t (*steady_us)(const struct clock *c);   /* never goes back; no meaning but differences */
    int64_t (*wall_us)(const struct clock *c);     /* microseconds since 1970, UTC */
    void (*jump)(struct clock *c, int64_t by_us);  /* NULL: this clock runs by itself */
    int64_t steady, wall;                          /* the jumping clock's hands */
};

struct clock clock_real(void);
struct clock clock_jumping(int64_t wall_us);

#endif
