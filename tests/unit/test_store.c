#include "store_unit.h"

#include "src/edge/store/room.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

/* --- opening --- */
static void expect_refused(struct fixture *f, err expected, const char *part)
{
    struct store_options options = { .path = f->path, .till = 3 };
    struct store *st = NULL;
    char *reason = NULL;
    assert_int_equal(store_open(&options, NOW_US, &st, &reason), expected);
    assert_null(st);
    assert_non_null(reason);
    if (strstr(reason, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", reason, part);
    }
    mem_free(reason);
}

static void a_second_process_is_refused_with_the_reason(void **state)
{
    struct fixture *f = *state;
    char own[32];
    snprintf(own, sizeof own, "another process (%d)", (int)getpid());
    expect_refused(f, ERR_REFUSED, own);
    int64_t id = 0;
    assert_int_equal(people_add(f->st, "Still working", &f->today, &id), OK);
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s", sqlite3_errmsg(db));
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static struct stat stat_of(const char *path)
{
    struct stat s;
    assert_int_equal(stat(path, &s), 0);
    return s;
}

static bool has_companion(struct fixture *f, const char *ending)
{
    char path[128];
    snprintf(path, sizeof path, "%s%s", f->path, ending);
    return access(path, F_OK) == 0;
}

static void a_store_of_a_newer_version_is_left_untouched(void **state)
{
    struct fixture *f = *state;
    store_close(f->st);
    f->st = NULL;
    run_sql(f->path, "PRAGMA user_version = 99");
    struct stat before = stat_of(f->path);
    expect_refused(f, ERR_REFUSED, "newer Tillside (its schema is 99");
    struct stat after = stat_of(f->path);
    assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof before.st_mtim);
    assert_int_equal(before.st_size, after.st_size);
    assert_false(has_companion(f, "-wal"));
    assert_false(has_companion(f, "-shm"));
}

static void what_is_no_store_is_refused(void **state)
{
    struct fixture *f = *state;
    store_close(f->st);
    f->st = NULL;
    run_sql(f->path, "PRAGMA application_id = 1");
    expect_refused(f, ERR_REFUSED, "a database of another program");
    int fd = open(f->path, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, "This is a letter and not a database. This is a letter.", 54), 54);
    close(fd);
    expect_refused(f, ERR_REFUSED, "cannot be read as a store");
    struct store_options options = { .path = "/nonexistent/folder/store", .till = 3 };
    char *reason = NULL;
    struct store *st = NULL;
    assert_int_equal(store_open(&options, NOW_US, &st, &reason), ERR_SYSTEM);
    mem_free(reason);
    options = (struct store_options){ .path = f->path, .till = 0 };
    assert_int_equal(store_open(&options, NOW_US, &st, &reason), ERR_INPUT);
    mem_free(reason);
}

static void what_we_know_of_people_is_for_this_user_alone(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(stat_of(f->path).st_mode & 0777, 0600);
    char wal[128];
    snprintf(wal, sizeof wal, "%s-wal", f->path);
    assert_int_equal(stat_of(wal).st_mode & 0777, 0600);
}

#define SQL_FILE(name, text)                                                                                                     \
    {                                                                                                                            \
        name, (const unsigned char *)text, sizeof text - 1                                                                       \
    }

static void a_schema_that_fails_is_taken_back_whole(void **state)
{
    (void)state;
    static const struct embedded_file schema[] = {
        SQL_FILE("0001_one.sql", "CREATE TABLE one (a INTEGER);"),
        SQL_FILE("0002_two.sql", "CREATE TABLE two (a INTEGER); INSERT INTO two VALUES (1); CREATE TABLE one (b INTEGER);"),
        { 0 },
    };
    sqlite3 *db = NULL;
    char *reason = NULL;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(store_migrate(db, schema, &reason), ERR_SYSTEM);
    assert_non_null(strstr(reason, "0002_two.sql could not be applied and was taken back: table one already exists"));
    assert_int_equal(sqlite3_exec(db, "SELECT a FROM one", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "SELECT a FROM two", NULL, NULL, NULL), SQLITE_ERROR);
    assert_int_equal(sqlite3_get_autocommit(db), 1);
    mem_free(reason);
    sqlite3_stmt *s = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(s, 0), 1);
    sqlite3_finalize(s);
    sqlite3_close(db);
}

