/* The store's own room: one connection, its prepared statements and transactions. Nothing outside this folder includes it. */
#ifndef STORE_ROOM_H
#define STORE_ROOM_H

#include "base/buf.h"
#include "base/embedded.h"
#include "edge/people.h"
#include "edge/store.h"

#include <sqlite3.h>

enum {
    STORE_MOST_STATEMENTS = 160,
    STORE_TEXT_CEILING = 4096,        /* of one value that a person typed */
    STORE_PAPER_CEILING = 256 * 1024, /* of a receipt's text */
    STORE_TILL_SHIFT = 40,
};

struct statement {
    const char *sql; /* a literal: told apart by its address */
    sqlite3_stmt *prepared;
    bool is_busy;
};

struct rules;
struct word_cutter;

struct store {
    sqlite3 *db;
    int lock_fd;
    unsigned till;
    int depth; /* of transactions within one another */
    int64_t last_hlc;
    struct statement statements[STORE_MOST_STATEMENTS];
    size_t statement_count;
    struct word_cutter *cutter;
    struct rules *rules;
};

/* --- query.c: values in, rows out --- */
enum value_kind { VALUE_NOTHING, VALUE_NUMBER, VALUE_DECIMAL, VALUE_TEXT, VALUE_BYTES };

struct value {
    enum value_kind kind;
    int64_t number;
    double decimal;
    const void *at;
    size_t n;
};

struct value number(int64_t n);
struct value reference(int64_t id); /* 0 is stored as NULL */
struct value decimal(double d);
struct value words(const char *text); /* NULL stays NULL */
struct value bytes(struct view v);

#define VALUES(...) (const struct value[]){ __VA_ARGS__ }, sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value)
#define NO_VALUES   NULL, 0

MUST_USE err store_run(struct store *st, const char *sql, const struct value *values, size_t count);
/* The first column of the first row. ERR_MISSING: there is no row. */
MUST_USE err store_number(struct store *st, const char *sql, const struct value *values, size_t count, int64_t *out);

/* while (query_next(&q)) ...; e = query_end(&q). A row's texts are good until the next query_next. */
struct query {
    struct store *st;
    struct statement *slot; /* NULL: the statement is this query's own */
    sqlite3_stmt *prepared;
    err e;
};

struct query store_ask(struct store *st, const char *sql, const struct value *values, size_t count);
bool query_next(struct query *q);
MUST_USE err query_end(struct query *q);
int64_t query_number(struct query *q, int column);
double query_decimal(struct query *q, int column);
const char *query_text(struct query *q, int column);
bool query_is_null(struct query *q, int column);

/* Commits if `so_far` is OK, and takes everything back otherwise. */
MUST_USE err store_finish(struct store *st, err so_far);
MUST_USE err store_new_id(struct store *st, const char *sequence, int64_t *id);
err store_error(struct store *st, int code);
void store_forget_statements(struct store *st);

/* --- migrate.c --- */
MUST_USE err store_look(const char *path, int newest, char **reason);
MUST_USE err store_migrate(sqlite3 *db, const struct embedded_file *schema, char **reason);
int store_newest_version(const struct embedded_file *schema);

/* --- facts.c --- */
struct fact {
    int64_t customer, other, about;
    const char *kind, *key, *value, *detail;
};
MUST_USE err facts_add(struct store *st, const struct fact *f, const struct learned *from, int64_t *id);
MUST_USE err facts_restore_clock(struct store *st);
/* After a change that no fact tells of: a visit. 0 is nobody. */
MUST_USE err facts_derive_profile(struct store *st, int64_t customer);
bool text_is_sound(const char *text, size_t ceiling); /* not empty, below the ceiling, valid UTF-8 */

/* --- identifiers.c --- */
enum { PHONE_DIGITS = 20, PHONE_LOCAL_DIGITS = 9 };
/* The digits of a phone number from the last to the first; 0: this is none. */
size_t phone_digits_reversed(const char *text, char out[PHONE_DIGITS + 1]);

/* --- words.c: texts without case and accents, cut as the search does it --- */
struct cut_words {
    char *at[32];
    size_t count;
};
MUST_USE err words_open(struct store *st);
void words_close(struct store *st);
void words_cut(struct store *st, const char *text, struct cut_words *out);
void words_clear(struct cut_words *w);
bool words_are_about(struct store *st, const char *about, const char *description);

/* --- days.c: days and ages as people say them --- */
enum { DAY_TEXT = 11, AGE_TEXT = 32 };
int64_t day_of(int64_t when_us);                /* days since 1970, by the shop's own clock */
void day_text(int64_t day, char out[DAY_TEXT]); /* "2026-11-30" */
bool day_read(const char *text, int64_t *day);
int64_t day_nearest_anniversary(const char *birthday, int64_t today); /* -183 to 183 days away; INT64_MAX: not a day */
int64_t day_noon_us(int64_t day);
MUST_USE err days_register(sqlite3 *db);

/* --- rules.c --- */
void rules_load(struct store *st, const char *folder);
void rules_free(struct rules *r);

#endif
