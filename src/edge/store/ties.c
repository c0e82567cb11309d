#include "room.h"

err people_tie(struct store *st, const struct new_tie *new, const struct learned *from, int64_t *id)
{
    bool is_sound = text_is_sound(new->word, STORE_TEXT_CEILING) && text_is_sound(new->back_word, STORE_TEXT_CEILING);
    if (new->customer == new->other || !is_sound) {
        return ERR_INPUT;
    }
    struct fact f = {
        .customer = new->customer, .other = new->other, .kind = "tie", .key = new->word, .value = "", .detail = new->back_word
    };
    return facts_add(st, &f, from, id);
}

err people_untie(struct store *st, int64_t tie, const struct learned *from)
{
    int64_t customer = 0;
    err e = store_number(st, "SELECT customer FROM ties WHERE id = ?1", VALUES(number(tie)), &customer);
    return e == OK ? people_retract(st, tie, from) : e;
}

err people_each_tie(struct store *st, int64_t customer, tie_fn *fn, void *self)
{
    struct query q = store_ask(st, "SELECT tie, other, word, other_name, learned_us FROM tied WHERE customer = ?1 ORDER BY tie",
                               VALUES(number(customer)));
    while (query_next(&q)) {
        struct tie_row row = { query_number(&q, 0), query_number(&q, 1), query_text(&q, 2), query_text(&q, 3),
                               query_number(&q, 4) };
        fn(self, &row);
    }
    return query_end(&q);
}
