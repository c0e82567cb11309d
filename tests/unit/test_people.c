#include "store_unit.h"

#include "tests/store_seed.h"

#include <sqlite3.h>

/* --- facts --- */
static void fact_line(void *self, const struct fact_row *row)
{
    add_line(self, "%s=%s%s", row->key, row->value, row->is_current ? "" : " (past)");
}

static void expect_facts(struct fixture *f, int64_t customer, bool only_current, const char *expected)
{
    struct lines l = { "" };
    assert_int_equal(people_each_fact(f->st, customer, only_current, fact_line, &l), OK);
    assert_string_equal(l.text, expected);
}

static void customer_line(void *self, const struct customer_row *row)
{
    add_line(self, "%s|%s|%s|%s", row->name, row->say_as ? row->say_as : "-", row->tag ? row->tag : "-",
             row->relate ? row->relate : "-");
}

static void expect_customer(struct fixture *f, int64_t customer, const char *expected)
{
    struct lines l = { "" };
    assert_int_equal(people_get(f->st, customer, customer_line, &l), OK);
    assert_string_equal(l.text, expected);
}

static void a_single_fact_shows_its_newest_value_and_the_others_all(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna Kovacs");
    learn(f, anna, "name", "Anna Kovács", 0);
    learn(f, anna, "likes", "lilac", 0);
    learn(f, anna, "likes", "running", 0);
    learn(f, anna, "likes", "lilac", 0);
    expect_facts(f, anna, true, "likes=lilac\nlikes=running\nname=Anna Kovács\n");
    expect_facts(f, anna, false, "likes=lilac\nlikes=running\nlikes=lilac (past)\nname=Anna Kovács\nname=Anna Kovacs (past)\n");
}

static void what_was_learned_can_be_taken_back_and_the_earlier_value_returns(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna Kovács");
    int64_t married = learn(f, anna, "name", "Anna Rácz", 0);
    expect_customer(f, anna, "Anna Rácz|-|-|-\n");
    assert_int_equal(people_retract(f->st, married, &f->today), OK);
    expect_customer(f, anna, "Anna Kovács|-|-|-\n");
    expect_facts(f, anna, false, "name=Anna Rácz (past)\nname=Anna Kovács\n");
    assert_int_equal(people_retract(f->st, married, &f->today), ERR_MISSING);
    assert_int_equal(people_retract(f->st, 77, &f->today), ERR_MISSING);
}

static void what_cannot_be_a_fact_is_refused(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), id = 0;
    char longer[5000];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(people_learn(f->st, &(struct new_fact){ anna, "likes", longer }, &f->today, &id), ERR_INPUT);
    assert_int_equal(people_learn(f->st, &(struct new_fact){ anna, "likes", "" }, &f->today, &id), ERR_INPUT);
    assert_int_equal(people_learn(f->st, &(struct new_fact){ anna, "likes", "\xc3" }, &f->today, &id), ERR_INPUT);
    assert_int_equal(people_learn(f->st, &(struct new_fact){ anna, "two words", "x" }, &f->today, &id), ERR_INPUT);
    assert_int_equal(people_learn(f->st, &(struct new_fact){ anna, "birthday", "31 May" }, &f->today, &id), ERR_INPUT);
    assert_int_equal(people_learn(f->st, &(struct new_fact){ anna, "birthday", "1999-02-29" }, &f->today, &id), ERR_INPUT);
    assert_int_equal(people_learn(f->st, &(struct new_fact){ anna, "birthday", "--02-29" }, &f->today, &id), OK);
    assert_int_equal(people_learn(f->st, &(struct new_fact){ 12345, "likes", "x" }, &f->today, &id), ERR_MISSING);
    assert_int_equal(people_add(f->st, "", &f->today, &id), ERR_INPUT);
    struct lines l = { "" };
    assert_int_equal(people_get(f->st, 12345, customer_line, &l), ERR_MISSING);
}

