#include "unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "driver/driver.h"
#include "edge/tap.h"
#include "edge/tap_frames.h"
#include "loop/loop.h"
#include "src/tap/control.h"
#include "src/tap/journal.h"
#include "src/tap/kept.h"
#include "src/tap/question.h"
#include "src/tap/queue.h"
#include "src/tap/relay.h"
#include "src/tap/shared.h"
#include "src/tap/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000, CEILING = 4 * 1024 * 1024 };

/* A whole tap in this process, a printer that is a plain socket, and a service that follows. */
struct counter {
    struct clock clock;
    struct loop *loop;
    struct kept *kept;
    struct journal *journal;
    struct spool *spool;
    struct relay *relay;
    struct control *control;
    struct tap_client *client;
    int printer_listener, printer;
    struct buf paper, heard, answers;
    struct tap_status status;
    unsigned ends, breaks, verdicts, wrong_offsets;
    uint64_t verdict_id, next_offset, skipped_from, skipped_to;
    enum insertion_verdict verdict;
    char folder[32], printer_path[64], pos_path[64], control_path[64];
    bool is_late;
};

/* --- the service's side --- */

static void heard(void *self, const struct tap_record *r)
{
    struct counter *c = self;
    c->ends += r->is_last;
    c->breaks += r->is_broken;
    if (r->bytes.n > 0 && r->direction == TAP_FROM_PRINTER) {
        assert_int_equal(buf_add_view(&c->answers, r->bytes), OK);
    } else if (r->bytes.n > 0) {
        c->wrong_offsets += r->offset != c->next_offset;
        c->next_offset = r->offset + r->bytes.n;
        assert_int_equal(buf_add_view(&c->heard, r->bytes), OK);
    }
}

static void skipped(void *self, uint64_t from, uint64_t to)
{
    struct counter *c = self;
    c->skipped_from = from;
    c->skipped_to = to;
    c->next_offset = to;
}

static void changed(void *self, const struct tap_status *now)
{
    ((struct counter *)self)->status = *now;
}

static void inserted(void *self, uint64_t id, enum insertion_verdict verdict)
{
    struct counter *c = self;
    c->verdicts++;
    c->verdict_id = id;
    c->verdict = verdict;
}

static const struct tap_owner owner = { .heard = heard, .skipped = skipped, .changed = changed, .inserted = inserted };

/* --- the world --- */

static struct sockaddr_un name_of(const char *path)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    memcpy(at.sun_path, path, strlen(path) + 1);
    return at;
}

static int listen_at(const char *path)
{
    struct sockaddr_un at = name_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    unlink(path);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 4), 0);
    return fd;
}

