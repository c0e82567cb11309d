#include "store_unit.h"

#include "base/embedded.h"
#include "pure/prompt.h"

#include <sqlite3.h>
#include <sys/stat.h>

/* --- prompts --- */
enum { MOST_CANDIDATES = 64 };

struct offered {
    struct prompt_candidate at[MOST_CANDIDATES];
    struct candidate_row rows[MOST_CANDIDATES];
    size_t count;
};

static void keep_candidate(void *self, const struct candidate_row *row)
{
    struct offered *o = self;
    assert_true(o->count < MOST_CANDIDATES);
    struct candidate_row *c = &o->rows[o->count];
    *c = *row;
    c->rule = mem_text(row->rule);
    c->key = mem_text(row->key);
    c->accent = mem_text(row->accent);
    c->text = mem_text(row->text);
    c->why = mem_text(row->why);
    o->at[o->count++] =
        (struct prompt_candidate){ c->rule,       c->key,          c->warmth, c->since_us, c->last_said_us, c->last_put_off_us,
                                   c->times_said, c->times_put_off };
}

static void clear_offered(struct offered *o)
{
    for (size_t i = 0; i < o->count; i++) {
        mem_free((char *)o->rows[i].rule);
        mem_free((char *)o->rows[i].key);
        mem_free((char *)o->rows[i].accent);
        mem_free((char *)o->rows[i].text);
        mem_free((char *)o->rows[i].why);
    }
    o->count = 0;
}

static void nothing(void *self, const struct prompt_row *row)
{
    (void)self;
    (void)row;
}

/* As the counter does it: ask the rules, choose, show. Returns the id of the first prompt. */
static int64_t show(struct fixture *f, int64_t visit, int64_t now_us, struct lines *l)
{
    struct offered o = { .count = 0 };
    size_t chosen[PROMPTS_SHOWN_AT_MOST];
    int64_t first = 0;
    assert_int_equal(visits_each_candidate(f->st, visit, now_us, keep_candidate, &o), OK);
    size_t n = prompt_rank(o.at, o.count, now_us, chosen);
    for (size_t i = 0; i < n; i++) {
        int64_t id = 0;
        const struct candidate_row *c = &o.rows[chosen[i]];
        assert_int_equal(visits_show_prompt(f->st, visit, c, now_us, &id), OK);
        first = i == 0 ? id : first;
        add_line(l, "[%s] %s (%s)", c->accent, c->text, c->why);
    }
    clear_offered(&o);
    assert_int_equal(visits_each_prompt(f->st, visit, nothing, NULL), OK);
    return first;
}

static void expect_shown(struct fixture *f, int64_t customer, const char *expected)
{
    struct lines l = { "" };
    int64_t visit = visit_of(f, customer, 0);
    show(f, visit, NOW_US, &l);
    assert_int_equal(visits_close(f->st, visit, NOW_US), OK);
    assert_string_equal(l.text, expected);
}

static void everything_at_once_shows_three(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna Kovács"), marta = 0;
    learn(f, anna, "nickname", "Anna", 100);
    learn(f, anna, "birthday", "1984-10-16", 200);
    learn(f, anna, "said", "the half-marathon is on Sunday", 5);
    learn(f, anna, "likes", "lilac", 100);
    past_visit(f, anna, 21);
    assert_int_equal(store_add_staff(f->st, "Marta", "owner", &marta), OK);
    struct learned then = { NOW_US - 12 * DAY_US, "counter", marta };
    assert_int_equal(
        people_promise(f->st, &(struct new_promise){ anna, "a call when the ring is ready", "2026-10-13" }, &then, NULL), OK);
    expect_shown(f, anna,
                 "[owe] We promised Anna: a call when the ring is ready, by yesterday. (Promise made 2 weeks ago by Marta · one "
                 "day late)\n"
                 "[say] Anna's birthday is in 2 days. (Birthday on 16 October · told us 7 months ago)\n"
                 "[say] Anna told us: the half-marathon is on Sunday. (Said 5 days ago · nobody here has come back to it yet)\n");
}

static void a_promise_that_is_kept_or_far_away_is_not_shown(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), promise = 0;
    past_visit(f, anna, 400);
    learn(f, anna, "relate", "leave", 9);
    assert_int_equal(people_promise(f->st, &(struct new_promise){ anna, "the ring", "2026-10-30" }, &f->today, NULL), OK);
    expect_shown(f, anna, "");
    assert_int_equal(people_promise(f->st, &(struct new_promise){ anna, "the watch", "2026-10-17" }, &f->today, &promise), OK);
    expect_shown(f, anna, "[owe] We promised Anna: the watch, by Saturday. (Promise made today · due in 3 days)\n");
    assert_int_equal(people_promise_state(f->st, promise, "kept", &f->today), OK);
    expect_shown(f, anna, "");
}

