#include "unit.h"

#include "base/mem.h"
#include "firmware_desk.h"

#include <string.h>

/* The facts of these tests are those of the maker's command manual: bits of answers, dots of cells, tables of codes. */

#define BYTES(...)                                                                                                               \
    (const unsigned char[]){ __VA_ARGS__ }, sizeof(const unsigned char[])                                                        \
    {                                                                                                                            \
        __VA_ARGS__                                                                                                              \
    }

static void a_line_of_font_a_has_48_columns_and_font_b_64(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    for (int i = 0; i < 49; i++) {
        desk_print(d, "\xDB");
    }
    desk_print(d, "\n\x1BM\x01");
    for (int i = 0; i < 65; i++) {
        desk_print(d, "\xDB");
    }
    desk_print(d, "\n\x1DV1");
    assert_int_equal(d->piece_count, 1);
    struct area first = desk_ink(d, 0, 0, 30), second = desk_ink(d, 0, 30, 60);
    assert_int_equal(first.width, 576);
    assert_int_equal(first.height, 24);
    assert_int_equal(second.width, 12);
    struct area small = desk_ink(d, 0, 60, 90), rest = desk_ink(d, 0, 90, 120);
    assert_int_equal(small.width, 576);
    assert_int_equal(small.height, 17);
    assert_int_equal(rest.width, 9);
    desk_free(d);
}

static void a_narrow_printer_has_32_columns(void **state)
{
    (void)state;
    struct desk *d = desk_new(&(struct firmware_options){ .width_dots = 384 });
    for (int i = 0; i < 33; i++) {
        desk_print(d, "\xDB");
    }
    desk_print(d, "\n\x1DV1");
    assert_int_equal(desk_ink(d, 0, 0, 30).width, 384);
    assert_int_equal(desk_ink(d, 0, 30, 60).width, 12);
    desk_free(d);
}

static void sizes_multiply_the_cell(void **state)
{
    static const struct {
        const char *command;
        int width, height;
    } cases[] = { { "\x1B!\x20", 24, 24 }, { "\x1B!\x10", 12, 48 },  { "\x1B!\x30", 24, 48 },
                  { "\x1D!\x11", 24, 48 }, { "\x1D!\x77", 96, 192 }, { "\x1D!\x02", 12, 72 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk *d = desk_new(NULL);
        desk_print(d, cases[i].command);
        desk_print(d, "\xDB\n\x1DV1");
        struct area ink = desk_ink(d, 0, 0, d->pieces[0].height_dots);
        assert_int_equal(ink.width, cases[i].width);
        assert_int_equal(ink.height, cases[i].height);
        desk_free(d);
    }
}

static void lines_are_aligned_within_the_print_area(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1D, 'L', 100, 0, 0x1D, 'W', 200, 0, 0x1B, 'a', 1, 0xDB, '\n', 0x1B, 'a', '2', 0xDB, '\n', 0x1D, 'V', 0));
    assert_int_equal(desk_ink(d, 0, 0, 30).x, 100 + (200 - 12) / 2);
    assert_int_equal(desk_ink(d, 0, 30, 60).x, 100 + 200 - 12);
    desk_free(d);
}

static void positions_and_tabs_are_counted_in_dots_and_columns(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1B, '$', 44, 1, 0xDB, '\n', '\t', 0xDB, '\n', 0x1B, 'D', 5, 11, 0, '\t', '\t', 0xDB, '\n'));
    desk_feed(d, BYTES(0xDB, 0x1B, '\\', 10, 0, 0xDB, 0x1B, '\\', 0xF6, 0xFF, 0xDB, '\n', 0x1D, 'V', 0));
    assert_int_equal(desk_ink(d, 0, 0, 30).x, 300);
    assert_int_equal(desk_ink(d, 0, 30, 60).x, 8 * 12);
    assert_int_equal(desk_ink(d, 0, 60, 90).x, 11 * 12);
    assert_int_equal(desk_ink(d, 0, 90, 120).width, 12 + 10 + 12 - 10 + 12);
    desk_free(d);
}

static void feeding_is_counted_in_lines_and_dots(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1B, '3', 50, 'x', '\n', 0x1B, 'd', 2, 0x1B, 'J', 7, 0x1B, '2', '\n', 0x1D, 'V', 66, 5));
    assert_int_equal(d->pieces[0].height_dots, 50 + 100 + 7 + 30 + 5);
    desk_free(d);
}

