#include "unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "src/tap/journal.h"
#include "src/tap/queue.h"
#include "src/tap/record.h"
#include "src/tap/shared.h"
#include "src/tap/spool.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct desk {
    struct clock clock;
    struct loop *loop;
    struct journal *journal;
    struct journal_options options;
    char folder[32];
    unsigned seen, ready;
};

static int begin(void **state)
{
    struct desk *d = mem_new(sizeof *d);
    memcpy(d->folder, "/tmp/journal-XXXXXX", 20);
    assert_non_null(mkdtemp(d->folder));
    d->clock = clock_jumping(1700000000000000);
    d->loop = loop_new(&d->clock);
    d->options = (struct journal_options){ .folder = d->folder, .segment_bytes = 1000, .keep_bytes = 3000, .keep_days = 14 };
    assert_int_equal(journal_open(d->loop, &d->options, NULL, NULL, &d->journal), OK);
    *state = d;
    return 0;
}

static void each_file(struct desk *d, void (*fn)(struct desk *d, const char *path, void *out), void *out)
{
    DIR *folder = opendir(d->folder);
    for (struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
        char *path = mem_format("%s/%s", d->folder, e->d_name);
        if (e->d_name[0] != '.') {
            fn(d, path, out);
        }
        mem_free(path);
    }
    closedir(folder);
}

static void remove_file(struct desk *d, const char *path, void *out)
{
    (void)d;
    (void)out;
    unlink(path);
}

static void count_file(struct desk *d, const char *path, void *out)
{
    (void)d;
    (void)path;
    ++*(unsigned *)out;
}

static void keep_last(struct desk *d, const char *path, void *out)
{
    char *last = out;
    (void)d;
    if (strstr(path, ".journal") != NULL && strcmp(path, last) > 0) {
        snprintf(last, 128, "%s", path);
    }
}

static int finish(void **state)
{
    struct desk *d = *state;
    journal_close(d->journal);
    loop_free(d->loop);
    shared_remove(d->folder, QUEUE_NAME);
    shared_remove(d->folder, SPOOL_NAME);
    each_file(d, remove_file, NULL);
    rmdir(d->folder);
    mem_free(d);
    return 0;
}

static void see(void *self, const struct journal_record *r)
{
    (void)r;
    ((struct desk *)self)->seen++;
}

static void open_again(struct desk *d)
{
    journal_close(d->journal);
    loop_free(d->loop);
    d->loop = loop_new(&d->clock);
    d->seen = 0;
    assert_int_equal(journal_open(d->loop, &d->options, see, d, &d->journal), OK);
}

static bool put(struct desk *d, enum journal_kind kind, uint64_t pos, uint64_t answer, const char *text)
{
    return journal_append(d->journal, &(struct journal_record){ .kind = kind,
                                                                .pos_offset = pos,
                                                                .answer_offset = answer,
                                                                .subject = 7,
                                                                .wall_us = loop_wall_us(d->loop),
                                                                .bytes = view_of(text) });
}

static void is_ready(void *self)
{
    ((struct desk *)self)->ready++;
}

static struct journal_reader *read_from(struct desk *d, uint64_t offset)
{
    return journal_read_from(d->journal, offset, is_ready, d);
}

/* The next record, however long the disk takes; ERR_MISSING: that was all. */
static err next(struct desk *d, struct journal_reader *reader, struct journal_record *out)
{
    err e = journal_next(reader, out);
    while (e == ERR_AGAIN) {
        loop_turn(d->loop);
        e = journal_next(reader, out);
    }
    return e;
}

static void until_all_is_written(struct desk *d)
{
    struct journal_record r;
    struct journal_reader *reader = read_from(d, 0);
    while (next(d, reader, &r) == OK) {
    }
    journal_reader_free(reader);
}

static void newest(struct desk *d, char path[128])
{
    until_all_is_written(d);
    path[0] = '\0';
    each_file(d, keep_last, path);
}

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

