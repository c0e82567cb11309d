#include "unit.h"

#include "web_peer.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static struct world world;

static void post(int64_t visit, const char *text)
{
    bus_post(world.bus, &(struct event){ .kind = EV_SCANNER_CHANGED, .visit = visit, .text = text });
}

static void post_inside(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)self;
    (void)r;
    post(77, "inside");
    assert_int_equal(buf_add_text(&reply->body, "{}"), OK);
}

static const struct web_row rows[] = { { "POST", "/api/v1/post", post_inside }, { 0 } };

static int open_world(void **state)
{
    (void)state;
    world.options = (struct web_options){ .rows = rows };
    world_open(&world, clock_real());
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static int64_t now_ms(void)
{
    struct clock c = clock_real();
    return c.steady_us(&c) / 1000;
}

/* `more` may hold a header line. */
static void follow(struct peer *p, const char *query, const char *more)
{
    peer_open(p, &world);
    peer_sayf(p, "GET /api/v1/events%s HTTP/1.1\r\nHost: localhost:%u\r\n%s\r\n", query, web_port(world.web), more);
    assert_true(peer_hears(p, "retry: 2000\n"));
}

static void follow_after(struct peer *p, const char *id)
{
    char *header = mem_format("Last-Event-ID: %s\r\n", id);
    follow(p, "", header);
    mem_free(header);
}

static unsigned times(const char *text, const char *word)
{
    unsigned n = 0;
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        n++;
    }
    return n;
}

/* The id that a browser would send when it comes back. */
static void last_id(struct peer *p, char id[64])
{
    id[0] = '\0';
    for (const char *at = strstr(peer_heard(p), "id: "); at != NULL; at = strstr(at + 1, "id: ")) {
        assert_int_equal(sscanf(at, "id: %63[^\r\n]", id), 1);
    }
    assert_true(id[0] != '\0');
}

static void an_event_reaches_every_tab(void **state)
{
    (void)state;
    struct peer tabs[3];
    for (int i = 0; i < 3; i++) {
        follow(&tabs[i], "", "");
    }
    post(5, "up");
    for (int i = 0; i < 3; i++) {
        assert_true(peer_hears(&tabs[i], "\nevent: scanner-changed\ndata: {\"event\":\"scanner-changed\",\"sequence\":1,"));
        assert_true(peer_hears(&tabs[i], "\"visit\":\"5\",\"text\":\"up\"}\n\n"));
        assert_non_null(strstr(peer_heard(&tabs[i]), "Content-Type: text/event-stream\r\n"));
        peer_close(&tabs[i]);
    }
}

/* Resuming a connection inside the library's own round wakes nothing: the event came when some timer happened to ring. */
static void an_event_posted_inside_a_request_arrives_at_once(void **state)
{
    (void)state;
    struct peer tab, asking;
    follow(&tab, "", "");
    world_run(&world, 20);
    peer_open(&asking, &world);
    for (int i = 0; i < 10; i++) {
        peer_forget(&tab);
        int64_t from_ms = now_ms();
        peer_sayf(&asking, "POST /api/v1/post HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 0\r\n\r\n", web_port(world.web));
        assert_true(peer_hears(&tab, "\"inside\""));
        assert_in_range(now_ms() - from_ms, 0, 500);
    }
    peer_close(&tab);
    peer_close(&asking);
}

static void who_comes_back_gets_what_was_missed_and_nothing_twice(void **state)
{
    (void)state;
    struct peer p;
    char id[64];
    follow(&p, "", "");
    last_id(&p, id);
    peer_close(&p);
    post(1, "one");
    follow_after(&p, id);
    assert_true(peer_hears(&p, "\"one\""));
    last_id(&p, id);
    peer_close(&p);

    post(2, "two");
    post(3, "three");
    follow_after(&p, id);
    assert_true(peer_hears(&p, "\"three\"}\n\n"));
    post(4, "four");
    assert_true(peer_hears(&p, "\"four\"}\n\n"));
    assert_int_equal(times(peer_heard(&p), "\ndata: "), 3);
    assert_int_equal(times(peer_heard(&p), "event: reset"), 0);
    assert_null(strstr(peer_heard(&p), "\"one\""));
    peer_close(&p);
}

