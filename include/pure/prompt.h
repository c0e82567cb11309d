/* Which of the candidate lines the staff should see: at most three, by warmth, freshness and what was already said.
 * Pure: money is not an input. Everything is borrowed; `chosen` receives indexes into `candidates`, the best first. */
#ifndef PURE_PROMPT_H
#define PURE_PROMPT_H

#include <stddef.h>
#include <stdint.h>

enum { PROMPTS_SHOWN_AT_MOST = 3 };

struct prompt_candidate {
    const char *rule, *key;
    int warmth;
    int64_t since_us, last_said_us, last_put_off_us;
    unsigned times_said, times_put_off;
};

size_t prompt_rank(const struct prompt_candidate *candidates, size_t count, int64_t now_us, size_t chosen[PROMPTS_SHOWN_AT_MOST]);

/* A rule file: comment lines "-- name: value" (rule, accent, warmth, sentence, why), then one SELECT. */
struct prompt_rule { char *name, *accent, *sentence, *why, *sql; int warmth; };
int prompt_rule_read(const char *file_name, const char *text, struct prompt_rule *out, char **reason);   /* 0, or an err */
void prompt_rule_clear(struct prompt_rule *r);

/* Replaces {column} by what `value` answers; NULL from it makes the whole sentence nothing (returns NULL). mem_free. */
char *prompt_phrase(const char *sentence, const char *(*value)(void *self, const char *column), void *self);

#endif
