#include "unit.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "edge/metrics.h"
#include "src/edge/web/body.h"
#include "src/edge/web/guard.h"
#include "src/edge/web/target.h"

#include <stdio.h>
#include <string.h>

static bool is_json(const char *text)
{
    const char *reason = NULL;
    size_t at = 0;
    err e = json_check(view_of(text), &reason, &at);
    assert_int_equal(e == OK, reason == NULL);
    assert_in_range(at, 0, strlen(text));
    return e == OK;
}

static void whole_values_are_json(void **state)
{
    (void)state;
    static const char *const good[] = {
        "{}",
        "[]",
        " [ ] ",
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1.5e+10",
        "-12E-3",
        "\"\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u00e9\\ud83d\\ude00\"",
        "\"\xc3\xa9 \xf0\x9f\x98\x80 \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf\"",
        "{\"a\":[1,{\"b\":null}],\"c\":\"\"}",
        "\t\r\n {\"a\" : 1 } \n",
        "\"\x7f\"",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(is_json(good[i]));
    }
}

static void what_is_not_json_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "[1 2]",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "0x10",
        "NaN",
        "Infinity",
        "nul",
        "nulll",
        "True",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "\"\t\"",
        "[] []",
        "\xef\xbb\xbf{}",
        "//x\n{}",
        "[1]x",
        "{\"a\":1 \"b\":2}",
        "[\"a\":1]",
        "{1:2}",
        "[",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(is_json(bad[i]));
    }
}

static void texts_that_the_reader_behind_us_would_spoil_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\"\\u0000\"",  "{\"\\u0000\":1}", "\"\\ud83d\"",        "\"\\ude00\"",
        "\"\\ud83dx\"", "\"\\ud83d\\n\"",  "\"\\ud83d\\u0041\"", "\"\\ud83d\\ud83d\"",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(is_json(bad[i]));
    }
    const char *reason = NULL;
    size_t at = 0;
    assert_int_equal(json_check((struct view){ (const unsigned char *)"\"a\0b\"", 5 }, &reason, &at), ERR_INPUT);
    assert_int_equal(at, 2);
}

/* The sequences that the Unicode standard's table 3-7 leaves out. */
static void only_well_formed_utf8_passes(void **state)
{
    (void)state;
    static const char *const bad[] = { "\x80",
                                       "\xbf",
                                       "\xc0\x80",
                                       "\xc1\xbf",
                                       "\xc3",
                                       "\xc3(",
                                       "\xe0\x9f\xbf",
                                       "\xe2\x82",
                                       "\xed\xa0\x80",
                                       "\xed\xbf\xbf",
                                       "\xf0\x8f\xbf\xbf",
                                       "\xf0\x9f\x98",
                                       "\xf4\x90\x80\x80",
                                       "\xf5\x80\x80\x80",
                                       "\xff" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(utf8_is_valid(view_of(bad[i])));
        char *text = mem_format("{\"a\":\"%s\"}", bad[i]);
        assert_false(is_json(text));
        mem_free(text);
    }
    assert_true(utf8_is_valid(view_of("")));
}

static void nesting_has_a_ceiling(void **state)
{
    (void)state;
    char text[2 * JSON_DEPTH_AT_MOST + 3];
    for (int depth = JSON_DEPTH_AT_MOST; depth <= JSON_DEPTH_AT_MOST + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = '\0';
        assert_int_equal(is_json(text), depth == JSON_DEPTH_AT_MOST);
    }
    char *deep = mem_new(1000001);
    memset(deep, '[', 1000000);
    assert_false(is_json(deep));
    mem_free(deep);
}

static void a_target_is_cut_before_it_is_decoded(void **state)
{
    (void)state;
    struct target t;
    assert_int_equal(target_read("/a/b%2Fc%3Fd/%C5%BE+?q=1%262&empty&e=&%C5%BE=x+y&q=second", &t), OK);
    assert_int_equal(t.segment_count, 3);
    assert_string_equal(t.segments[1], "b/c?d");
    assert_string_equal(t.segments[2], "\xc5\xbe+");
    assert_string_equal(t.path, "/a/b%2Fc%3Fd/%C5%BE+");
    assert_string_equal(target_query(&t, "q"), "1&2");
    assert_string_equal(target_query(&t, "empty"), "");
    assert_string_equal(target_query(&t, "e"), "");
    assert_string_equal(target_query(&t, "\xc5\xbe"), "x y");
    assert_null(target_query(&t, "nothing"));
    target_clear(&t);
}

static void a_target_has_ceilings(void **state)
{
    (void)state;
    struct target t = { 0 };
    assert_int_equal(target_read("/1/2/3/4/5/6/7/8/9/a/b/c", &t), OK);
    target_clear(&t);
    assert_int_equal(target_read("/1/2/3/4/5/6/7/8/9/a/b/c/d", &t), ERR_FULL);
    assert_int_equal(target_read("/?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&&", &t), OK);
    target_clear(&t);
    assert_int_equal(target_read("/?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q", &t), ERR_FULL);
    static const char *const bad[] = { "",     "a",    "*",       "http://x/", "/%",    "/%4",
                                       "/%4g", "/%00", "/?a=%00", "/%ff",      "/?%ff", "/?a=%ED%A0%80" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(target_read(bad[i], &t), ERR_INPUT);
    }
}

