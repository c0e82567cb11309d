#include "room.h"

#include "edge/visits.h"

err visits_add_touch(struct store *st, const struct touch_row *t, int64_t *id)
{
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    int64_t fresh = 0;
    e = store_new_id(st, "touches", &fresh);
    if (e == OK) {
        e = store_run(
            st, "INSERT INTO touches (id, customer, visit, when_us, way, channel, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            VALUES(number(fresh), reference(t->customer), reference(t->visit), number(t->when_us), words(t->way),
                   words(t->channel), words(t->text)));
    }
    e = store_finish(st, e);
    if (e == OK && id != NULL) {
        *id = fresh;
    }
    return e;
}

err visits_each_touch(struct store *st, int64_t customer, unsigned most, touch_fn *fn, void *self)
{
    struct query q = store_ask(st,
                               "SELECT id, customer, visit, when_us, way, channel, text FROM touches WHERE customer = ?1 "
                               "ORDER BY when_us DESC, id DESC LIMIT ?2",
                               VALUES(number(customer), number(most)));
    while (query_next(&q)) {
        struct touch_row row = { .id = query_number(&q, 0),
                                 .customer = query_number(&q, 1),
                                 .visit = query_number(&q, 2),
                                 .when_us = query_number(&q, 3),
                                 .way = query_text(&q, 4),
                                 .channel = query_text(&q, 5),
                                 .text = query_text(&q, 6) };
        fn(self, &row);
    }
    return query_end(&q);
}
