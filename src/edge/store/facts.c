/* Facts are only ever added. What follows from them stands in derived tables, each made by its view in schema/0003_derived.sql:
 * after a fact the rows of its customer are made again, in the same transaction. */
#include "room.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "loop/log.h"

#include <stddef.h>
#include <string.h>

enum derived { CURRENT_FACTS, IDENTIFIERS, TIES, PROMISES, PROFILES, SEARCH_TEXTS, DERIVED_COUNT };

enum { MOST_STEPS = 4 };

/* In the order in which one follows from another: what is done for one customer (and key), and what for all. */
static const struct {
    const char *for_one[MOST_STEPS], *for_all[MOST_STEPS];
} tables[DERIVED_COUNT] = {
#define DERIVED(name, where)                                                                                                     \
    {                                                                                                                            \
        .for_one = { "DELETE FROM " name " WHERE " where, "INSERT INTO " name " SELECT * FROM " name "_now WHERE " where },      \
        .for_all = {                                                                                                             \
            "DELETE FROM " name,                                                                                                 \
            "INSERT INTO " name " SELECT * FROM " name "_now"                                                                    \
        }                                                                                                                        \
    }
    [CURRENT_FACTS] = DERIVED("current_facts", "customer = ?1 AND key = ?2"),
    [IDENTIFIERS] = DERIVED("identifiers", "customer = ?1"),
    [TIES] = DERIVED("ties", "customer = ?1"),
    [PROMISES] = DERIVED("promises", "customer = ?1"),
    [PROFILES] = DERIVED("profiles", "customer = ?1"),
    /* The index must be told the old words before they go, and hears nothing when they stay as they were. */
    [SEARCH_TEXTS] = { .for_one = { "INSERT INTO search_words (search_words, rowid, words) SELECT 'delete', customer, words "
                                    "FROM search_texts WHERE customer = ?1 "
                                    "AND words IS NOT (SELECT words FROM search_texts_now WHERE customer = ?1)",
                                    "DELETE FROM search_texts WHERE customer = ?1 "
                                    "AND words IS NOT (SELECT words FROM search_texts_now WHERE customer = ?1)",
                                    "INSERT INTO search_words (rowid, words) SELECT customer, words FROM search_texts_now "
                                    "WHERE customer = ?1 AND NOT EXISTS (SELECT 1 FROM search_texts WHERE customer = ?1)",
                                    "INSERT OR IGNORE INTO search_texts SELECT * FROM search_texts_now WHERE customer = ?1" },
                       .for_all = { "DELETE FROM search_texts", "INSERT INTO search_texts SELECT * FROM search_texts_now",
                                    "INSERT INTO search_words (search_words) VALUES ('rebuild')" } },
};

#define ALSO(table) (1u << (table))

/* Which tables a kind of fact speaks to. */
static const struct {
    const char *kind;
    unsigned tables;
} kinds[] = {
    { "fact", ALSO(CURRENT_FACTS) | ALSO(PROFILES) | ALSO(SEARCH_TEXTS) },
    { "link", ALSO(IDENTIFIERS) | ALSO(SEARCH_TEXTS) },
    { "tie", ALSO(TIES) },
    { "promise", ALSO(PROMISES) },
    { "state", ALSO(PROMISES) },
};

static unsigned tables_of(const char *kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].kind, kind) == 0) {
            return kinds[i].tables;
        }
    }
    return 0;
}

static err run_steps(struct store *st, const char *const steps[MOST_STEPS], const struct value *values, size_t count)
{
    err e = OK;
    for (size_t i = 0; i < MOST_STEPS && steps[i] != NULL && e == OK; i++) {
        e = store_run(st, steps[i], values, count);
    }
    return e;
}

static err derive(struct store *st, unsigned which, int64_t customer, const char *key)
{
    for (size_t t = 0; t < DERIVED_COUNT; t++) {
        if ((which & ALSO(t)) == 0) {
            continue;
        }
        size_t count = t == CURRENT_FACTS ? 2 : 1;
        const struct value values[] = { number(customer), words(key) };
        err e = run_steps(st, tables[t].for_one, values, count);
        if (e != OK) {
            return e;
        }
    }
    return OK;
}

err facts_derive_profile(struct store *st, int64_t customer)
{
    return customer == 0 ? OK : derive(st, ALSO(PROFILES), customer, NULL);
}

err store_rebuild(struct store *st)
{
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    for (size_t t = 0; t < DERIVED_COUNT && e == OK; t++) {
        e = run_steps(st, tables[t].for_all, NO_VALUES);
    }
    return store_finish(st, e);
}

/* --- the hybrid logical clock: wall milliseconds << 16 | counter, never back --- */
err facts_restore_clock(struct store *st)
{
    return store_number(st, "SELECT ifnull(max(hlc), 0) FROM facts", NO_VALUES, &st->last_hlc);
}

static int64_t next_hlc(struct store *st, int64_t now_us)
{
    int64_t wall = now_us > 0 ? now_us / 1000 * 65536 : 0;
    st->last_hlc = wall > st->last_hlc ? wall : st->last_hlc + 1;
    return st->last_hlc;
}