static int call(const char *path)
{
    struct sockaddr_un at = name_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

static void open_tap(struct counter *c)
{
    struct journal_options options = { .folder = c->folder, .segment_bytes = 1 << 20, .keep_bytes = 1 << 24, .keep_days = 1 };
    char printer[80], pos[80];
    bool was_trusted = false;
    snprintf(printer, sizeof printer, "unix:%s", c->printer_path);
    snprintf(pos, sizeof pos, "unix:%s", c->pos_path);
    assert_int_equal(spool_open(c->folder, &was_trusted, &c->spool), OK);
    assert_int_equal(journal_open(c->loop, &options, NULL, NULL, &c->journal), OK);
    c->kept = kept_open();
    struct relay_parts parts = { .loop = c->loop,
                                 .journal = c->journal,
                                 .spool = c->spool,
                                 .kept = c->kept,
                                 .printer = printer,
                                 .listen = { pos },
                                 .listen_count = 1,
                                 .turn_quiet_ms = 5000,
                                 .answer_wait_ms = 5 };
    assert_int_equal(relay_open(&parts, &c->relay), OK);
    struct control_parts control = {
        .loop = c->loop, .relay = c->relay, .journal = c->journal, .kept = c->kept, .socket_path = c->control_path
    };
    assert_int_equal(control_open(&control, &c->control), OK);
}

static void close_tap(struct counter *c)
{
    control_close(c->control);
    relay_close(c->relay);
    journal_close(c->journal);
    loop_turn(c->loop);
    spool_close(c->spool);
    kept_close(c->kept);
}

static void take_paper(struct counter *c)
{
    unsigned char block[65536];
    int fd = accept(c->printer_listener, NULL, NULL);
    if (fd >= 0) {
        close(c->printer);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        c->printer = fd;
    }
    ssize_t n = read(c->printer, block, sizeof block);
    if (n > 0) {
        assert_int_equal(buf_add(&c->paper, block, (size_t)n), OK);
    }
}

static void stop(void *self)
{
    loop_stop(self);
}

static void too_late(void *self)
{
    ((struct counter *)self)->is_late = true;
}

static void turn(struct counter *c)
{
    loop_after(c->loop, 1, stop, c->loop);
    loop_run(c->loop);
    take_paper(c);
}

static void follow(struct counter *c, uint64_t offset)
{
    struct tap_following how = { c->control_path, offset, &owner, c };
    assert_int_equal(tap_client_open(c->loop, &how, &c->client), OK);
}

#define until(c, condition)                                                                                                      \
    do {                                                                                                                         \
        struct timer *patience = loop_after((c)->loop, PATIENCE_MS, too_late, (c));                                              \
        while (!(condition) && !(c)->is_late) {                                                                                  \
            turn(c);                                                                                                             \
        }                                                                                                                        \
        assert_false((c)->is_late);                                                                                              \
        timer_free(patience);                                                                                                    \
    } while (0)

static int begin(void **state)
{
    struct counter *c = mem_new(sizeof *c);
    memcpy(c->folder, "/tmp/tap-XXXXXX", 16);
    assert_non_null(mkdtemp(c->folder));
    snprintf(c->printer_path, sizeof c->printer_path, "%s/printer", c->folder);
    snprintf(c->pos_path, sizeof c->pos_path, "%s/pos", c->folder);
    snprintf(c->control_path, sizeof c->control_path, "%s/control", c->folder);
    c->clock = clock_real();
    c->loop = loop_new(&c->clock);
    c->printer = -1;
    buf_init(&c->paper, CEILING);
    buf_init(&c->heard, CEILING);
    buf_init(&c->answers, CEILING);
    c->printer_listener = listen_at(c->printer_path);
    open_tap(c);
    follow(c, 0);
    until(c, c->status.is_connected && c->status.is_printer_up);
    *state = c;
    return 0;
}

static void remove_all(const char *folder)
{
    DIR *d = opendir(folder);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        unlinkat(dirfd(d), e->d_name, 0);
    }
    closedir(d);
    rmdir(folder);
}

static int finish(void **state)
{
    struct counter *c = *state;
    tap_client_close(c->client);
    close_tap(c);
    loop_free(c->loop);
    close(c->printer);
    close(c->printer_listener);
    shared_remove(c->folder, SPOOL_NAME);
    shared_remove(c->folder, QUEUE_NAME);
    buf_clear(&c->paper);
    buf_clear(&c->heard);
    buf_clear(&c->answers);
    remove_all(c->folder);
    mem_free(c);
    return 0;
}

static bool is_text(struct buf *b, const char *text)
{
    return view_equal(buf_view(b), view_of(text));
}

static void say(int pos, const char *text)
{
    assert_int_equal(write(pos, text, strlen(text)), (ssize_t)strlen(text));
}

/* --- what must hold --- */

static void the_service_hears_what_the_printer_prints_and_what_it_answers(void **state)
{
    struct counter *c = *state;
    int pos = call(c->pos_path);
    char answer[4] = "";
    say(pos, "receipt");
    until(c, is_text(&c->paper, "receipt") && is_text(&c->heard, "receipt"));
    assert_int_equal(write(c->printer, "ok", 2), 2);
    until(c, is_text(&c->answers, "ok"));
    assert_int_equal(read(pos, answer, sizeof answer), 2);
    assert_string_equal(answer, "ok");
    assert_int_equal(c->ends, 0);
    shutdown(pos, SHUT_WR);
    until(c, c->ends == 1);
    until(c, read(pos, answer, 1) == 0);
    until(c, c->status.printed_offset == 7);
    close(pos);
}

