#include "slip_filled.h"

#include "base/mem.h"

#include <cairo.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    { "name", "Łukasz" },
    { "story", "קפה טוב נקלה כאן בכל בוקר" },
    { "maker", "Анна" },
    { "shop", "Cafe ♥ 孙" },
    { "code", "https://shop.example/coffee" },
    { "note", "See you at the harbour on Friday, and bring your sister!" },
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
            memcmp(then.black, now.black, (size_t)now.width * now.height) != 0) {
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
