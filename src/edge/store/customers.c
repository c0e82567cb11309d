#include "room.h"

err people_add(struct store *st, const char *name, const struct learned *from, int64_t *id)
{
    if (!text_is_sound(name, STORE_TEXT_CEILING)) {
        return ERR_INPUT;
    }
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    int64_t fresh = 0;
    e = store_new_id(st, "customers", &fresh);
    if (e == OK) {
        e = store_run(st, "INSERT INTO customers (id, added_us) VALUES (?1, ?2)", VALUES(number(fresh), number(from->now_us)));
    }
    if (e == OK) {
        e = people_learn(st, &(struct new_fact){ fresh, "name", name }, from, NULL);
    }
    e = store_finish(st, e);
    if (e == OK) {
        *id = fresh;
    }
    return e;
}

/* What tells namesakes apart is the first that we know of: where they are from, whom they belong to, what they bought. */
static const char GET[] = "SELECT p.name, p.say_as, p.language, p.relate, p.pronouns, "
                          "coalesce((SELECT value FROM current_facts WHERE customer = ?1 AND key = 'from'), "
                          "(SELECT word || ' ' || other_name FROM tied WHERE customer = ?1 ORDER BY tie LIMIT 1), "
                          "(SELECT description FROM bought WHERE customer = ?1 ORDER BY bought_us DESC, line LIMIT 1)), "
                          "p.visit_count, p.first_visit_us, p.last_visit_us FROM profiles AS p WHERE p.customer = ?1";

err people_get(struct store *st, int64_t id, customer_fn *fn, void *self)
{
    struct query q = store_ask(st, GET, VALUES(number(id)));
    err found = ERR_MISSING;
    if (query_next(&q)) {
        found = OK;
        struct customer_row row = { .id = id,
                                    .name = query_text(&q, 0),
                                    .say_as = query_text(&q, 1),
                                    .language = query_text(&q, 2),
                                    .relate = query_text(&q, 3),
                                    .pronouns = query_text(&q, 4),
                                    .tag = query_text(&q, 5),
                                    .visit_count = query_number(&q, 6),
                                    .first_visit_us = query_number(&q, 7),
                                    .last_visit_us = query_number(&q, 8) };
        fn(self, &row);
    }
    err e = query_end(&q);
    return e != OK ? e : found;
}
