#include "unit.h"

#include "base/mem.h"
#include "firmware_desk.h"

#include <string.h>

/* What the printer says, and what it does when the world around it changes. The bits are those of the maker's manual. */

#define BYTES(...)                                                                                                               \
    (const unsigned char[]){ __VA_ARGS__ }, sizeof(const unsigned char[])                                                        \
    {                                                                                                                            \
        __VA_ARGS__                                                                                                              \
    }

static void expect_answer(struct desk *d, const void *bytes, size_t n)
{
    assert_int_equal(d->answers.n, n);
    assert_memory_equal(d->answers.at, bytes, n);
    buf_drop(&d->answers, n);
}

static void set(struct desk *d, enum firmware_paper paper, bool is_cover_open, bool is_drawer_open)
{
    struct firmware_state now = { .paper = paper, .is_cover_open = is_cover_open, .is_drawer_open = is_drawer_open };
    firmware_printer_set_state(d->printer, now);
}

static void real_time_status_has_the_bits_of_the_manual(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x10, 4, 1, 0x10, 4, 2, 0x10, 4, 3, 0x10, 4, 4));
    expect_answer(d, BYTES(0x12, 0x12, 0x12, 0x12));
    set(d, FIRMWARE_PAPER_NEAR_END, false, true);
    desk_feed(d, BYTES(0x10, 4, 1, 0x10, 4, 4));
    expect_answer(d, BYTES(0x16, 0x1E));
    set(d, FIRMWARE_PAPER_END, false, false);
    desk_feed(d, BYTES(0x10, 4, 1, 0x10, 4, 2, 0x10, 4, 4));
    expect_answer(d, BYTES(0x1A, 0x32, 0x7E));
    set(d, FIRMWARE_PAPER_OK, true, false);
    desk_feed(d, BYTES(0x10, 4, 1, 0x10, 4, 2, 0x10, 4, 4));
    expect_answer(d, BYTES(0x1A, 0x16, 0x12));
    desk_free(d);
}

static void real_time_commands_are_heard_inside_a_picture(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1D, 'v', '0', 0, 1, 0, 5, 0, 0xFF, 0x10, 4, 1));
    expect_answer(d, BYTES(0x12));
    desk_feed(d, BYTES(0xFF, 0x1D, 'V', 0));
    assert_int_equal(d->pieces[0].height_dots, 5);
    assert_true(desk_dot(d, 0, 3, 1));
    desk_free(d);
}

static void a_poll_in_mid_word_leaves_the_word_whole(void **state)
{
    (void)state;
    struct desk *a = desk_new(NULL), *b = desk_new(NULL);
    desk_print(a, "Total\n\x1DV1");
    desk_print(b, "To\x10\x04\x01tal\n\x1DV1");
    assert_memory_equal(a->pieces[0].bits, b->pieces[0].bits, (size_t)a->pieces[0].height_dots * a->pieces[0].stride);
    desk_free(a);
    desk_free(b);
}

static void automatic_status_comes_at_once_and_at_each_change(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1D, 'a', 0xFF));
    expect_answer(d, BYTES(0x10, 0, 0, 0x0F));
    set(d, FIRMWARE_PAPER_END, false, false);
    expect_answer(d, BYTES(0x18, 0, 0x0F, 0x0F));
    set(d, FIRMWARE_PAPER_END, true, false);
    expect_answer(d, BYTES(0x38, 0, 0x0F, 0x0F));
    set(d, FIRMWARE_PAPER_OK, false, true);
    expect_answer(d, BYTES(0x14, 0, 0, 0x0F));
    desk_feed(d, BYTES(0x1D, 'a', 0x01));
    buf_drop(&d->answers, d->answers.n);
    set(d, FIRMWARE_PAPER_NEAR_END, false, true);
    expect_answer(d, "", 0);
    desk_free(d);
}

