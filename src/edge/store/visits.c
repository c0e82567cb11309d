#include "room.h"

#include "edge/visits.h"

static err insert_visit(struct store *st, const struct visit_row *v, int64_t *id)
{
    err e = store_new_id(st, "visits", id);
    if (e != OK) {
        return e;
    }
    return store_run(
        st, "INSERT INTO visits (id, customer, opened_us, closed_us, touched_us, opened_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        VALUES(number(*id), reference(v->customer), number(v->opened_us), reference(v->closed_us), number(v->touched_us),
               words(v->opened_by)));
}

static err add_visit(struct store *st, const struct visit_row *v, int64_t *id)
{
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    int64_t fresh = 0;
    e = insert_visit(st, v, &fresh);
    if (e == OK) {
        e = facts_derive_profile(st, v->customer);
    }
    e = store_finish(st, e);
    if (e == OK) {
        *id = fresh;
    }
    return e;
}

err visits_open(struct store *st, int64_t customer, const char *opened_by, int64_t now_us, int64_t *id)
{
    struct visit_row v = { .customer = customer, .opened_us = now_us, .touched_us = now_us, .opened_by = opened_by };
    return add_visit(st, &v, id);
}

err visits_record(struct store *st, const struct visit_row *past, int64_t *id)
{
    struct visit_row v = *past;
    if (v.closed_us <= 0 || v.closed_us < v.opened_us) {
        return ERR_INPUT;
    }
    v.touched_us = v.closed_us;
    return add_visit(st, &v, id);
}

static void give_row(struct query *q, visit_fn *fn, void *self)
{
    struct visit_row row = { .id = query_number(q, 0),
                             .customer = query_number(q, 1),
                             .opened_us = query_number(q, 2),
                             .closed_us = query_number(q, 3),
                             .touched_us = query_number(q, 4),
                             .opened_by = query_text(q, 5) };
    fn(self, &row);
}

err visits_get(struct store *st, int64_t id, visit_fn *fn, void *self)
{
    struct query q = store_ask(st, "SELECT id, customer, opened_us, closed_us, touched_us, opened_by FROM visits WHERE id = ?1",
                               VALUES(number(id)));
    err found = ERR_MISSING;
    if (query_next(&q)) {
        found = OK;
        give_row(&q, fn, self);
    }
    err e = query_end(&q);
    return e != OK ? e : found;
}

err visits_current(struct store *st, int64_t *id)
{
    return store_number(st, "SELECT id FROM visits WHERE closed_us IS NULL AND id >> 40 = ?1", VALUES(number(st->till)), id);
}

struct owner {
    int64_t customer;
};

static void keep_owner(void *self, const struct visit_row *row)
{
    ((struct owner *)self)->customer = row->customer;
}

/* The counts of visits belong to the profile. */
static err change(struct store *st, int64_t visit, const char *sql, const struct value *values, size_t count)
{
    struct owner before = { 0 }, after = { 0 };
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    e = visits_get(st, visit, keep_owner, &before);
    if (e == OK) {
        e = store_run(st, sql, values, count);
    }
    if (e == OK) {
        e = visits_get(st, visit, keep_owner, &after);
    }
    if (e == OK) {
        e = facts_derive_profile(st, before.customer);
    }
    if (e == OK && after.customer != before.customer) {
        e = facts_derive_profile(st, after.customer);
    }
    return store_finish(st, e);
}

err visits_set_customer(struct store *st, int64_t visit, int64_t customer, int64_t now_us)
{
    return change(st, visit, "UPDATE visits SET customer = ?2, touched_us = max(touched_us, ?3) WHERE id = ?1",
                  VALUES(number(visit), reference(customer), number(now_us)));
}

err visits_touch(struct store *st, int64_t visit, int64_t now_us)
{
    int64_t touched_us = 0;
    return store_number(st, "UPDATE visits SET touched_us = max(touched_us, ?2) WHERE id = ?1 RETURNING touched_us",
                        VALUES(number(visit), number(now_us)), &touched_us);
}

err visits_close(struct store *st, int64_t visit, int64_t now_us)
{
    return change(st, visit, "UPDATE visits SET closed_us = ifnull(closed_us, ?2) WHERE id = ?1",
                  VALUES(number(visit), number(now_us)));
}

/* ERR_REFUSED: somebody else is here by now. */
err visits_reopen(struct store *st, int64_t visit, int64_t now_us)
{
    return change(st, visit, "UPDATE visits SET closed_us = NULL, touched_us = max(touched_us, ?2) WHERE id = ?1",
                  VALUES(number(visit), number(now_us)));
}

err visits_each_of_customer(struct store *st, int64_t customer, unsigned most, visit_fn *fn, void *self)
{
    struct query q = store_ask(st,
                               "SELECT id, customer, opened_us, closed_us, touched_us, opened_by FROM visits WHERE customer = ?1 "
                               "ORDER BY opened_us DESC, id DESC LIMIT ?2",
                               VALUES(number(customer), number(most)));
    while (query_next(&q)) {
        give_row(&q, fn, self);
    }
    return query_end(&q);
}