static void what_was_said_stays_said_and_what_was_put_off_rests(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna");
    past_visit(f, anna, 30);
    learn(f, anna, "relate", "chat", 9);
    learn(f, anna, "likes", "lilac", 20);
    struct lines l = { "" };
    int64_t visit = visit_of(f, anna, 0);
    int64_t lilac = show(f, visit, NOW_US, &l);
    assert_string_equal(l.text,
                        "[say] Anna likes lilac. (We learned it 3 weeks ago)\n[say] Last here 4 weeks ago. (Visits so far: 1)\n");
    assert_int_equal(show(f, visit, NOW_US, &l), lilac);
    assert_int_equal(visits_answer_prompt(f->st, lilac, "not_now", 0, NOW_US), OK);
    l = (struct lines){ "" };
    show(f, visit, NOW_US + MINUTE_US, &l);
    assert_null(strstr(l.text, "lilac"));
    l = (struct lines){ "" };
    show(f, visit, NOW_US + DAY_US, &l);
    assert_non_null(strstr(l.text, "lilac"));
    assert_int_equal(visits_answer_prompt(f->st, lilac, "said", 0, NOW_US), OK);
    l = (struct lines){ "" };
    show(f, visit, NOW_US + DAY_US, &l);
    assert_null(strstr(l.text, "lilac"));
    assert_int_equal(visits_answer_prompt(f->st, lilac, NULL, 0, NOW_US), OK);
    l = (struct lines){ "" };
    show(f, visit, NOW_US + DAY_US, &l);
    assert_non_null(strstr(l.text, "lilac"));
    assert_int_equal(visits_answer_prompt(f->st, lilac, "maybe", 0, NOW_US), ERR_INPUT);
    assert_int_equal(visits_answer_prompt(f->st, 4711, "said", 0, NOW_US), ERR_MISSING);
}

static void somebody_who_belongs_to_them_was_here(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), ilona = person(f, "Ilona");
    past_visit(f, anna, 60);
    past_visit(f, ilona, 6);
    assert_int_equal(people_tie(f->st, &(struct new_tie){ ilona, "mother of", anna, "daughter of" }, &f->today, NULL), OK);
    struct lines l = { "" };
    show(f, visit_of(f, anna, 0), NOW_US, &l);
    assert_non_null(strstr(l.text, "[say] Ilona (mother of Anna) was here 6 days ago."));
}

static void whoever_keeps_a_secret_is_not_spoken_of(void **state)
{
    struct fixture *f = *state;
    int64_t priya = person(f, "Priya"), dev = person(f, "Dev");
    past_visit(f, priya, 60);
    past_visit(f, dev, 5);
    learn(f, dev, "birthday", "--10-15", 5);
    learn(f, dev, "dont_mention", "the surprise", 5);
    assert_int_equal(people_tie(f->st, &(struct new_tie){ dev, "brother of", priya, "sister of" }, &f->today, NULL), OK);
    struct lines l = { "" };
    show(f, visit_of(f, priya, 0), NOW_US, &l);
    assert_null(strstr(l.text, "Dev"));
}

static void buy_hoops(struct fixture *f, int64_t visit, int64_t printed_us)
{
    struct receipt_item hoops = { 1, "Silver hoops", { 8900, true }, NULL };
    struct receipt r = {
        .kind = RECEIPT_SALE, .number = "R-1", .decimals = 2, .total = { 8900, true }, .items = &hoops, .item_count = 1
    };
    struct receipt_place place = { .visit = visit, .printed_us = printed_us };
    int64_t id = 0;
    bool is_new = false;
    assert_int_equal(visits_keep_receipt(f->st, &r, &place, &id, &is_new), OK);
}

static void the_last_purchase_and_its_story_are_remembered(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), visit = visit_of(f, anna, 21), story = 0;
    buy_hoops(f, visit, NOW_US - 21 * DAY_US);
    assert_int_equal(visits_close(f->st, visit, NOW_US - 21 * DAY_US + MINUTE_US), OK);
    assert_int_equal(store_add_story(f->st, "hoop", "Ana", "hammered from one strip of silver.", &story), OK);
    expect_shown(f, anna,
                 "[say] Last here 3 weeks ago, for: Silver hoops. (Read from the receipt of that day · visits so far: 1)\n"
                 "[story] The hoop: hammered from one strip of silver. (Bought 3 weeks ago · made by Ana, a story that "
                 "we tell)\n");
}

