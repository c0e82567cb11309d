#include "unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "driver/driver.h"
#include "edge/wire.h"
#include "loop/loop.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000, HEARD_CEILING = 8 * 1024 * 1024 };

/* What one end heard and saw; the peers are plain sockets of the kernel. */
struct end {
    struct wire *wire;
    struct buf heard;
    unsigned ups, downs, drains, ends;
    err why;
    bool closes_when_heard;
};

struct scene {
    struct clock clock;
    struct loop *loop;
    struct end us;
    struct wire *came;
    char folder[64];
    bool is_late;
};

static void was_up(void *self)
{
    ((struct end *)self)->ups++;
}

static void was_heard(void *self, struct view bytes)
{
    struct end *e = self;
    assert_int_equal(buf_add_view(&e->heard, bytes), OK);
    if (e->closes_when_heard) {
        wire_close(e->wire);
        e->wire = NULL;
    }
}

static void was_drained(void *self)
{
    ((struct end *)self)->drains++;
}

static void was_ended(void *self)
{
    ((struct end *)self)->ends++;
}

static void was_down(void *self, err why)
{
    struct end *e = self;
    e->downs++;
    e->why = why;
}

static const struct wire_owner owner = {
    .up = was_up, .heard = was_heard, .drained = was_drained, .ended = was_ended, .down = was_down
};
static const struct wire_owner plain_owner = { .up = was_up, .heard = was_heard, .down = was_down };

static int begin(void **state)
{
    struct scene *s = mem_new(sizeof *s);
    s->clock = clock_real();
    s->loop = loop_new(&s->clock);
    buf_init(&s->us.heard, HEARD_CEILING);
    memcpy(s->folder, "/tmp/wire-XXXXXX", 17);
    assert_non_null(mkdtemp(s->folder));
    *state = s;
    return 0;
}

static int finish(void **state)
{
    struct scene *s = *state;
    char *sweep[] = { mem_format("%s/socket", s->folder), mem_format("%s/line", s->folder) };
    wire_close(s->us.wire);
    loop_free(s->loop);
    buf_clear(&s->us.heard);
    for (size_t i = 0; i < 2; i++) {
        unlink(sweep[i]);
        mem_free(sweep[i]);
    }
    rmdir(s->folder);
    mem_free(s);
    return 0;
}

static void too_late(void *self)
{
    ((struct scene *)self)->is_late = true;
}

static void stop(void *self)
{
    loop_stop(self);
}

/* A millisecond of the loop. */
static void turn_timers(struct scene *s)
{
    loop_after(s->loop, 1, stop, s->loop);
    loop_run(s->loop);
}

/* Turns the loop until the condition holds. */
#define until(s, condition)                                                                                                      \
    do {                                                                                                                         \
        struct timer *patience = loop_after((s)->loop, PATIENCE_MS, too_late, (s));                                              \
        while (!(condition) && !(s)->is_late) {                                                                                  \
            turn_timers(s);                                                                                                      \
        }                                                                                                                        \
        assert_false((s)->is_late);                                                                                              \
        timer_free(patience);                                                                                                    \
    } while (0)

static int listen_tcp(uint16_t *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(*port) };
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 4), 0);
    getsockname(fd, (struct sockaddr *)&at, &size);
    *port = ntohs(at.sin_port);
    return fd;
}

static void open_tcp(struct scene *s, const struct wire_owner *who, uint16_t port)
{
    char address[40];
    snprintf(address, sizeof address, "tcp:127.0.0.1:%u", port);
    assert_int_equal(wire_open(s->loop, all_wires, &(struct wire_calling){ address, who, &s->us }, &s->us.wire), OK);
}