static void questions_in_the_stream_are_answered_in_its_order(void **state)
{
    (void)state;
    struct desk *d = desk_new(&(struct firmware_options){ .model = "TM-T88V" });
    desk_feed(d, BYTES('x', '\n', 0x1D, '(', 'H', 6, 0, 0x30, 0x30, '0', '0', '4', '2'));
    expect_answer(d, BYTES(0x37, 0x22, '0', '0', '4', '2', 0));
    desk_feed(d, BYTES(0x1D, 'r', 1, 0x1D, 'r', '2', 0x1B, 'v', 0x1B, 'u', 0));
    expect_answer(d, BYTES(0, 0, 0, 0));
    desk_feed(d, BYTES(0x1D, 'I', 66, 0x1D, 'I', 67));
    expect_answer(d, "_EPSON\0_TM-T88V", 16);
    set(d, FIRMWARE_PAPER_NEAR_END, false, true);
    desk_feed(d, BYTES(0x1D, 'r', 1, 0x1D, 'r', 2));
    expect_answer(d, BYTES(0x03, 0x01));
    desk_free(d);
}

static void an_offline_printer_holds_what_it_has_and_then_takes_no_more(void **state)
{
    (void)state;
    struct desk *d = desk_new(&(struct firmware_options){ .receive_bytes = 8 });
    set(d, FIRMWARE_PAPER_END, false, false);
    assert_int_equal(firmware_printer_feed(d->printer, view_of("abc\n\x1DV1more")), 8);
    assert_int_equal(d->piece_count, 0);
    assert_int_equal(firmware_printer_counts(d->printer).waiting_bytes, 8);
    set(d, FIRMWARE_PAPER_OK, false, false);
    assert_int_equal(d->piece_count, 1);
    assert_int_equal(firmware_printer_feed(d->printer, view_of("ore")), 3);
    desk_free(d);
}

static void clearing_throws_away_what_waits_and_says_so(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    set(d, FIRMWARE_PAPER_OK, true, false);
    desk_print(d, "lost\n");
    desk_feed(d, BYTES(0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8));
    expect_answer(d, BYTES(0x37, 0x25, 0));
    set(d, FIRMWARE_PAPER_OK, false, false);
    desk_tear(d);
    assert_int_equal(d->piece_count, 0);
    assert_int_equal(firmware_printer_counts(d->printer).executed_bytes, 15);
    desk_free(d);
}

static void drawer_pulses_are_counted_with_their_piece(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1B, 'p', 0, 25, 250, 0x10, 0x14, 1, 0, 1, 'x', '\n', 0x1D, 'V', 0, 'y', '\n', 0x1B, 'i'));
    assert_int_equal(d->piece_count, 2);
    assert_int_equal(d->pieces[0].drawer_pulses, 2);
    assert_int_equal(d->pieces[1].drawer_pulses, 0);
    assert_int_equal(d->pieces[0].from, 0);
    assert_int_equal(d->pieces[0].to, 15);
    assert_int_equal(d->pieces[1].from, 15);
    assert_int_equal(d->pieces[1].to, 19);
    assert_int_equal(d->pieces[1].kind, FIRMWARE_CUT_PARTIAL);
    desk_free(d);
}

static void a_printer_that_is_not_selected_prints_nothing(void **state)
{
    (void)state;
    struct desk *d = desk_new(NULL);
    desk_feed(d, BYTES(0x1B, '=', 2, 'h', 'i', 0x1B, 'Q', 'A', '\n', 0x1B, '=', 1, 0xDB, '\n', 0x1D, 'V', 0));
    assert_int_equal(d->pieces[0].height_dots, 30);
    assert_int_equal(desk_ink(d, 0, 0, 30).width, 12);
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_time_status_has_the_bits_of_the_manual),
        cmocka_unit_test(real_time_commands_are_heard_inside_a_picture),
        cmocka_unit_test(a_poll_in_mid_word_leaves_the_word_whole),
        cmocka_unit_test(automatic_status_comes_at_once_and_at_each_change),
        cmocka_unit_test(questions_in_the_stream_are_answered_in_its_order),
        cmocka_unit_test(an_offline_printer_holds_what_it_has_and_then_takes_no_more),
        cmocka_unit_test(clearing_throws_away_what_waits_and_says_so),
        cmocka_unit_test(drawer_pulses_are_counted_with_their_piece),
        cmocka_unit_test(a_printer_that_is_not_selected_prints_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
