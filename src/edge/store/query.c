#include "room.h"

#include "base/mem.h"
#include "loop/log.h"

#include <assert.h>
#include <string.h>

struct value number(int64_t n)
{
    return (struct value){ .kind = VALUE_NUMBER, .number = n };
}

struct value reference(int64_t id)
{
    return id == 0 ? (struct value){ .kind = VALUE_NOTHING } : number(id);
}

struct value decimal(double d)
{
    return (struct value){ .kind = VALUE_DECIMAL, .decimal = d };
}

struct value words(const char *text)
{
    if (text == NULL) {
        return (struct value){ .kind = VALUE_NOTHING };
    }
    return (struct value){ .kind = VALUE_TEXT, .at = text, .n = strlen(text) };
}

struct value bytes(struct view v)
{
    return (struct value){ .kind = VALUE_BYTES, .at = v.n > 0 ? (const void *)v.at : "", .n = v.n };
}

static const struct {
    int code;
    err means;
} meanings[] = {
    { SQLITE_CONSTRAINT_FOREIGNKEY, ERR_MISSING },
    { SQLITE_CONSTRAINT_CHECK, ERR_INPUT },
    { SQLITE_CONSTRAINT_NOTNULL, ERR_INPUT },
    { SQLITE_CONSTRAINT_UNIQUE, ERR_REFUSED },
    { SQLITE_CONSTRAINT_PRIMARYKEY, ERR_REFUSED },
    { SQLITE_CONSTRAINT_TRIGGER, ERR_REFUSED },
    { SQLITE_TOOBIG, ERR_FULL },
};

/* Only what the machine did is logged: a constraint is the caller's answer. */
err store_error(struct store *st, int code)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (meanings[i].code == code) {
            return meanings[i].means;
        }
    }
    log_error("store", "%s (%d, system error %d)", sqlite3_errmsg(st->db), code, sqlite3_system_errno(st->db));
    return ERR_SYSTEM;
}

static struct statement *statement_slot(struct store *st, const char *sql)
{
    for (size_t i = 0; i < st->statement_count; i++) {
        if (st->statements[i].sql == sql) {
            return &st->statements[i];
        }
    }
    assert(st->statement_count < STORE_MOST_STATEMENTS);
    struct statement *slot = &st->statements[st->statement_count++];
    *slot = (struct statement){ .sql = sql };
    return slot;
}

void store_forget_statements(struct store *st)
{
    for (size_t i = 0; i < st->statement_count; i++) {
        assert(!st->statements[i].is_busy);
        sqlite3_finalize(st->statements[i].prepared);
    }
    st->statement_count = 0;
}

static int bind_value(sqlite3_stmt *s, int at, const struct value *v)
{
    switch (v->kind) {
    case VALUE_NUMBER:
        return sqlite3_bind_int64(s, at, v->number);
    case VALUE_DECIMAL:
        return sqlite3_bind_double(s, at, v->decimal);
    case VALUE_TEXT:
        return sqlite3_bind_text64(s, at, v->at, v->n, SQLITE_STATIC, SQLITE_UTF8);
    case VALUE_BYTES:
        return sqlite3_bind_blob64(s, at, v->at, v->n, SQLITE_STATIC);
    default:
        return sqlite3_bind_null(s, at);
    }
}

/* A statement that is still giving rows (a row function called the store again) is lent to nobody else. */
static int take_statement(struct query *q, const char *sql)
{
    struct statement *slot = statement_slot(q->st, sql);
    if (slot->is_busy) {
        return sqlite3_prepare_v2(q->st->db, sql, -1, &q->prepared, NULL);
    }
    if (slot->prepared == NULL) {
        int code = sqlite3_prepare_v3(q->st->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->prepared, NULL);
        if (code != SQLITE_OK) {
            return code;
        }
    }
    slot->is_busy = true;
    q->slot = slot;
    q->prepared = slot->prepared;
    return SQLITE_OK;
}

/* After a full disk SQLite takes the whole transaction back by itself; what follows must not be committed one by one. */
static bool was_taken_back(const struct store *st)
{
    return st->depth > 0 && sqlite3_get_autocommit(st->db);
}

