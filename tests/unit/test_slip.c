#include "slip_filled.h"

#include "base/mem.h"

#include <string.h>

static const struct slip_row *row_saying(const struct slip *s, const char *words)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->rows[i].text != NULL && strstr(s->rows[i].text, words) != NULL) {
            return &s->rows[i];
        }
    }
    return NULL;
}

static size_t count_kind(const struct slip *s, enum slip_row_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        n += s->rows[i].kind == kind;
    }
    return n;
}

static void a_known_customer_is_thanked_by_name_with_story_and_code(void **state)
{
    (void)state;
    struct slip s = fill(slip_template("thankyou"), anna, ANNA_VALUES, 576);
    assert_int_equal(s.rows[0].kind, SLIP_PICTURE);
    assert_string_equal(s.rows[0].text, "Thank you, Anna – and bravo for Sunday!");
    assert_non_null(row_saying(&s, "hammered by hand"));
    assert_non_null(row_saying(&s, "Šimková"));
    const struct slip_row *code = row_saying(&s, "https://example.org/b/7f3a");
    assert_non_null(code);
    assert_int_equal(code->kind, SLIP_QR);
    assert_true(code->module_dots >= 3 && code->width_dots <= 576 && code->width_dots % code->module_dots == 0);
    slip_clear(&s);
}

static void a_name_alone_is_enough_for_a_slip(void **state)
{
    (void)state;
    const struct slip_value values[] = { { "name", "Rémi" } };
    struct slip s = fill(slip_template("thankyou"), values, 1, 384);
    assert_string_equal(s.rows[0].text, "Thank you, Rémi");
    assert_int_equal(s.count, 1);
    slip_clear(&s);
}

static void an_unknown_walk_in_is_thanked_too(void **state)
{
    (void)state;
    struct slip s = fill(slip_template("thankyou"), NULL, 0, 576);
    assert_string_equal(s.rows[0].text, "Thank you for coming in");
    assert_int_equal(count_kind(&s, SLIP_QR), 0);
    assert_int_equal(count_kind(&s, SLIP_RULE), 0);
    slip_clear(&s);
}

static void every_template_that_is_shipped_can_be_filled(void **state)
{
    (void)state;
    for (const struct embedded_file *f = slip_templates; f->name != NULL; f++) {
        struct slip with = fill((const char *)f->at, anna, ANNA_VALUES, 576), without = fill((const char *)f->at, NULL, 0, 384);
        assert_true(with.count > 0 && without.count > 0);
        slip_clear(&with);
        slip_clear(&without);
    }
    assert_null(slip_template("no such"));
    assert_null(slip_template("thank"));
}

static void a_row_whose_placeholder_has_no_value_is_left_out(void **state)
{
    (void)state;
    const struct slip_value values[] = { { "a", "one" }, { "empty", "" }, { "nothing", NULL } };
    struct slip s = fill("text: {a}\ntext: {b}\ntext: {a} {b}\ntext: {empty}\ntext: {nothing}\n", values, 3, 576);
    assert_int_equal(s.count, 1);
    assert_string_equal(s.rows[0].text, "one");
    slip_clear(&s);
}

static void the_first_alternative_that_has_its_values_is_taken(void **state)
{
    (void)state;
    const struct slip_value values[] = { { "b", "two" } };
    struct slip s = fill("text: {a} | and {b} | neither\ntext: {a} | none \\| \\{b\\}\ntext: {a} |", values, 1, 576);
    assert_int_equal(s.count, 2);
    assert_string_equal(s.rows[0].text, "and two");
    assert_string_equal(s.rows[1].text, "none | {b}");
    slip_clear(&s);
}

static void when_shuts_its_rows_down_to_the_next_empty_line(void **state)
{
    (void)state;
    const struct slip_value values[] = { { "a", "one" } };
    struct slip s =
        fill("when {b}\nrule\ntext: no\n# still the group\nfeed 2\n\ntext: after\nwhen {a}\ntext: yes\n", values, 1, 576);
    assert_int_equal(s.count, 2);
    assert_string_equal(s.rows[0].text, "after");
    assert_string_equal(s.rows[1].text, "yes");
    slip_clear(&s);
}

