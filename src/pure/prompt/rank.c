#include "pure/prompt.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

static const int64_t HOUR_US = (int64_t)3600 * 1000000;

enum {
    REST_HOURS = 6, /* "not now" rests a line for the visit, also when that closes and opens again */
    LOWER_BY_PUTTING_OFF = 12,
    MOST_LOWERED = 36,
    LOWER_BY_SAME_RULE = 15, /* three lines of one kind are a list, not a conversation */
    LEAST_WORTH_SAYING = 15
};

/* What was learned lately is worth more: it shows that somebody listened. */
static int freshness(int64_t since_us, int64_t now_us)
{
    static const struct {
        int64_t days;
        int points;
    } ages[] = { { 2, 12 }, { 14, 8 }, { 60, 4 }, { 365, 0 } };
    if (since_us <= 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        if (now_us - since_us < ages[i].days * 24 * HOUR_US) {
            return ages[i].points;
        }
    }
    return -6;
}

/* What was said is not said again, unless it was learned anew since. */
static bool was_said(const struct prompt_candidate *c)
{
    return c->times_said > 0 && c->since_us <= c->last_said_us;
}

static bool is_resting(const struct prompt_candidate *c, int64_t now_us)
{
    return c->times_put_off > 0 && now_us - c->last_put_off_us < REST_HOURS * HOUR_US;
}

static int lowered(const struct prompt_candidate *c)
{
    int by = c->times_put_off > MOST_LOWERED ? MOST_LOWERED : (int)c->times_put_off * LOWER_BY_PUTTING_OFF;
    return by > MOST_LOWERED ? MOST_LOWERED : by;
}

struct choice {
    const struct prompt_candidate *candidates;
    size_t *chosen;
    size_t count;
};

static int lowered_by_company(const struct choice *so_far, const struct prompt_candidate *c)
{
    int by = 0;
    for (size_t i = 0; i < so_far->count; i++) {
        const struct prompt_candidate *other = &so_far->candidates[so_far->chosen[i]];
        if (strcmp(other->rule, c->rule) != 0) {
            continue;
        }
        by += strcmp(other->key, c->key) == 0 ? 1000 : LOWER_BY_SAME_RULE;
    }
    return by;
}

static int worth(const struct choice *so_far, const struct prompt_candidate *c, int64_t now_us)
{
    if (was_said(c) || is_resting(c, now_us)) {
        return INT_MIN;
    }
    return c->warmth + freshness(c->since_us, now_us) - lowered(c) - lowered_by_company(so_far, c);
}

/* Of equal worth, the one that came first: the rules' order is part of the answer. */
static bool choose_next(struct choice *so_far, size_t count, int64_t now_us)
{
    int best = LEAST_WORTH_SAYING - 1;
    size_t at = count;
    for (size_t i = 0; i < count; i++) {
        int w = worth(so_far, &so_far->candidates[i], now_us);
        if (w > best) {
            best = w;
            at = i;
        }
    }
    if (at == count) {
        return false;
    }
    so_far->chosen[so_far->count++] = at;
    return true;
}

size_t prompt_rank(const struct prompt_candidate *candidates, size_t count, int64_t now_us, size_t chosen[PROMPTS_SHOWN_AT_MOST])
{
    struct choice so_far = { candidates, chosen, 0 };
    while (so_far.count < PROMPTS_SHOWN_AT_MOST && choose_next(&so_far, count, now_us)) {
    }
    return so_far.count;
}