static void what_is_better_left_alone_silences_the_other_rules(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna");
    learn(f, anna, "said", "the old shop was bigger", 9);
    learn(f, anna, "dont_mention", "the old shop", 3);
    struct lines l = { "" };
    show(f, visit_of(f, anna, 0), NOW_US, &l);
    assert_non_null(strstr(l.text, "Better not to mention the old shop."));
    assert_null(strstr(l.text, "bigger"));
}

static void a_first_visit_and_a_walk_in_are_welcome(void **state)
{
    struct fixture *f = *state;
    expect_shown(f, person(f, "Anna"),
                 "[say] This is Anna's first visit. A welcome by name is enough. (No earlier visit is known)\n");
    expect_shown(f, 0,
                 "[say] A face that we do not know yet. Say hello; ask the name only if it comes naturally. "
                 "(No card was scanned and nobody was named)\n");
}

static void prompts_of_somebody_taken_for_another_do_not_follow(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), tom = person(f, "Tom"), visit = visit_of(f, anna, 0);
    learn(f, anna, "likes", "lilac", 3);
    struct lines l = { "" };
    show(f, visit, NOW_US, &l);
    assert_int_equal(visits_set_customer(f->st, visit, tom, NOW_US), OK);
    struct lines after = { "" };
    show(f, visit, NOW_US, &after);
    assert_string_equal(after.text,
                        "[say] This is Tom's first visit. A welcome by name is enough. (No earlier visit is known)\n");
}

