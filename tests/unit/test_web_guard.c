#include "unit.h"

#include "web_things.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static void a_body_needs_a_length_and_a_type(void **state)
{
    (void)state;
    assert_true(is_status(ask_simply(&world, "POST", "/api/v1/things", NULL), 411));
    assert_true(is_status(with_more("POST", "/api/v1/things", "Content-Length: 2\r\nContent-Type: text/plain\r\n", "{}"), 415));
    assert_true(
        is_status(with_more("POST", "/api/v1/things", "Content-Length: 2\r\nContent-Type: application/jsonp\r\n", "{}"), 415));
    assert_true(is_status(with_more("POST", "/api/v1/things", "Content-Length: 2\r\n", "{}"), 415));
    assert_int_equal(calls, 0);
    assert_true(is_status(
        with_more("POST", "/api/v1/things", "Content-Length: 2\r\nContent-Type: Application/JSON; charset=utf-8\r\n", "{}"),
        201));
    assert_true(is_status(with_more("POST", "/api/v1/things", "Content-Length: 0\r\n", ""), 201));
}

static void a_body_of_more_than_its_ceiling_is_refused(void **state)
{
    (void)state;
    const char *answer =
        with_more("PATCH", "/api/v1/things", "Content-Type: application/json\r\nContent-Length: 1048577\r\n", "");
    assert_true(is_status(answer, 413));
    answer =
        with_more("POST", "/api/v1/things", "Content-Type: application/json\r\nContent-Length: 99999999999999999999999\r\n", "");
    assert_true(is_status(answer, 413));
    assert_int_equal(calls, 0);
}

static void chunks_may_not_add_up_to_more_either(void **state)
{
    (void)state;
    static char chunk[65536 + 9];
    struct peer p;
    memcpy(chunk, "10000\r\n", 7);
    memset(chunk + 7, ' ', 65536);
    memcpy(chunk + 7 + 65536, "\r\n", 2);
    peer_open(&p, &world);
    peer_sayf(&p,
              "POST /api/v1/things HTTP/1.1\r\nHost: localhost:%u\r\nContent-Type: application/json\r\nTransfer-Encoding: "
              "chunked\r\n\r\n",
              web_port(world.web));
    for (int i = 0; i < 17; i++) {
        peer_say(&p, chunk, sizeof chunk);
    }
    peer_sayf(&p, "0\r\n\r\n");
    assert_true(peer_hears(&p, "HTTP/1.1 413 "));
    peer_close(&p);
    assert_int_equal(calls, 0);
}

static void an_upload_without_end_is_cut_off(void **state)
{
    (void)state;
    static char chunk[65536 + 9];
    struct peer p;
    memcpy(chunk, "10000\r\n", 7);
    memset(chunk + 7, ' ', 65536);
    memcpy(chunk + 7 + 65536, "\r\n", 2);
    peer_open(&p, &world);
    peer_sayf(&p, "POST /api/v1/things HTTP/1.1\r\nHost: localhost:%u\r\nTransfer-Encoding: chunked\r\n\r\n",
              web_port(world.web));
    for (int i = 0; i < 200 && !p.has_ended; i++) {
        peer_say(&p, chunk, sizeof chunk);
    }
    assert_true(peer_sees_end(&p));
    peer_close(&p);
    assert_int_equal(calls, 0);
}

/* Whoever believes the other length would read the rest as a request of its own. */
static void a_request_with_two_lengths_is_refused_and_nothing_after_it_is_read(void **state)
{
    (void)state;
    static const char *const unclear[] = { "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                                           "Content-Length: 5\r\nContent-Length: 6\r\n",
                                           "Content-Length: 0\r\nContent-Length: 0\r\n",
                                           "Transfer-Encoding: gzip\r\n",
                                           "Content-Length: +5\r\n",
                                           "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n" };
    static const char *const methods[] = { "POST", "PATCH", "DELETE", "GET" };
    for (size_t i = 0; i < sizeof unclear / sizeof *unclear * 4; i++) {
        struct peer p;
        peer_open(&p, &world);
        peer_sayf(&p,
                  "%s /api/v1/things HTTP/1.1\r\nHost: localhost:%u\r\nContent-Type: application/json\r\n%s\r\n0\r\n\r\n"
                  "GET /api/v1/things HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
                  methods[i % 4], web_port(world.web), unclear[i / 4], web_port(world.web));
        assert_true(peer_sees_end(&p));
        assert_true(is_status(peer_heard(&p), 400));
        assert_false(has(peer_heard(&p), "list"));
        peer_close(&p);
    }
    assert_int_equal(calls, 0);
}

static void a_body_too_large_is_never_read_as_requests(void **state)
{
    (void)state;
    static const char *const methods[] = { "POST", "PATCH", "DELETE", "GET" };
    for (size_t i = 0; i < 4; i++) {
        struct peer p;
        peer_open(&p, &world);
        peer_sayf(&p, "%s /api/v1/things HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 2000000\r\n\r\n", methods[i],
                  web_port(world.web));
        peer_sayf(&p, "GET /api/v1/things HTTP/1.1\r\nHost: localhost:%u\r\n\r\n", web_port(world.web));
        assert_true(peer_sees_end(&p));
        assert_true(is_status(peer_heard(&p), 413));
        assert_false(has(peer_heard(&p), "list"));
        peer_close(&p);
    }
    assert_int_equal(calls, 0);
}

