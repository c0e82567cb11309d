#include "tap_desk.h"

static void what_was_written_is_read_in_order(void **state)
{
    struct desk *d = *state;
    struct journal_record r;
    assert_true(put(d, JOURNAL_FROM_POS, 0, 0, "receipt"));
    assert_true(put(d, JOURNAL_FROM_PRINTER, 7, 0, "ok"));
    assert_true(put(d, JOURNAL_ENDED, 7, 2, ""));
    assert_int_equal(journal_pos_end(d->journal), 7);
    assert_int_equal(journal_answer_end(d->journal), 2);
    struct journal_reader *reader = read_from(d, 0);
    assert_int_equal(next(d, reader, &r), OK);
    assert_int_equal(r.kind, JOURNAL_FROM_POS);
    assert_int_equal(r.subject, 7);
    assert_true(view_equal(r.bytes, view_of("receipt")));
    assert_int_equal(next(d, reader, &r), OK);
    assert_int_equal(r.kind, JOURNAL_FROM_PRINTER);
    assert_int_equal(r.pos_offset, 7);
    assert_int_equal(next(d, reader, &r), OK);
    assert_int_equal(r.kind, JOURNAL_ENDED);
    assert_int_equal(next(d, reader, &r), ERR_MISSING);
    assert_true(put(d, JOURNAL_FROM_POS, 7, 2, "more"));
    assert_int_equal(next(d, reader, &r), OK);
    assert_true(view_equal(r.bytes, view_of("more")));
    journal_reader_free(reader);
}

/* The layout is a promise: these bytes were put together by hand, their CRC by another program. */
static void a_record_is_laid_out_as_promised(void **state)
{
    struct desk *d = *state;
    static const unsigned char promised[] = {
        0x54, 0x53, 0x4a, 0x31, 0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x3d, 0x6d, 0x89, 0x0a, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x40, 0x1e, 0x18, 0x24, 0x0a, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x68, 0x69,
    };
    char path[128];
    unsigned char got[sizeof promised + 1];
    assert_true(put(d, JOURNAL_FROM_POS, 0, 0, "hi"));
    newest(d, path);
    int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, got, sizeof got), sizeof promised);
    close(fd);
    assert_memory_equal(got, promised, sizeof promised);
}

static void a_journal_opened_again_goes_on_where_it_was(void **state)
{
    struct desk *d = *state;
    assert_true(put(d, JOURNAL_FROM_POS, 0, 0, "one"));
    open_again(d);
    assert_int_equal(d->seen, 1);
    assert_int_equal(journal_pos_end(d->journal), 3);
    assert_true(put(d, JOURNAL_FROM_POS, 3, 0, "two"));
    open_again(d);
    assert_int_equal(d->seen, 2);
}

/* Whatever the length of the piece that was still written: every whole record stays, and nothing else. */
static void a_torn_tail_is_cut_at_every_length(void **state)
{
    struct desk *d = *state;
    char path[128];
    struct stat whole;
    struct journal_record r;
    assert_true(put(d, JOURNAL_FROM_POS, 0, 0, "first"));
    assert_true(put(d, JOURNAL_FROM_POS, 5, 0, "second"));
    newest(d, path);
    assert_int_equal(stat(path, &whole), 0);
    for (off_t size = whole.st_size - 1; size > whole.st_size - JOURNAL_HEADER_BYTES - 6; size--) {
        assert_int_equal(truncate(path, size), 0);
        open_again(d);
        assert_int_equal(d->seen, 1);
        assert_int_equal(journal_pos_end(d->journal), 5);
        assert_true(put(d, JOURNAL_FROM_POS, 5, 0, "second"));
        struct journal_reader *reader = read_from(d, 6);
        assert_int_equal(next(d, reader, &r), OK);
        assert_true(view_equal(r.bytes, view_of("second")));
        journal_reader_free(reader);
    }
}

