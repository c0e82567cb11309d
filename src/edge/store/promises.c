#include "room.h"

#include <string.h>

err people_promise(struct store *st, const struct new_promise *new, const struct learned *from, int64_t *id)
{
    int64_t day = 0;
    if (!text_is_sound(new->what, STORE_TEXT_CEILING) || (new->due != NULL && !day_read(new->due, &day))) {
        return ERR_INPUT;
    }
    struct fact f = { .customer = new->customer, .kind = "promise", .key = "promise", .value = new->what, .detail = new->due };
    return facts_add(st, &f, from, id);
}

static bool is_state(const char *state)
{
    static const char *const states[] = { "open", "kept", "broken", "apologised" };
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strcmp(states[i], state) == 0) {
            return true;
        }
    }
    return false;
}

err people_promise_state(struct store *st, int64_t promise, const char *state, const struct learned *from)
{
    if (!is_state(state)) {
        return ERR_INPUT;
    }
    int64_t customer = 0;
    err e = store_number(st, "SELECT customer FROM promises WHERE id = ?1", VALUES(number(promise)), &customer);
    if (e != OK) {
        return e;
    }
    struct fact f = { .customer = customer, .about = promise, .kind = "state", .key = "promise", .value = state };
    return facts_add(st, &f, from, NULL);
}

#define PROMISE_COLUMNS                                                                                                          \
    "SELECT p.id, p.customer, c.name, p.what, p.due, p.state, p.made_us FROM promises AS p JOIN profiles AS c ON c.customer = "  \
    "p.customer "

err people_each_promise(struct store *st, int64_t customer, unsigned most, promise_fn *fn, void *self)
{
    static const char everybodys[] =
        PROMISE_COLUMNS "WHERE p.state = 'open' AND ?1 = 0 ORDER BY p.due IS NULL, p.due, p.id LIMIT ?2";
    static const char ones[] =
        PROMISE_COLUMNS "WHERE p.customer = ?1 ORDER BY p.state <> 'open', p.due IS NULL, p.due, p.id LIMIT ?2";
    struct query q = store_ask(st, customer == 0 ? everybodys : ones, VALUES(number(customer), number(most)));
    while (query_next(&q)) {
        struct promise_row row = { .id = query_number(&q, 0),
                                   .customer = query_number(&q, 1),
                                   .customer_name = query_text(&q, 2),
                                   .what = query_text(&q, 3),
                                   .due = query_text(&q, 4),
                                   .state = query_text(&q, 5),
                                   .made_us = query_number(&q, 6) };
        fn(self, &row);
    }
    return query_end(&q);
}