static void a_clock_that_goes_back_does_not_make_new_facts_old(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna");
    learn(f, anna, "from", "Győr", 0);
    learn(f, anna, "from", "Pécs", 400);
    expect_customer(f, anna, "Anna|-|Pécs|-\n");
    reopen(f, NULL);
    learn(f, anna, "from", "Eger", 800);
    expect_customer(f, anna, "Anna|-|Eger|-\n");
}

/* --- identifiers --- */
static int64_t link_to(struct fixture *f, int64_t customer, const char *kind, const char *value, err expected)
{
    int64_t id = 0;
    assert_int_equal(people_link(f->st, &(struct new_identifier){ customer, kind, value }, &f->today, &id), expected);
    return id;
}

static void expect_code(struct fixture *f, const char *code, int64_t expected)
{
    int64_t found = 0;
    err e = people_find_code(f->st, code, &found);
    assert_int_equal(e, expected == 0 ? ERR_MISSING : OK);
    assert_int_equal(found, expected);
}

static void a_card_finds_one_and_a_link_can_be_undone(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), tom = person(f, "Tom");
    int64_t link = link_to(f, anna, "card", " 2990001 ", OK);
    expect_code(f, "2990001", anna);
    expect_code(f, "2990001\r\n", anna);
    expect_code(f, "299000", 0);
    assert_int_equal(link_to(f, anna, "card", "2990001", OK), link);
    link_to(f, tom, "card", "2990001", ERR_REFUSED);
    assert_int_equal(people_unlink(f->st, link, &f->today), OK);
    assert_int_equal(people_unlink(f->st, link, &f->today), OK);
    expect_code(f, "2990001", 0);
    link_to(f, tom, "card", "2990001", OK);
    expect_code(f, "2990001", tom);
}

static void a_phone_finds_somebody_only_when_it_is_one_persons(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), tom = person(f, "Tom");
    link_to(f, anna, "phone", "+36 30 123-4567", OK);
    expect_code(f, "+36301234567", anna);
    expect_code(f, "06 30 123 4567", anna);
    expect_code(f, "1234567", 0);
    link_to(f, anna, "email", "Anna.Kovacs@Example.org", OK);
    expect_code(f, "anna.kovacs@example.ORG", anna);
    link_to(f, tom, "phone", "0036301234567", OK);
    expect_code(f, "06 30 123 4567", 0);
    expect_code(f, "0036301234567", tom);
    link_to(f, tom, "email", "anna.kovacs@example.org", OK);
    expect_code(f, "anna.kovacs@example.org", 0);
    link_to(f, tom, "email", "nobody", ERR_INPUT);
    link_to(f, tom, "phone", "call me", ERR_INPUT);
    link_to(f, tom, "tattoo", "rose", ERR_INPUT);
    expect_code(f, "", 0);
}

/* --- ties and promises --- */
static void tie_line(void *self, const struct tie_row *row)
{
    add_line(self, "%s %s", row->word, row->other_name);
}

static void a_tie_is_read_both_ways_and_can_be_undone(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), ilona = person(f, "Ilona"), id = 0;
    assert_int_equal(people_tie(f->st, &(struct new_tie){ ilona, "mother of", anna, "daughter of" }, &f->today, &id), OK);
    assert_int_equal(people_tie(f->st, &(struct new_tie){ anna, "twin of", anna, "twin of" }, &f->today, NULL), ERR_INPUT);
    struct lines l = { "" };
    assert_int_equal(people_each_tie(f->st, anna, tie_line, &l), OK);
    assert_int_equal(people_each_tie(f->st, ilona, tie_line, &l), OK);
    assert_string_equal(l.text, "daughter of Ilona\nmother of Anna\n");
    expect_customer(f, anna, "Anna|-|daughter of Ilona|-\n");
    assert_int_equal(people_untie(f->st, id, &f->today), OK);
    assert_int_equal(people_untie(f->st, id, &f->today), ERR_MISSING);
    expect_customer(f, anna, "Anna|-|-|-\n");
}

