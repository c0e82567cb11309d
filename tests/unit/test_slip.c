#include "unit.h"

#include "base/mem.h"
#include "pure/slip.h"

#include <cairo.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_URL "https://shop.example/"

struct known {
    const char *name, *text;
};

static const struct slip_value anna[] = {
    { "name", "Anna" },
    { "hand", "Thank you, Anna – and bravo for Sunday!" },
    { "story", "Your hoops were hammered by hand from one strip of recycled silver, two streets from here." },
    { "maker", "Zoë Šimková" },
    { "code", "https://example.org/b/7f3a" },
    { "shop", "Goldsmith & Daughter" },
};
enum { ANNA_VALUES = sizeof anna / sizeof *anna };

static struct slip fill(const char *template_text, const struct slip_value *values, size_t count, unsigned width_dots)
{
    struct slip s = { 0 };
    char *reason = NULL;
    err e = slip_fill(template_text, values, count, width_dots, &s, &reason);
    if (e != OK) {
        fail_msg("%s: %s", err_name(e), reason ? reason : "no reason");
    }
    return s;
}

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
        assert_int_equal(slip_fill(mistakes[i].text, NULL, 0, 576, &s, &reason), ERR_INPUT);
        assert_string_equal(reason, mistakes[i].reason);
        assert_null(s.rows);
        mem_free(reason);
    }
}