static void only_our_own_names_are_answered(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        int status;
    } cases[] = {
        { "127.0.0.1:%u", 200 },
        { "localhost:%u", 200 },
        { "LOCALHOST:%u", 200 },
        { "[::1]:%u", 200 },
        { "tillside.shop.example", 200 },
        { "tillside.shop.example:%u", 200 },
        { "evil.example:%u", 403 },
        { "127.0.0.1", 403 },
        { "127.0.0.1:1", 403 },
        { "127.0.0.1.evil.example:%u", 403 },
        { "localhost:%u@evil.example", 403 },
        { "tillside.shop.example.evil:%u", 403 },
        { "", 403 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char port[12];
        snprintf(port, sizeof port, "%u", web_port(world.web));
        const char *mark = strstr(cases[i].host, "%u");
        char *host =
            mark ? mem_format("%.*s%s%s", (int)(mark - cases[i].host), cases[i].host, port, mark + 2) : mem_text(cases[i].host);
        assert_true(is_status(with_host(host), cases[i].status));
        mem_free(host);
    }
    assert_true(has(with_host("evil.example"), "\"wrong_host\""));
    assert_false(is_status(with_head("GET", "/api/v1/things", "", ""), 200));
    assert_true(is_status(with_more("GET", "/api/v1/things", "Host: evil.example\r\n", ""), 403));
}

static void another_sites_page_is_refused(void **state)
{
    (void)state;
    char own[64];
    snprintf(own, sizeof own, "Origin: http://127.0.0.1:%u\r\n", web_port(world.web));
    assert_true(is_status(with_more("GET", "/api/v1/things", own, ""), 200));
    static const char *const foreign[] = { "Origin: http://evil.example\r\n", "Origin: null\r\n",
                                           "Origin: http://localhost:1\r\n", "Origin: file://127.0.0.1\r\n", "Origin: \r\n" };
    calls = 0;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        const char *answer = with_more("GET", "/api/v1/things", foreign[i], "");
        assert_true(is_status(answer, 403));
        assert_true(has(answer, "\"wrong_origin\""));
    }
    assert_int_equal(calls, 0);
}

static void a_body_that_is_not_json_names_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *body, *reason;
    } cases[] = {
        { "{\"a\":\"\xff\"}", "not UTF-8 (byte 7)" }, { "{\"a\":\"\\u0000\"}", "\\\\u0000" },
        { "{\"a\":\"\\ud83d\"}", "surrogate" },       { "{\"a\":1} x", "something follows" },
        { "{\"a\":", "a value was expected" },        { "{a:1}", "quotes" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *answer = ask_simply(&world, "POST", "/api/v1/things", cases[i].body);
        assert_true(is_status(answer, 400));
        assert_true(has(answer, cases[i].reason));
    }
    assert_int_equal(calls, 0);
}

static void half_a_request_disturbs_nobody(void **state)
{
    (void)state;
    struct peer head, body;
    peer_open(&head, &world);
    peer_open(&body, &world);
    peer_sayf(&head, "GET /api/v1/thi");
    peer_sayf(&body, "POST /api/v1/things HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 100\r\n\r\n{", web_port(world.web));
    assert_true(is_status(ask_simply(&world, "GET", "/api/v1/things", NULL), 200));
    peer_close(&head);
    peer_close(&body);
    calls = 0;
    world_run(&world, 20);
    assert_int_equal(calls, 0);
    assert_true(is_status(ask_simply(&world, "GET", "/api/v1/things", NULL), 200));
}

static void a_head_without_end_is_refused(void **state)
{
    (void)state;
    struct peer p;
    peer_open(&p, &world);
    peer_sayf(&p, "GET /api/v1/things HTTP/1.1\r\nHost: localhost:%u\r\n", web_port(world.web));
    for (int i = 0; i < 100 && !p.has_ended; i++) {
        peer_sayf(&p, "X-%d: %01000d\r\n", i, i);
    }
    assert_true(peer_sees_end(&p));
    assert_int_equal(calls, 0);
    peer_close(&p);
    assert_true(is_status(ask_simply(&world, "GET", "/api/v1/things", NULL), 200));
}

static void a_flood_of_connections_neither_spins_nor_stays(void **state)
{
    (void)state;
    struct peer flood[40];
    for (size_t i = 0; i < 40; i++) {
        peer_open(&flood[i], &world);
        loop_turn(world.loop);
    }
    world_run(&world, 50);
    uint64_t turns = loop_health(world.loop).turns;
    world_run(&world, 200);
    assert_in_range(loop_health(world.loop).turns - turns, 0, 3);
    for (size_t i = 0; i < 40; i++) {
        peer_close(&flood[i]);
    }
    assert_true(is_status(ask_simply(&world, "GET", "/api/v1/things", NULL), 200));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_things(a_body_needs_a_length_and_a_type),
        in_things(a_body_of_more_than_its_ceiling_is_refused),
        in_things(chunks_may_not_add_up_to_more_either),
        in_things(an_upload_without_end_is_cut_off),
        in_things(a_request_with_two_lengths_is_refused_and_nothing_after_it_is_read),
        in_things(a_body_too_large_is_never_read_as_requests),
        in_things(only_our_own_names_are_answered),
        in_things(another_sites_page_is_refused),
        in_things(a_body_that_is_not_json_names_the_reason),
        in_things(half_a_request_disturbs_nobody),
        in_things(a_head_without_end_is_refused),
        in_things(a_flood_of_connections_neither_spins_nor_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