static void promise_line(void *self, const struct promise_row *row)
{
    add_line(self, "%s: %s by %s, %s", row->customer_name, row->what, row->due ? row->due : "some day", row->state);
}

static void open_promises_are_listed_by_their_day(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), tom = person(f, "Tom"), ring = 0, watch = 0, strap = 0;
    assert_int_equal(people_promise(f->st, &(struct new_promise){ anna, "the ring", "2026-10-20" }, &f->today, &ring), OK);
    assert_int_equal(people_promise(f->st, &(struct new_promise){ tom, "the strap", NULL }, &f->today, &strap), OK);
    assert_int_equal(people_promise(f->st, &(struct new_promise){ tom, "the watch", "2026-10-12" }, &f->today, &watch), OK);
    assert_int_equal(people_promise(f->st, &(struct new_promise){ tom, "nothing", "soon" }, &f->today, NULL), ERR_INPUT);
    assert_int_equal(people_promise(f->st, &(struct new_promise){ tom, "nothing", "2026-02-30" }, &f->today, NULL), ERR_INPUT);
    struct lines l = { "" };
    assert_int_equal(people_each_promise(f->st, 0, 10, promise_line, &l), OK);
    assert_string_equal(l.text, "Tom: the watch by 2026-10-12, open\nAnna: the ring by 2026-10-20, open\n"
                                "Tom: the strap by some day, open\n");
    assert_int_equal(people_promise_state(f->st, watch, "kept", &f->today), OK);
    assert_int_equal(people_promise_state(f->st, watch, "forgotten", &f->today), ERR_INPUT);
    assert_int_equal(people_promise_state(f->st, anna, "kept", &f->today), ERR_MISSING);
    assert_int_equal(people_retract(f->st, strap, &f->today), OK);
    l = (struct lines){ "" };
    assert_int_equal(people_each_promise(f->st, 0, 10, promise_line, &l), OK);
    assert_int_equal(people_each_promise(f->st, tom, 10, promise_line, &l), OK);
    assert_string_equal(l.text, "Anna: the ring by 2026-10-20, open\nTom: the watch by 2026-10-12, kept\n");
    assert_int_equal(people_promise_state(f->st, watch, "open", &f->today), OK);
    l = (struct lines){ "" };
    assert_int_equal(people_each_promise(f->st, tom, 10, promise_line, &l), OK);
    assert_string_equal(l.text, "Tom: the watch by 2026-10-12, open\n");
}

/* --- search --- */
static void name_line(void *self, const struct customer_row *row)
{
    add_line(self, "%s", row->name);
}

static void expect_search(struct fixture *f, const char *text, const char *expected)
{
    struct lines l = { "" };
    assert_int_equal(people_search(f->st, text, 5, name_line, &l), OK);
    if (strcmp(l.text, expected) != 0) {
        fail_msg("\"%s\" finds\n%s instead of\n%s", text, l.text, expected);
    }
}

static void one_types_as_one_likes(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna Kovács"), mai = person(f, "Nguyễn Thị Mai"), oz = person(f, "Özlem Çelik");
    learn(f, mai, "nickname", "May", 0);
    link_to(f, anna, "phone", "+36 30 123 4567", OK);
    link_to(f, anna, "email", "panni81@gmail.example", OK);
    link_to(f, oz, "handle", "@ozlem_makes", OK);
    expect_search(f, "kov", "Anna Kovács\n");
    expect_search(f, "KOVACS an", "Anna Kovács\n");
    expect_search(f, "kovács anna", "Anna Kovács\n");
    expect_search(f, "kovacs tom", "");
    expect_search(f, "n", "Nguyễn Thị Mai\n");
    expect_search(f, "nguyen", "Nguyễn Thị Mai\n");
    expect_search(f, "may", "Nguyễn Thị Mai\n");
    expect_search(f, "ozl", "Özlem Çelik\n");
    expect_search(f, "@ozlem_m", "Özlem Çelik\n");
    expect_search(f, "celik", "Özlem Çelik\n");
    expect_search(f, "panni81@gm", "Anna Kovács\n");
    expect_search(f, "gmail", "");
    expect_search(f, "4567", "Anna Kovács\n");
    expect_search(f, "23-4567", "Anna Kovács\n");
    expect_search(f, "06 30 123 4567", "Anna Kovács\n");
    expect_search(f, "anna 4567", "Anna Kovács\n");
    expect_search(f, "567 kov", "Anna Kovács\n");
    expect_search(f, "anna 4568", "");
    expect_search(f, "ozlem 4567", "");
    expect_search(f, "1234", "");
    expect_search(f, "67", "");
    expect_search(f, "\"kov*' OR (", "");
    expect_search(f, "!?", "");
    expect_search(f, "\xff", "");
}

