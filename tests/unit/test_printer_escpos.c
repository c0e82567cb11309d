/* What the ESC/POS driver writes, byte for byte. The expected bytes are worked out by hand from Epson's command reference. */
#include "slip_filled.h"

#include "driver/driver.h"

#include <string.h>

/* As a printer stands after it was switched on and nothing was said. */
static const struct printer_state fresh = { .width_times = 1, .height_times = 1, .tab_count = 255 };

static const struct printer_model *model(const char *name)
{
    for (const struct printer_model *m = all_printer_models; m->name != NULL; m++) {
        if (strcmp(m->name, name) == 0) {
            return m;
        }
    }
    fail_msg("there is no %s", name);
    return NULL;
}

static struct buf encoded(const char *model_name, const char *template_text, const struct printer_state *state)
{
    const struct printer_model *m = model(model_name);
    struct slip s = fill(template_text, NULL, 0, m->width_dots);
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_int_equal(m->driver->encode(m, &s, state, &out), OK);
    slip_clear(&s);
    return out;
}

static void expect(const char *model_name, const char *template_text, const struct printer_state *state, const void *bytes,
                   size_t n)
{
    struct buf out = encoded(model_name, template_text, state);
    assert_int_equal(out.n, n);
    assert_memory_equal(out.at, bytes, n);
    buf_clear(&out);
}

#define EXPECT(model_name, template_text, state, bytes) expect(model_name, template_text, state, bytes, sizeof bytes - 1)

static void plain_text_on_a_fresh_printer_needs_no_settings(void **state)
{
    (void)state;
    EXPECT("epson-tm-t20", "text: Hello\nfeed 2\ntext: World", &fresh,
           "Hello\n\x1b"
           "d\x02"
           "World\n\x1dV\x42\x00");
}

static void bold_large_and_centred_are_set_and_taken_back(void **state)
{
    (void)state;
    EXPECT("epson-tm-t20", "bold: B\ntext: t\ncentre\nlarge: L", &fresh,
           "\x1b"
           "E\x01"
           "B\n"
           "\x1b"
           "E\x00"
           "t\n"
           "\x1b"
           "a\x01\x1d!\x11"
           "L\n"
           "\x1dV\x42\x00"
           "\x1b"
           "a\x00\x1d!\x00");
}

static void letters_beyond_ascii_go_through_the_models_code_page(void **state)
{
    (void)state;
    struct printer_state pos = fresh;
    pos.code_page = 2;
    EXPECT("epson-tm-t20", "text: 5 €", &pos,
           "\x1bt\x13"
           "5 \xd5\n\x1dV\x42\x00\x1bt\x02");
    EXPECT("epson-tm-t20", "text: Да", &fresh, "\x1bt\x11\x84\xa0\n\x1dV\x42\x00\x1bt\x00");
    EXPECT("hp-a799", "text: Да", &fresh,
           "\x1bt\x07\x84\xa0\n\x1b"
           "d\x05\x1dV\x01\x1bt\x00");
    EXPECT("citizen-ct-s310", "text: Žár", &fresh, "\x1bt\x10\x8e\xe1r\n\x1dV\x42\x00\x1bt\x00");
}