static void every_byte_is_heard_once_although_the_tap_was_away(void **state)
{
    struct counter *c = *state;
    int pos = call(c->pos_path);
    say(pos, "before ");
    until(c, c->heard.n == 7);
    shutdown(pos, SHUT_WR);
    until(c, c->ends == 1);
    close(pos);
    close_tap(c);
    until(c, !c->status.is_connected);
    open_tap(c);
    until(c, c->status.is_connected);
    pos = call(c->pos_path);
    say(pos, "after");
    until(c, is_text(&c->heard, "before after"));
    assert_int_equal(c->ends, 1);
    assert_int_equal(c->wrong_offsets, 0);
    close(pos);
}

static void a_service_that_starts_later_catches_up_from_its_offset(void **state)
{
    struct counter *c = *state;
    int pos = call(c->pos_path);
    say(pos, "0123456789");
    until(c, c->heard.n == 10);
    tap_client_close(c->client);
    buf_drop(&c->heard, c->heard.n);
    c->next_offset = 4;
    follow(c, 4);
    until(c, is_text(&c->heard, "456789"));
    assert_int_equal(c->wrong_offsets, 0);
    close(pos);
}

static void a_service_that_is_ahead_of_the_journal_is_told_that_it_began_anew(void **state)
{
    struct counter *c = *state;
    tap_client_close(c->client);
    follow(c, 5000);
    until(c, c->skipped_from == 5000);
    assert_int_equal(c->skipped_to, 0);
    int pos = call(c->pos_path);
    say(pos, "new");
    until(c, is_text(&c->heard, "new"));
    close(pos);
}

static void a_slip_is_printed_once_and_the_asker_hears_of_it(void **state)
{
    struct counter *c = *state;
    assert_int_equal(tap_client_insert(c->client, 1, 0, view_of("slip")), OK);
    until(c, c->verdicts == 1);
    assert_int_equal(c->verdict, INSERTION_DONE);
    assert_int_equal(c->verdict_id, 1);
    assert_int_equal(tap_client_insert(c->client, 1, 0, view_of("slip")), OK);
    until(c, c->verdicts == 2);
    assert_int_equal(c->verdict, INSERTION_DONE);
    until(c, is_text(&c->paper, "slip"));
    assert_int_equal(c->heard.n, 0);
}

static void a_slip_comes_too_late_when_bytes_wait_that_nobody_has_read(void **state)
{
    struct counter *c = *state;
    int pos = call(c->pos_path);
    say(pos, "x");
    until(c, c->heard.n == 1);
    say(pos, "faster"); /* the loop has not turned: only the kernel knows of it */
    relay_insert(c->relay, 4, 1, view_of("slip"));
    until(c, c->heard.n == 7);
    assert_true(is_text(&c->paper, "xfaster"));
    assert_int_equal(tap_client_ask(c->client, 4), OK);
    until(c, c->verdicts == 1);
    assert_int_equal(c->verdict, INSERTION_POS_FASTER);
    close(pos);
}

static void verdicts_outlive_the_tap(void **state)
{
    struct counter *c = *state;
    relay_insert(c->relay, 11, 0, view_of("slip"));
    until(c, is_text(&c->paper, "slip"));
    close_tap(c);
    until(c, !c->status.is_connected);
    open_tap(c);
    until(c, c->status.is_connected && c->status.is_printer_up);
    assert_int_equal(tap_client_ask(c->client, 11), OK);
    until(c, c->verdicts == 1);
    assert_int_equal(c->verdict, INSERTION_DONE);
    assert_int_equal(tap_client_ask(c->client, 12), OK);
    until(c, c->verdicts == 2);
    assert_int_equal(c->verdict, INSERTION_UNKNOWN);
    assert_int_equal(tap_client_insert(c->client, 12, 0, view_of("never")), OK);
    until(c, c->verdicts == 3);
    assert_int_equal(c->verdict, INSERTION_UNKNOWN);
    assert_true(is_text(&c->paper, "slip"));
}

static void a_pos_is_held_while_a_slip_is_printed(void **state)
{
    struct counter *c = *state;
    unsigned char *slip = mem_new(TAP_INSERTION_CEILING);
    memset(slip, 's', TAP_INSERTION_CEILING);
    relay_insert(c->relay, 3, 0, (struct view){ slip, TAP_INSERTION_CEILING });
    int pos = call(c->pos_path);
    say(pos, "receipt");
    until(c, c->heard.n == 7);
    until(c, c->paper.n == TAP_INSERTION_CEILING + 7);
    assert_memory_equal(c->paper.at, slip, TAP_INSERTION_CEILING);
    mem_free(slip);
    close(pos);
}

