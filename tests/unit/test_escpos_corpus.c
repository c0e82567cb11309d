/* Streams made by other people's software: the same answer however they are cut, and none that stops us. They are not
 * part of this project; the folder is TILLSIDE_CORPUS/receipts, and without it there is nothing to test here. */
#include "unit.h"

#include "stream_text.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SKIPPED = 77, SEEDS = 6, BYTEWISE_MOST = 20000 };

static glob_t streams;

static void check_splits(const char *path)
{
    const struct decoder_options options = { .waits_for_tail = true };
    struct buf stream, whole;
    buf_init(&stream, 16 << 20);
    buf_init(&whole, 16 << 20);
    assert_true(read_whole_file(path, &stream));
    decode_to_text(buf_view(&stream), &options, SPLIT_WHOLE, &whole);
    for (unsigned split = stream.n > BYTEWISE_MOST ? SPLIT_BYTES + 1 : SPLIT_BYTES; split < SEEDS; split++) {
        struct buf pieces;
        buf_init(&pieces, 16 << 20);
        decode_to_text(buf_view(&stream), &options, split, &pieces);
        assert_string_equal(buf_text(&pieces), buf_text(&whole));
        buf_clear(&pieces);
    }
    buf_clear(&whole);
    buf_clear(&stream);
}

static void any_split_of_a_real_stream_gives_the_same_jobs(void **state)
{
    (void)state;
    for (size_t i = 0; i < streams.gl_pathc; i++) {
        check_splits(streams.gl_pathv[i]);
    }
}

static void a_real_stream_read_as_any_dialect_comes_to_an_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < streams.gl_pathc; i++) {
        struct buf stream, out;
        buf_init(&stream, 16 << 20);
        buf_init(&out, 16 << 20);
        assert_true(read_whole_file(streams.gl_pathv[i], &stream));
        for (int dialect = DIALECT_AUTO; dialect <= DIALECT_DARUMA; dialect++) {
            const struct decoder_options options = { .dialect = (enum dialect)dialect };
            out.n = 0;
            decode_to_text(buf_view(&stream), &options, SPLIT_WHOLE, &out);
            assert_true(out.n > 0);
        }
        buf_clear(&out);
        buf_clear(&stream);
    }
}

int main(void)
{
    const char *corpus = getenv("TILLSIDE_CORPUS");
    char pattern[512];
    snprintf(pattern, sizeof pattern, "%s/receipts/*.bin", corpus ? corpus : SOURCE_FOLDER "/../shared/corpus");
    if (glob(pattern, 0, NULL, &streams) != 0) {
        printf("no streams at %s: skipped\n", pattern);
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_split_of_a_real_stream_gives_the_same_jobs),
        cmocka_unit_test(a_real_stream_read_as_any_dialect_comes_to_an_end),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    globfree(&streams);
    return failed;
}