/* The other end of a wire that is being opened. */
static int accept_peer(struct scene *s, int listener)
{
    int fd = -1;
    until(s, (fd = accept(listener, NULL, NULL)) >= 0);
    unsigned ups = s->us.ups;
    until(s, wire_is_open(s->us.wire) || s->us.ups > ups);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void bytes_pass_both_ways_over_tcp(void **state)
{
    struct scene *s = *state;
    uint16_t port = 0;
    int listener = listen_tcp(&port);
    open_tcp(s, &owner, port);
    int peer = accept_peer(s, listener);
    char got[8] = "";
    assert_int_equal(wire_send(s->us.wire, view_of("there")), OK);
    until(s, read(peer, got, sizeof got) == 5);
    assert_string_equal(got, "there");
    assert_int_equal(write(peer, "back", 4), 4);
    until(s, s->us.heard.n == 4);
    assert_string_equal(buf_text(&s->us.heard), "back");
    assert_int_equal(wire_handed(s->us.wire), 5);
    close(peer);
    close(listener);
}

static void what_the_device_does_not_take_is_queued_up_to_a_ceiling(void **state)
{
    struct scene *s = *state;
    uint16_t port = 0;
    int listener = listen_tcp(&port);
    open_tcp(s, &owner, port);
    int peer = accept_peer(s, listener);
    unsigned char *block = mem_new(65536);
    size_t sent = 0, got = 0;
    while (wire_send(s->us.wire, (struct view){ block, 65536 }) == OK) {
        sent += 65536;
    }
    assert_true(wire_queued(s->us.wire) > 0);
    assert_true(wire_room(s->us.wire) < 65536);
    ssize_t n = 0;
    until(s, (n = read(peer, block, 65536), got += n > 0 ? (size_t)n : 0, got == sent));
    until(s, s->us.drains > 0);
    assert_int_equal(wire_queued(s->us.wire), 0);
    assert_int_equal(wire_handed(s->us.wire), sent);
    mem_free(block);
    close(peer);
    close(listener);
}

static void an_offer_queues_nothing(void **state)
{
    struct scene *s = *state;
    uint16_t port = 0;
    int listener = listen_tcp(&port);
    open_tcp(s, &owner, port);
    int peer = accept_peer(s, listener);
    unsigned char *block = mem_new(65536);
    size_t taken = 65536;
    while (taken == 65536) {
        taken = wire_offer(s->us.wire, (struct view){ block, 65536 });
    }
    assert_int_equal(wire_queued(s->us.wire), 0);
    until(s, (read(peer, block, 65536), s->us.drains > 0));
    mem_free(block);
    close(peer);
    close(listener);
}

static void a_wire_that_is_down_comes_back_by_itself(void **state)
{
    struct scene *s = *state;
    uint16_t port = 0;
    int listener = listen_tcp(&port);
    open_tcp(s, &plain_owner, port);
    close(accept_peer(s, listener));
    until(s, s->us.downs == 1);
    assert_int_equal(s->us.why, ERR_GONE);
    int peer = accept_peer(s, listener);
    assert_int_equal(s->us.ups, 2);
    close(peer);
    close(listener);
}

static void a_wire_to_nobody_waits_until_somebody_is_there(void **state)
{
    struct scene *s = *state;
    uint16_t port = 0;
    close(listen_tcp(&port));
    open_tcp(s, &owner, port);
    for (int i = 0; i < 100; i++) {
        turn_timers(s);
    }
    assert_int_equal(s->us.ups, 0);
    assert_int_equal(s->us.downs, 0);
    int listener = listen_tcp(&port);
    int peer = accept_peer(s, listener);
    assert_int_equal(s->us.ups, 1);
    close(peer);
    close(listener);
}

static void an_end_is_not_a_break_for_who_asks(void **state)
{
    struct scene *s = *state;
    uint16_t port = 0;
    int listener = listen_tcp(&port);
    open_tcp(s, &owner, port);
    int peer = accept_peer(s, listener);
    shutdown(peer, SHUT_WR);
    until(s, s->us.ends == 1);
    assert_true(wire_is_open(s->us.wire));
    char got[8] = "";
    assert_int_equal(wire_send(s->us.wire, view_of("still")), OK);
    until(s, read(peer, got, sizeof got) == 5);
    assert_int_equal(s->us.ends, 1);
    close(peer);
    close(listener);
}

static void a_paused_wire_hears_nothing(void **state)
{
    struct scene *s = *state;
    uint16_t port = 0;
    int listener = listen_tcp(&port);
    open_tcp(s, &owner, port);
    int peer = accept_peer(s, listener);
    wire_pause(s->us.wire, true);
    assert_int_equal(write(peer, "later", 5), 5);
    for (int i = 0; i < 20; i++) {
        turn_timers(s);
    }
    assert_int_equal(s->us.heard.n, 0);
    assert_int_equal(wire_waiting(s->us.wire), 5);
    wire_pause(s->us.wire, false);
    until(s, s->us.heard.n == 5);
    close(peer);
    close(listener);
}

static void a_wire_may_be_closed_while_it_is_heard(void **state)
{
    struct scene *s = *state;
    uint16_t port = 0;
    int listener = listen_tcp(&port);
    open_tcp(s, &owner, port);
    int peer = accept_peer(s, listener);
    s->us.closes_when_heard = true;
    assert_int_equal(write(peer, "bye", 3), 3);
    until(s, s->us.wire == NULL);
    close(peer);
    close(listener);
}

static void what_a_vanished_device_never_acknowledged_is_known(void **state)
{
    struct scene *s = *state;
    uint16_t port = 0;
    int listener = listen_tcp(&port), small = 4096;
    setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    open_tcp(s, &owner, port);
    int peer = accept_peer(s, listener);
    unsigned char *block = mem_new(65536);
    size_t taken = 65536, handed = 0;
    for (; taken > 0; handed += taken) {
        taken = wire_offer(s->us.wire, (struct view){ block, 65536 });
    }
    struct linger abrupt = { 1, 0 };
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
    close(peer);
    until(s, s->us.downs == 1);
    assert_true(wire_lost(s->us.wire) > 0);
    assert_true(wire_lost(s->us.wire) <= handed);
    mem_free(block);
    close(listener);
}

static void the_kernel_notes_what_it_took_and_gave(void **state)
{
    struct scene *s = *state;
    uint16_t port = 0;
    int listener = listen_tcp(&port);
    struct wire_witness *witness = mem_new(sizeof *witness);
    open_tcp(s, &owner, port);
    wire_set_witness(s->us.wire, witness, 12);
    int peer = accept_peer(s, listener);
    assert_int_equal(wire_offer(s->us.wire, view_of("seven..")), 7);
    assert_int_equal(witness->taken.msg_len, 7);
    assert_int_equal(write(peer, "four", 4), 4);
    until(s, s->us.heard.n == 4);
    assert_int_equal(witness->given.msg_len, 4);
    assert_int_equal(witness->reader, 12);
    assert_memory_equal(witness->bytes, "four", 4);
    wire_close(s->us.wire);
    s->us.wire = NULL;
    mem_free(witness);
    close(peer);
    close(listener);
}

static void came_in(void *self, struct wire *w)
{
    ((struct scene *)self)->came = w;
}

static void a_port_takes_connections_and_a_good_end_is_seen_as_one(void **state)
{
    struct scene *s = *state;
    char *address = mem_format("unix:%s/socket", s->folder);
    struct wire_listening how = { .address = address, .fd = -1, .came = came_in, .self = s };
    struct wire_port *port = NULL, *second = NULL;
    struct end caller = { 0 };
    buf_init(&caller.heard, HEARD_CEILING);
    assert_int_equal(wire_port_open(s->loop, all_wires, &how, &port), OK);
    assert_int_equal(wire_port_open(s->loop, all_wires, &how, &second), ERR_REFUSED);
    until(s, s->came != NULL); /* the second one looked whether anybody is there */
    wire_close(s->came);
    s->came = NULL;
    assert_int_equal(wire_open(s->loop, all_wires, &(struct wire_calling){ address, &owner, &caller }, &caller.wire), OK);
    until(s, s->came != NULL && caller.ups == 1);
    s->us.wire = s->came;
    wire_adopt(s->came, &owner, &s->us);
    assert_int_equal(wire_send(caller.wire, view_of("hello")), OK);
    until(s, s->us.heard.n == 5);
    assert_int_equal(wire_send(s->us.wire, view_of("last words")), OK);
    wire_finish(s->us.wire);
    s->us.wire = NULL;
    until(s, caller.ends == 1);
    assert_int_equal(caller.heard.n, 10);
    assert_int_equal(caller.downs, 0);
    wire_close(caller.wire);
    wire_port_close(port);
    buf_clear(&caller.heard);
    mem_free(address);
}

static void a_name_left_by_a_dead_process_is_taken_over(void **state)
{
    struct scene *s = *state;
    char *address = mem_format("unix:%s/socket", s->folder);
    struct wire_listening how = { .address = address, .fd = -1, .came = came_in, .self = s };
    struct wire_port *port = NULL;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(wire_port_open(s->loop, all_wires, &how, &port), OK);
        wire_port_close(port); /* the name stays */
    }
    mem_free(address);
}