static void a_line_is_never_lower_than_what_stands_in_it(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1B, '3', 0, 0xDB, '\n', 0xDB, '\n', 0x1D, 'V', 0));
    assert_int_equal(d->pieces[0].height_dots, 48);
    desk_free(d);
}

static void the_knife_leaves_what_lies_between_it_and_the_head(void **state)
{
    (void)state;
    struct desk *d = desk_new(&(struct firmware_options){ .cutter_distance_dots = 96 });
    desk_print(d, "\xDB\n\x1DV1");
    desk_print(d, "\x1DV\x42");
    desk_feed(d, "", 1);
    assert_int_equal(d->piece_count, 2);
    assert_int_equal(d->pieces[0].height_dots, 30);
    assert_int_equal(desk_ink(d, 0, 0, 30).width, 0);
    assert_int_equal(d->pieces[1].height_dots, 96);
    assert_int_equal(desk_ink(d, 1, 66, 96).height, 24);
    desk_free(d);
}

static void reverse_underline_and_bold_change_the_dots(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1D, 'B', 1, ' ', 0x1D, 'B', 0, '\n', 0x1B, '-', 2, ' ', 0x1B, '-', 0, '\n'));
    desk_feed(d, BYTES('|', '\n', 0x1B, 'E', 1, '|', '\n', 0x1D, 'V', 0));
    struct area reverse = desk_ink(d, 0, 0, 30), line = desk_ink(d, 0, 30, 60);
    assert_int_equal(reverse.width * reverse.height, 12 * 24);
    assert_int_equal(line.width, 12);
    assert_int_equal(line.height, 2);
    assert_int_equal(desk_ink(d, 0, 90, 120).width, desk_ink(d, 0, 60, 90).width + 1);
    desk_free(d);
}

static void upside_down_turns_the_whole_line(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES('L', '\n', 0x1B, '{', 1, 'L', '\n', 0x1D, 'V', 0));
    for (unsigned y = 0; y < 24; y++) {
        for (unsigned x = 0; x < 576; x++) {
            assert_int_equal(desk_dot(d, 0, x, y), desk_dot(d, 0, 575 - x, 30 + 23 - y));
        }
    }
    desk_free(d);
}

static void a_turned_character_lies_on_its_side(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0xDB, '\n', 0x1B, 'V', 1, 0xDB, '\n', 0x1D, 'V', 0));
    struct area ink = desk_ink(d, 0, 30, 60);
    assert_int_equal(ink.width, 24);
    assert_int_equal(ink.height, 12);
    desk_free(d);
}

/* ESC R 2 (Germany) puts the same A umlaut at 5Bh that page 0 has at 8Eh; ESC t 19 has the euro at D5h, ESC t 16 at 80h. */
static void the_same_letter_looks_the_same_from_every_page(void **state)
{
    static const struct {
        const char *one, *other;
    } pairs[] = { { "\x1BR\x02[", "\x8E" },
                  { "\x1Bt\x13\xD5", "\x1Bt\x10\x80" },
                  { "\x1Bt\x11\x80", "\x1Bt\x2E\xC0" }, /* 866 and 1251: A of the Cyrillic letters */
                  { "\x1Bt\x12\xA0", "\x1Bt\x02\xA0" }, /* 852 and 850: a acute */
                  { "\x1C(C\x02", "" },
                  { "\x1Bt\x0D\xD5", "\x1Bt\x13\xD5" } }; /* the makers' 857 has the euro too */
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct desk *a = desk_new(NULL), *b = desk_new(NULL);
        if (pairs[i].other[0] == '\0') {
            desk_feed(a, BYTES(0x1C, '(', 'C', 2, 0, 0x30, 2, 0xC3, 0xA9));
            desk_print(b, "\x82");
        } else {
            desk_print(a, pairs[i].one);
            desk_print(b, pairs[i].other);
        }
        desk_tear(a);
        desk_tear(b);
        assert_int_equal(a->piece_count, 1);
        assert_memory_equal(a->pieces[0].bits, b->pieces[0].bits, (size_t)a->pieces[0].height_dots * a->pieces[0].stride);
        desk_free(a);
        desk_free(b);
    }
}

static void two_byte_characters_are_24_dots_wide(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1C, '&', 0xB9, 0xFA, 0xDB, 0xBF, 0x1C, '.', 0xDB, '\n', 0x1D, 'V', 0));
    struct area block = desk_ink(d, 0, 0, 1);
    assert_int_equal(block.x, 48);
    assert_int_equal(block.width, 12);
    desk_free(d);
}

