#include "unit.h"

#include "base/err.h"
#include "base/mem.h"
#include "pure/prompt.h"

#include <stdio.h>
#include <string.h>

#define DAY_US ((int64_t)86400 * 1000000)
static const int64_t NOW_US = (int64_t)1791972000 * 1000000;

static void expect_ranked(const struct prompt_candidate *c, size_t count, const char *expected)
{
    size_t chosen[PROMPTS_SHOWN_AT_MOST];
    char keys[256] = "";
    size_t n = prompt_rank(c, count, NOW_US, chosen);
    assert_true(n <= PROMPTS_SHOWN_AT_MOST);
    for (size_t i = 0; i < n; i++) {
        size_t at = strlen(keys);
        snprintf(keys + at, sizeof keys - at, "%s ", c[chosen[i]].key);
    }
    assert_string_equal(keys, expected);
}

static void the_warmest_three_are_shown(void **state)
{
    (void)state;
    const struct prompt_candidate c[] = {
        { .rule = "likes", .key = "a", .warmth = 30 },
        { .rule = "promise", .key = "b", .warmth = 90 },
        { .rule = "birthday", .key = "c", .warmth = 70 },
        { .rule = "story", .key = "d", .warmth = 40 },
    };
    expect_ranked(c, 4, "b c d ");
    expect_ranked(c, 1, "a ");
    expect_ranked(c, 0, "");
}

static void what_was_said_is_not_said_again_unless_it_is_new(void **state)
{
    (void)state;
    struct prompt_candidate c = { .rule = "said",
                                  .key = "a",
                                  .warmth = 60,
                                  .since_us = NOW_US - 9 * DAY_US,
                                  .times_said = 1,
                                  .last_said_us = NOW_US - 3 * DAY_US };
    expect_ranked(&c, 1, "");
    c.since_us = NOW_US - DAY_US;
    expect_ranked(&c, 1, "a ");
    c.since_us = 0;
    expect_ranked(&c, 1, "");
}

static void not_now_rests_a_line_for_the_visit_and_lowers_it_after(void **state)
{
    (void)state;
    struct prompt_candidate c[] = {
        { .rule = "said", .key = "a", .warmth = 50, .times_put_off = 1, .last_put_off_us = NOW_US - DAY_US / 24 },
        { .rule = "story", .key = "b", .warmth = 45 },
    };
    expect_ranked(c, 2, "b ");
    c[0].last_put_off_us = NOW_US - 9 * DAY_US;
    expect_ranked(c, 2, "b a ");
    c[0].times_put_off = 4000000000u;
    expect_ranked(c, 2, "b ");
}

static void the_fresher_of_two_equals_comes_first(void **state)
{
    (void)state;
    const struct prompt_candidate c[] = {
        { .rule = "said", .key = "old", .warmth = 50, .since_us = NOW_US - 500 * DAY_US },
        { .rule = "likes", .key = "unknown", .warmth = 50 },
        { .rule = "story", .key = "new", .warmth = 50, .since_us = NOW_US - DAY_US },
    };
    expect_ranked(c, 3, "new unknown old ");
}

static void three_lines_of_one_kind_make_room_for_another(void **state)
{
    (void)state;
    const struct prompt_candidate c[] = {
        { .rule = "said", .key = "a", .warmth = 60 }, { .rule = "said", .key = "b", .warmth = 60 },
        { .rule = "said", .key = "c", .warmth = 60 }, { .rule = "story", .key = "d", .warmth = 40 },
        { .rule = "said", .key = "a", .warmth = 60 },
    };
    expect_ranked(c, 5, "a b d ");
}

static void what_is_hardly_worth_saying_is_not_said(void **state)
{
    (void)state;
    const struct prompt_candidate c = { .rule = "likes", .key = "a", .warmth = 5 };
    expect_ranked(&c, 1, "");
}

static const char *answer(void *self, const char *column)
{
    (void)self;
    if (strcmp(column, "name") == 0) {
        return "Ilona {sic}";
    }
    return strcmp(column, "empty") == 0 ? "" : NULL;
}

static void expect_phrase(const char *sentence, const char *expected)
{
    char *phrase = prompt_phrase(sentence, answer, NULL);
    if (expected == NULL) {
        assert_null(phrase);
    } else {
        assert_non_null(phrase);
        assert_string_equal(phrase, expected);
    }
    mem_free(phrase);
}

