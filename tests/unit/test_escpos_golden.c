/* Streams written by hand from the command references, each beside what stands on the paper then. */
#include "unit.h"

#include "stream_text.h"

#include <cjson/cJSON.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

/* The expected jobs, one JSON object to a line; lists that are left out are empty, "cut" is false, "drawer" 0. */
struct expected {
    const char *path, *next;
    unsigned job;
};

static cJSON *next_expected(struct expected *e)
{
    const char *end;
    cJSON *json = cJSON_ParseWithOpts(e->next, &end, false);
    if (!json) {
        fail_msg("%s: job %u was not expected", e->path, e->job);
    }
    e->next = end;
    return json;
}

static const char *text_at(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    return text ? text : "";
}

static void check_count(const struct expected *e, const cJSON *list, const char *what, size_t count)
{
    if ((size_t)cJSON_GetArraySize(list) != count) {
        fail_msg("%s: job %u has %zu %s, not %d", e->path, e->job, count, what, cJSON_GetArraySize(list));
    }
}

static void check_lines(const struct expected *e, const cJSON *want, const struct print_job *job)
{
    const cJSON *lines = cJSON_GetObjectItem(want, "lines");
    for (size_t i = 0; i < job->line_count; i++) {
        const char *line = cJSON_GetStringValue(cJSON_GetArrayItem(lines, (int)i));
        bool is_right = line && strcmp(line, job->lines[i].text) == 0;
        if (!is_right) {
            print_error("%s: job %u line %zu is \"%s\", not \"%s\"\n", e->path, e->job, i, job->lines[i].text, line ? line : "");
        }
        assert_true(is_right);
    }
    check_count(e, lines, "lines", job->line_count);
}

static void check_codes(const struct expected *e, const cJSON *want, const struct print_job *job)
{
    const cJSON *codes = cJSON_GetObjectItem(want, "codes");
    check_count(e, codes, "codes", job->code_count);
    for (size_t i = 0; i < job->code_count; i++) {
        const cJSON *code = cJSON_GetArrayItem(codes, (int)i);
        assert_string_equal(job->codes[i].type, text_at(code, "type"));
        assert_string_equal(job->codes[i].data, text_at(code, "data"));
    }
}

/* "rows" draws a picture: one text a row, '#' for a dot. */
static void check_row(const char *row, const unsigned char *bits, unsigned width_dots)
{
    assert_non_null(row);
    for (unsigned x = 0; x < width_dots; x++) {
        bool is_black = bits[x / 8] >> (7 - x % 8) & 1;
        assert_int_equal(is_black, x < strlen(row) && row[x] == '#');
    }
}

static void check_rows(const cJSON *rows, const struct print_image *image)
{
    size_t row_bytes = (image->width_dots + 7) / 8;
    for (unsigned y = 0; rows && y < image->height_dots; y++) {
        assert_non_null(image->bits);
        check_row(cJSON_GetStringValue(cJSON_GetArrayItem(rows, (int)y)), image->bits + y * row_bytes, image->width_dots);
    }
}

static void check_images(const struct expected *e, const cJSON *want, const struct print_job *job)
{
    const cJSON *images = cJSON_GetObjectItem(want, "images");
    check_count(e, images, "images", job->image_count);
    for (size_t i = 0; i < job->image_count; i++) {
        const cJSON *image = cJSON_GetArrayItem(images, (int)i);
        assert_int_equal(job->images[i].width_dots, (int)cJSON_GetNumberValue(cJSON_GetObjectItem(image, "w")));
        assert_int_equal(job->images[i].height_dots, (int)cJSON_GetNumberValue(cJSON_GetObjectItem(image, "h")));
        check_rows(cJSON_GetObjectItem(image, "rows"), &job->images[i]);
    }
}

static int number_at(const cJSON *object, const char *name)
{
    const cJSON *number = cJSON_GetObjectItem(object, name);
    return number ? number->valueint : 0;
}