static void a_user_defined_character_is_drawn_from_its_columns(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1B, '&', 3, 'A', 'A', 2, 0x80, 0, 0x01, 0, 0xFF, 0, 0x1B, '%', 1, 'A', '\n', 0x1B, '?', 'A', 'A', '\n',
                       0x1D, 'V', 0));
    assert_true(desk_dot(d, 0, 0, 0));
    assert_false(desk_dot(d, 0, 0, 1));
    assert_true(desk_dot(d, 0, 0, 23));
    assert_true(desk_dot(d, 0, 1, 8));
    assert_true(desk_dot(d, 0, 1, 15));
    assert_false(desk_dot(d, 0, 1, 16));
    assert_false(desk_dot(d, 0, 0, 30));
    desk_free(d);
}

static void pictures_are_dots_for_dots(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1D, 'v', '0', 0, 2, 0, 2, 0, 0x80, 0x01, 0xFF, 0x00));
    desk_feed(d, BYTES(0x1D, 'v', '0', '3', 1, 0, 1, 0, 0xA0));
    desk_feed(d, BYTES(0x1B, '3', 24, 0x1B, '*', 33, 2, 0, 0x80, 0, 0x01, 0, 0xFF, 0, '\n', 0x1B, '*', 0, 1, 0, 0x81, '\n'));
    desk_feed(d, BYTES(0x1D, '(', 'L', 12, 0, 48, 112, 48, 1, 1, 49, 10, 0, 1, 0, 0x80, 0x40));
    desk_feed(d, BYTES(0x1D, '(', 'L', 2, 0, 48, 50, 0x1D, 'V', 0));
    assert_int_equal(d->pieces[0].height_dots, 2 + 2 + 24 + 24 + 1);
    static const unsigned black[][2] = { { 0, 0 },  { 15, 0 }, { 7, 1 },  { 0, 2 },  { 1, 3 },  { 4, 3 },  { 0, 4 },  { 0, 27 },
                                         { 1, 12 }, { 1, 19 }, { 0, 28 }, { 1, 30 }, { 0, 49 }, { 1, 51 }, { 0, 52 }, { 9, 52 } };
    static const unsigned white[][2] = { { 1, 0 }, { 8, 1 }, { 2, 2 }, { 0, 5 }, { 1, 20 }, { 0, 31 }, { 2, 28 }, { 1, 52 } };
    for (size_t i = 0; i < sizeof black / sizeof *black; i++) {
        assert_true(desk_dot(d, 0, black[i][0], black[i][1]));
    }
    for (size_t i = 0; i < sizeof white / sizeof *white; i++) {
        assert_false(desk_dot(d, 0, white[i][0], white[i][1]));
    }
    desk_free(d);
}

static void stored_pictures_are_printed_when_they_are_asked_for(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1C, 'q', 1, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0, 0x01, 0x1D, '*', 1, 1, 0xFF, 0, 0, 0, 0, 0, 0, 0));
    desk_feed(d, BYTES(0x1D, '(', 'L', 12, 0, 48, 67, 48, 'A', 'B', 1, 8, 0, 1, 0, 49, 0x18));
    assert_int_equal(d->piece_count, 0);
    desk_feed(d, BYTES(0x1C, 'p', 1, 0, 0x1D, '/', 0, 0x1D, '(', 'L', 6, 0, 48, 69, 'A', 'B', 1, 1, 0x1D, 'V', 0));
    assert_int_equal(d->pieces[0].height_dots, 8 + 8 + 1);
    assert_true(desk_dot(d, 0, 0, 0));
    assert_true(desk_dot(d, 0, 7, 7));
    assert_true(desk_dot(d, 0, 0, 8));
    assert_true(desk_dot(d, 0, 0, 15));
    assert_true(desk_dot(d, 0, 3, 16));
    desk_free(d);
}

/* 4006381333931 by hand: first digit 4 gives the left half the parities LGLLGG for 006381, the right half is R for 333931. */
static void ean13_has_the_modules_of_the_standard(void **state)
{
    static const char modules[] = "101"
                                  "0001101"
                                  "0100111"
                                  "0101111"
                                  "0111101"
                                  "0001001"
                                  "0110011"
                                  "01010"
                                  "1000010"
                                  "1000010"
                                  "1000010"
                                  "1110100"
                                  "1000010"
                                  "1100110"
                                  "101";
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1D, 'h', 40, 0x1D, 'w', 2, 0x1D, 'k', 2));
    desk_print(d, "400638133393");
    desk_feed(d, BYTES(0, 0x1D, 'k', 67, 13));
    desk_print(d, "4006381333931\x1DV1");
    assert_int_equal(d->pieces[0].height_dots, 80);
    for (unsigned i = 0; i < 95; i++) {
        assert_int_equal(desk_dot(d, 0, i * 2, 0), modules[i] == '1');
        assert_int_equal(desk_dot(d, 0, i * 2 + 1, 39), modules[i] == '1');
        assert_int_equal(desk_dot(d, 0, i * 2, 40), modules[i] == '1');
    }
    desk_free(d);
}