static void a_whole_word_and_a_recent_face_come_first(void **state)
{
    struct fixture *f = *state;
    int64_t regular = person(f, "Anna Regular"), visit = 0;
    person(f, "Annabel");
    person(f, "Anna Newest");
    assert_int_equal(visits_open(f->st, regular, "scan", NOW_US, &visit), OK);
    assert_int_equal(visits_close(f->st, visit, NOW_US + MINUTE_US), OK);
    for (int i = 0; i < 300; i++) {
        char name[32];
        snprintf(name, sizeof name, "Annalisa %03d", i);
        person(f, name);
    }
    struct lines l = { "" };
    assert_int_equal(people_search(f->st, "anna", 2, name_line, &l), OK);
    assert_string_equal(l.text, "Anna Regular\nAnna Newest\n");
    l = (struct lines){ "" };
    assert_int_equal(people_search(f->st, "ann", 1, name_line, &l), OK);
    assert_string_equal(l.text, "Anna Regular\n");
    l = (struct lines){ "" };
    assert_int_equal(people_search(f->st, "  ", 1, name_line, &l), OK);
    assert_string_equal(l.text, "Anna Regular\n");
}

static void a_former_name_or_a_lost_phone_finds_nobody(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna Kovács");
    int64_t phone = link_to(f, anna, "phone", "30 123 4567", OK);
    learn(f, anna, "name", "Anna Rácz", 0);
    assert_int_equal(people_unlink(f->st, phone, &f->today), OK);
    expect_search(f, "kovacs", "");
    expect_search(f, "4567", "");
    expect_search(f, "racz", "Anna Rácz\n");
}

static void one_of_thousands_is_found(void **state)
{
    struct fixture *f = *state;
    enum { MANY = 3000 };
    int64_t nth = (3LL << 40) + 1234;
    assert_int_equal(store_seed(f->st, MANY, NOW_US), OK);
    expect_code(f, "SEED-1234", nth);
    expect_code(f, "0036200001234", nth);
    expect_code(f, "person1234@example.org", nth);
    struct lines l = { "" };
    assert_int_equal(people_search(f->st, "person1234", 5, name_line, &l), OK);
    assert_int_equal(people_search(f->st, "0001234", 5, name_line, &l), OK);
    assert_int_equal(people_get(f->st, nth, name_line, &l), OK);
    char *save = NULL, *first = strtok_r(l.text, "\n", &save);
    assert_string_equal(first, strtok_r(NULL, "\n", &save));
    assert_string_equal(first, strtok_r(NULL, "\n", &save));
    assert_null(strtok_r(NULL, "\n", &save));
    assert_int_equal(person(f, "Somebody new"), (3LL << 40) + MANY + 1);
    char *reason = NULL;
    assert_int_equal(store_check(f->st, &reason), OK);
}

/* --- what is derived --- */
static int dump_row(void *self, int count, char **values, char **names)
{
    (void)names;
    for (int i = 0; i < count; i++) {
        fprintf(self, "%s%c", values[i] != NULL ? values[i] : "-", i == count - 1 ? '\n' : '|');
    }
    return 0;
}