static void pragma_is(struct fixture *f, const char *sql, int64_t expected)
{
    int64_t value = -1;
    assert_int_equal(store_number(f->st, sql, NO_VALUES, &value), OK);
    assert_int_equal(value, expected);
}

static void a_commit_is_on_the_disk_when_it_is_acknowledged(void **state)
{
    struct fixture *f = *state;
    pragma_is(f, "PRAGMA synchronous", 2);
    pragma_is(f, "PRAGMA foreign_keys", 1);
    pragma_is(f, "PRAGMA trusted_schema", 0);
    pragma_is(f, "PRAGMA mmap_size", 0);
    struct query q = store_ask(f->st, "PRAGMA journal_mode", NO_VALUES);
    assert_true(query_next(&q));
    assert_string_equal(query_text(&q, 0), "wal");
    assert_int_equal(query_end(&q), OK);
}

/* --- changes --- */
static void count_row(void *self, const struct customer_row *row)
{
    (void)row;
    ++*(int *)self;
}

static int people_count(struct fixture *f)
{
    int count = 0;
    assert_int_equal(people_search(f->st, "", 100, count_row, &count), OK);
    return count;
}

static void changes_nest_and_only_the_outermost_commits(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(store_begin(f->st), OK);
    person(f, "Kept");
    assert_int_equal(store_begin(f->st), OK);
    person(f, "Dropped");
    store_rollback(f->st);
    assert_int_equal(store_begin(f->st), OK);
    person(f, "Kept too");
    assert_int_equal(store_commit(f->st), OK);
    assert_int_equal(store_commit(f->st), OK);
    assert_int_equal(people_count(f), 2);
    assert_int_equal(store_begin(f->st), OK);
    person(f, "Gone");
    assert_int_equal(store_begin(f->st), OK);
    person(f, "Gone too");
    assert_int_equal(store_commit(f->st), OK);
    store_rollback(f->st);
    assert_int_equal(people_count(f), 2);
    reopen(f, NULL);
    assert_int_equal(people_count(f), 2);
}

static void ids_carry_the_till_and_are_never_used_twice(void **state)
{
    struct fixture *f = *state;
    int64_t first = person(f, "One"), second = person(f, "Two");
    assert_int_equal(first, (3LL << 40) + 1);
    assert_int_equal(second, (3LL << 40) + 2);
    reopen(f, NULL);
    assert_int_equal(person(f, "Three"), (3LL << 40) + 3);
}

static void facts_are_never_changed_nor_deleted(void **state)
{
    struct fixture *f = *state;
    person(f, "Anna");
    assert_int_equal(store_run(f->st, "UPDATE facts SET value = 'Hanna'", NO_VALUES), ERR_REFUSED);
    assert_int_equal(store_run(f->st, "DELETE FROM facts", NO_VALUES), ERR_REFUSED);
    assert_int_equal(people_count(f), 1);
}

struct curious {
    struct fixture *f;
    int depth, seen;
};

static void look_again(void *self, const struct customer_row *row)
{
    struct curious *c = self;
    c->seen++;
    assert_string_equal(row->name, "Anna");
    if (c->depth++ < 2) {
        assert_int_equal(people_search(c->f->st, "anna", 5, look_again, c), OK);
    }
    assert_string_equal(row->name, "Anna");
}

static void a_row_function_may_ask_the_store_again(void **state)
{
    struct fixture *f = *state;
    person(f, "Anna");
    struct curious c = { .f = f };
    assert_int_equal(people_search(f->st, "an", 5, look_again, &c), OK);
    assert_int_equal(c.seen, 3);
}