/* Each setting that changes how a slip looks: taken away with one command, brought back with another. */
static const struct odd_state {
    const char *what;
    struct printer_state state;
    const char *before, *after;
    size_t before_bytes, after_bytes;
} odd_states[] = {
    { "font B", { .width_times = 1, .height_times = 1, .font = 1 }, "\x1bM\x00", "\x1bM\x01", 3, 3 },
    { "bold",
      { .width_times = 1, .height_times = 1, .is_bold = 1 },
      "\x1b"
      "E\x00",
      "\x1b"
      "E\x01",
      3,
      3 },
    { "double strike", { .width_times = 1, .height_times = 1, .is_double_strike = 1 }, "\x1bG\x00", "\x1bG\x01", 3, 3 },
    { "underline", { .width_times = 1, .height_times = 1, .underline = 2 }, "\x1b-\x00", "\x1b-\x02", 3, 3 },
    { "upside down", { .width_times = 1, .height_times = 1, .is_upside_down = 1 }, "\x1b{\x00", "\x1b{\x01", 3, 3 },
    { "reversed",
      { .width_times = 1, .height_times = 1, .is_reversed = 1 },
      "\x1d"
      "B\x00",
      "\x1d"
      "B\x01",
      3,
      3 },
    { "rotated", { .width_times = 1, .height_times = 1, .rotation = 1 }, "\x1bV\x00", "\x1bV\x01", 3, 3 },
    { "red", { .width_times = 1, .height_times = 1, .colour = 1 }, "\x1br\x00", "\x1br\x01", 3, 3 },
    { "centred",
      { .width_times = 1, .height_times = 1, .align = 1 },
      "\x1b"
      "a\x00",
      "\x1b"
      "a\x01",
      3,
      3 },
    { "spaced out", { .width_times = 1, .height_times = 1, .right_space = 7 }, "\x1b \x00", "\x1b \x07", 3, 3 },
    { "German", { .width_times = 1, .height_times = 1, .charset = 2 }, "\x1bR\x00", "\x1bR\x02", 3, 3 },
    { "own letters", { .width_times = 1, .height_times = 1, .is_user_charset = 1 }, "\x1b%\x00", "\x1b%\x01", 3, 3 },
    { "double width", { .width_times = 2, .height_times = 1 }, "\x1d!\x00", "\x1d!\x10", 3, 3 },
    { "8 x 5", { .width_times = 8, .height_times = 5 }, "\x1d!\x00", "\x1d!\x74", 3, 3 },
    { "dense lines",
      { .width_times = 1, .height_times = 1, .is_line_space_set = 1, .line_space = 16 },
      "\x1b"
      "2",
      "\x1b"
      "3\x10",
      2,
      3 },
    { "margin", { .width_times = 1, .height_times = 1, .left_margin = 300 }, "\x1dL\x00\x00", "\x1dL\x2c\x01", 4, 4 },
    { "area", { .width_times = 1, .height_times = 1, .area_width = 200 }, "\x1dW\x40\x02", "\x1dW\xc8\x00", 4, 4 },
    { "area in units",
      { .width_times = 1, .height_times = 1, .area_width = 200, .unit_x = 100 },
      "\x1dW\x1c\x01",
      "\x1dW\xc8\x00",
      4,
      4 },
};

static void whatever_the_pos_had_set_is_set_again(void **state)
{
    (void)state;
    static const char body[] = "Hi\n\x1dV\x42\x00";
    for (size_t i = 0; i < sizeof odd_states / sizeof *odd_states; i++) {
        const struct odd_state *o = &odd_states[i];
        struct buf wanted;
        buf_init(&wanted, 256);
        assert_int_equal(buf_add(&wanted, o->before, o->before_bytes), OK);
        assert_int_equal(buf_add(&wanted, body, sizeof body - 1), OK);
        assert_int_equal(buf_add(&wanted, o->after, o->after_bytes), OK);
        expect("epson-tm-t20", "text: Hi", &o->state, wanted.at, wanted.n);
        buf_clear(&wanted);
    }
}

static void what_a_slip_does_not_use_is_left_alone(void **state)
{
    (void)state;
    struct printer_state pos = fresh;
    pos.code_page = 18;
    pos.kanji_on = pos.kanji_system = pos.utf8 = 1;
    pos.is_smoothed = pos.is_one_way = pos.panel_off = 1;
    pos.asb = 0xff;
    pos.unit_x = 180, pos.unit_y = 90;
    pos.barcode_height = 40, pos.barcode_width = 2, pos.barcode_font = 1, pos.barcode_text = 2;
    pos.qr_model = 49, pos.qr_size = 6, pos.qr_level = 51;
    pos.tab_count = 1, pos.tabs[0] = 20;
    EXPECT("epson-tm-t20", "text: Hi", &pos, "Hi\n\x1dV\x42\x00");
}

static void nothing_reads_the_letters_in_pairs(void **state)
{
    (void)state;
    struct printer_state pos = fresh;
    pos.kanji_on = 1, pos.kanji_system = 1, pos.utf8 = 1;
    EXPECT("epson-tm-t20", "text: é", &pos,
           "\x1bt\x13\x1c"
           "C\x00\x1c(C\x02\x00\x30\x01\x1c."
           "\x82\n"
           "\x1dV\x42\x00"
           "\x1bt\x00\x1c"
           "C\x01\x1c(C\x02\x00\x30\x02\x1c&");
}

