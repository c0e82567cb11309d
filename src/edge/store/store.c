#include "room.h"

#include "base/mem.h"
#include "loop/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

extern const struct embedded_file store_schema[];

/* Checkpoints are small and frequent, so that no single commit keeps the loop waiting for a long one. */
static const char PRAGMAS[] = "PRAGMA journal_mode = WAL;"
                              "PRAGMA synchronous = FULL;"
                              "PRAGMA foreign_keys = ON;"
                              "PRAGMA busy_timeout = 5000;"
                              "PRAGMA cache_size = -8000;"
                              "PRAGMA journal_size_limit = 67108864;"
                              "PRAGMA wal_autocheckpoint = 2000;"
                              "PRAGMA trusted_schema = OFF;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA mmap_size = 0;";

/* The lock lives as long as its descriptor: after a crash nothing needs tidying. */
static err take_lock(const char *path, int *lock_fd, char **reason)
{
    char *lock_path = mem_format("%s.lock", path);
    int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    err e = OK;
    if (fd < 0) {
        *reason = mem_format("%s cannot be made: %s", lock_path, strerror(errno));
        e = ERR_SYSTEM;
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        char holder[32] = "";
        ssize_t n = pread(fd, holder, sizeof holder - 1, 0);
        *reason = mem_format("%s is in use by another process (%.*s)", path, n > 0 ? (int)strcspn(holder, "\n") : 7,
                             n > 0 ? holder : "unknown");
        close(fd);
        e = ERR_REFUSED;
    } else {
        char mine[32];
        int n = snprintf(mine, sizeof mine, "%d\n", (int)getpid());
        if (ftruncate(fd, 0) != 0 || pwrite(fd, mine, (size_t)n, 0) != n) {
            log_warn("store", "the lock file could not be written: %s", strerror(errno));
        }
        *lock_fd = fd;
    }
    mem_free(lock_path);
    return e;
}

/* SQLite gives its WAL file the same permissions: what we know of people is for this user alone. */
static err make_private_file(const char *path, char **reason)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        *reason = mem_format("%s cannot be opened: %s", path, strerror(errno));
        return ERR_SYSTEM;
    }
    close(fd);
    return OK;
}

/* The file is not searched for damage here: a WAL with synchronous=FULL is whole after a crash, and reading every page would keep
 * the counter waiting. */
static err open_database(struct store *st, const char *path, char **reason)
{
    err e = make_private_file(path, reason);
    if (e != OK) {
        return e;
    }
    if (sqlite3_open_v2(path, &st->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        *reason = mem_format("%s cannot be opened: %s", path, sqlite3_errmsg(st->db));
        return ERR_SYSTEM;
    }
    sqlite3_extended_result_codes(st->db, 1);
    sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (sqlite3_exec(st->db, PRAGMAS, NULL, NULL, NULL) != SQLITE_OK) {
        *reason = mem_format("%s cannot be set up: %s", path, sqlite3_errmsg(st->db));
        return ERR_SYSTEM;
    }
    return store_migrate(st->db, store_schema, reason);
}

static err set_up(struct store *st, const struct store_options *options, char **reason)
{
    err e = take_lock(options->path, &st->lock_fd, reason);
    if (e == OK) {
        e = store_look(options->path, store_newest_version(store_schema), reason);
    }
    if (e == OK) {
        e = open_database(st, options->path, reason);
    }
    if (e != OK) {
        return e;
    }
    e = days_register(st->db);
    if (e == OK) {
        e = words_open(st);
    }
    if (e == OK) {
        e = facts_restore_clock(st);
    }
    if (e != OK) {
        *reason = mem_format("%s cannot be used: %s", options->path, sqlite3_errmsg(st->db));
        return e;
    }
    rules_load(st, options->rules_folder);
    return OK;
}

err store_open(const struct store_options *options, int64_t now_us, struct store **out, char **reason)
{
    struct store *st = mem_new(sizeof *st);
    st->lock_fd = -1;
    st->till = options->till;
    *reason = NULL;
    err e = OK;
    if (options->till < 1 || options->till > 8191) {
        *reason = mem_format("a till's number lies between 1 and 8191, not %u", options->till);
        e = ERR_INPUT;
    } else {
        e = set_up(st, options, reason);
    }
    if (e != OK) {
        store_close(st);
        return e;
    }
    int64_t wall_hlc = now_us / 1000 * 65536;
    if (st->last_hlc > wall_hlc + (int64_t)86400000 * 65536) {
        log_warn("store", "the clock stands more than a day before the newest fact");
    }
    *out = st;
    return OK;
}

void store_close(struct store *st)
{
    if (st == NULL) {
        return;
    }
    rules_free(st->rules);
    words_close(st);
    while (st->depth > 0) {
        store_rollback(st);
    }
    store_forget_statements(st);
    sqlite3_close(st->db);
    if (st->lock_fd >= 0) {
        close(st->lock_fd);
    }
    mem_free(st);
}

/* --- named values and the staff --- */
err store_keep_value(struct store *st, const char *name, struct view value)
{
    return store_run(st,
                     "INSERT INTO named_values (name, value) VALUES (?1, ?2) "
                     "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                     VALUES(words(name), bytes(value)));
}

err store_value(struct store *st, const char *name, void *into, size_t room, size_t *n)
{
    struct query q = store_ask(st, "SELECT value FROM named_values WHERE name = ?1", VALUES(words(name)));
    err found = query_next(&q) ? OK : ERR_MISSING;
    if (found == OK) {
        const void *at = sqlite3_column_blob(q.prepared, 0);
        size_t length = (size_t)sqlite3_column_bytes(q.prepared, 0);
        if (length > room) {
            found = ERR_FULL;
        } else {
            memcpy(into, length > 0 ? at : "", length);
            *n = length;
        }
    }
    err e = query_end(&q);
    return e != OK ? e : found;
}

err store_add_staff(struct store *st, const char *name, const char *role, int64_t *id)
{
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    int64_t fresh = 0;
    e = text_is_sound(name, STORE_TEXT_CEILING) ? store_new_id(st, "staff", &fresh) : ERR_INPUT;
    if (e == OK) {
        e = store_run(st, "INSERT INTO staff (id, name, role) VALUES (?1, ?2, ?3)",
                      VALUES(number(fresh), words(name), words(role)));
    }
    e = store_finish(st, e);
    if (e == OK) {
        *id = fresh;
    }
    return e;
}

err store_each_staff(struct store *st, staff_fn *fn, void *self)
{
    struct query q = store_ask(st, "SELECT id, name, role FROM staff ORDER BY id", NO_VALUES);
    while (query_next(&q)) {
        struct staff_row row = { query_number(&q, 0), query_text(&q, 1), query_text(&q, 2) };
        fn(self, &row);
    }
    return query_end(&q);
}

err store_rest(struct store *st)
{
    int code = sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return code == SQLITE_OK || code == SQLITE_BUSY ? OK : ERR_SYSTEM;
}
