/* Prompts that were shown and what became of them. What was said about a key is remembered for the customer, or, while nobody
 * is named, for the visit. */
#include "room.h"

#include "edge/visits.h"

err visits_show_prompt(struct store *st, int64_t visit, const struct candidate_row *c, int64_t now_us, int64_t *id)
{
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    int64_t shown = 0;
    e = store_number(st,
                     "SELECT p.id FROM prompts AS p JOIN visits AS v ON v.id = p.visit "
                     "WHERE p.visit = ?1 AND ifnull(p.customer, 0) = ifnull(v.customer, 0) AND p.rule = ?2 AND p.key = ?3",
                     VALUES(number(visit), words(c->rule), words(c->key)), &shown);
    if (e == ERR_MISSING) {
        e = store_new_id(st, "prompts", &shown);
        if (e == OK) {
            e = store_run(st,
                          "INSERT INTO prompts (id, visit, customer, rule, key, accent, text, why, since_us, shown_us) "
                          "VALUES (?1, ?2, (SELECT customer FROM visits WHERE id = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                          VALUES(number(shown), number(visit), words(c->rule), words(c->key), words(c->accent), words(c->text),
                                 words(c->why), number(c->since_us), number(now_us)));
        }
    }
    e = store_finish(st, e);
    if (e == OK) {
        *id = shown;
    }
    return e;
}

err visits_answer_prompt(struct store *st, int64_t prompt, const char *answer, int64_t staff, int64_t now_us)
{
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    int64_t id = 0;
    e = store_new_id(st, "prompt_answers", &id);
    if (e == OK) {
        e = store_run(st, "INSERT INTO prompt_answers (id, prompt, answer, staff, answered_us) VALUES (?1, ?2, ?3, ?4, ?5)",
                      VALUES(number(id), number(prompt), words(answer), reference(staff), number(now_us)));
    }
    return store_finish(st, e);
}

/* Those of the customer who is here now: what was shown for somebody taken for another stays with that other. */
err visits_each_prompt(struct store *st, int64_t visit, prompt_fn *fn, void *self)
{
    struct query q = store_ask(st,
                               "SELECT p.id, p.visit, p.shown_us, p.rule, p.key, p.accent, p.text, p.why, "
                               "(SELECT answer FROM prompt_answers WHERE prompt = p.id ORDER BY id DESC LIMIT 1), p.since_us "
                               "FROM prompts AS p JOIN visits AS v ON v.id = p.visit "
                               "WHERE p.visit = ?1 AND ifnull(p.customer, 0) = ifnull(v.customer, 0) ORDER BY p.id",
                               VALUES(number(visit)));
    while (query_next(&q)) {
        struct prompt_row row = { .id = query_number(&q, 0),
                                  .visit = query_number(&q, 1),
                                  .shown_us = query_number(&q, 2),
                                  .rule = query_text(&q, 3),
                                  .key = query_text(&q, 4),
                                  .accent = query_text(&q, 5),
                                  .text = query_text(&q, 6),
                                  .why = query_text(&q, 7),
                                  .answer = query_text(&q, 8),
                                  .since_us = query_number(&q, 9) };
        fn(self, &row);
    }
    return query_end(&q);
}