static struct spool *open_spool(struct desk *d)
{
    struct spool *s = NULL;
    bool was_trusted = false;
    assert_int_equal(spool_open(d->folder, &was_trusted, &s), OK);
    return s;
}

static void accept_bytes(struct spool *s, struct spool_span owner, const char *text)
{
    spool_change(s);
    spool_add(s, owner, view_of(text));
    spool_commit(s);
}

static void hand(struct spool *s, size_t bytes)
{
    spool_about_to_push(s);
    spool_handed(s, bytes);
}

static void what_was_accepted_survives_and_counts_only_when_committed(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "kept");
    spool_change(s);
    spool_add(s, (struct spool_span){ .connection = 1 }, view_of(" not yet"));
    spool_close(s); /* as by a kill: never committed */
    s = open_spool(d);
    assert_int_equal(spool_state(s)->pos_end, 4);
    assert_true(view_equal(spool_pending(s), view_of("kept")));
    hand(s, 3);
    spool_close(s);
    s = open_spool(d);
    assert_int_equal(spool_printed(s), 3);
    assert_true(view_equal(spool_pending(s), view_of("t")));
    spool_close(s);
}

static void a_push_that_was_over_before_it_was_noted_is_known_by_the_kernels_note(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "abcdef");
    spool_about_to_push(s);
    spool_printer_witness(s)->taken.msg_len = 4; /* the kernel took four, and then came the kill */
    spool_close(s);
    s = open_spool(d);
    assert_true(view_equal(spool_pending(s), view_of("ef")));
    spool_close(s);
    s = open_spool(d);
    assert_true(view_equal(spool_pending(s), view_of("ef")));
    spool_close(s);
}

static void nothing_is_left_of_a_receipt_that_is_cut_in_its_middle(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "half and the rest");
    hand(s, 4);
    spool_cut(s, spool_printed(s));
    assert_int_equal(spool_pending(s).n, 0);
    assert_int_equal(spool_pos_printed(s), spool_state(s)->pos_end);
    accept_bytes(s, (struct spool_span){ .connection = 2 }, "half and the rest, again");
    assert_true(view_equal(spool_pending(s), view_of("half and the rest, again")));
    spool_close(s);
}

static void going_back_repeats_the_poss_bytes_but_never_a_begun_insertion(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "receipt");
    accept_bytes(s, (struct spool_span){ .insertion = 9 }, "[slip]");
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "next");
    assert_int_equal(spool_state(s)->pos_end, 11);
    hand(s, 7);
    hand(s, 6);
    assert_int_equal(spool_pos_printed(s), 7);
    hand(s, 2);
    assert_int_equal(spool_pos_printed(s), 9);
    spool_go_back(s, 5); /* into the middle of the slip */
    assert_true(view_equal(spool_pending(s), view_of("next")));
    spool_go_back(s, 6 + 3); /* the slip was lost in whole */
    assert_true(view_equal(spool_pending(s), view_of("ipt")));
    spool_close(s);
}

static void the_ring_goes_round_without_losing_a_byte(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    unsigned char block[5000];
    uint64_t in = 0, out = 0;
    while (out < 3 * (uint64_t)SPOOL_RING_BYTES) {
        while (spool_pos_room(s) >= sizeof block) {
            for (size_t i = 0; i < sizeof block; i++) {
                block[i] = (unsigned char)((in + i) * 31 >> 3);
            }
            spool_change(s);
            spool_add(s, (struct spool_span){ .connection = in / 20000 + 1 }, (struct view){ block, sizeof block });
            spool_commit(s);
            in += sizeof block;
        }
        struct view next = spool_pending(s);
        assert_true(next.n > 0);
        for (size_t i = 0; i < next.n; i++) {
            assert_int_equal(next.at[i], (unsigned char)((out + i) * 31 >> 3));
        }
        hand(s, next.n);
        out += next.n;
    }
    assert_int_equal(spool_printed(s), out);
    spool_close(s);
}

