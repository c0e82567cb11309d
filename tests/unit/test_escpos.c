#include "unit.h"

#include "stream_text.h"

#include "base/mem.h"

#include <string.h>

/* What the decoder reported last, and how often. */
struct seen {
    unsigned jobs, drawer;
    size_t lines, images, codes;
    bool is_cut, is_over_ceiling, has_bits;
    uint64_t from, to, line_from;
    char line[64];
};

static void see(void *self, const struct print_job *job)
{
    struct seen *s = self;
    s->jobs++;
    s->drawer = job->drawer_pulses;
    s->lines = job->line_count;
    s->images = job->image_count;
    s->codes = job->code_count;
    s->is_cut = job->is_cut;
    s->is_over_ceiling = job->is_over_ceiling;
    s->from = job->from;
    s->to = job->to;
    s->has_bits = job->image_count && job->images[0].bits;
    if (job->line_count) {
        strncpy(s->line, job->lines[0].text, sizeof s->line - 1);
        s->line_from = job->lines[0].from;
    }
}

static void feed(struct decoder *d, const char *text)
{
    struct stream_text stream;
    const char *at;
    assert_true(stream_text_read(text, &stream, &at));
    decoder_feed(d, buf_view(&stream.bytes));
    stream_text_clear(&stream);
}

static struct printer_state state_after(const char *text)
{
    struct decoder *d = decoder_new(NULL, NULL, NULL);
    feed(d, text);
    struct printer_state state = *decoder_state(d);
    decoder_free(d);
    return state;
}

static void a_job_is_reported_at_its_cut(void **state)
{
    (void)state;
    struct seen seen = { 0 };
    const struct decoder_options options = { .offset = 1000 };
    struct decoder *d = decoder_new(&options, see, &seen);
    feed(d, "ESC \"@\" \"one\" LF GS \"V\"");
    assert_int_equal(seen.jobs, 0);
    feed(d, "00");
    assert_int_equal(seen.jobs, 1);
    assert_true(seen.is_cut);
    assert_int_equal(seen.from, 1000);
    assert_int_equal(seen.to, 1009);
    assert_int_equal(seen.line_from, 1002);
    feed(d, "ESC \"p\" 00 10 10 \"two\" LF");
    assert_int_equal(seen.jobs, 1);
    decoder_end(d);
    assert_int_equal(seen.jobs, 2);
    assert_false(seen.is_cut);
    assert_int_equal(seen.drawer, 1);
    assert_int_equal(seen.from, 1009);
    assert_int_equal(seen.to, decoder_offset(d));
    decoder_end(d);
    assert_int_equal(seen.jobs, 2);
    decoder_free(d);
}

static void a_slip_may_go_only_between_jobs(void **state)
{
    (void)state;
    struct decoder *d = decoder_new(NULL, NULL, NULL);
    assert_true(decoder_is_between_jobs(d));
    feed(d, "ESC \"@\" ESC \"t\" 10 LF DLE EOT 01");
    assert_true(decoder_is_between_jobs(d));
    feed(d, "ESC");
    assert_false(decoder_is_between_jobs(d));
    feed(d, "\"a\" 01");
    assert_true(decoder_is_between_jobs(d));
    feed(d, "\"x\"");
    assert_false(decoder_is_between_jobs(d));
    feed(d, "LF");
    assert_false(decoder_is_between_jobs(d));
    feed(d, "GS \"V\" 00");
    assert_true(decoder_is_between_jobs(d));
    feed(d, "GS \"v0\" 00 01 00 01 00");
    assert_false(decoder_is_between_jobs(d));
    feed(d, "ff");
    assert_false(decoder_is_between_jobs(d));
    decoder_end(d);
    assert_true(decoder_is_between_jobs(d));
    feed(d, "ESC \"L\"");
    assert_false(decoder_is_between_jobs(d));
    feed(d, "ESC \"S\" ESC \"=\" 02");
    assert_false(decoder_is_between_jobs(d));
    feed(d, "ESC \"=\" 01");
    assert_true(decoder_is_between_jobs(d));
    decoder_free(d);
}