/* --- adding --- */
bool text_is_sound(const char *text, size_t ceiling)
{
    size_t n = text == NULL ? 0 : strnlen(text, ceiling);
    return n > 0 && n < ceiling && utf8_is_valid((struct view){ (const unsigned char *)text, n });
}

static err insert(struct store *st, const struct fact *f, const struct learned *from, int64_t *id)
{
    err e = store_new_id(st, "facts", id);
    if (e != OK) {
        return e;
    }
    return store_run(st,
                     "INSERT INTO facts (id, customer, kind, key, value, detail, other, about, hlc, learned_us, source, staff) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                     VALUES(number(*id), number(f->customer), words(f->kind), words(f->key), words(f->value), words(f->detail),
                            reference(f->other), reference(f->about), number(next_hlc(st, from->now_us)), number(from->now_us),
                            words(from->source), reference(from->staff)));
}

err facts_add(struct store *st, const struct fact *f, const struct learned *from, int64_t *id)
{
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    int64_t fresh = 0;
    e = insert(st, f, from, &fresh);
    if (e == OK) {
        e = derive(st, tables_of(f->kind), f->customer, f->key);
    }
    e = store_finish(st, e);
    if (e == OK && id != NULL) {
        *id = fresh;
    }
    return e;
}

/* A key is a word: it stands in rules. */
static bool is_key(const char *key)
{
    size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyz_0123456789");
    return n > 0 && n < 64 && key[n] == '\0';
}

err people_learn(struct store *st, const struct new_fact *new, const struct learned *from, int64_t *id)
{
    if (!is_key(new->key) || !text_is_sound(new->value, STORE_TEXT_CEILING)) {
        return ERR_INPUT;
    }
    if (strcmp(new->key, "birthday") == 0 && day_nearest_anniversary(new->value, day_of(from->now_us)) == INT64_MAX) {
        return ERR_INPUT;
    }
    struct fact f = { .customer = new->customer, .kind = "fact", .key = new->key, .value = new->value };
    return facts_add(st, &f, from, id);
}

/* What is taken back speaks to the same tables as when it was added. */
static err retract_row(struct store *st, const struct fact *old, const struct learned *from)
{
    struct fact f = { .customer = old->customer, .about = old->about, .kind = "retract", .key = old->key, .value = "" };
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    int64_t id = 0;
    e = insert(st, &f, from, &id);
    if (e == OK) {
        e = derive(st, tables_of(old->kind), old->customer, old->key);
    }
    return store_finish(st, e);
}

err people_retract(struct store *st, int64_t fact, const struct learned *from)
{
    struct query q = store_ask(st, "SELECT customer, kind, key FROM standing_facts WHERE id = ?1", VALUES(number(fact)));
    err e = ERR_MISSING;
    if (query_next(&q)) {
        struct fact old = { .customer = query_number(&q, 0), .about = fact, .kind = query_text(&q, 1), .key = query_text(&q, 2) };
        bool can_be_undone = tables_of(old.kind) != 0;
        e = can_be_undone ? retract_row(st, &old, from) : ERR_INPUT;
    }
    err ended = query_end(&q);
    return ended != OK ? ended : e;
}

err people_each_fact(struct store *st, int64_t customer, bool only_current, fact_fn *fn, void *self)
{
    struct query q = store_ask(st,
                               "SELECT f.id, f.key, f.value, f.source, f.learned_us, f.staff, c.fact IS NOT NULL "
                               "FROM facts AS f LEFT JOIN current_facts AS c ON c.fact = f.id "
                               "WHERE f.customer = ?1 AND f.kind = 'fact' AND (c.fact IS NOT NULL OR NOT ?2) "
                               "ORDER BY f.hlc DESC, f.id DESC",
                               VALUES(number(customer), number(only_current)));
    while (query_next(&q)) {
        struct fact_row row = { .id = query_number(&q, 0),
                                .key = query_text(&q, 1),
                                .value = query_text(&q, 2),
                                .source = query_text(&q, 3),
                                .learned_us = query_number(&q, 4),
                                .staff = query_number(&q, 5),
                                .is_current = query_number(&q, 6) != 0 };
        fn(self, &row);
    }
    return query_end(&q);
}

/* --- the check of the whole file --- */
static err check_with(struct store *st, const char *sql, char **reason)
{
    struct query q = store_ask(st, sql, NO_VALUES);
    if (query_next(&q)) {
        const char *said = query_text(&q, 0);
        if (said == NULL || strcmp(said, "ok") != 0) {
            *reason = mem_format("%s: %s", sql, said != NULL ? said : "a row without its owner");
        }
    }
    err e = query_end(&q);
    if (e != OK && *reason == NULL) {
        *reason = mem_format("%s: %s", sql, sqlite3_errmsg(st->db));
    }
    return *reason == NULL ? OK : ERR_SYSTEM;
}

err store_check(struct store *st, char **reason)
{
    static const char *const checks[] = {
        "PRAGMA quick_check(1)",
        "PRAGMA foreign_key_check",
        "INSERT INTO search_words (search_words, rank) VALUES ('integrity-check', 1)",
    };
    *reason = NULL;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        err e = check_with(st, checks[i], reason);
        if (e != OK) {
            log_error("store", "%s", *reason);
            return e;
        }
    }
    return OK;
}
