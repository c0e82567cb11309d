#include "counter.h"

#include "base/mem.h"

/* The candidates of one visit, copied so that they can be ranked together. */
enum { MOST_CANDIDATES = 64 };

struct gathered {
    struct candidate_row rows[MOST_CANDIDATES];
    struct prompt_candidate ranked[MOST_CANDIDATES];
    size_t count;
};

static void gather(void *self, const struct candidate_row *row)
{
    struct gathered *g = self;
    if (g->count == MOST_CANDIDATES) {
        return;
    }
    struct candidate_row copy = *row;
    copy.rule = mem_text(row->rule);
    copy.key = mem_text(row->key);
    copy.accent = mem_text(row->accent);
    copy.text = mem_text(row->text);
    copy.why = mem_text(row->why);
    g->ranked[g->count] = (struct prompt_candidate){ .rule = copy.rule,
                                                     .key = copy.key,
                                                     .warmth = row->warmth,
                                                     .since_us = row->since_us,
                                                     .last_said_us = row->last_said_us,
                                                     .last_put_off_us = row->last_put_off_us,
                                                     .times_said = row->times_said,
                                                     .times_put_off = row->times_put_off };
    g->rows[g->count++] = copy;
}

static void forget(struct gathered *g)
{
    for (size_t i = 0; i < g->count; i++) {
        mem_free((char *)g->rows[i].rule);
        mem_free((char *)g->rows[i].key);
        mem_free((char *)g->rows[i].accent);
        mem_free((char *)g->rows[i].text);
        mem_free((char *)g->rows[i].why);
    }
    mem_free(g);
}

void hints_choose(struct shop *s, int64_t visit, int64_t customer)
{
    (void)customer;
    int64_t now_us = shop_now_us(s);
    struct gathered *g = mem_new(sizeof *g);
    err e = visits_each_candidate(s->parts.store, visit, now_us, gather, g);
    size_t chosen[PROMPTS_SHOWN_AT_MOST];
    size_t count = e == OK ? prompt_rank(g->ranked, g->count, now_us, chosen) : 0;
    for (size_t i = 0; i < count && e == OK; i++) {
        int64_t id = 0;
        e = visits_show_prompt(s->parts.store, visit, &g->rows[chosen[i]], now_us, &id);
    }
    shop_complain("choosing prompts", e);
    forget(g);
}
