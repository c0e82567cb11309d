/* What the page shows is what the printer prints: the preview's rows are looked for, dot for dot, on the hosted printer's
 * paper. Letters that the printer makes itself have its own face, so of those rows only the place is held. */
#include "slip_filled.h"

#include "base/mem.h"
#include "driver/driver.h"
#include "firmware-host/printer/printer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct sheet_of_paper {
    unsigned width_dots, height_dots, stride;
    unsigned char *bits;
};

static void keep(void *self, const struct firmware_cut *cut)
{
    struct sheet_of_paper *p = self;
    mem_free(p->bits);
    *p = (struct sheet_of_paper){ cut->width_dots, cut->height_dots, cut->stride, NULL };
    p->bits = mem_array(cut->height_dots, cut->stride);
    memcpy(p->bits, cut->bits, (size_t)cut->stride * cut->height_dots);
}

static const struct printer_model *model_named(const char *name)
{
    const struct printer_model *m = all_printer_models;
    while (m->name != NULL && strcmp(m->name, name) != 0) {
        m++;
    }
    assert_non_null(m->name);
    return m;
}

static struct sheet_of_paper printed(const struct printer_model *m, const struct slip *s)
{
    struct sheet_of_paper paper = { 0 };
    const struct firmware_options options = { .width_dots = m->width_dots };
    const struct printer_state fresh = { .width_times = 1, .height_times = 1, .tab_count = 255 };
    struct firmware_printer *printer = firmware_printer_new(&options, NULL, keep, &paper);
    struct buf bytes;
    buf_init(&bytes, 256 * 1024);
    assert_int_equal(m->driver->encode(m, s, &fresh, &bytes), OK);
    assert_int_equal(firmware_printer_feed(printer, buf_view(&bytes)), bytes.n);
    firmware_printer_tear(printer);
    firmware_printer_free(printer);
    buf_clear(&bytes);
    assert_non_null(paper.bits);
    return paper;
}

static bool is_black(const unsigned char *bits, size_t stride, unsigned x, unsigned y)
{
    return (bits[y * stride + x / 8] & (0x80 >> x % 8)) != 0;
}

static size_t differing(const struct slip_row *row, const struct sheet_of_paper *paper, unsigned top)
{
    size_t stride = (row->width_dots + 7) / 8, count = 0;
    for (unsigned y = 0; y < row->height_dots; y++) {
        for (unsigned x = 0; x < row->width_dots; x++) {
            count += is_black(row->bits, stride, x, y) != is_black(paper->bits, paper->stride, x, top + y);
        }
    }
    return count;
}

static void expect_preview_on_paper(const char *model_name, const char *template_text)
{
    const struct printer_model *m = model_named(model_name);
    struct slip s = fill(template_text, anna, ANNA_VALUES, m->width_dots);
    struct sheet_of_paper paper = printed(m, &s);
    unsigned top = 0;
    for (size_t i = 0; i < s.count; i++) {
        struct slip_row row;
        assert_int_equal(slip_row_draw(&s.rows[i], m->width_dots, &row), OK);
        assert_true(top + row.height_dots <= paper.height_dots);
        bool is_own_face = s.rows[i].kind == SLIP_TEXT && (s.rows[i].charset == NULL || m->code_pages != NULL);
        if (!is_own_face && differing(&row, &paper, top) != 0) {
            fail_msg("%s: row %zu at %u dots is not on the paper as it is in the preview", model_name, i + 1, top);
        }
        top += row.height_dots;
        slip_row_clear(&row);
    }
    unsigned feed = m->feed_before_cut_lines + ((m->has & PRINTER_HAS_CUTTER) != 0 ? 0 : 4);
    assert_int_equal(paper.height_dots, top + feed * SLIP_LINE_DOTS);
    mem_free(paper.bits);
    slip_clear(&s);
}

static void every_row_stands_on_paper_where_the_preview_shows_it(void **state)
{
    (void)state;
    static const char rows[] =
        "hand: {hand}\ntext: plain\ncentre\nlarge: Large\nrule\nbold: bold\nfeed 2\ntext: שלום\npen: {story}\n"
        "left\ntext: Zoë\nrule\nfeed 3\nlarge: Žofie\nrule";
    static const char *const models[] = { "epson-tm-t20", "epson-tm-t88", "generic-80", "generic-58", "citizen-ct-s310" };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        expect_preview_on_paper(models[i], rows);
    }
}

static void a_code_is_as_large_on_paper_as_in_the_preview(void **state)
{
    (void)state;
    expect_preview_on_paper("generic-80", "centre\nrule\nqr: {code}\nrule");
    const struct printer_model *m = model_named("epson-tm-t20");
    struct slip s = fill("centre\nqr: {code}\nrule", anna, ANNA_VALUES, m->width_dots);
    struct sheet_of_paper paper = printed(m, &s);
    struct slip_row rule;
    assert_int_equal(slip_row_draw(&s.rows[1], m->width_dots, &rule), OK);
    assert_int_equal(differing(&rule, &paper, s.rows[0].height_dots), 0);
    unsigned left = (m->width_dots - s.rows[0].width_dots) / 2;
    for (unsigned i = 0; i < 7 * s.rows[0].module_dots; i++) {
        assert_true(is_black(paper.bits, paper.stride, left + i, 0));
        assert_true(is_black(paper.bits, paper.stride, left, i));
    }
    slip_row_clear(&rule);
    mem_free(paper.bits);
    slip_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_stands_on_paper_where_the_preview_shows_it),
        cmocka_unit_test(a_code_is_as_large_on_paper_as_in_the_preview),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