static void a_code_that_is_too_wide_or_wrong_is_not_printed(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1D, 'w', 6, 0x1D, 'k', 69, 20));
    desk_print(d, "ABCDEFGHIJKLMNOPQRST");
    desk_feed(d, BYTES(0x1D, 'k', 2, '1', '2', 'x', 0, 0x1D, 'V', 0));
    assert_int_equal(d->piece_count, 0);
    assert_int_equal(firmware_printer_counts(d->printer).refused_symbols, 2);
    desk_free(d);
}

static void page_mode_turns_and_places(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1B, 'L', 0x1B, 'W', 0, 0, 0, 0, 0x40, 0x02, 200, 0, 0xDB, 0x1B, 'T', 3, 0xDB, 0x1B, 'T', 2, 0xDB));
    desk_feed(d, BYTES(0x1B, 'T', 0, 0x1D, '$', 100, 0, 0x1B, '$', 50, 0, 0xDB, 0x0C, 0x1D, 'V', 0));
    assert_int_equal(d->pieces[0].height_dots, 200);
    assert_true(desk_dot(d, 0, 0, 0) && desk_dot(d, 0, 11, 23));
    assert_false(desk_dot(d, 0, 12, 0));
    struct area upper = desk_ink(d, 0, 0, 12);
    assert_int_equal(upper.width, 576);
    assert_true(desk_dot(d, 0, 552, 0) && desk_dot(d, 0, 575, 11));
    assert_false(desk_dot(d, 0, 575, 12));
    assert_true(desk_dot(d, 0, 575, 199) && desk_dot(d, 0, 564, 176));
    assert_true(desk_dot(d, 0, 50, 76) && desk_dot(d, 0, 61, 99));
    assert_false(desk_dot(d, 0, 50, 100));
    desk_free(d);
}

/* What is unknown is consumed by its length: the letter after each of these must come out, alone. */
static void unknown_commands_are_consumed_by_their_length(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
    } cases[] = { { "\x1D(Z\x03\x00"
                    "abc",
                    8 },
                  { "\x1C(e\x02\x00xx", 7 },
                  { "\x1B(Y\x01\x00x", 6 },
                  { "\x1D"
                    "8L\x02\x00\x00\x00xx",
                    9 },
                  { "\x1DQ0\x00\x01\x00\x02\x00xx", 10 },
                  { "\x1Dg2\x00\x01\x00", 6 },
                  { "\x1BZ\x00\x01\x01\x02\x00xx", 9 },
                  { "\x1D"
                    "C;1;2;3;4;5;",
                    13 },
                  { "\x1C"
                    "a0x",
                    4 },
                  { "\x1D^\x01\x01\x01", 5 },
                  { "\x1B"
                    "c5\x01",
                    4 },
                  { "\x10\x04\x08\x03", 4 },
                  { "\x1BY", 2 },
                  { "\x01\x02\x0D\x1F", 4 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk *d = desk_new(NULL);
        desk_feed(d, cases[i].bytes, cases[i].n);
        desk_print(d, "\xDB\n\x1DV1");
        assert_int_equal(d->piece_count, 1);
        assert_int_equal(desk_ink(d, 0, 0, 30).width, 12);
        desk_free(d);
    }
}

static void a_stuck_command_is_flushed_by_nuls(void **state)
{
    (void)state;
    static const unsigned char nuls[8192];
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1D, 'v', '0', 0, 8, 0, 100, 0, 0xFF));
    desk_feed(d, nuls, sizeof nuls);
    desk_feed(d, BYTES(0x1B, '@', 0x1B, 'i', 0xDB, '\n', 0x1B, 'i'));
    assert_int_equal(d->piece_count, 2);
    assert_int_equal(desk_ink(d, 1, 0, 30).width, 12);
    desk_free(d);
}