static void a_mistake_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } mistakes[] = {
        { "text: fine\n\nshout: hello", "line 3: no such word: shout" },
        { "text: {name", "line 1: a { is never closed: name" },
        { "text: fine | {Name}", "line 1: a placeholder is small letters, digits and _: Name" },
        { "when {gone}\ntext: {", "line 2: a { is never closed" },
        { "text hello", "line 1: a colon is missing after this word: text" },
        { "rule: hello", "line 1: no colon belongs after this word: rule" },
        { "rule hello", "line 1: nothing may stand after this word: hello" },
        { "text:   ", "line 1: nothing stands after the colon: text" },
        { "feed many", "line 1: feed takes a number from 1 to 20: many" },
        { "feed 21", "line 1: feed takes a number from 1 to 20: 21" },
        { "feed 99999999999999999999", "line 1: feed takes a number from 1 to 20: 99999999999999999999" },
        { "when story", "line 1: when takes placeholders, as in: when {story}: story" },
        { "text: \xff\xfe", "line 1: this is not UTF-8 text" },
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct slip s = { 0 };
        char *reason = NULL;
        assert_int_equal(slip_fill(mistakes[i].text, (struct slip_values){ 0 }, 576, &s, &reason), ERR_INPUT);
        assert_string_equal(reason, mistakes[i].reason);
        assert_null(s.rows);
        mem_free(reason);
    }
}

static void expect_full(const char *template_text, const struct slip_value *values, size_t count, const char *reason_part)
{
    struct slip s = { 0 };
    char *reason = NULL;
    assert_int_equal(slip_fill(template_text, (struct slip_values){ values, count }, 576, &s, &reason), ERR_FULL);
    assert_non_null(reason);
    assert_non_null(strstr(reason, reason_part));
    mem_free(reason);
}

static char *repeated(const char *piece, size_t times)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < times; i++) {
        assert_int_equal(buf_add_text(&b, piece), OK);
    }
    return (char *)b.at;
}

static void no_slip_grows_past_its_ceilings(void **state)
{
    (void)state;
    char *many = repeated("feed 1\n", 200), *tall = repeated("feed 20\n", 6), *story = repeated("more and more ", 300);
    char *code = repeated("x", 301), *comment = repeated("# chat\n", 4000), *again = repeated("{v}", 100);
    char *row = mem_format("text: %s", again);
    const struct slip_value values[] = { { "v", story }, { "code", code } };
    expect_full(many, NULL, 0, "line 121: a slip has at most 120 rows");
    expect_full(tall, NULL, 0, "line 5: the slip would be longer than 30 cm");
    expect_full("\nqr: {code}", values, 2, "line 2: this is too long for a code");
    expect_full(row, values, 2, "line 1: there is too much to print");
    char *reason = NULL;
    struct slip s = { 0 };
    assert_int_equal(slip_fill(comment, (struct slip_values){ 0 }, 576, &s, &reason), ERR_INPUT);
    mem_free(reason);
    assert_int_equal(slip_fill("rule", (struct slip_values){ 0 }, 4, &s, &reason), ERR_INPUT);
    mem_free(reason);
    s = fill("text: {v}\nhand: {v}", values, 1, 576);
    assert_true(s.count < 20);
    slip_clear(&s);
    mem_free(many), mem_free(tall), mem_free(story), mem_free(code), mem_free(comment), mem_free(again), mem_free(row);
}

static const char *only_text(struct slip *s)
{
    assert_int_equal(s->count, 1);
    return s->rows[0].text;
}

static void nothing_that_was_typed_can_command_the_printer(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *printed;
    } cases[] = {
        { "An\x1b@na\x1dV\x01", "An @na V" },
        { "two\nlines\tand\r\n tabs", "two lines and tabs" },
        { "broken \xff\xc3( utf-8 \xe2\x82", "broken ( utf-8" },
        { "over\xe2\x80\xae"
          "ride\xe2\x81\xa6\xef\xbb\xbf",
          "override" },
        { "C1 \xc2\x9b"
          "2J",
          "C1 2J" },
        { "Cafe\xcc\x81", "Café" },
        { "\xf3\xa0\x80\x81tag", "tag" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct slip_value values[] = { { "v", cases[i].typed } };
        struct slip s = fill("text: {v}", values, 1, 576);
        assert_string_equal(only_text(&s), cases[i].printed);
        slip_clear(&s);
    }
    const struct slip_value url[] = { { "v", "https://x.example/\n\x1b@?q=1" } };
    struct slip s = fill("qr: {v}", url, 1, 576);
    assert_string_equal(only_text(&s), "https://x.example/@?q=1");
    slip_clear(&s);
}

