/* Asks every rule what could be said in one visit, and adds to each line what became of it before. */
#include "rules.h"

#include "base/mem.h"
#include "edge/visits.h"
#include "loop/log.h"

#include <string.h>

enum {
    MOST_ROWS = 8,               /* of one rule for one visit */
    STEPS_BETWEEN_LOOKS = 10000, /* of SQLite's machine */
    MOST_LOOKS = 20,             /* a rule that works longer is stopped: the loop has other things to do */
    MOST_HUSHED = 16
};

struct asking {
    struct store *st;
    int64_t visit, customer, now_us;
    char today[DAY_TEXT];
    char *hushed[MOST_HUSHED]; /* what is better not mentioned, by no rule */
    size_t hushed_count;
    candidate_fn *fn;
    void *self;
};

static int find_column(sqlite3_stmt *query, const char *name)
{
    for (int i = 0; i < sqlite3_column_count(query); i++) {
        if (strcmp(sqlite3_column_name(query, i), name) == 0) {
            return i;
        }
    }
    return -1;
}

static const char *column_text(void *self, const char *name)
{
    int at = find_column(self, name);
    return at < 0 ? NULL : (const char *)sqlite3_column_text(self, at);
}

static int64_t column_number(sqlite3_stmt *query, const char *name, int64_t otherwise)
{
    int at = find_column(query, name);
    return at < 0 || sqlite3_column_type(query, at) == SQLITE_NULL ? otherwise : sqlite3_column_int64(query, at);
}

static void bind_parameters(const struct asking *a, sqlite3_stmt *query)
{
    sqlite3_bind_int64(query, sqlite3_bind_parameter_index(query, ":visit"), a->visit);
    sqlite3_bind_int64(query, sqlite3_bind_parameter_index(query, ":now_us"), a->now_us);
    sqlite3_bind_text(query, sqlite3_bind_parameter_index(query, ":today"), a->today, -1, SQLITE_STATIC);
    int customer = sqlite3_bind_parameter_index(query, ":customer");
    if (a->customer != 0) {
        sqlite3_bind_int64(query, customer, a->customer);
    } else {
        sqlite3_bind_null(query, customer);
    }
}

/* What was answered when this line was shown before: to this customer, or, while nobody is named, in this visit. */
static err remember(const struct asking *a, struct candidate_row *c)
{
    struct query q =
        store_ask(a->st,
                  "SELECT ifnull(sum(answer = 'said'), 0), ifnull(max(iif(answer = 'said', answered_us, 0)), 0), "
                  "ifnull(sum(answer = 'not_now'), 0), ifnull(max(iif(answer = 'not_now', answered_us, 0)), 0) FROM ("
                  "SELECT n.answer, n.answered_us FROM prompts AS p JOIN prompt_answers AS n ON n.id = "
                  "(SELECT max(id) FROM prompt_answers WHERE prompt = p.id) "
                  "WHERE p.customer IS ?1 AND p.rule = ?2 AND p.key = ?3 AND (?1 IS NOT NULL OR p.visit = ?4))",
                  VALUES(reference(a->customer), words(c->rule), words(c->key), number(a->visit)));
    if (query_next(&q)) {
        c->times_said = (unsigned)query_number(&q, 0);
        c->last_said_us = query_number(&q, 1);
        c->times_put_off = (unsigned)query_number(&q, 2);
        c->last_put_off_us = query_number(&q, 3);
    }
    return query_end(&q);
}

static bool is_hushed(const struct asking *a, const char *text)
{
    for (size_t i = 0; i < a->hushed_count; i++) {
        if (words_are_about(a->st, a->hushed[i], text)) {
            return true;
        }
    }
    return false;
}

static err give_candidate(const struct asking *a, const struct rule *rule)
{
    char *text = prompt_phrase(rule->head.sentence, column_text, rule->query);
    char *why = prompt_phrase(rule->head.why, column_text, rule->query);
    struct candidate_row c = { .rule = rule->head.name,
                               .key = column_text(rule->query, "key"),
                               .accent = rule->head.accent,
                               .text = text,
                               .why = why,
                               .warmth = (int)column_number(rule->query, "warmth", rule->head.warmth),
                               .since_us = column_number(rule->query, "since_us", 0) };
    err e = OK;
    bool names_it_on_purpose = strcmp(c.rule, "dont_mention") == 0;
    if (text != NULL && why != NULL && c.key != NULL && (names_it_on_purpose || !is_hushed(a, text))) {
        e = remember(a, &c);
        if (e == OK) {
            a->fn(a->self, &c);
        }
    }
    mem_free(text);
    mem_free(why);
    return e;
}

static int look_at_the_time(void *self)
{
    struct rules *r = self;
    return ++r->looks > MOST_LOOKS;
}

/* The budget is the rule's own: what a row function does in between is not counted. */
static int step_within_budget(struct store *st, sqlite3_stmt *query)
{
    sqlite3_progress_handler(st->db, STEPS_BETWEEN_LOOKS, look_at_the_time, st->rules);
    int code = sqlite3_step(query);
    sqlite3_progress_handler(st->db, 0, NULL, NULL);
    return code;
}

/* A rule that fails while it runs is left out of this visit; the others go on. */
static err ask_rule(const struct asking *a, const struct rule *rule)
{
    bind_parameters(a, rule->query);
    a->st->rules->looks = 0;
    err e = OK;
    int code = SQLITE_ROW;
    for (int rows = 0; rows < MOST_ROWS && e == OK && (code = step_within_budget(a->st, rule->query)) == SQLITE_ROW; rows++) {
        e = give_candidate(a, rule);
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        log_warn("rules", "%s: %s", rule->head.name, sqlite3_errmsg(a->st->db));
    }
    sqlite3_reset(rule->query);
    return e;
}

static void keep_customer(void *self, const struct visit_row *row)
{
    ((struct asking *)self)->customer = row->customer;
}

static err find_hushed(struct asking *a)
{
    struct query q = store_ask(a->st, "SELECT value FROM current_facts WHERE customer = ?1 AND key = 'dont_mention' LIMIT ?2",
                               VALUES(number(a->customer), number(MOST_HUSHED)));
    while (query_next(&q)) {
        a->hushed[a->hushed_count++] = mem_text(query_text(&q, 0));
    }
    return query_end(&q);
}

static err ask_all(struct asking *a)
{
    struct rules *r = a->st->rules;
    err e = OK;
    for (size_t i = 0; i < r->count && e == OK; i++) {
        e = ask_rule(a, &r->at[i]);
    }
    return e;
}

err visits_each_candidate(struct store *st, int64_t visit, int64_t now_us, candidate_fn *fn, void *self)
{
    struct asking a = { .st = st, .visit = visit, .now_us = now_us, .fn = fn, .self = self };
    day_text(day_of(now_us), a.today);
    err e = visits_get(st, visit, keep_customer, &a);
    if (e == OK) {
        e = find_hushed(&a);
    }
    if (e == OK) {
        e = ask_all(&a);
    }
    for (size_t i = 0; i < a.hushed_count; i++) {
        mem_free(a.hushed[i]);
    }
    return e;
}