static void a_line_that_is_not_ended_stays_open_in_the_printer(void **state)
{
    (void)state;
    struct seen seen = { 0 };
    struct decoder *d = decoder_new(NULL, see, &seen);
    feed(d, "\"half a li\"");
    decoder_end(d);
    assert_int_equal(seen.jobs, 1);
    assert_string_equal(seen.line, "half a li");
    assert_true(decoder_state(d)->is_line_open);
    assert_false(decoder_is_between_jobs(d));
    feed(d, "LF");
    assert_false(decoder_state(d)->is_line_open);
    assert_true(decoder_is_between_jobs(d));
    decoder_free(d);
}

static void a_held_job_takes_the_pulse_behind_its_cut(void **state)
{
    (void)state;
    struct seen seen = { 0 };
    const struct decoder_options options = { .waits_for_tail = true };
    struct decoder *d = decoder_new(&options, see, &seen);
    feed(d, "\"one\" LF GS \"V\" 00 ESC \"p\" 00 10 10");
    assert_int_equal(seen.jobs, 0);
    assert_true(decoder_is_between_jobs(d));
    feed(d, "ESC \"@\" ESC \"p\" 00 10 10 \"two\" LF");
    assert_int_equal(seen.jobs, 1);
    assert_int_equal(seen.drawer, 1);
    assert_int_equal(seen.to, 12);
    decoder_end(d);
    assert_int_equal(seen.drawer, 1);
    assert_int_equal(seen.from, 12);
    decoder_free(d);
}

static void keep_state(void *self, const struct print_job *job)
{
    (void)job;
    const struct decoder **d = self;
    assert_false(decoder_state(*d)->is_line_open);
    assert_false(decoder_state(*d)->is_inside_command);
    assert_int_equal(decoder_state(*d)->code_page, 16);
}

static void the_state_that_is_told_with_a_job_is_the_one_behind_it(void **state)
{
    (void)state;
    struct decoder *d = NULL;
    d = decoder_new(NULL, keep_state, &d);
    feed(d, "ESC \"t\" 10 \"x\"");
    feed(d, "LF \"y\"");
    feed(d, "LF GS \"V\"");
    feed(d, "00 ESC \"t\" 02");
    decoder_free(d);
}

static void a_job_ends_before_a_command_that_is_not_whole(void **state)
{
    (void)state;
    struct seen seen = { 0 };
    struct decoder *d = decoder_new(NULL, see, &seen);
    feed(d, "\"x\" LF GS \"v0\" 00 01 00");
    decoder_end(d);
    assert_int_equal(seen.to, 2);
    feed(d, "01 00 ff GS \"V\" 00");
    assert_int_equal(seen.jobs, 2);
    assert_int_equal(seen.from, 2);
    assert_int_equal(seen.images, 1);
    decoder_free(d);
}

static void a_drawer_opened_for_change_belongs_to_no_job(void **state)
{
    (void)state;
    struct seen seen = { 0 };
    struct decoder *d = decoder_new(NULL, see, &seen);
    feed(d, "ESC \"p\" 00 10 10");
    decoder_end(d);
    assert_int_equal(seen.jobs, 0);
    feed(d, "\"x\" LF GS \"V\" 00");
    assert_int_equal(seen.jobs, 1);
    assert_int_equal(seen.drawer, 0);
    assert_int_equal(seen.from, 5);
    decoder_free(d);
}