/* --- rules of the shop's own --- */
static void write_rule(struct fixture *f, const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/rules/%s", f->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void problem_line(void *self, const char *problem)
{
    add_line(self, "%s", strrchr(problem, '/') + 1);
}

#define HEAD "-- rule: mine\n-- accent: say\n-- warmth: 99\n-- sentence: {sentence}\n-- why: because\n"

static void a_broken_rule_is_named_and_the_others_go_on(void **state)
{
    struct fixture *f = *state;
    char folder[96];
    snprintf(folder, sizeof folder, "%s/rules", f->folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    write_rule(f, "a.sql", HEAD "SELECT 'k' AS key,\n    novelty AS sentence FROM visitor");
    write_rule(f, "b.sql", HEAD "SELECT 'k' AS key, name AS sentence FROM profiles");
    write_rule(f, "c.sql", HEAD "SELECT 'k' AS key, total_minor AS sentence FROM receipts");
    write_rule(f, "d.sql", HEAD "SELECT 'k' AS key, total_minor AS sentence FROM bought");
    write_rule(f, "e.sql", HEAD "SELECT 'k' AS key FROM visitor");
    write_rule(f, "f.sql", HEAD "SELECT :money AS key, 'x' AS sentence");
    write_rule(f, "g.sql", HEAD "SELECT 'k' AS key, 'x' AS sentence; DROP TABLE facts");
    write_rule(f, "h.sql", "-- rule: h\nDELETE FROM facts");
    write_rule(f, "i.sql", HEAD "WITH a AS (SELECT 1) INSERT INTO stories SELECT 1, 'a', 'b', 'c' FROM a");
    write_rule(f, "j.sql", HEAD "SELECT 'k' AS key, value AS sentence FROM current_facts_now");
    write_rule(f, "k.sql",
               HEAD "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                    "SELECT 'k' AS key, count(*) AS sentence FROM n");
    write_rule(f, "z.sql",
               HEAD "SELECT 'k' AS key, 'Good morning, ' || called || '!' AS sentence FROM visitor WHERE visit = :visit");
    write_rule(f, "notes.txt", "not a rule");
    reopen(f, folder);
    struct lines l = { "" };
    store_each_rule_problem(f->st, problem_line, &l);
    assert_string_equal(l.text, "a.sql:7: no such column: novelty\n"
                                "b.sql:6: access to profiles.name is prohibited\n"
                                "c.sql:6: access to receipts.total_minor is prohibited\n"
                                "d.sql:6: no such column: total_minor\n"
                                "e.sql:6: the query gives no column \"sentence\"\n"
                                "f.sql:6: a rule has no parameter \":money\"\n"
                                "g.sql:6: a rule is one query\n"
                                "h.sql:2: expected a SELECT\n"
                                "i.sql:6: not authorized\n"
                                "j.sql:6: access to facts.id is prohibited\n");
    struct lines shown = { "" };
    show(f, visit_of(f, person(f, "Anna"), 0), NOW_US, &shown);
    assert_memory_equal(shown.text, "[say] Good morning, Anna! (because)\n", 35);
    reopen(f, "/nonexistent/rules");
}

extern const struct embedded_file prompt_rules[];

static void no_function(sqlite3_context *c, int count, sqlite3_value **given)
{
    (void)c;
    (void)count;
    (void)given;
}

/* A step of a plan that reads one of the tables behind the views from its beginning. Stories are few; what a rule names itself
 * has a longer name and is as small as its own plan. */
static bool reads_everything(const char *step)
{
    static const char *const big[] = { "SCAN f", "SCAN v", "SCAN p", "SCAN t", "SCAN r", "SCAN i", "SCAN k", "SCAN l", "SCAN b" };
    for (size_t i = 0; i < sizeof big / sizeof *big; i++) {
        if (strncmp(step, big[i], 6) == 0 && (step[6] == '\0' || step[6] == ' ')) {
            return true;
        }
    }
    return false;
}

/* Gives the number of the plan's steps. */
static int expect_no_whole_table(sqlite3_stmt *plan, const char *rule_name)
{
    int steps = 0;
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(plan, 3);
        steps++;
        if (reads_everything(step)) {
            fail_msg("%s: %s", rule_name, step);
        }
    }
    return steps;
}

static void no_rule_reads_a_whole_table(void **state)
{
    struct fixture *f = *state;
    sqlite3 *db = NULL;
    int steps = 0;
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    for (const char *const *name = (const char *const[]){ "ago", "day_words", "days_away", "birthday_away", "is_about", NULL };
         *name; name++) {
        sqlite3_create_function(db, *name, 2, SQLITE_UTF8, NULL, no_function, NULL, NULL);
    }
    sqlite3_create_function(db, "day_at", 1, SQLITE_UTF8, NULL, no_function, NULL, NULL);
    sqlite3_create_function(db, "date_words", 1, SQLITE_UTF8, NULL, no_function, NULL, NULL);
    for (const struct embedded_file *rule = prompt_rules; rule->name != NULL; rule++) {
        char *sql = mem_format("EXPLAIN QUERY PLAN %s", strstr((const char *)rule->at, "\nSELECT"));
        sqlite3_stmt *plan = NULL;
        if (sqlite3_prepare_v2(db, sql, -1, &plan, NULL) != SQLITE_OK) {
            fail_msg("%s: %s", rule->name, sqlite3_errmsg(db));
        }
        steps += expect_no_whole_table(plan, rule->name);
        sqlite3_finalize(plan);
        mem_free(sql);
    }
    sqlite3_close(db);
    assert_true(steps > 20);
}

/* --- a whole shop --- */
static char *write_file(struct fixture *f, const char *text)
{
    char *path = mem_format("%s/shop.json", f->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static void expect_shop_refused(struct fixture *f, const char *text, const char *part)
{
    char *path = write_file(f, text), *reason = NULL;
    assert_int_equal(store_load_shop(f->st, path, NOW_US, &reason), ERR_INPUT);
    assert_non_null(reason);
    if (strstr(reason, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", reason, part);
    }
    mem_free(reason);
    mem_free(path);
}

static void count_customer(void *self, const struct customer_row *row)
{
    (void)row;
    ++*(int *)self;
}

static void a_shop_with_a_mistake_is_not_loaded_at_all(void **state)
{
    struct fixture *f = *state;
    expect_shop_refused(f, "{\n\"staff\": [}\n", ":2: this is not JSON");
    expect_shop_refused(f, "{\"customers\":[{\"key\":\"a\",\"name\":\"A\",\"birthday\":\"soon\"}]}",
                        "a: not a birthday: \"soon\"");
    expect_shop_refused(f, "{\"customers\":[{\"key\":\"a\",\"name\":\"A\"},{\"name\":\"B\"}]}",
                        "a customer needs a key and a name: \"B\"");
    expect_shop_refused(
        f, "{\"customers\":[{\"key\":\"a\",\"name\":\"A\",\"ties\":[{\"to\":\"z\",\"word\":\"x\",\"back\":\"y\"}]}]}",
        "a: there is no customer \"z\"");
    expect_shop_refused(f, "{\"customers\":[{\"key\":\"a\",\"name\":\"A\",\"visits\":[{\"when\":\"+3d\"}]}]}",
                        "must lie in the past");
    expect_shop_refused(
        f, "{\"customers\":[{\"key\":\"a\",\"name\":\"A\",\"facts\":[{\"key\":\"likes\",\"value\":\"x\",\"staff\":\"?\"}]}]}",
        "nobody on the staff is called \"?\"");
    expect_shop_refused(f, "{\"customers\":[{\"key\":\"a\",\"name\":\"A\",\"nikname\":\"B\"}]}",
                        "a: a customer has no \"nikname\"");
    expect_shop_refused(
        f, "{\"customers\":[{\"key\":\"a\",\"name\":\"A\",\"card\":\"1\"},{\"key\":\"b\",\"name\":\"B\",\"card\":\"1\"}]}",
        "b: cannot link \"1\"");
    int count = 0;
    assert_int_equal(people_search(f->st, "", 9, count_customer, &count), OK);
    assert_int_equal(count, 0);
    char *reason = NULL;
    assert_int_equal(store_load_shop(f->st, "/nonexistent.json", NOW_US, &reason), ERR_INPUT);
    mem_free(reason);
}

static void show_demo_customer(void *self, const struct customer_row *row)
{
    struct lines *l = self;
    add_line(l, "%lld", (long long)row->id);
}

static void load_demo(struct fixture *f)
{
    char *reason = NULL;
    err e = store_load_shop(f->st, SOURCE_FOLDER "/packaging/demo/shop.json", NOW_US, &reason);
    if (e != OK) {
        fail_msg("%s", reason);
    }
}

struct page {
    struct fixture *f;
    FILE *out;
};

static void print_customer(void *self, const struct customer_row *row)
{
    fprintf(((struct page *)self)->out, "\n%s\n", row->name);
}

/* What the counter would show for each customer of the demo shop, on one page that a person can read. */
static void the_demo_shop_shows_what_a_good_shopkeeper_would_remember(void **state)
{
    struct fixture *f = *state;
    load_demo(f);
    load_demo(f);
    struct lines ids = { "" };
    assert_int_equal(people_search(f->st, "", 1000, show_demo_customer, &ids), OK);
    char *text = NULL;
    size_t length = 0;
    struct page page = { f, open_memstream(&text, &length) };
    int count = 0;
    for (int64_t id = (3LL << 40) + 1;; id++, count++) {
        if (people_get(f->st, id, print_customer, &page) != OK) {
            break;
        }
        struct lines l = { "" };
        int64_t visit = visit_of(f, id, 0);
        show(f, visit, NOW_US, &l);
        fputs(l.text, page.out);
        assert_int_equal(visits_set_customer(f->st, visit, 0, NOW_US), OK);
        assert_int_equal(visits_close(f->st, visit, NOW_US), OK);
    }
    fclose(page.out);
    assert_true(count >= 28 && count <= 40);
    const char *golden = TESTS_FOLDER "/golden/prompt/demo.txt";
    if (getenv("TILLSIDE_REWRITE_GOLDEN") != NULL) {
        FILE *file = fopen(golden, "w");
        assert_non_null(file);
        fputs(text, file);
        fclose(file);
    }
    FILE *file = fopen(golden, "r");
    assert_non_null(file);
    char *expected = mem_new(length + 2);
    size_t n = fread(expected, 1, length + 1, file);
    fclose(file);
    assert_int_equal(n, length);
    assert_string_equal(text, expected);
    mem_free(expected);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_at_once_shows_three),
        TEST(a_promise_that_is_kept_or_far_away_is_not_shown),
        TEST(what_was_said_stays_said_and_what_was_put_off_rests),
        TEST(somebody_who_belongs_to_them_was_here),
        TEST(whoever_keeps_a_secret_is_not_spoken_of),
        TEST(the_last_purchase_and_its_story_are_remembered),
        TEST(what_is_better_left_alone_silences_the_other_rules),
        TEST(a_first_visit_and_a_walk_in_are_welcome),
        TEST(prompts_of_somebody_taken_for_another_do_not_follow),
        TEST(a_broken_rule_is_named_and_the_others_go_on),
        TEST(no_rule_reads_a_whole_table),
        TEST(a_shop_with_a_mistake_is_not_loaded_at_all),
        TEST(the_demo_shop_shows_what_a_good_shopkeeper_would_remember),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