static void a_terminal_that_we_made_outlives_who_opens_and_closes_it(void **state)
{
    struct scene *s = *state;
    char *path = mem_format("%s/line", s->folder), *address = mem_format("pty:%s?make", path), got[8] = "";
    assert_int_equal(wire_open(s->loop, all_wires, &(struct wire_calling){ address, &owner, &s->us }, &s->us.wire), OK);
    until(s, s->us.ups == 1);
    for (size_t i = 1; i <= 2; i++) {
        int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, "\x1b@\x04\r", 4), 4);
        until(s, s->us.heard.n == 4 * i);
        assert_int_equal(wire_send(s->us.wire, view_of("ok")), OK);
        until(s, read(fd, got, sizeof got) == 2);
        close(fd);
    }
    assert_int_equal(s->us.downs, 0);
    assert_memory_equal(s->us.heard.at, "\x1b@\x04\r\x1b@\x04\r", 8);
    mem_free(address);
    mem_free(path);
}

static void an_address_that_nobody_knows_is_refused(void **state)
{
    struct scene *s = *state;
    struct wire_listening how = { .address = "pty:/tmp/x", .fd = -1 };
    struct wire_port *port = NULL;
    assert_int_equal(wire_open(s->loop, all_wires, &(struct wire_calling){ "telegraph:1", &owner, &s->us }, &s->us.wire),
                     ERR_MISSING);
    assert_int_equal(wire_open(s->loop, all_wires, &(struct wire_calling){ "nonsense", &owner, &s->us }, &s->us.wire),
                     ERR_MISSING);
    assert_int_equal(wire_port_open(s->loop, all_wires, &how, &port), ERR_MISSING);
    how.address = "tcp:not-a-number:80";
    assert_int_equal(wire_port_open(s->loop, all_wires, &how, &port), ERR_INPUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_pass_both_ways_over_tcp),
        TEST(what_the_device_does_not_take_is_queued_up_to_a_ceiling),
        TEST(an_offer_queues_nothing),
        TEST(a_wire_that_is_down_comes_back_by_itself),
        TEST(a_wire_to_nobody_waits_until_somebody_is_there),
        TEST(an_end_is_not_a_break_for_who_asks),
        TEST(a_paused_wire_hears_nothing),
        TEST(a_wire_may_be_closed_while_it_is_heard),
        TEST(what_a_vanished_device_never_acknowledged_is_known),
        TEST(the_kernel_notes_what_it_took_and_gave),
        TEST(a_port_takes_connections_and_a_good_end_is_seen_as_one),
        TEST(a_name_left_by_a_dead_process_is_taken_over),
        TEST(a_terminal_that_we_made_outlives_who_opens_and_closes_it),
        TEST(an_address_that_nobody_knows_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