static void a_changed_byte_is_noticed(void **state)
{
    struct desk *d = *state;
    char path[128];
    assert_true(put(d, JOURNAL_FROM_POS, 0, 0, "first"));
    assert_true(put(d, JOURNAL_FROM_POS, 5, 0, "second"));
    newest(d, path);
    int fd = open(path, O_RDWR);
    assert_int_equal(pwrite(fd, "X", 1, 2 * JOURNAL_HEADER_BYTES + 7), 1);
    close(fd);
    open_again(d);
    assert_int_equal(d->seen, 1);
    assert_int_equal(journal_pos_end(d->journal), 5);
}

/* Errands run one after another: when a record that came later is there, the earlier errand is over. */
static void until_idle(struct desk *d)
{
    uint64_t end = journal_pos_end(d->journal);
    assert_true(put(d, JOURNAL_ENDED, end, 0, ""));
    until_all_is_written(d);
}

static void segments_follow_each_other_and_old_printed_ones_are_forgotten(void **state)
{
    struct desk *d = *state;
    char text[201] = "";
    struct journal_record r;
    unsigned files = 0;
    memset(text, 'x', 200);
    for (uint64_t i = 0; i < 40; i++) {
        assert_true(put(d, JOURNAL_FROM_POS, i * 200, 0, text));
    }
    until_all_is_written(d);
    each_file(d, count_file, &files);
    assert_true(files > 10);
    journal_forget_old(d->journal, 0);
    until_idle(d);
    unsigned kept = 0;
    each_file(d, count_file, &kept);
    assert_int_equal(kept, files); /* nothing was printed yet */
    journal_forget_old(d->journal, 8000);
    until_idle(d);
    kept = 0;
    each_file(d, count_file, &kept);
    assert_true(kept <= 5);
    struct journal_reader *reader = read_from(d, 7500);
    uint64_t at = 7400;
    while (next(d, reader, &r) == OK) {
        assert_true(r.pos_offset <= at);
        at = record_pos_end(&r);
    }
    assert_int_equal(at, 8000);
    journal_reader_free(reader);
}

static void bytes_that_the_journal_has_are_not_written_twice(void **state)
{
    struct desk *d = *state;
    assert_true(put(d, JOURNAL_FROM_POS, 0, 0, "abc"));
    assert_true(put(d, JOURNAL_FROM_POS, 0, 0, "abc"));
    open_again(d);
    assert_int_equal(d->seen, 1);
    assert_int_equal(journal_pos_end(d->journal), 3);
}