static void what_no_face_can_draw_is_left_out_cleanly(void **state)
{
    (void)state;
    const struct slip_value cake[] = { { "name", "\xf0\x9f\x8e\x82" } }, both[] = { { "name", "Zo\xc3\xab \xf0\x9f\x8e\x82" } };
    struct slip s = fill("hand: Thank you, {name} | Thank you for coming in", cake, 1, 576);
    assert_string_equal(only_text(&s), "Thank you for coming in");
    slip_clear(&s);
    s = fill("text: Thank you, {name}", both, 1, 576);
    assert_string_equal(only_text(&s), "Thank you, Zoë");
    slip_clear(&s);
}

static void a_heap_of_accents_stays_on_its_line(void **state)
{
    (void)state;
    char *accents = repeated("\xcc\x81", 500);
    char *name = mem_format("x%s", accents);
    const struct slip_value values[] = { { "name", name } };
    struct slip s = fill("hand: {name}", values, 1, 576);
    assert_true(s.rows[0].height_dots < 160);
    slip_clear(&s);
    mem_free(name);
    mem_free(accents);
}

static void long_text_is_wrapped_at_words_by_the_printers_columns(void **state)
{
    (void)state;
    static const char words[] = "text: The quick brown fox jumps over the lazy dog and sleeps";
    struct slip s = fill(words, NULL, 0, 384);
    assert_int_equal(s.count, 2);
    assert_string_equal(s.rows[0].text, "The quick brown fox jumps over");
    assert_string_equal(s.rows[1].text, "the lazy dog and sleeps");
    slip_clear(&s);
    s = fill("text: 12345678901234567890123456789012 next", NULL, 0, 384);
    assert_string_equal(s.rows[0].text, "12345678901234567890123456789012");
    assert_string_equal(s.rows[1].text, "next");
    slip_clear(&s);
    s = fill("text: 1234567890123456789012345678901234567890\nlarge: 12345678901234567", NULL, 0, 384);
    assert_int_equal(s.count, 4);
    assert_string_equal(s.rows[1].text, "34567890"
                                        "");
    assert_string_equal(s.rows[3].text, "7");
    slip_clear(&s);
}

static void centred_lines_are_about_equally_long(void **state)
{
    (void)state;
    struct slip s = fill("centre\ntext: The quick brown fox jumps over the lazy dog", NULL, 0, 384);
    assert_int_equal(s.count, 2);
    assert_string_equal(s.rows[0].text, "The quick brown fox");
    assert_true(s.rows[0].is_centred);
    slip_clear(&s);
}

static void letters_choose_the_code_page(void **state)
{
    (void)state;
    static const struct {
        const char *template_text, *text, *charset;
    } cases[] = {
        { "text: plain", "plain", NULL },
        { "text: Zoë for 5 €", "Zoë for 5 €", "CP858" },
        { "text: it’s „here“ – œ", "it’s „here“ – œ", "CP1252" },
        { "text: Žofie Łódź", "Žofie Łódź", "CP852" },
        { "text: Žofie’s Łódź", "Žofie's Łódź", "CP852" },
        { "text: Спасибо", "Спасибо", "CP866" },
        { "text: «Спасибо»", "\"Спасибо\"", "CP866" },
        { "text: 5\u00a0€", "5 €", "CP858" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slip s = fill(cases[i].template_text, NULL, 0, 576);
        assert_int_equal(s.rows[0].kind, SLIP_TEXT);
        assert_string_equal(only_text(&s), cases[i].text);
        if (cases[i].charset == NULL) {
            assert_null(s.rows[0].charset);
        } else {
            assert_string_equal(s.rows[0].charset, cases[i].charset);
        }
        slip_clear(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_customer_is_thanked_by_name_with_story_and_code),
        cmocka_unit_test(a_name_alone_is_enough_for_a_slip),
        cmocka_unit_test(an_unknown_walk_in_is_thanked_too),
        cmocka_unit_test(every_template_that_is_shipped_can_be_filled),
        cmocka_unit_test(a_row_whose_placeholder_has_no_value_is_left_out),
        cmocka_unit_test(the_first_alternative_that_has_its_values_is_taken),
        cmocka_unit_test(when_shuts_its_rows_down_to_the_next_empty_line),
        cmocka_unit_test(a_mistake_is_named_with_its_line),
        cmocka_unit_test(no_slip_grows_past_its_ceilings),
        cmocka_unit_test(nothing_that_was_typed_can_command_the_printer),
        cmocka_unit_test(what_no_face_can_draw_is_left_out_cleanly),
        cmocka_unit_test(a_heap_of_accents_stays_on_its_line),
        cmocka_unit_test(long_text_is_wrapped_at_words_by_the_printers_columns),
        cmocka_unit_test(centred_lines_are_about_equally_long),
        cmocka_unit_test(letters_choose_the_code_page),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