static void expect_full(const char *template_text, const struct slip_value *values, size_t count, const char *reason_part)
{
    struct slip s = { 0 };
    char *reason = NULL;
    assert_int_equal(slip_fill(template_text, values, count, 576, &s, &reason), ERR_FULL);
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
    assert_int_equal(slip_fill(comment, NULL, 0, 576, &s, &reason), ERR_INPUT);
    mem_free(reason);
    assert_int_equal(slip_fill("rule", NULL, 0, 4, &s, &reason), ERR_INPUT);
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

static size_t ink(const struct slip_row *picture)
{
    size_t n = 0;
    for (size_t i = 0; i < (size_t)(picture->width_dots + 7) / 8 * picture->height_dots; i++) {
        n += (size_t)__builtin_popcount(picture->bits[i]);
    }
    return n;
}

static void scripts_without_a_code_page_are_drawn(void **state)
{
    (void)state;
    static const char *const texts[] = { "text: שלום", "text: مرحبا", "text: 谢谢你", "text: ありがとう", "text: Ελλάδα и ещё" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct slip s = fill(texts[i], NULL, 0, 576);
        assert_int_equal(s.count, 1);
        assert_int_equal(s.rows[0].kind, SLIP_PICTURE);
        assert_true(ink(&s.rows[0]) > 100);
        slip_clear(&s);
    }
}

/* The brush has every letter of this name; a face that has not would leave a gap of at least a letter's width. */
static void a_face_that_lacks_a_letter_gives_way(void **state)
{
    (void)state;
    struct slip covered = fill("pen: zoo", NULL, 0, 576), lacking = fill("pen: ўoo", NULL, 0, 576);
    assert_true(ink(&covered.rows[0]) > 100);
    assert_true(ink(&lacking.rows[0]) > 100);
    slip_clear(&covered);
    slip_clear(&lacking);
}

static void hebrew_on_the_left_setting_starts_at_the_right_edge(void **state)
{
    (void)state;
    struct slip s = fill("text: שלום", NULL, 0, 576);
    const struct slip_row *row = &s.rows[0];
    size_t stride = row->width_dots / 8;
    for (size_t y = 0; y < row->height_dots; y++) {
        for (size_t x = 0; x < 40; x++) {
            assert_int_equal(row->bits[y * stride + x], 0);
        }
    }
    assert_true(row->width_dots > 540);
    slip_clear(&s);
}

/* Pictures as rows of dots, read from PNG files of either depth. */
struct dots {
    unsigned width, height;
    unsigned char *black; /* one byte a dot */
};

static cairo_status_t read_some(void *closure, unsigned char *into, unsigned length)
{
    struct view *v = closure;
    if (length > v->n) {
        return CAIRO_STATUS_READ_ERROR;
    }
    memcpy(into, v->at, length);
    *v = view_skip(*v, length);
    return CAIRO_STATUS_SUCCESS;
}

static struct dots dots_of(cairo_surface_t *png)
{
    assert_int_equal(cairo_surface_status(png), CAIRO_STATUS_SUCCESS);
    struct dots d = { (unsigned)cairo_image_surface_get_width(png), (unsigned)cairo_image_surface_get_height(png), NULL };
    d.black = mem_array(d.width, d.height);
    for (unsigned y = 0; y < d.height; y++) {
        const unsigned char *row = cairo_image_surface_get_data(png) + (size_t)cairo_image_surface_get_stride(png) * y;
        for (unsigned x = 0; x < d.width; x++) {
            d.black[y * d.width + x] = row[x * 4] < 128;
        }
    }
    cairo_surface_destroy(png);
    return d;
}

static struct dots preview_of(const struct slip *s, unsigned width_dots)
{
    struct buf png;
    buf_init(&png, 1 << 20);
    assert_int_equal(slip_to_png(s, width_dots, &png), OK);
    struct view v = buf_view(&png);
    struct dots d = dots_of(cairo_image_surface_create_from_png_stream(read_some, &v));
    buf_clear(&png);
    return d;
}

/* One bit a dot, so that the files stay small; cairo keeps the leftmost dot in the lowest bit. */
static void write_golden(const struct dots *d, const char *path)
{
    cairo_surface_t *png = cairo_image_surface_create(CAIRO_FORMAT_A1, (int)d->width, (int)d->height);
    cairo_surface_flush(png);
    for (unsigned y = 0; y < d->height; y++) {
        unsigned char *row = cairo_image_surface_get_data(png) + (size_t)cairo_image_surface_get_stride(png) * y;
        for (unsigned x = 0; x < d->width; x++) {
            row[x / 8] |= (unsigned char)((d->black[y * d->width + x] ? 0 : 1) << x % 8);
        }
    }
    cairo_surface_mark_dirty(png);
    assert_int_equal(cairo_surface_write_to_png(png, path), CAIRO_STATUS_SUCCESS);
    cairo_surface_destroy(png);
}

static const struct slip_value mixed[] = {
    { "name", "Łukasz" },          { "story", "קפה טוב נקלה כאן בכל בוקר" },
    { "maker", "Анна" },           { "shop", "Cafe ♥ 孙" },
    { "code", LONG_URL "coffee" }, { "note", "See you at the harbour on Friday, and bring your sister!" },
};

static const struct golden {
    const char *name, *template_name;
    const struct slip_value *values;
    size_t count;
    unsigned width_dots;
} goldens[] = {
    { "known-576", "thankyou", anna, ANNA_VALUES, 576 },
    { "walk-in-576", "thankyou", NULL, 0, 576 },
    { "mixed-384", "thankyou", mixed, sizeof mixed / sizeof *mixed, 384 },
    { "note-512", "note", mixed, sizeof mixed / sizeof *mixed, 512 },
};

static void slips_look_as_they_were_approved(void **state)
{
    (void)state;
    bool is_rewriting = getenv("TILLSIDE_REWRITE_GOLDEN") != NULL;
    for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        const struct golden *g = &goldens[i];
        char *path = mem_format("%s/golden/slips/%s.png", TESTS_FOLDER, g->name);
        struct slip s = fill(slip_template(g->template_name), g->values, g->count, g->width_dots);
        struct dots now = preview_of(&s, g->width_dots);
        if (is_rewriting) {
            write_golden(&now, path);
        }
        struct dots then = dots_of(cairo_image_surface_create_from_png(path));
        if (then.width != now.width || then.height != now.height ||
            memcmp(then.black, now.black, (size_t)now.width * now.height)) {
            write_golden(&now, BUILD_FOLDER "/slip-that-differs.png");
            fail_msg("%s looks different: see " BUILD_FOLDER "/slip-that-differs.png", g->name);
        }
        mem_free(now.black), mem_free(then.black), mem_free(path);
        slip_clear(&s);
    }
}