/* --- small things --- */
static void a_named_value_is_kept_and_given_back(void **state)
{
    struct fixture *f = *state;
    char into[8] = "";
    size_t n = 0;
    assert_int_equal(store_value(f->st, "position", into, sizeof into, &n), ERR_MISSING);
    assert_int_equal(store_keep_value(f->st, "position", (struct view){ (const unsigned char *)"a\0b", 3 }), OK);
    assert_int_equal(store_value(f->st, "position", into, sizeof into, &n), OK);
    assert_int_equal(n, 3);
    assert_memory_equal(into, "a\0b", 3);
    assert_int_equal(store_value(f->st, "position", into, 2, &n), ERR_FULL);
    assert_int_equal(store_keep_value(f->st, "position", view_of("")), OK);
    assert_int_equal(store_value(f->st, "position", into, sizeof into, &n), OK);
    assert_int_equal(n, 0);
}

static void staff_line(void *self, const struct staff_row *row)
{
    add_line(self, "%s, %s", row->name, row->role);
}

static void the_staff_are_listed(void **state)
{
    struct fixture *f = *state;
    struct lines l = { "" };
    int64_t id = 0;
    assert_int_equal(store_add_staff(f->st, "Marta", "owner", &id), OK);
    assert_int_equal(store_add_staff(f->st, "Jo", "staff", &id), OK);
    assert_int_equal(store_add_staff(f->st, "Kim", "king", &id), ERR_INPUT);
    assert_int_equal(store_each_staff(f->st, staff_line, &l), OK);
    assert_string_equal(l.text, "Marta, owner\nJo, staff\n");
}

static void story_line(void *self, const struct story_row *row)
{
    add_line(self, "%s", row->text);
}

static void a_thing_finds_its_story_without_case_and_accents(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *description, *story;
    } things[] = {
        { "1 SILVER HOOPS, HAMMERED", "On silver hoops." },
        { "Gold hoop", "On hoops." },
        { "Silver ring", "On rings." },
        { "Ring cleaning", "On rings." },
        { "Earrings", NULL },
        { "String of pearls", NULL },
        { "ETERNITE rings", "On rings." },
        { "Silver chain", NULL },
        { "", NULL },
    };
    int64_t id = 0;
    assert_int_equal(store_add_story(f->st, "hoop", NULL, "On hoops.", &id), OK);
    assert_int_equal(store_add_story(f->st, "Silver Hoop", "Ana", "On silver hoops.", &id), OK);
    assert_int_equal(store_add_story(f->st, "ríng", NULL, "On rings.", &id), OK);
    assert_int_equal(store_add_story(f->st, "", NULL, "On nothing.", &id), ERR_INPUT);
    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        struct lines l = { "" };
        err e = store_story_for_item(f->st, things[i].description, story_line, &l);
        assert_int_equal(e, things[i].story == NULL ? ERR_MISSING : OK);
        if (things[i].story != NULL) {
            assert_memory_equal(l.text, things[i].story, strlen(things[i].story));
        }
    }
}

/* --- days --- */
static void birthdays_are_near_over_new_year_and_on_leap_days(void **state)
{
    (void)state;
    static const struct {
        const char *birthday, *today;
        int64_t away;
    } days[] = {
        { "1984-05-12", "2026-05-12", 0 },
        { "--05-12", "2026-05-10", 2 },
        { "--01-02", "2026-12-30", 3 },
        { "--12-30", "2027-01-02", -3 },
        { "2000-02-29", "2027-02-27", 1 },
        { "--02-29", "2028-02-27", 2 },
        { "--02-29", "2027-02-28", 0 },
        { "--13-01", "2026-01-01", INT64_MAX },
        { "12 May", "2026-01-01", INT64_MAX },
        { "", "2026-01-01", INT64_MAX },
        { "-", "2026-01-01", INT64_MAX },
        { "--05-1", "2026-01-01", INT64_MAX },
        { "1984-05-12x", "2026-01-01", INT64_MAX },
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        int64_t today = 0;
        assert_true(day_read(days[i].today, &today));
        assert_int_equal(day_nearest_anniversary(days[i].birthday, today), days[i].away);
    }
}

