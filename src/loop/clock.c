#define _POSIX_C_SOURCE 200809L
#include "loop/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec t = { 0 };
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t real_steady_us(const struct clock *c)
{
    (void)c;
    return read_us(CLOCK_MONOTONIC);
}

static int64_t real_wall_us(const struct clock *c)
{
    (void)c;
    return read_us(CLOCK_REALTIME);
}

static int64_t hand_steady_us(const struct clock *c)
{
    return c->steady;
}

static int64_t hand_wall_us(const struct clock *c)
{
    return c->wall;
}

static void jump_hands(struct clock *c, int64_t by_us)
{
    c->steady += by_us;
    c->wall += by_us;
}

struct clock clock_real(void)
{
    return (struct clock){ .steady_us = real_steady_us, .wall_us = real_wall_us, .jump = NULL };
}

struct clock clock_jumping(int64_t wall_us)
{
    return (struct clock){
        .steady_us = hand_steady_us, .wall_us = hand_wall_us, .jump = jump_hands, .steady = 1000000, .wall = wall_us
    };
}