static void the_place_may_stand_in_the_query(void **state)
{
    (void)state;
    struct peer p;
    char id[64], query[96];
    follow(&p, "", "");
    last_id(&p, id);
    peer_close(&p);
    post(1, "one");
    snprintf(query, sizeof query, "?last_event_id=%s", id);
    follow(&p, query, "");
    assert_true(peer_hears(&p, "\"one\"}\n\n"));
    peer_close(&p);
}

static void an_id_that_was_never_given_means_fetch_anew(void **state)
{
    (void)state;
    struct peer p;
    char run[64], id[128];
    follow(&p, "", "");
    last_id(&p, run);
    peer_close(&p);
    *strchr(run, '-') = '\0';
    static const char *const tails[] = { "-9", "-", "-x", "-99999999999999999999", "", "0-0" };
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(id, sizeof id, "%s%s", run, tails[i]);
        follow_after(&p, id);
        assert_true(peer_hears(&p, "event: reset\ndata: {}\n\n"));
        post(1, "after");
        assert_true(peer_hears(&p, "\"after\""));
        peer_close(&p);
        world_run(&world, 5);
    }
}

static void after_a_restart_the_page_is_told_to_fetch_anew_and_goes_on(void **state)
{
    (void)state;
    struct peer p;
    char id[64], next[64];
    follow(&p, "", "");
    post(1, "before");
    assert_true(peer_hears(&p, "\"before\"}\n\n"));
    last_id(&p, id);
    web_close(world.web);
    assert_true(peer_sees_end(&p));
    peer_close(&p);

    world_start_web(&world);
    follow_after(&p, id);
    assert_true(peer_hears(&p, "event: reset\ndata: {}\n\n"));
    last_id(&p, next);
    assert_string_not_equal(id, next);
    peer_close(&p);
    post(2, "missed");
    follow_after(&p, next);
    assert_true(peer_hears(&p, "\"missed\""));
    assert_null(strstr(peer_heard(&p), "reset"));
    peer_close(&p);
}

static void too_much_was_missed_to_be_told(void **state)
{
    (void)state;
    struct peer p;
    char id[64];
    follow(&p, "", "");
    last_id(&p, id);
    peer_close(&p);
    for (int i = 0; i < 512; i++) {
        post(1, "one of many");
    }
    follow_after(&p, id);
    assert_true(peer_hears(&p, "\"sequence\":512,"));
    assert_int_equal(times(peer_heard(&p), "\ndata: "), 512);
    assert_null(strstr(peer_heard(&p), "reset"));
    peer_close(&p);
    post(1, "one too many");
    follow_after(&p, id);
    assert_true(peer_hears(&p, "event: reset"));
    assert_null(strstr(peer_heard(&p), "one of many"));
    peer_close(&p);
}

static char *large_text(size_t n)
{
    char *text = mem_new(n + 1);
    memset(text, 'x', n);
    return text;
}

static void a_tab_that_does_not_read_is_let_go_and_holds_nobody_up(void **state)
{
    (void)state;
    struct peer slow, quick;
    char *large = large_text(100000);
    follow(&slow, "", "");
    follow(&quick, "", "");
    for (int i = 0; i < 200; i++) {
        peer_forget(&quick);
        post(1, large);
        assert_true(peer_hears(&quick, "\"}\n\n"));
    }
    assert_non_null(strstr(ask_simply(&world, "GET", "/metrics", NULL), "tillside_web_event_clients 2\n"));
    assert_true(peer_sees_end(&slow));
    assert_non_null(strstr(ask_simply(&world, "GET", "/metrics", NULL), "tillside_web_event_clients_let_go_total 1\n"));
    peer_close(&slow);
    peer_close(&quick);
    mem_free(large);
}