static bool fits(const char *pattern, const char *path, const char *wanted)
{
    struct target t;
    struct view parts[PARTS_AT_MOST];
    size_t literal = 0;
    char found[128] = "";
    assert_int_equal(target_read(path, &t), OK);
    bool is_match = route_match(pattern, &t, parts, &literal);
    for (size_t i = 0; is_match && i < PARTS_AT_MOST && parts[i].at != NULL; i++) {
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.*s", i ? "," : "", (int)parts[i].n, parts[i].at);
    }
    target_clear(&t);
    return is_match && strcmp(found, wanted) == 0;
}

static void a_pattern_fits_whole_segments(void **state)
{
    (void)state;
    assert_true(fits("/a", "/a", ""));
    assert_true(fits("/", "/", ""));
    assert_true(fits("/a/{id}", "/a/7", "7"));
    assert_true(fits("/a/{id}/b/{key}", "/a/7/b/x%20y", "7,x y"));
    assert_true(fits("/a/{id}.png", "/a/7.png", "7"));
    assert_true(fits("/a/{id}.png", "/a/7.png.png", "7.png"));
    static const char *const never[][2] = { { "/a", "/" },
                                            { "/a", "/ab" },
                                            { "/a", "/a/" },
                                            { "/a", "/a/b" },
                                            { "/a/{id}", "/a/" },
                                            { "/a/{id}", "/a" },
                                            { "/a/{id}", "/a/b/c" },
                                            { "/a/{id}.png", "/a/.png" },
                                            { "/a/{id}.png", "/a/7.pn" },
                                            { "/ab", "/a" } };
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        assert_false(fits(never[i][0], never[i][1], ""));
    }
}

static void figures_are_printed_as_prometheus_reads_them(void **state)
{
    (void)state;
    static const double bounds[] = { 0.001, 0.01 };
    struct metrics *m = metrics_new();
    struct buf out;
    buf_init(&out, 4096);
    metric_add(
        metrics_counter(m, "scans_total", "Codes that came.", (const char *const[]){ "from", "a\\b\"c\nd", "x", "1", NULL }), 2);
    metric_add(metrics_counter(m, "scans_total", "", (const char *const[]){ "from", "a\\b\"c\nd", "x", "1", NULL }), 1);
    metric_set(metrics_gauge(m, "warmth", "How warm.", NULL), 0.25);
    struct metric *h = metrics_histogram(m, "seconds", "How long.", bounds, 2);
    assert_ptr_equal(h, metrics_histogram(m, "seconds", "How long.", bounds, 2));
    metric_observe(h, 0.001);
    metric_observe(h, 0.002);
    metric_observe(h, 5);
    assert_int_equal(metrics_print(m, &out), OK);
    assert_string_equal(buf_text(&out),
                        "# HELP scans_total Codes that came.\n# TYPE scans_total counter\n"
                        "scans_total{from=\"a\\\\b\\\"c\\nd\",x=\"1\"} 3\n"
                        "# HELP warmth How warm.\n# TYPE warmth gauge\nwarmth 0.25\n"
                        "# HELP seconds How long.\n# TYPE seconds histogram\n"
                        "seconds_bucket{le=\"0.001\"} 1\nseconds_bucket{le=\"0.01\"} 2\nseconds_bucket{le=\"+Inf\"} 3\n"
                        "seconds_sum 5.003\nseconds_count 3\n");
    buf_clear(&out);
    buf_init(&out, 20);
    assert_int_equal(metrics_print(m, &out), ERR_FULL);
    buf_clear(&out);
    metrics_free(m);
}

static void set_gauge(void *self)
{
    metric_add(self, 1);
}

static void figures_may_be_asked_for_when_they_are_wanted(void **state)
{
    (void)state;
    struct metrics *m = metrics_new();
    struct metric *x = metrics_gauge(m, "asked", "Times.", NULL);
    struct buf out;
    buf_init(&out, 4096);
    metrics_before_print(m, set_gauge, x);
    assert_int_equal(metrics_print(m, &out), OK);
    assert_non_null(strstr(buf_text(&out), "\nasked 1\n"));
    metrics_forget(m, x);
    buf_clear(&out);
    assert_int_equal(metrics_print(m, &out), OK);
    assert_non_null(strstr(buf_text(&out), "\nasked 1\n"));
    buf_clear(&out);
    metrics_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_values_are_json),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(texts_that_the_reader_behind_us_would_spoil_are_refused),
        cmocka_unit_test(only_well_formed_utf8_passes),
        cmocka_unit_test(nesting_has_a_ceiling),
        cmocka_unit_test(a_target_is_cut_before_it_is_decoded),
        cmocka_unit_test(a_target_has_ceilings),
        cmocka_unit_test(a_pattern_fits_whole_segments),
        cmocka_unit_test(figures_are_printed_as_prometheus_reads_them),
        cmocka_unit_test(figures_may_be_asked_for_when_they_are_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