/* A disk that refuses whatever is longer than a file of this size. */
static void set_file_limit(rlim_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static void until_writing_is(struct desk *d, bool is_writing)
{
    for (int i = 0; journal_is_writing(d->journal) != is_writing; i++) {
        assert_true(i < 10000000);
        loop_turn(d->loop);
    }
}

static void what_a_refusing_disk_did_not_take_is_written_when_it_does(void **state)
{
    struct desk *d = *state;
    struct journal_record r;
    assert_true(put(d, JOURNAL_FROM_POS, 0, 0, "before"));
    until_all_is_written(d);
    set_file_limit(80);
    assert_true(put(d, JOURNAL_FROM_POS, 6, 0, "a record that is longer than what is left"));
    until_writing_is(d, false);
    assert_true(put(d, JOURNAL_FROM_POS, 47, 0, " and more"));
    set_file_limit(RLIM_INFINITY);
    until_writing_is(d, true);
    open_again(d);
    assert_int_equal(d->seen, 3);
    struct journal_reader *reader = read_from(d, 7);
    assert_int_equal(next(d, reader, &r), OK);
    assert_true(view_equal(r.bytes, view_of("a record that is longer than what is left")));
    assert_int_equal(next(d, reader, &r), OK);
    assert_true(view_equal(r.bytes, view_of(" and more")));
    journal_reader_free(reader);
}

static void too_much_for_a_refusing_disk_leaves_a_gap_and_offsets_count_on(void **state)
{
    struct desk *d = *state;
    struct journal_record r;
    enum { PIECE_BYTES = 5000 };
    char piece[PIECE_BYTES + 1] = "";
    uint64_t at = 0, missed_from = 0;
    memset(piece, 'p', PIECE_BYTES);
    d->options.segment_bytes = 1 << 20;
    open_again(d);
    set_file_limit(80);
    for (; missed_from == 0; at += PIECE_BYTES) {
        missed_from = put(d, JOURNAL_FROM_POS, at, 0, piece) ? 0 : at;
    }
    assert_false(journal_is_writing(d->journal));
    assert_true(missed_from > (QUEUE_BYTES / 2));
    assert_false(put(d, JOURNAL_FROM_POS, at, 0, "too soon"));
    set_file_limit(RLIM_INFINITY);
    until_writing_is(d, true);
    assert_true(put(d, JOURNAL_FROM_POS, at + 8, 0, "after"));
    struct journal_reader *reader = read_from(d, 0);
    for (uint64_t read = 0; read < missed_from; read += PIECE_BYTES) {
        assert_int_equal(next(d, reader, &r), OK);
        assert_int_equal(r.pos_offset, read);
        assert_int_equal(r.bytes.n, PIECE_BYTES);
    }
    assert_int_equal(next(d, reader, &r), OK);
    assert_int_equal(r.kind, JOURNAL_GAP);
    assert_int_equal(r.pos_offset, missed_from);
    assert_int_equal(r.to, at + 8);
    assert_int_equal(next(d, reader, &r), OK);
    assert_true(view_equal(r.bytes, view_of("after")));
    journal_reader_free(reader);
}

/* --- a disk that stalls: its newest segment is a pipe, which takes 64 KiB and then nobody knows when more --------------- */

static int open_stalling_disk(struct desk *d)
{
    char *path = mem_format("%s/0000000001-0000000000000000.journal", d->folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    d->options.segment_bytes = 1 << 24;
    d->clock = clock_real();
    open_again(d);
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(fd >= 0);
    mem_free(path);
    return fd;
}

static bool drain(struct desk *d, int fd, struct buf *into)
{
    unsigned char block[4096];
    ssize_t n = read(fd, block, sizeof block);
    if (n > 0) {
        assert_int_equal(buf_add(into, block, (size_t)n), OK);
    }
    loop_turn(d->loop);
    return n > 0;
}

static void a_stalled_disk_holds_nobody_up_and_gets_everything_later(void **state)
{
    struct desk *d = *state;
    enum { PIECES = 300, PIECE_BYTES = 1500 };
    char piece[PIECE_BYTES + 1] = "";
    struct buf written;
    struct journal_record r;
    size_t from = 0, length = 0;
    memset(piece, 's', PIECE_BYTES);
    buf_init(&written, 1 << 20);
    int fd = open_stalling_disk(d);
    int64_t begun_us = loop_now_us(d->loop);
    for (uint64_t i = 0; i < PIECES; i++) {
        assert_true(put(d, JOURNAL_FROM_POS, i * PIECE_BYTES, 0, piece));
        loop_turn(d->loop);
    }
    assert_true(loop_now_us(d->loop) - begun_us < 2000000); /* it would wait for ever */
    until_writing_is(d, false);
    assert_false(journal_is_pressed(d->journal));
    while (written.n < PIECES * (PIECE_BYTES + JOURNAL_HEADER_BYTES)) {
        drain(d, fd, &written);
    }
    for (uint64_t i = 0; i < PIECES; i++) {
        assert_int_equal(record_parse(view_skip(buf_view(&written), from), &r, &length), OK);
        assert_int_equal(r.pos_offset, i * PIECE_BYTES);
        from += length;
    }
    until_writing_is(d, true);
    buf_clear(&written);
    close(fd);
}

static void a_follower_that_was_behind_reads_on_from_where_it_stood(void **state)
{
    struct desk *d = *state;
    struct journal_record r;
    struct journal_reader *reader = read_from(d, 0);
    char text[201] = "";
    memset(text, 'x', 200);
    for (uint64_t i = 0; i < 20; i++) { /* over several segments, most of them not written yet */
        assert_true(put(d, JOURNAL_FROM_POS, i * 200, 0, text));
        if (i == 11) {
            journal_reader_to_end(reader);
        }
    }
    for (uint64_t i = 12; i < 20; i++) {
        assert_int_equal(next(d, reader, &r), OK);
        assert_int_equal(r.pos_offset, i * 200);
    }
    assert_int_equal(next(d, reader, &r), ERR_MISSING);
    journal_reader_free(reader);
}

/* A process that writes ten blocks and dies at once: the loop never turned, at most the first ones reached the disk. */
static void live_and_be_killed(struct desk *d, uint64_t life)
{
    d->loop = loop_new(&d->clock);
    err e = journal_open(d->loop, &d->options, NULL, NULL, &d->journal);
    for (uint64_t i = 0; i < 10 && e == OK; i++) {
        put(d, JOURNAL_FROM_POS, life * 1000 + i * 100, 0,
            "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789");
    }
    raise(SIGKILL);
}

static void what_a_killed_tap_had_not_written_yet_is_written_by_the_next_one(void **state)
{
    struct desk *d = *state;
    journal_close(d->journal);
    d->journal = NULL;
    for (uint64_t life = 0; life < 5; life++) {
        pid_t child = fork();
        if (child == 0) {
            live_and_be_killed(d, life);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
    }
    assert_int_equal(journal_open(d->loop, &d->options, NULL, NULL, &d->journal), OK);
    assert_int_equal(journal_pos_end(d->journal), 5000);
    struct journal_reader *reader = read_from(d, 0);
    struct journal_record r;
    for (uint64_t at = 0; at < 5000; at += 100) {
        assert_int_equal(next(d, reader, &r), OK);
        assert_int_equal(r.pos_offset, at);
        assert_int_equal(r.bytes.n, 100);
    }
    assert_int_equal(next(d, reader, &r), ERR_MISSING);
    journal_reader_free(reader);
}

/* Killed after the write and before it was noted: the segment's length says what is there. */
static void records_that_reached_the_disk_are_not_written_again(void **state)
{
    struct desk *d = *state;
    char path[128];
    struct queue *q = NULL;
    struct journal_record r = { .kind = JOURNAL_ENDED, .pos_offset = 5, .subject = 1 };
    unsigned char header[JOURNAL_HEADER_BYTES];
    assert_true(put(d, JOURNAL_FROM_POS, 0, 0, "first"));
    newest(d, path);
    journal_close(d->journal);
    assert_int_equal(queue_open(d->folder, &q), OK);
    queue_note_segment(q, 1, queue_begin(q) - JOURNAL_HEADER_BYTES - 5);
    assert_int_equal(queue_add(q, &r), OK);
    assert_int_equal(queue_add(q, &r), OK);
    queue_close(q);
    record_encode(&r, header);
    int fd = open(path, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, header, sizeof header), sizeof header);
    assert_int_equal(write(fd, header, 20), 20); /* and the second one in part */
    close(fd);
    assert_int_equal(journal_open(d->loop, &d->options, NULL, NULL, &d->journal), OK);
    open_again(d);
    assert_int_equal(d->seen, 3);
}

/* --- the spool ---------------------------------------------------------------------------------------------------------- */

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read_in_order),
        TEST(a_record_is_laid_out_as_promised),
        TEST(a_journal_opened_again_goes_on_where_it_was),
        TEST(a_torn_tail_is_cut_at_every_length),
        TEST(a_changed_byte_is_noticed),
        TEST(segments_follow_each_other_and_old_printed_ones_are_forgotten),
        TEST(bytes_that_the_journal_has_are_not_written_twice),
        TEST(what_a_refusing_disk_did_not_take_is_written_when_it_does),
        TEST(too_much_for_a_refusing_disk_leaves_a_gap_and_offsets_count_on),
        TEST(a_stalled_disk_holds_nobody_up_and_gets_everything_later),
        TEST(a_follower_that_was_behind_reads_on_from_where_it_stood),
        TEST(what_a_killed_tap_had_not_written_yet_is_written_by_the_next_one),
        TEST(records_that_reached_the_disk_are_not_written_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