/* ESC ! also carries bits that no other command sets; it overwrites font, bold, size and underline on its way. */
static void a_print_mode_of_its_own_is_brought_back_whole(void **state)
{
    (void)state;
    struct printer_state pos = fresh;
    pos.print_mode = 0x40, pos.is_bold = 1, pos.height_times = 2;
    EXPECT("epson-tm-t20", "text: Hi", &pos,
           "\x1b!\x00\x1bM\x00\x1b"
           "E\x00\x1b-\x00\x1d!\x00"
           "Hi\n"
           "\x1dV\x42\x00"
           "\x1b!\x40\x1bM\x00\x1b"
           "E\x01\x1b-\x00\x1d!\x01");
}

#define QR_STORE_AND_PRINT                                                                                                       \
    "\x1d(k\x06\x00\x31\x50\x30"                                                                                                 \
    "abc"                                                                                                                        \
    "\x1d(k\x03\x00\x31\x51\x30"

static void a_code_is_printed_by_the_printer_and_its_settings_come_back(void **state)
{
    (void)state;
    static const char never_set[] = "\x1b"
                                    "a\x01"
                                    "\x1d(k\x04\x00\x31\x41\x32\x00"
                                    "\x1d(k\x03\x00\x31\x43\x08"
                                    "\x1d(k\x03\x00\x31\x45\x31" QR_STORE_AND_PRINT "\x1dV\x42\x00"
                                    "\x1b"
                                    "a\x00"
                                    "\x1d(k\x03\x00\x31\x43\x03"
                                    "\x1d(k\x03\x00\x31\x45\x30";
    EXPECT("epson-tm-t20", "centre\nqr: abc", &fresh, never_set);
    struct printer_state pos = fresh;
    pos.align = 1, pos.qr_model = 49, pos.qr_size = 8, pos.qr_level = 51;
    static const char set[] = "\x1d(k\x04\x00\x31\x41\x32\x00"
                              "\x1d(k\x03\x00\x31\x45\x31" QR_STORE_AND_PRINT "\x1dV\x42\x00"
                              "\x1d(k\x04\x00\x31\x41\x31\x00"
                              "\x1d(k\x03\x00\x31\x45\x33";
    EXPECT("epson-tm-t20", "centre\nqr: abc", &pos, set);
}

/* One GS v 0 of n rows: 8 bytes of head and its dots. Returns what follows. */
static struct view expect_raster(struct view v, unsigned bytes_a_row, unsigned rows)
{
    const unsigned char head[] = { 0x1d, 'v', '0', 0, (unsigned char)bytes_a_row, 0, (unsigned char)rows, 0 };
    assert_true(v.n >= sizeof head + (size_t)bytes_a_row * rows);
    assert_memory_equal(v.at, head, sizeof head);
    return view_skip(v, sizeof head + (size_t)bytes_a_row * rows);
}

static void expect_end(struct view v, const char *bytes, size_t n)
{
    assert_int_equal(v.n, n);
    assert_memory_equal(v.at, bytes, n);
}

static void a_picture_is_sent_in_slices_of_raster(void **state)
{
    (void)state;
    struct buf out = encoded("epson-tm-t20", "rule", &fresh);
    expect_end(expect_raster(buf_view(&out), 72, SLIP_RULE_DOTS), "\x1dV\x42\x00", 4);
    buf_clear(&out);

    struct slip_row tall = { .kind = SLIP_PICTURE, .width_dots = 12, .height_dots = 300, .bits = (unsigned char[600]){ 0 } };
    tall.bits[128 * 2] = 0xa5, tall.bits[1] = 0x10;
    const struct slip s = { &tall, 1 };
    const struct printer_model *m = model("generic-80");
    buf_init(&out, 4096);
    assert_int_equal(m->driver->encode(m, &s, &fresh, &out), OK);
    struct view rest = expect_raster(expect_raster(buf_view(&out), 2, 128), 2, 128);
    assert_int_equal(out.at[2 * 8 + 256], 0xa5);
    expect_end(expect_raster(rest, 2, 44),
               "\x1b"
               "d\x05\x1dV\x01",
               6);
    buf_clear(&out);
}