static void a_sentence_is_filled_in_once(void **state)
{
    (void)state;
    expect_phrase("Say hello to {name}, {name}{empty}!", "Say hello to Ilona {sic}, Ilona {sic}!");
    expect_phrase("No column.", "No column.");
    expect_phrase("", "");
}

static void a_sentence_with_something_unknown_is_nothing(void **state)
{
    (void)state;
    expect_phrase("{name} and {other}", NULL);
    expect_phrase("{name} and {", NULL);
    expect_phrase("{}", NULL);
    char longer[9000];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    expect_phrase(longer, NULL);
}

static const char GOOD[] = "-- Prose: about the rule.\n-- rule: hello\n--accent: say\n-- warmth: 40\n\n"
                           "-- sentence: Hello {called}.\r\n-- why: {why}: because\nSELECT 1 AS called\n";

static void a_rule_is_read_with_its_lines_in_place(void **state)
{
    (void)state;
    struct prompt_rule r;
    char *reason = NULL;
    assert_int_equal(prompt_rule_read("hello.sql", GOOD, &r, &reason), OK);
    assert_string_equal(r.name, "hello");
    assert_string_equal(r.accent, "say");
    assert_string_equal(r.sentence, "Hello {called}.");
    assert_string_equal(r.why, "{why}: because");
    assert_string_equal(r.sql, GOOD);
    assert_int_equal(r.warmth, 40);
    prompt_rule_clear(&r);
    prompt_rule_clear(&r);
}

static void a_broken_rule_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } broken[] = {
        { "-- rule: a\n-- warmht: 3\nSELECT 1", "x.sql:2: there is no field named warmht" },
        { "-- rule: a\n-- rule: b\nSELECT 1", "x.sql:2: a second rule" },
        { "-- rule: a\n\nDELETE FROM facts", "x.sql:3: expected a SELECT" },
        { "-- rule: a\n", "x.sql:2: there is no query" },
        { "", "x.sql:1: there is no query" },
        { "-- rule: a\nSELECT 1", "x.sql:2: missing before the query: -- accent" },
        { "-- rule: a\n-- accent: red\n-- warmth: 1\n-- sentence: s\n-- why: w\nSELECT 1",
          "x.sql:6: accent must be owe, say or story, not red" },
        { "-- rule: a\n-- accent: say\n-- warmth: 101\n-- sentence: s\n-- why: w\nSELECT 1",
          "x.sql:6: warmth must be a number from 0 to 100, not 101" },
        { "-- rule: a\n-- accent: say\n-- warmth: hot\n-- sentence: s\n-- why: w\nWITH a",
          "x.sql:6: warmth must be a number from 0 to 100, not hot" },
        { "-- rule: a\n-- accent: say\n-- warmth: 1\n-- sentence: {s\n-- why: w\nSELECT 1",
          "x.sql:6: a { without its } in sentence or why" },
        { "-- rule: a\n-- accent: say\n-- warmth: 1\n-- sentence: s\n-- why: }w{\nSELECT 1",
          "x.sql:6: a { without its } in sentence or why" },
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct prompt_rule r;
        char *reason = NULL;
        assert_int_equal(prompt_rule_read("x.sql", broken[i].text, &r, &reason), ERR_INPUT);
        assert_string_equal(reason, broken[i].reason);
        mem_free(reason);
    }
}

static void every_beginning_of_a_rule_is_refused_or_read(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof GOOD; n++) {
        char *text = mem_text_n(GOOD, n);
        struct prompt_rule r;
        char *reason = NULL;
        if (prompt_rule_read("x.sql", text, &r, &reason) == OK) {
            prompt_rule_clear(&r);
        } else {
            assert_non_null(reason);
        }
        mem_free(reason);
        mem_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_warmest_three_are_shown),
        cmocka_unit_test(what_was_said_is_not_said_again_unless_it_is_new),
        cmocka_unit_test(not_now_rests_a_line_for_the_visit_and_lowers_it_after),
        cmocka_unit_test(the_fresher_of_two_equals_comes_first),
        cmocka_unit_test(three_lines_of_one_kind_make_room_for_another),
        cmocka_unit_test(what_is_hardly_worth_saying_is_not_said),
        cmocka_unit_test(a_sentence_is_filled_in_once),
        cmocka_unit_test(a_sentence_with_something_unknown_is_nothing),
        cmocka_unit_test(a_rule_is_read_with_its_lines_in_place),
        cmocka_unit_test(a_broken_rule_is_named_with_its_line),
        cmocka_unit_test(every_beginning_of_a_rule_is_refused_or_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
