/* The schema, as numbered files that are never edited: PRAGMA user_version says how many of them a store has seen. */
#include "room.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    APPLICATION_ID = 0x54696c6c, /* "Till" */
    ADDRESS_CEILING = 3 * 4096   /* a path of which every byte is escaped */
};

static int version_of(const struct embedded_file *file)
{
    return (int)strtol(file->name, NULL, 10);
}

int store_newest_version(const struct embedded_file *schema)
{
    int newest = 0;
    for (const struct embedded_file *f = schema; f->name != NULL; f++) {
        newest = version_of(f) > newest ? version_of(f) : newest;
    }
    return newest;
}

static int pragma_number(sqlite3 *db, const char *sql, int *out)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
        *out = sqlite3_column_int(s, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(s);
    return code;
}

static err judge(sqlite3 *db, const char *path, int newest, char **reason)
{
    int version = 0, application = 0, code = pragma_number(db, "PRAGMA user_version", &version);
    if (code == SQLITE_OK) {
        code = pragma_number(db, "PRAGMA application_id", &application);
    }
    if (code != SQLITE_OK) {
        *reason = mem_format("%s cannot be read as a store: %s", path, sqlite3_errmsg(db));
        return code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? ERR_REFUSED : ERR_SYSTEM;
    }
    if (version > 0 && application != APPLICATION_ID) {
        *reason = mem_format("%s is a database of another program", path);
        return ERR_REFUSED;
    }
    if (version > newest) {
        *reason = mem_format("%s was written by a newer Tillside (its schema is %d, this program knows %d): it is left untouched",
                             path, version, newest);
        return ERR_REFUSED;
    }
    return OK;
}

/* The address of the file for a look that changes nothing. Only when a crash left a WAL file must that be read as well. */
static char *address_for_looking(const char *path)
{
    struct buf b;
    buf_init(&b, ADDRESS_CEILING);
    err e = buf_add_text(&b, "file:");
    for (const char *p = path; *p != '\0' && e == OK; p++) {
        bool is_plain = *p != '%' && *p != '?' && *p != '#';
        e = is_plain ? buf_add_byte(&b, (unsigned char)*p) : buf_format(&b, "%%%02x", (unsigned)(unsigned char)*p);
    }
    char *wal = mem_format("%s-wal", path);
    if (e == OK) {
        e = buf_add_text(&b, access(wal, F_OK) == 0 ? "?mode=ro" : "?mode=ro&immutable=1");
    }
    char *address = e == OK ? mem_text(buf_text(&b)) : NULL;
    mem_free(wal);
    buf_clear(&b);
    return address;
}

err store_look(const char *path, int newest, char **reason)
{
    if (access(path, F_OK) != 0) {
        return OK;
    }
    char *address = address_for_looking(path);
    sqlite3 *db = NULL;
    err e = ERR_SYSTEM;
    if (address == NULL || sqlite3_open_v2(address, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) != SQLITE_OK) {
        *reason = mem_format("%s cannot be opened: %s", path, db != NULL ? sqlite3_errmsg(db) : "its name is too long");
    } else {
        e = judge(db, path, newest, reason);
    }
    sqlite3_close(db);
    mem_free(address);
    return e;
}

static err apply(sqlite3 *db, const struct embedded_file *file, char **reason)
{
    char *mark = mem_format("PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID, version_of(file));
    int code = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_exec(db, (const char *)file->at, NULL, NULL, NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_exec(db, mark, NULL, NULL, NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    }
    mem_free(mark);
    if (code == SQLITE_OK) {
        return OK;
    }
    *reason = mem_format("schema %s could not be applied and was taken back: %s", file->name, sqlite3_errmsg(db));
    if (!sqlite3_get_autocommit(db)) {
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    }
    return ERR_SYSTEM;
}

static const struct embedded_file *file_of_version(const struct embedded_file *schema, int version)
{
    for (const struct embedded_file *f = schema; f->name != NULL; f++) {
        if (version_of(f) == version) {
            return f;
        }
    }
    return NULL;
}

/* Afterwards the new version stands in the file itself, where the next look finds it. */
err store_migrate(sqlite3 *db, const struct embedded_file *schema, char **reason)
{
    int version = 0, newest = store_newest_version(schema);
    if (pragma_number(db, "PRAGMA user_version", &version) != SQLITE_OK) {
        *reason = mem_format("the store cannot be read: %s", sqlite3_errmsg(db));
        return ERR_SYSTEM;
    }
    if (version == newest) {
        return OK;
    }
    while (version < newest) {
        const struct embedded_file *file = file_of_version(schema, version + 1);
        if (file == NULL) {
            *reason = mem_format("schema %d is missing from this program", version + 1);
            return ERR_SYSTEM;
        }
        err e = apply(db, file, reason);
        if (e != OK) {
            return e;
        }
        version++;
    }
    sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return OK;
}