static void a_pos_that_breaks_is_told_from_one_that_ends(void **state)
{
    struct counter *c = *state;
    int pos = call(c->pos_path);
    say(pos, "half");
    until(c, c->heard.n == 4);
    assert_int_equal(write(c->printer, "?", 1), 1);
    until(c, c->answers.n == 1);
    close(pos); /* with an answer unread: the kernel makes a break of it */
    until(c, c->breaks == 1);
    assert_int_equal(c->ends, 0);
}

static void who_talks_nonsense_on_the_control_socket_is_sent_away(void **state)
{
    struct counter *c = *state;
    static const char *const nonsense[] = { "GET / HTTP/1.1\r\n\r\n", "\xff\xff\xff\xff", "\x2c\x00\x00\x00\x63" };
    char block[64] = "";
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        int fd = call(c->control_path);
        memset(block, 0, sizeof block);
        memcpy(block, nonsense[i], i == 2 ? 5 : strlen(nonsense[i]));
        assert_int_equal(write(fd, block, 48), 48);
        char got[256];
        ssize_t n = -1;
        until(c, (n = read(fd, got, sizeof got)) == 0 || (n < 0 && errno == ECONNRESET));
        close(fd);
    }
    assert_true(c->status.is_connected);
}

static void a_frame_is_read_in_any_split(void **state)
{
    (void)state;
    unsigned char whole[FRAME_HEADER_BYTES + 5];
    struct tap_frame in = { .type = FRAME_INSERT, .subject = 1, .offset = (uint64_t)1 << 40, .wall_us = -5, .to = 3 }, out;
    in.bytes = view_of("hello");
    tap_frame_header(&in, whole);
    memcpy(whole + FRAME_HEADER_BYTES, "hello", 5);
    size_t length = 0;
    for (size_t n = 0; n < sizeof whole; n++) {
        assert_int_equal(tap_frame_read((struct view){ whole, n }, &out, &length), ERR_AGAIN);
    }
    assert_int_equal(tap_frame_read((struct view){ whole, sizeof whole }, &out, &length), OK);
    assert_int_equal(length, sizeof whole);
    assert_int_equal(out.subject, 1);
    assert_int_equal(out.offset, in.offset);
    assert_int_equal(out.wall_us, -5);
    assert_true(view_equal(out.bytes, in.bytes));
}

static void a_question_near_the_end_is_seen_in_any_split(void **state)
{
    (void)state;
    unsigned char stream[600];
    memset(stream, 'x', sizeof stream);
    memcpy(stream + 400, "\x10\x04\x01", 3);
    for (size_t cut = 0; cut <= sizeof stream; cut++) {
        struct question q = question_none();
        question_hear(&q, (struct view){ stream, cut });
        question_hear(&q, (struct view){ stream + cut, sizeof stream - cut });
        assert_true(question_is_open(&q));
        question_hear(&q, (struct view){ stream, 100 });
        assert_false(question_is_open(&q));
    }
    struct question none = question_none();
    question_hear(&none, view_of("a receipt without one\n"));
    assert_false(question_is_open(&none));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_service_hears_what_the_printer_prints_and_what_it_answers),
        TEST(every_byte_is_heard_once_although_the_tap_was_away),
        TEST(a_service_that_starts_later_catches_up_from_its_offset),
        TEST(a_service_that_is_ahead_of_the_journal_is_told_that_it_began_anew),
        TEST(a_slip_is_printed_once_and_the_asker_hears_of_it),
        TEST(a_slip_comes_too_late_when_bytes_wait_that_nobody_has_read),
        TEST(verdicts_outlive_the_tap),
        TEST(a_pos_is_held_while_a_slip_is_printed),
        TEST(a_pos_that_breaks_is_told_from_one_that_ends),
        TEST(who_talks_nonsense_on_the_control_socket_is_sent_away),
        cmocka_unit_test(a_frame_is_read_in_any_split),
        cmocka_unit_test(a_question_near_the_end_is_seen_in_any_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