/* Every row of the derived tables, as text that the caller frees. */
static char *dump(struct fixture *f)
{
    static const char *const tables[] = { "current_facts", "identifiers", "ties", "promises", "profiles", "search_texts" };
    sqlite3 *db = NULL;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY 1", tables[i]);
        assert_int_equal(sqlite3_exec(db, sql, dump_row, out, NULL), SQLITE_OK);
    }
    sqlite3_close(db);
    fclose(out);
    return text;
}

static int64_t any_of(const int64_t *ids, size_t count, unsigned random)
{
    return ids[random % count];
}

/* Hundreds of random changes; then everything is derived again at once and must be what was derived step by step. */
static void what_is_derived_step_by_step_is_what_follows_from_all_facts(void **state)
{
    struct fixture *f = *state;
    static const char *const keys[] = { "name", "likes", "from", "nickname", "relate" };
    static const char *const values[] = { "Anna", "Ilona", "Bob", "chat" };
    static const char *const states[] = { "kept", "open", "broken" };
    int64_t people[4], made[400] = { 0 }, id = 0;
    unsigned seed = seed_of_chance();
    for (size_t i = 0; i < 4; i++) {
        people[i] = person(f, values[i]);
    }
    assert_int_equal(store_begin(f->st), OK);
    for (size_t i = 0; i < 400; i++) {
        unsigned r = (unsigned)rand_r(&seed);
        int64_t who = any_of(people, 4, r / 7), other = any_of(people, 4, r / 31);
        const char *value = values[r / 61 % 4];
        char phone[16];
        snprintf(phone, sizeof phone, "30%05u", r / 5 % 20);
        err e = OK;
        switch (r % 7) {
        case 0:
        case 1:
            e = people_learn(f->st, &(struct new_fact){ who, keys[r / 11 % 5], value }, &f->today, &id);
            break;
        case 2:
            e = people_link(f->st, &(struct new_identifier){ who, "phone", phone }, &f->today, &id);
            break;
        case 3:
            e = people_tie(f->st, &(struct new_tie){ who, "friend of", other, "friend of" }, &f->today, &id);
            break;
        case 4:
            e = people_promise(f->st, &(struct new_promise){ who, value, "2026-10-20" }, &f->today, &id);
            break;
        case 5:
            e = people_promise_state(f->st, any_of(made, i + 1, r / 13), states[r / 3 % 3], &f->today);
            break;
        default:
            e = people_retract(f->st, any_of(made, i + 1, r / 17), &f->today);
        }
        assert_true(e == OK || e == ERR_MISSING || e == ERR_INPUT);
        made[i] = id;
    }
    assert_int_equal(store_commit(f->st), OK);
    char *before = dump(f);
    assert_int_equal(store_rebuild(f->st), OK);
    char *after = dump(f);
    assert_true(strlen(before) > 5000);
    assert_string_equal(before, after);
    free(before);
    free(after);
    char *reason = NULL;
    assert_int_equal(store_check(f->st, &reason), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_single_fact_shows_its_newest_value_and_the_others_all),
        TEST(what_was_learned_can_be_taken_back_and_the_earlier_value_returns),
        TEST(what_cannot_be_a_fact_is_refused),
        TEST(a_clock_that_goes_back_does_not_make_new_facts_old),
        TEST(a_card_finds_one_and_a_link_can_be_undone),
        TEST(a_phone_finds_somebody_only_when_it_is_one_persons),
        TEST(a_tie_is_read_both_ways_and_can_be_undone),
        TEST(open_promises_are_listed_by_their_day),
        TEST(one_types_as_one_likes),
        TEST(a_whole_word_and_a_recent_face_come_first),
        TEST(a_former_name_or_a_lost_phone_finds_nobody),
        TEST(one_of_thousands_is_found),
        TEST(what_is_derived_step_by_step_is_what_follows_from_all_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