struct query store_ask(struct store *st, const char *sql, const struct value *values, size_t count)
{
    struct query q = { .st = st };
    if (was_taken_back(st)) {
        q.e = ERR_SYSTEM;
        return q;
    }
    int code = take_statement(&q, sql);
    for (size_t i = 0; i < count && code == SQLITE_OK; i++) {
        code = bind_value(q.prepared, (int)i + 1, &values[i]);
    }
    if (code != SQLITE_OK) {
        q.e = store_error(st, code);
    }
    return q;
}

bool query_next(struct query *q)
{
    if (q->e != OK || q->prepared == NULL) {
        return false;
    }
    int code = sqlite3_step(q->prepared);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        q->e = store_error(q->st, code);
    }
    return code == SQLITE_ROW;
}

err query_end(struct query *q)
{
    if (q->slot != NULL) {
        sqlite3_reset(q->prepared);
        sqlite3_clear_bindings(q->prepared);
        q->slot->is_busy = false;
    } else {
        sqlite3_finalize(q->prepared);
    }
    q->prepared = NULL;
    return q->e;
}

int64_t query_number(struct query *q, int column)
{
    return sqlite3_column_int64(q->prepared, column);
}

double query_decimal(struct query *q, int column)
{
    return sqlite3_column_double(q->prepared, column);
}

const char *query_text(struct query *q, int column)
{
    return (const char *)sqlite3_column_text(q->prepared, column);
}

bool query_is_null(struct query *q, int column)
{
    return sqlite3_column_type(q->prepared, column) == SQLITE_NULL;
}

err store_run(struct store *st, const char *sql, const struct value *values, size_t count)
{
    struct query q = store_ask(st, sql, values, count);
    while (query_next(&q)) {
    }
    return query_end(&q);
}

err store_number(struct store *st, const char *sql, const struct value *values, size_t count, int64_t *out)
{
    struct query q = store_ask(st, sql, values, count);
    bool is_there = query_next(&q);
    if (is_there) {
        *out = query_number(&q, 0);
    }
    err e = query_end(&q);
    if (e != OK) {
        return e;
    }
    return is_there ? OK : ERR_MISSING;
}

err store_new_id(struct store *st, const char *sequence, int64_t *id)
{
    int64_t last = 0;
    err e = store_number(st,
                         "INSERT INTO sequences (name, last) VALUES (?1, 1) "
                         "ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last",
                         VALUES(words(sequence)), &last);
    if (e == OK) {
        *id = ((int64_t)st->till << STORE_TILL_SHIFT) | last;
    }
    return e;
}

/* --- transactions --- */
static err run_plain(struct store *st, const char *sql)
{
    int code = sqlite3_exec(st->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? OK : store_error(st, code);
}

err store_begin(struct store *st)
{
    if (was_taken_back(st)) {
        return ERR_SYSTEM;
    }
    err e = run_plain(st, st->depth == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT inner");
    if (e == OK) {
        st->depth++;
    }
    return e;
}

void store_rollback(struct store *st)
{
    assert(st->depth > 0);
    st->depth--;
    if (sqlite3_get_autocommit(st->db)) {
        return;
    }
    if (sqlite3_exec(st->db, st->depth == 0 ? "ROLLBACK" : "ROLLBACK TO inner; RELEASE inner", NULL, NULL, NULL) != SQLITE_OK) {
        log_error("store", "could not take a change back: %s", sqlite3_errmsg(st->db));
    }
}

err store_commit(struct store *st)
{
    assert(st->depth > 0);
    err e = was_taken_back(st) ? ERR_SYSTEM : run_plain(st, st->depth == 1 ? "COMMIT" : "RELEASE inner");
    if (e != OK) {
        store_rollback(st);
        return e;
    }
    st->depth--;
    return OK;
}

err store_finish(struct store *st, err so_far)
{
    if (so_far == OK) {
        return store_commit(st);
    }
    store_rollback(st);
    return so_far;
}