static void bytes_that_were_read_and_not_accepted_are_found_again_once(void **state)
{
    struct desk *d = *state;
    uint64_t connection = 0;
    struct spool *s = open_spool(d);
    spool_was_heard(s);
    struct wire_witness *w = spool_pos_witness(s);
    memcpy(w->bytes, "hello", 5);
    w->reader = 3;
    w->given.msg_len = 5;
    spool_close(s);
    s = open_spool(d);
    assert_true(view_equal(spool_unaccepted(s, &connection), view_of("hello")));
    assert_int_equal(connection, 3);
    accept_bytes(s, (struct spool_span){ .connection = 3 }, "hello");
    spool_close(s); /* a kill after the commit: they count already */
    s = open_spool(d);
    assert_int_equal(spool_unaccepted(s, &connection).n, 0);
    spool_close(s);
}

/* The journal comes first: a kill between the two leaves it ahead by what the kernel's note still holds, and by no more. */
static void a_journal_that_is_ahead_by_what_was_read_and_not_accepted_fits(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 3 }, "abc");
    spool_was_heard(s);
    memcpy(spool_pos_witness(s)->bytes, "hello", 5);
    spool_pos_witness(s)->given.msg_len = 5;
    spool_close(s);
    s = open_spool(d);
    assert_false(spool_is_behind(s, 3));
    assert_false(spool_is_behind(s, 8));
    assert_true(spool_is_behind(s, 9));
    spool_close(s);
}

static void an_orderly_stop_is_remembered_on_the_disk_once(void **state)
{
    struct desk *d = *state;
    bool was_trusted = false;
    struct spool *s = open_spool(d);
    accept_bytes(s, (struct spool_span){ .connection = 1 }, "waits");
    spool_rest(s);
    spool_close(s);
    char *link = mem_format("%s/%s", d->folder, SPOOL_NAME);
    struct stat about;
    assert_int_equal(lstat(link, &about), -1); /* nothing is left in memory: the machine may go off */
    mem_free(link);
    assert_int_equal(spool_open(d->folder, &was_trusted, &s), OK);
    assert_true(was_trusted);
    assert_true(view_equal(spool_pending(s), view_of("waits")));
    shared_remove(d->folder, SPOOL_NAME); /* a power cut */
    spool_close(s);
    assert_int_equal(spool_open(d->folder, &was_trusted, &s), OK);
    assert_false(was_trusted);
    assert_int_equal(spool_pending(s).n, 0);
    spool_close(s);
}

static void a_verdict_is_remembered_and_the_oldest_is_forgotten_first(void **state)
{
    struct desk *d = *state;
    struct spool *s = open_spool(d);
    int verdict = 0;
    for (uint64_t id = 1; id <= SPOOL_INSERTIONS + 1; id++) {
        spool_change(s);
        spool_note_insertion(s, id, INSERTION_DONE);
        spool_commit(s);
    }
    assert_false(spool_find_insertion(s, 1, &verdict));
    assert_true(spool_find_insertion(s, 2, &verdict));
    assert_int_equal(verdict, INSERTION_DONE);
    spool_close(s);
}

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
        TEST(what_was_accepted_survives_and_counts_only_when_committed),
        TEST(a_push_that_was_over_before_it_was_noted_is_known_by_the_kernels_note),
        TEST(nothing_is_left_of_a_receipt_that_is_cut_in_its_middle),
        TEST(going_back_repeats_the_poss_bytes_but_never_a_begun_insertion),
        TEST(the_ring_goes_round_without_losing_a_byte),
        TEST(bytes_that_were_read_and_not_accepted_are_found_again_once),
        TEST(a_journal_that_is_ahead_by_what_was_read_and_not_accepted_fits),
        TEST(an_orderly_stop_is_remembered_on_the_disk_once),
        TEST(a_verdict_is_remembered_and_the_oldest_is_forgotten_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