static void check_job(void *self, const struct print_job *job)
{
    struct expected *e = self;
    e->job++;
    cJSON *want = next_expected(e);
    check_lines(e, want, job);
    check_codes(e, want, job);
    check_images(e, want, job);
    if (job->is_cut != cJSON_IsTrue(cJSON_GetObjectItem(want, "cut")) || (int)job->drawer_pulses != number_at(want, "drawer")) {
        fail_msg("%s: job %u has cut %d and %u drawer pulses", e->path, e->job, job->is_cut, job->drawer_pulses);
    }
    assert_int_equal(job->unknown_commands, number_at(want, "unknown"));
    const cJSON *bytes = cJSON_GetObjectItem(want, "bytes");
    if (bytes) {
        assert_int_equal(job->from, cJSON_GetArrayItem(bytes, 0)->valueint);
        assert_int_equal(job->to, cJSON_GetArrayItem(bytes, 1)->valueint);
    }
    const char *dialect = text_at(want, "dialect");
    assert_string_equal(dialect_name(job->dialect), dialect[0] ? dialect : "escpos");
    cJSON_Delete(want);
}

static void read_golden(const char *path, struct stream_text *stream)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    const char *at;
    assert_true(read_whole_file(path, &text));
    if (!stream_text_read(buf_text(&text), stream, &at)) {
        fail_msg("%s: what is \"%.20s\"?", path, at);
    }
    buf_clear(&text);
}

static void check_golden(const char *path)
{
    struct stream_text stream;
    read_golden(path, &stream);
    char json_path[512];
    snprintf(json_path, sizeof json_path, "%.*s.json", (int)(strlen(path) - strlen(".txt")), path);
    struct buf json;
    buf_init(&json, 1 << 20);
    assert_true(read_whole_file(json_path, &json));

    struct expected e = { .path = path, .next = buf_text(&json) };
    struct decoder *d = decoder_new(&stream.options, check_job, &e);
    decoder_feed(d, buf_view(&stream.bytes));
    decoder_end(d);
    decoder_free(d);
    if (e.next[strspn(e.next, " \n")] != 0) {
        fail_msg("%s: only %u jobs came", path, e.job);
    }
    buf_clear(&json);
    stream_text_clear(&stream);
}

static void for_each_golden(void (*check)(const char *path))
{
    glob_t found;
    assert_int_equal(glob(TESTS_FOLDER "/golden/escpos/*.txt", 0, NULL, &found), 0);
    assert_true(found.gl_pathc > 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        check(found.gl_pathv[i]);
    }
    globfree(&found);
}

static void every_stream_is_read_as_the_reference_says(void **state)
{
    (void)state;
    for_each_golden(check_golden);
}

static void check_splits(const char *path)
{
    struct stream_text stream;
    read_golden(path, &stream);
    struct buf whole;
    buf_init(&whole, 8 << 20);
    decode_to_text(buf_view(&stream.bytes), &stream.options, SPLIT_WHOLE, &whole);
    for (unsigned split = SPLIT_BYTES; split < 12; split++) {
        struct buf pieces;
        buf_init(&pieces, 8 << 20);
        decode_to_text(buf_view(&stream.bytes), &stream.options, split, &pieces);
        assert_string_equal(buf_text(&pieces), buf_text(&whole));
        buf_clear(&pieces);
    }
    buf_clear(&whole);
    stream_text_clear(&stream);
}

static void any_split_gives_the_same_jobs_and_the_same_state(void **state)
{
    (void)state;
    for_each_golden(check_splits);
}

static void check_beginnings(const char *path)
{
    struct stream_text stream;
    read_golden(path, &stream);
    struct buf out;
    buf_init(&out, 64 << 20);
    size_t step = 1 + stream.bytes.n / 300;
    for (size_t n = 0; n < stream.bytes.n; n += step) {
        out.n = 0;
        decode_to_text((struct view){ stream.bytes.at, n }, &stream.options, SPLIT_WHOLE, &out);
        assert_true(out.n > 0);
    }
    buf_clear(&out);
    stream_text_clear(&stream);
}

static void a_stream_may_stop_anywhere(void **state)
{
    (void)state;
    for_each_golden(check_beginnings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stream_is_read_as_the_reference_says),
        cmocka_unit_test(any_split_gives_the_same_jobs_and_the_same_state),
        cmocka_unit_test(a_stream_may_stop_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