static void text_settings_are_remembered(void **state)
{
    (void)state;
    struct printer_state s = state_after("ESC \"!\" f9");
    assert_int_equal(s.font, 1);
    assert_int_equal(s.is_bold, 1);
    assert_int_equal(s.height_times, 2);
    assert_int_equal(s.width_times, 2);
    assert_int_equal(s.underline, 1);
    assert_int_equal(s.print_mode, 0x40);

    s = state_after(
        "ESC \"E1\" ESC \"G\" 01 ESC \"-2\" ESC \"{\" 01 GS \"B\" 01 GS \"b\" 01 ESC \"V\" 01 ESC \"r1\" ESC \"M1\" GS \"!\" 52");
    assert_int_equal(s.is_bold, 1);
    assert_int_equal(s.is_double_strike, 1);
    assert_int_equal(s.underline, 2);
    assert_int_equal(s.is_upside_down, 1);
    assert_int_equal(s.is_reversed, 1);
    assert_int_equal(s.is_smoothed, 1);
    assert_int_equal(s.rotation, 1);
    assert_int_equal(s.colour, 1);
    assert_int_equal(s.font, 1);
    assert_int_equal(s.width_times, 6);
    assert_int_equal(s.height_times, 3);

    s = state_after("ESC \"a2\" ESC \"t\" 13 ESC \"R\" 02 FS \"&\" FS \"!\" 0c FS \"C\" 01 FS \"(C\" 02 00 30 32 ESC \"%\" 01");
    assert_int_equal(s.align, ALIGN_RIGHT);
    assert_int_equal(s.code_page, 19);
    assert_int_equal(s.charset, 2);
    assert_int_equal(s.kanji_on, 1);
    assert_int_equal(s.kanji_mode, 12);
    assert_int_equal(s.kanji_system, 1);
    assert_int_equal(s.utf8, 1);
    assert_int_equal(s.is_user_charset, 1);
}

static void measures_and_code_settings_are_remembered(void **state)
{
    (void)state;
    struct printer_state s = state_after("ESC 20 03 ESC \"3\" 18 GS \"P\" b4 c8 GS \"L\" 10 01 GS \"W\" 40 02 ESC \"U\" 01");
    assert_int_equal(s.right_space, 3);
    assert_int_equal(s.line_space, 24);
    assert_int_equal(s.is_line_space_set, 1);
    assert_int_equal(s.unit_x, 180);
    assert_int_equal(s.unit_y, 200);
    assert_int_equal(s.left_margin, 272);
    assert_int_equal(s.area_width, 576);
    assert_int_equal(s.is_one_way, 1);
    assert_int_equal(state_after("ESC \"3\" 18 ESC \"2\"").is_line_space_set, 0);

    s = state_after("GS \"h\" a2 GS \"w\" 03 GS \"f1\" GS \"H2\" GS \"a\" ff ESC \"c5\" 01 ESC \"D\" 08 10 18 00");
    assert_int_equal(s.barcode_height, 162);
    assert_int_equal(s.barcode_width, 3);
    assert_int_equal(s.barcode_font, 1);
    assert_int_equal(s.barcode_text, 2);
    assert_int_equal(s.asb, 255);
    assert_int_equal(s.panel_off, 1);
    assert_int_equal(s.tab_count, 3);
    assert_int_equal(s.tabs[2], 24);

    s = state_after("GS \"(k\" 04 00 \"1A2\" 00 GS \"(k\" 03 00 \"1C\" 06 GS \"(k\" 03 00 \"1E1\"");
    assert_int_equal(s.qr_model, '2');
    assert_int_equal(s.qr_size, 6);
    assert_int_equal(s.qr_level, '1');
}

static void initialising_takes_everything_back(void **state)
{
    (void)state;
    struct printer_state s =
        state_after("ESC \"!\" ff GS \"!\" 77 ESC \"a\" 01 ESC \"t\" 13 GS \"L\" 10 00 GS \"h\" 50 ESC \"L\" \"x\" ESC \"@\"");
    struct printer_state initial = printer_state_initial();
    assert_memory_equal(&s, &initial, sizeof s);
}

static void a_decoder_goes_on_from_a_stored_state(void **state)
{
    (void)state;
    struct printer_state stored = state_after("ESC \"a\" 01 ESC \"t\" 13");
    struct seen seen = { 0 };
    const struct decoder_options options = { .dialect = DIALECT_ESCPOS, .state = &stored };
    struct decoder *d = decoder_new(&options, see, &seen);
    feed(d, "d5 \" 5\" LF GS \"V\" 00");
    assert_string_equal(seen.line, "€ 5");
    assert_int_equal(decoder_state(d)->align, ALIGN_CENTRE);
    decoder_free(d);
}

static void an_unfinished_command_or_line_is_told(void **state)
{
    (void)state;
    assert_true(state_after("GS \"k\" 04 \"12\"").is_inside_command);
    assert_false(state_after("GS \"k\" 04 \"12\" 00").is_inside_command);
    assert_true(state_after("\"x\"").is_line_open);
    assert_true(state_after("\"x\" CR").is_line_open);
    assert_false(state_after("\"x\" LF").is_line_open);
}

