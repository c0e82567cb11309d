#include "room.h"

err store_add_story(struct store *st, const char *about, const char *maker, const char *text, int64_t *id)
{
    if (!text_is_sound(about, STORE_TEXT_CEILING) || !text_is_sound(text, STORE_TEXT_CEILING)) {
        return ERR_INPUT;
    }
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    int64_t fresh = 0;
    e = store_new_id(st, "stories", &fresh);
    if (e == OK) {
        e = store_run(st, "INSERT INTO stories (id, about, maker, text) VALUES (?1, ?2, ?3, ?4)",
                      VALUES(number(fresh), words(about), words(maker), words(text)));
    }
    e = store_finish(st, e);
    if (e == OK) {
        *id = fresh;
    }
    return e;
}

/* The longest `about` says the most about the thing. */
err store_story_for_item(struct store *st, const char *description, story_fn *fn, void *self)
{
    struct query q = store_ask(st, "SELECT id, about, text, maker FROM stories ORDER BY length(about) DESC, id", NO_VALUES);
    err found = ERR_MISSING;
    while (found == ERR_MISSING && query_next(&q)) {
        struct story_row row = { query_number(&q, 0), query_text(&q, 1), query_text(&q, 2), query_text(&q, 3) };
        if (words_are_about(st, row.about, description)) {
            found = OK;
            fn(self, &row);
        }
    }
    err e = query_end(&q);
    return e != OK ? e : found;
}