static void init_forgets_the_started_line_and_all_modes(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_print(d, "\x1D!\x33\x1B"
                  "a\x02gone\x1B@\xDB\n\x1DV1");
    assert_int_equal(desk_ink(d, 0, 0, 30).x, 0);
    assert_int_equal(desk_ink(d, 0, 0, d->pieces[0].height_dots).width, 12);
    desk_free(d);
}

static void a_roll_without_a_cut_is_handed_over_in_parts(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    for (int i = 0; i < 1000; i++) {
        desk_print(d, "x\n");
    }
    desk_tear(d);
    unsigned rows = 0;
    for (size_t i = 0; i < d->piece_count; i++) {
        rows += d->pieces[i].height_dots;
    }
    assert_true(d->piece_count > 1);
    assert_int_equal(d->pieces[0].kind, FIRMWARE_CUT_ROLL);
    assert_int_equal(rows, 30000);
    desk_free(d);
}

/* Everything above in one stream, cut at other places each time: the paper must be the same. */
static void any_split_prints_the_same_paper(void **state)
{
    static const unsigned char stream[] = { 0x1B, '@',  0x1B, 't',  19,   0xD5, 'a',  '\n', 0x1D, '!', 0x11, 'B',  0x10, 4,
                                            1,    'C',  '\n', 0x1D, 'v',  '0',  0,    1,    0,    2,   0,    0xAA, 0x55, 0x1D,
                                            'k',  2,    '4',  '0',  '0',  '6',  '3',  '8',  '1',  '3', '3',  '3',  '9',  '3',
                                            0,    0x1D, '(',  'k',  4,    0,    49,   80,   48,   'x', 0x1D, '(',  'k',  3,
                                            0,    49,   81,   48,   0x1C, '&',  0xB9, 0xFA, 0x1C, '.', 0x1B, 'D',  4,    9,
                                            0,    '\t', 'z',  '\n', 0x1D, 'V',  66,   3,    0x1C, '(', 'C',  2,    0,    48,
                                            50,   0xE2, 0x82, 0xAC, 0xC3, 'x',  '\n', 0x1B, 'L',  'p', 0x0C, 0x1D, 'V',  0 };
    (void)state;
    struct desk *whole = desk_new(NULL);
    desk_feed(whole, stream, sizeof stream);
    assert_int_equal(whole->piece_count, 2);
    for (size_t step = 1; step < 12; step++) {
        struct desk *cut = desk_new(NULL);
        for (size_t i = 0; i < sizeof stream; i += step) {
            desk_feed(cut, stream + i, sizeof stream - i < step ? sizeof stream - i : step);
        }
        assert_true(desk_pieces_equal(whole, cut));
        assert_int_equal(cut->answers.n, whole->answers.n);
        desk_free(cut);
    }
    desk_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_font_a_has_48_columns_and_font_b_64),
        cmocka_unit_test(a_narrow_printer_has_32_columns),
        cmocka_unit_test(sizes_multiply_the_cell),
        cmocka_unit_test(lines_are_aligned_within_the_print_area),
        cmocka_unit_test(positions_and_tabs_are_counted_in_dots_and_columns),
        cmocka_unit_test(feeding_is_counted_in_lines_and_dots),
        cmocka_unit_test(a_line_is_never_lower_than_what_stands_in_it),
        cmocka_unit_test(the_knife_leaves_what_lies_between_it_and_the_head),
        cmocka_unit_test(reverse_underline_and_bold_change_the_dots),
        cmocka_unit_test(upside_down_turns_the_whole_line),
        cmocka_unit_test(a_turned_character_lies_on_its_side),
        cmocka_unit_test(the_same_letter_looks_the_same_from_every_page),
        cmocka_unit_test(two_byte_characters_are_24_dots_wide),
        cmocka_unit_test(a_user_defined_character_is_drawn_from_its_columns),
        cmocka_unit_test(pictures_are_dots_for_dots),
        cmocka_unit_test(stored_pictures_are_printed_when_they_are_asked_for),
        cmocka_unit_test(ean13_has_the_modules_of_the_standard),
        cmocka_unit_test(a_code_that_is_too_wide_or_wrong_is_not_printed),
        cmocka_unit_test(page_mode_turns_and_places),
        cmocka_unit_test(unknown_commands_are_consumed_by_their_length),
        cmocka_unit_test(a_stuck_command_is_flushed_by_nuls),
        cmocka_unit_test(init_forgets_the_started_line_and_all_modes),
        cmocka_unit_test(a_roll_without_a_cut_is_handed_over_in_parts),
        cmocka_unit_test(any_split_prints_the_same_paper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