/* Sends `n` bytes in pieces, as a wire would. */
static void feed_many(struct decoder *d, unsigned char byte, size_t n)
{
    unsigned char piece[4096];
    memset(piece, byte, sizeof piece);
    while (n > 0) {
        size_t now = n < sizeof piece ? n : sizeof piece;
        decoder_feed(d, (struct view){ piece, now });
        n -= now;
    }
}

static void an_image_over_the_ceiling_is_skipped_by_its_length(void **state)
{
    (void)state;
    struct seen seen = { 0 };
    struct decoder *d = decoder_new(NULL, see, &seen);
    feed(d, "GS \"v0\" 00 00 04 00 20"); /* 1024 bytes wide, 8192 dots high */
    feed_many(d, 0x0a, (size_t)1024 * 8192 - 1);
    assert_true(decoder_state(d)->is_inside_command);
    feed(d, "1b \"below\" LF GS \"V\" 00");
    assert_int_equal(seen.jobs, 1);
    assert_int_equal(seen.images, 1);
    assert_false(seen.has_bits);
    assert_true(seen.is_over_ceiling);
    assert_string_equal(seen.line, "below");
    decoder_free(d);
}

static void a_job_has_ceilings_for_all_that_it_holds(void **state)
{
    (void)state;
    static const char line[] = "a line of text of which there are too many\n";
    struct seen seen = { 0 };
    struct decoder *d = decoder_new(NULL, see, &seen);
    for (unsigned i = 0; i < 60000; i++) {
        decoder_feed(d, view_of(line));
    }
    for (unsigned i = 0; i < 3000; i++) {
        feed(d, "GS \"k\" 04 \"A\" 00");
    }
    feed_many(d, 'x', 200000);
    decoder_end(d);
    assert_int_equal(seen.jobs, 1);
    assert_true(seen.is_over_ceiling);
    assert_true(seen.lines > 1000 && seen.lines < 60000);
    assert_true(seen.codes > 100 && seen.codes < 3000);

    feed(d, "\"small again\" LF GS \"V\" 00");
    assert_int_equal(seen.jobs, 2);
    assert_int_equal(seen.lines, 1);
    assert_false(seen.is_over_ceiling);
    decoder_free(d);
}

static void dialects_go_by_their_names(void **state)
{
    (void)state;
    enum dialect dialect = DIALECT_AUTO;
    assert_int_equal(dialect_from_name("star", &dialect), OK);
    assert_int_equal(dialect, DIALECT_STAR);
    assert_int_equal(dialect_from_name("Star", &dialect), ERR_MISSING);
    assert_int_equal(dialect, DIALECT_STAR);
    assert_string_equal(dialect_name(DIALECT_DARUMA), "daruma");
}

static void freeing_nothing_is_allowed(void **state)
{
    (void)state;
    decoder_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_reported_at_its_cut),
        cmocka_unit_test(a_slip_may_go_only_between_jobs),
        cmocka_unit_test(a_line_that_is_not_ended_stays_open_in_the_printer),
        cmocka_unit_test(a_held_job_takes_the_pulse_behind_its_cut),
        cmocka_unit_test(the_state_that_is_told_with_a_job_is_the_one_behind_it),
        cmocka_unit_test(a_job_ends_before_a_command_that_is_not_whole),
        cmocka_unit_test(a_drawer_opened_for_change_belongs_to_no_job),
        cmocka_unit_test(text_settings_are_remembered),
        cmocka_unit_test(measures_and_code_settings_are_remembered),
        cmocka_unit_test(initialising_takes_everything_back),
        cmocka_unit_test(a_decoder_goes_on_from_a_stored_state),
        cmocka_unit_test(an_unfinished_command_or_line_is_told),
        cmocka_unit_test(an_image_over_the_ceiling_is_skipped_by_its_length),
        cmocka_unit_test(a_job_has_ceilings_for_all_that_it_holds),
        cmocka_unit_test(dialects_go_by_their_names),
        cmocka_unit_test(freeing_nothing_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