static void a_printer_without_code_pages_or_codes_gets_dots(void **state)
{
    (void)state;
    struct buf out = encoded("generic-58", "text: naïve", &fresh);
    expect_end(expect_raster(buf_view(&out), 8, 30),
               "\x1b"
               "d\x04",
               3);
    buf_clear(&out);
    out = encoded("generic-58", "qr: abc", &fresh);
    struct view rest = expect_raster(buf_view(&out), 16, 126);
    expect_end(rest,
               "\x1b"
               "d\x04",
               3);
    buf_clear(&out);
}

static void a_code_that_the_pos_has_stored_is_not_overwritten(void **state)
{
    (void)state;
    struct printer_state pos = fresh;
    pos.is_qr_stored = 1;
    struct buf out = encoded("epson-tm-t20", "qr: abc", &pos);
    expect_end(expect_raster(expect_raster(buf_view(&out), 21, 128), 21, 40), "\x1dV\x42\x00", 4);
    buf_clear(&out);
}

static void no_slip_goes_where_the_pos_is_in_the_middle_of_something(void **state)
{
    (void)state;
    struct slip s = fill("text: Hi", NULL, 0, 576);
    struct printer_state page = fresh, line = fresh, command = fresh, back = fresh;
    page.is_page_mode = line.is_line_open = command.is_inside_command = back.paper_back = 1;
    const struct printer_state *const states[] = { &page, &line, &command, &back };
    for (size_t i = 0; i < 4; i++) {
        struct buf out;
        buf_init(&out, 4096);
        assert_int_equal(buf_add_text(&out, "before"), OK);
        const struct printer_model *m = model("epson-tm-t20");
        assert_int_equal(m->driver->encode(m, &s, states[i], &out), ERR_AGAIN);
        assert_int_equal(out.n, 6);
        buf_clear(&out);
    }
    slip_clear(&s);
}

static void a_slip_that_does_not_fit_leaves_the_buffer_as_it_was(void **state)
{
    (void)state;
    struct slip s = fill("text: Hi\nhand: Thank you", NULL, 0, 576);
    struct buf out;
    buf_init(&out, 64);
    const struct printer_model *m = model("epson-tm-t20");
    assert_int_equal(m->driver->encode(m, &s, &fresh, &out), ERR_FULL);
    assert_int_equal(out.n, 0);
    buf_clear(&out);
    slip_clear(&s);
}

static bool contains(const struct buf *b, const char *bytes, size_t n)
{
    return b->n >= n && memmem(b->at, b->n, bytes, n) != NULL;
}

static void no_model_is_ever_reset(void **state)
{
    (void)state;
    for (const struct printer_model *m = all_printer_models; m->name != NULL; m++) {
        struct printer_state pos = fresh;
        pos.align = 2, pos.width_times = 2, pos.print_mode = 0x40, pos.kanji_on = 1;
        struct slip s = fill(slip_template("thankyou"), anna, ANNA_VALUES, m->width_dots);
        struct buf out;
        buf_init(&out, 256 * 1024);
        assert_int_equal(m->driver->encode(m, &s, &pos, &out), OK);
        assert_false(contains(&out, "\x1b@", 2));
        assert_true(out.n < 48 * 1024);
        assert_int_equal(contains(&out, "\x1dV", 2), (m->has & PRINTER_HAS_CUTTER) != 0);
        buf_clear(&out);
        slip_clear(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_on_a_fresh_printer_needs_no_settings),
        cmocka_unit_test(bold_large_and_centred_are_set_and_taken_back),
        cmocka_unit_test(letters_beyond_ascii_go_through_the_models_code_page),
        cmocka_unit_test(whatever_the_pos_had_set_is_set_again),
        cmocka_unit_test(what_a_slip_does_not_use_is_left_alone),
        cmocka_unit_test(nothing_reads_the_letters_in_pairs),
        cmocka_unit_test(a_print_mode_of_its_own_is_brought_back_whole),
        cmocka_unit_test(a_code_is_printed_by_the_printer_and_its_settings_come_back),
        cmocka_unit_test(a_picture_is_sent_in_slices_of_raster),
        cmocka_unit_test(a_printer_without_code_pages_or_codes_gets_dots),
        cmocka_unit_test(a_code_that_the_pos_has_stored_is_not_overwritten),
        cmocka_unit_test(no_slip_goes_where_the_pos_is_in_the_middle_of_something),
        cmocka_unit_test(a_slip_that_does_not_fit_leaves_the_buffer_as_it_was),
        cmocka_unit_test(no_model_is_ever_reset),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