static void an_event_too_large_to_keep_becomes_a_reset(void **state)
{
    (void)state;
    struct peer p;
    char *large = large_text(600000);
    follow(&p, "", "");
    post(1, large);
    post(2, "small");
    assert_true(peer_hears(&p, "\"small\"}\n\n"));
    assert_true(peer_hears(&p, "-1\nevent: reset\ndata: {}\n\n"));
    assert_null(strstr(peer_heard(&p), "xxx"));
    peer_close(&p);
    mem_free(large);
}

static void more_tabs_than_we_can_follow_are_told_so(void **state)
{
    (void)state;
    struct peer tabs[33];
    for (int i = 0; i < 32; i++) {
        follow(&tabs[i], "", "");
    }
    const char *answer = ask_simply(&world, "GET", "/api/v1/events", NULL);
    assert_non_null(strstr(answer, "HTTP/1.1 503 "));
    assert_non_null(strstr(answer, "\"too_many_pages\""));
    for (int i = 0; i < 32; i++) {
        peer_close(&tabs[i]);
    }
}

/* The clock jumps whenever nothing is ready, so a quarter of a minute takes no time. */
static void a_silent_stream_has_a_heartbeat_that_finds_who_has_gone(void **state)
{
    (void)state;
    world.options = (struct web_options){ .rows = rows };
    world_open(&world, clock_jumping(1700000000000000));
    struct peer p, gone;
    follow(&p, "", "");
    follow(&gone, "", "");
    peer_forget(&p);
    int64_t from_ms = loop_now_ms(world.loop);
    assert_true(peer_hears(&p, ":\n\n"));
    assert_in_range(loop_now_ms(world.loop) - from_ms, 14000, 45000);
    peer_close(&gone);
    world_run(&world, 100);
    assert_non_null(strstr(ask_simply(&world, "GET", "/metrics", NULL), "tillside_web_event_clients 1\n"));
    peer_close(&p);
    world_run(&world, 100);
    assert_non_null(strstr(ask_simply(&world, "GET", "/metrics", NULL), "tillside_web_event_clients 0\n"));
    world_close(&world);
}

static void a_head_of_the_stream_ends(void **state)
{
    (void)state;
    assert_non_null(strstr(ask_simply(&world, "HEAD", "/api/v1/events", NULL), "Content-Type: text/event-stream\r\n"));
    assert_non_null(strstr(ask_simply(&world, "GET", "/metrics", NULL), "tillside_web_event_clients 0\n"));
}

static void closing_with_open_streams_ends_them(void **state)
{
    (void)state;
    struct peer p, q;
    follow(&p, "", "");
    follow(&q, "", "");
    post(1, "last words");
    web_close(world.web);
    assert_true(peer_sees_end(&p));
    assert_true(peer_sees_end(&q));
    peer_close(&p);
    peer_close(&q);
    world_start_web(&world);
}

#define in_world(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_world(an_event_reaches_every_tab),
        in_world(an_event_posted_inside_a_request_arrives_at_once),
        in_world(who_comes_back_gets_what_was_missed_and_nothing_twice),
        in_world(the_place_may_stand_in_the_query),
        in_world(an_id_that_was_never_given_means_fetch_anew),
        in_world(after_a_restart_the_page_is_told_to_fetch_anew_and_goes_on),
        in_world(too_much_was_missed_to_be_told),
        in_world(a_tab_that_does_not_read_is_let_go_and_holds_nobody_up),
        in_world(an_event_too_large_to_keep_becomes_a_reset),
        in_world(more_tabs_than_we_can_follow_are_told_so),
        cmocka_unit_test(a_silent_stream_has_a_heartbeat_that_finds_who_has_gone),
        in_world(a_head_of_the_stream_ends),
        in_world(closing_with_open_streams_ends_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
