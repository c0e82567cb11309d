#include "room.h"

#include "edge/visits.h"

err visits_add_slip(struct store *st, const struct new_slip *new, int64_t now_us, int64_t *id)
{
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    int64_t fresh = 0;
    e = store_new_id(st, "slips", &fresh);
    if (e == OK) {
        e = store_run(
            st,
            "INSERT INTO slips (id, visit, state, template_name, values_json, made_us, changed_us) "
            "VALUES (?1, ?2, 'draft', ?3, ?4, ?5, ?5)",
            VALUES(number(fresh), reference(new->visit), words(new->template_name), words(new->values_json), number(now_us)));
    }
    e = store_finish(st, e);
    if (e == OK) {
        *id = fresh;
    }
    return e;
}

err visits_slip_state(struct store *st, int64_t slip, const char *state, int64_t now_us)
{
    int64_t id = 0;
    return store_number(st, "UPDATE slips SET state = ?2, changed_us = ?3 WHERE id = ?1 RETURNING id",
                        VALUES(number(slip), words(state), number(now_us)), &id);
}

err visits_slip_values(struct store *st, int64_t slip, const char *values_json, int64_t now_us)
{
    int64_t id = 0;
    return store_number(st, "UPDATE slips SET values_json = ?2, changed_us = ?3 WHERE id = ?1 RETURNING id",
                        VALUES(number(slip), words(values_json), number(now_us)), &id);
}

#define SLIP_COLUMNS "SELECT id, visit, state, template_name, values_json, made_us, changed_us FROM slips "

static void give_row(struct query *q, slip_record_fn *fn, void *self)
{
    struct slip_record row = { .id = query_number(q, 0),
                               .visit = query_number(q, 1),
                               .state = query_text(q, 2),
                               .template_name = query_text(q, 3),
                               .values_json = query_text(q, 4),
                               .made_us = query_number(q, 5),
                               .changed_us = query_number(q, 6) };
    fn(self, &row);
}

err visits_get_slip(struct store *st, int64_t id, slip_record_fn *fn, void *self)
{
    struct query q = store_ask(st, SLIP_COLUMNS "WHERE id = ?1", VALUES(number(id)));
    err found = ERR_MISSING;
    if (query_next(&q)) {
        found = OK;
        give_row(&q, fn, self);
    }
    err e = query_end(&q);
    return e != OK ? e : found;
}

err visits_each_slip(struct store *st, int64_t visit, slip_record_fn *fn, void *self)
{
    static const char under_way[] = SLIP_COLUMNS "WHERE state IN ('waiting', 'printing') AND ?1 = 0 ORDER BY id";
    static const char of_visit[] = SLIP_COLUMNS "WHERE visit = ?1 ORDER BY id";
    struct query q = store_ask(st, visit == 0 ? under_way : of_visit, VALUES(number(visit)));
    while (query_next(&q)) {
        give_row(&q, fn, self);
    }
    return query_end(&q);
}
