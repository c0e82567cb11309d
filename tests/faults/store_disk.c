/* A disk that fails. Every write, sync and truncation of the store is made to fail in turn; nothing that was acknowledged may be
 * lost, nothing half-written seen, and the store goes on when the disk does. */
#include "tests/unit/store_unit.h"

#include <sqlite3.h>

/* --- a file system between SQLite and the real one --- */
static struct {
    long operation, fails_at; /* counted from 1; 0: never */
    bool stays_broken;
    int code;
} disk;

struct shim_file {
    sqlite3_file base;
    sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;
static sqlite3_vfs shim_vfs;

static bool fails_now(void)
{
    disk.operation++;
    return disk.fails_at > 0 && (disk.operation == disk.fails_at || (disk.stays_broken && disk.operation > disk.fails_at));
}

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct shim_file *)f)->real;
}

static int shim_close(sqlite3_file *f)
{
    sqlite3_file *real = real_of(f);
    int code = real->pMethods != NULL ? real->pMethods->xClose(real) : SQLITE_OK;
    sqlite3_free(real);
    return code;
}

static int shim_read(sqlite3_file *f, void *into, int n, sqlite3_int64 at)
{
    return real_of(f)->pMethods->xRead(real_of(f), into, n, at);
}

/* A disk that is full takes the first half of what it is given. */
static int shim_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    if (fails_now()) {
        real_of(f)->pMethods->xWrite(real_of(f), from, n / 2, at);
        return disk.code;
    }
    return real_of(f)->pMethods->xWrite(real_of(f), from, n, at);
}

static int shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return fails_now() ? SQLITE_IOERR_TRUNCATE : real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int shim_sync(sqlite3_file *f, int flags)
{
    return fails_now() ? SQLITE_IOERR_FSYNC : real_of(f)->pMethods->xSync(real_of(f), flags);
}

static int shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int shim_lock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int shim_unlock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int shim_check_lock(sqlite3_file *f, int *is)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), is);
}

static int shim_control(sqlite3_file *f, int op, void *argument)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), op, argument);
}

static int shim_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int shim_characteristics(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int shim_map(sqlite3_file *f, int region, int size, int extend, void volatile **out)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), region, size, extend, out);
}

static int shim_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void shim_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int shim_unmap(sqlite3_file *f, int forget)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), forget);
}

static const sqlite3_io_methods shim_methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_check_lock,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_characteristics,
    .xShmMap = shim_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_barrier,
    .xShmUnmap = shim_unmap,
};

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
    (void)vfs;
    struct shim_file *shim = (struct shim_file *)f;
    shim->base.pMethods = NULL;
    shim->real = sqlite3_malloc(real_vfs->szOsFile);
    memset(shim->real, 0, (size_t)real_vfs->szOsFile);
    int code = real_vfs->xOpen(real_vfs, name, shim->real, flags, out_flags);
    if (code != SQLITE_OK) {
        sqlite3_free(shim->real);
        return code;
    }
    shim->base.pMethods = &shim_methods;
    return SQLITE_OK;
}

static void put_shim_between(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    shim_vfs = *real_vfs;
    shim_vfs.zName = "shim";
    shim_vfs.szOsFile = (int)sizeof(struct shim_file);
    shim_vfs.xOpen = shim_open;
    assert_int_equal(sqlite3_vfs_register(&shim_vfs, 1), SQLITE_OK);
}

/* --- one change with many writes --- */
static err big_change(struct fixture *f, int round, bool *was_acknowledged)
{
    *was_acknowledged = false;
    err e = store_begin(f->st);
    if (e != OK) {
        return e;
    }
    for (int i = 0; i < 4 && e == OK; i++) {
        char name[32];
        int64_t id = 0;
        snprintf(name, sizeof name, "Round%03d Person%d", round, i);
        e = people_add(f->st, name, &f->today, &id);
    }
    if (e != OK) {
        store_rollback(f->st);
        return e;
    }
    e = store_commit(f->st);
    *was_acknowledged = e == OK;
    return e;
}

static void count_row(void *self, const struct customer_row *row)
{
    (void)row;
    ++*(int *)self;
}

static int count_of_round(struct fixture *f, int round)
{
    char text[32];
    int count = 0;
    snprintf(text, sizeof text, "round%03d person", round);
    assert_int_equal(people_search(f->st, text, 50, count_row, &count), OK);
    return count;
}