static void expect_words(struct fixture *f, const char *sql, const char *expected)
{
    sqlite3_stmt *s = NULL;
    assert_int_equal(sqlite3_prepare_v2(f->st->db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    const char *said = (const char *)sqlite3_column_text(s, 0);
    assert_string_equal(said != NULL ? said : "NULL", expected);
    sqlite3_finalize(s);
}

static void ages_and_days_are_said_as_people_say_them(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int days;
        const char *words;
    } ages[] = { { 0, "today" },           { 1, "yesterday" },    { 2, "2 days ago" },    { 6, "6 days ago" },
                 { 7, "a week ago" },      { 21, "3 weeks ago" }, { 59, "8 weeks ago" },  { 60, "2 months ago" },
                 { 364, "12 months ago" }, { 365, "a year ago" }, { 800, "2 years ago" }, { -3, "today" } };
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        char sql[96];
        snprintf(sql, sizeof sql, "SELECT ago(%lld, %lld)", (long long)(NOW_US - ages[i].days * DAY_US), (long long)NOW_US);
        expect_words(f, sql, ages[i].words);
    }
    expect_words(f, "SELECT ago(0, 5)", "NULL");
    expect_words(f, "SELECT day_words('2026-10-13', '2026-10-14')", "yesterday");
    expect_words(f, "SELECT day_words('2026-10-15', '2026-10-14')", "tomorrow");
    expect_words(f, "SELECT day_words('2026-10-17', '2026-10-14')", "Saturday");
    expect_words(f, "SELECT day_words('2026-10-21', '2026-10-14')", "21 October");
    expect_words(f, "SELECT day_words('soon', '2026-10-14')", "NULL");
    expect_words(f, "SELECT birthday_away(NULL, '2026-10-14')", "NULL");
}

static void a_day_is_the_shops_own(void **state)
{
    (void)state;
    char text[DAY_TEXT];
    int64_t late_us = NOW_US + 2 * 60 * MINUTE_US;
    setenv("TZ", "EAST-13", 1);
    tzset();
    day_text(day_of(late_us), text);
    assert_string_equal(text, "2026-10-15");
    assert_int_equal(day_of(day_noon_us(day_of(late_us))), day_of(late_us));
    setenv("TZ", "XXX11", 1);
    tzset();
    day_text(day_of(NOW_US), text);
    assert_string_equal(text, "2026-10-13");
    setenv("TZ", "UTC", 1);
    tzset();
    day_text(day_of(-DAY_US), text);
    assert_string_equal(text, "1969-12-31");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_second_process_is_refused_with_the_reason),
        TEST(a_store_of_a_newer_version_is_left_untouched),
        TEST(what_is_no_store_is_refused),
        TEST(what_we_know_of_people_is_for_this_user_alone),
        TEST(a_schema_that_fails_is_taken_back_whole),
        TEST(a_commit_is_on_the_disk_when_it_is_acknowledged),
        TEST(changes_nest_and_only_the_outermost_commits),
        TEST(ids_carry_the_till_and_are_never_used_twice),
        TEST(facts_are_never_changed_nor_deleted),
        TEST(a_row_function_may_ask_the_store_again),
        TEST(a_named_value_is_kept_and_given_back),
        TEST(the_staff_are_listed),
        TEST(a_thing_finds_its_story_without_case_and_accents),
        TEST(birthdays_are_near_over_new_year_and_on_leap_days),
        TEST(a_day_is_the_shops_own),
        TEST(ages_and_days_are_said_as_people_say_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