static void the_preview_is_as_tall_as_its_rows_on_paper(void **state)
{
    (void)state;
    struct slip s = fill("text: a\nlarge: b\nfeed 3\nrule", NULL, 0, 576);
    struct dots d = preview_of(&s, 576);
    assert_int_equal(d.width, 576);
    assert_int_equal(d.height, 30 + 48 + 90 + SLIP_RULE_DOTS);
    mem_free(d.black);
    slip_clear(&s);
    s = fill("# nothing\n", NULL, 0, 576);
    struct buf png;
    buf_init(&png, 1 << 20);
    assert_int_equal(slip_to_png(&s, 576, &png), ERR_MISSING);
    slip_clear(&s);
}

/* A finder pattern is 7 modules wide: black 1, white 1, black 3, white 1, black 1. */
static void the_code_is_drawn_at_its_size_in_the_middle(void **state)
{
    (void)state;
    struct slip s = fill("centre\nqr: https://example.org/b/7f3a", NULL, 0, 576);
    unsigned m = s.rows[0].module_dots, left = (576 - s.rows[0].width_dots) / 2;
    struct dots d = preview_of(&s, 576);
    static const unsigned char finder[] = { 1, 0, 1, 1, 1, 0, 1, 0 };
    for (unsigned i = 0; i < sizeof finder; i++) {
        assert_int_equal(d.black[(3 * m + m / 2) * 576 + left + i * m + m / 2], finder[i]);
        assert_int_equal(d.black[(i * m + m / 2) * 576 + left + 3 * m + m / 2], finder[i]);
    }
    assert_int_equal(d.height, s.rows[0].height_dots);
    mem_free(d.black);
    slip_clear(&s);
}

static int open_fonts(void **state)
{
    (void)state;
    if (slip_fonts_init(NULL) != OK) {
        print_error("this face is not installed: %s\n", slip_fonts_missing() ? slip_fonts_missing() : "DejaVu Sans");
        return -1;
    }
    return 0;
}

static int close_fonts(void **state)
{
    (void)state;
    slip_fonts_clear();
    return 0;
}

static void a_face_that_is_missing_is_named(void **state)
{
    (void)state;
    slip_fonts_clear();
    assert_int_equal(slip_fonts_init("/nowhere/fonts.conf"), ERR_SYSTEM);
    char *path = mem_format("%s/few-fonts.conf", BUILD_FOLDER);
    FILE *conf = fopen(path, "w");
    assert_non_null(conf);
    fputs("<fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>/var/cache/fontconfig</cachedir></fontconfig>", conf);
    fclose(conf);
    assert_int_equal(slip_fonts_init(path), ERR_MISSING);
    assert_string_equal(slip_fonts_missing(), "Kaushan Script");
    struct slip s = fill("hand: Thank you", NULL, 0, 576);
    assert_true(ink(&s.rows[0]) > 500);
    slip_clear(&s);
    slip_fonts_clear();
    mem_free(path);
    assert_int_equal(slip_fonts_init(NULL), OK);
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
        cmocka_unit_test(scripts_without_a_code_page_are_drawn),
        cmocka_unit_test(a_face_that_lacks_a_letter_gives_way),
        cmocka_unit_test(hebrew_on_the_left_setting_starts_at_the_right_edge),
        cmocka_unit_test(slips_look_as_they_were_approved),
        cmocka_unit_test(the_preview_is_as_tall_as_its_rows_on_paper),
        cmocka_unit_test(the_code_is_drawn_at_its_size_in_the_middle),
        cmocka_unit_test(a_face_that_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