/* An answer of "no" leaves nothing; an answer of "yes" leaves all four, also after the store was opened again. */
static void fail_in_turn(struct fixture *f, int code, bool stays_broken)
{
    enum { MOST_ROUNDS = 60 };
    bool acknowledged[MOST_ROUNDS] = { false };
    int rounds = 0, failed = 0;
    for (bool went_through = false; !went_through && rounds < MOST_ROUNDS; rounds++) {
        disk.operation = 0;
        disk.fails_at = rounds + 1;
        disk.stays_broken = stays_broken;
        disk.code = code;
        err e = big_change(f, rounds, &acknowledged[rounds]);
        assert_true(e == OK || e == ERR_SYSTEM);
        went_through = disk.operation < disk.fails_at;
        disk.fails_at = 0;
        failed += e != OK;
        assert_int_equal(count_of_round(f, rounds), acknowledged[rounds] ? 4 : 0);
        int64_t id = 0;
        assert_int_equal(people_add(f->st, "The store goes on", &f->today, &id), OK);
    }
    assert_true(failed >= 3);
    assert_true(rounds < MOST_ROUNDS);
    reopen(f, NULL);
    for (int i = 0; i < rounds; i++) {
        assert_int_equal(count_of_round(f, i), acknowledged[i] ? 4 : 0);
    }
    char *reason = NULL;
    assert_int_equal(store_check(f->st, &reason), OK);
}

static void a_full_disk_loses_nothing_that_was_acknowledged(void **state)
{
    fail_in_turn(*state, SQLITE_FULL, true);
}

static void a_write_that_fails_once_loses_nothing_that_was_acknowledged(void **state)
{
    fail_in_turn(*state, SQLITE_IOERR_WRITE, false);
}

/* A change so large that it reaches the disk before its commit: SQLite takes it back by itself when the disk is full, and what
 * the caller still adds to it must not be committed on its own. */
static void what_is_added_to_a_change_that_was_taken_back_is_refused(void **state)
{
    struct fixture *f = *state;
    enum { LARGE = 24 * 1024 * 1024 };
    unsigned char *large = mem_new(LARGE);
    int64_t id = 0;
    assert_int_equal(store_begin(f->st), OK);
    assert_int_equal(people_add(f->st, "Round000 Person0", &f->today, &id), OK);
    disk.operation = 0;
    disk.fails_at = 1;
    disk.stays_broken = true;
    disk.code = SQLITE_FULL;
    assert_int_equal(store_keep_value(f->st, "large", (struct view){ large, LARGE }), ERR_SYSTEM);
    disk.fails_at = 0;
    assert_int_equal(people_add(f->st, "Round000 Person1", &f->today, &id), ERR_SYSTEM);
    assert_int_equal(store_begin(f->st), ERR_SYSTEM);
    assert_int_equal(store_commit(f->st), ERR_SYSTEM);
    assert_int_equal(count_of_round(f, 0), 0);
    assert_int_equal(people_add(f->st, "Round000 Person2", &f->today, &id), OK);
    reopen(f, NULL);
    assert_int_equal(count_of_round(f, 0), 1);
    mem_free(large);
}

/* The very first start, with a disk that is full at each of its writes in turn. */
static void a_first_start_on_a_full_disk_can_be_repeated(void **state)
{
    struct fixture *f = *state;
    int failed = 0;
    store_close(f->st);
    f->st = NULL;
    assert_int_equal(unlink(f->path), 0);
    for (long at = 1; f->st == NULL; at += 7) {
        struct store_options options = { .path = f->path, .till = 3 };
        char *reason = NULL;
        disk.operation = 0;
        disk.fails_at = at;
        disk.stays_broken = true;
        disk.code = SQLITE_FULL;
        err e = store_open(&options, NOW_US, &f->st, &reason);
        disk.fails_at = 0;
        assert_true(e == OK || (e == ERR_SYSTEM && reason != NULL));
        failed += e != OK;
        mem_free(reason);
    }
    assert_true(failed >= 3);
    char *reason = NULL;
    assert_int_equal(store_check(f->st, &reason), OK);
    int64_t id = 0;
    assert_int_equal(people_add(f->st, "At last", &f->today, &id), OK);
}

int main(void)
{
    put_shim_between();
    const struct CMUnitTest tests[] = {
        TEST(a_full_disk_loses_nothing_that_was_acknowledged),
        TEST(a_write_that_fails_once_loses_nothing_that_was_acknowledged),
        TEST(what_is_added_to_a_change_that_was_taken_back_is_refused),
        TEST(a_first_start_on_a_full_disk_can_be_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
