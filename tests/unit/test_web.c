#include "unit.h"

#include "web_peer.h"

#include "base/mem.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static struct world world;
static unsigned calls;

static void tell(struct web_reply *reply, const char *text)
{
    calls++;
    assert_int_equal(buf_add_text(&reply->body, text), OK);
}

static void list_things(void *self, const struct web_request *r, struct web_reply *reply)
{
    const char *q = web_query(r, "q");
    assert_ptr_equal(self, &world);
    tell(reply, "list ");
    tell(reply, q ? q : "(none)");
}

static void add_thing(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)self;
    calls++;
    reply->status = 201;
    assert_int_equal(buf_add_view(&reply->body, r->body), OK);
}

static void show_thing(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)self;
    tell(reply, "thing ");
    tell(reply, r->parts[0]);
    assert_null(r->parts[1]);
}

static void draw_thing(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)self;
    reply->type = "image/png";
    tell(reply, "picture ");
    tell(reply, r->parts[0]);
}

static void drop_thing(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)self;
    (void)r;
    calls++;
    reply->status = 204;
}

static void close_web(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)r;
    tell(reply, "bye");
    web_close(((struct world *)self)->web);
}

static const struct web_row rows[] = {
    { "GET", "/api/v1/things", list_things },         { "POST", "/api/v1/things", add_thing },
    { "PATCH", "/api/v1/things", add_thing },         { "GET", "/api/v1/things/{id}", show_thing },
    { "GET", "/api/v1/things/{id}.png", draw_thing }, { "DELETE", "/api/v1/things/{id}", drop_thing },
    { "POST", "/api/v1/close", close_web },           { 0 },
};

static const unsigned char page[] = "<!doctype html><title>x</title>", font[] = "wOF2";
static const struct embedded_file files[] = {
    { "index.html", page, sizeof page - 1 },
    { "fonts/x.woff2", font, sizeof font - 1 },
    { 0 },
};

static const char *const host_names[] = { "tillside.shop.example", NULL };

static int open_world(void **state)
{
    (void)state;
    calls = 0;
    world.options =
        (struct web_options){ .rows = rows, .self = &world, .files = files, .host_names = host_names, .connections_at_most = 16 };
    world_open(&world, clock_real());
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static bool has(const char *answer, const char *text)
{
    return strstr(answer, text) != NULL;
}

static bool is_status(const char *answer, int status)
{
    char start[32];
    snprintf(start, sizeof start, "HTTP/1.1 %d ", status);
    return strncmp(answer, start, strlen(start)) == 0;
}

static const char *with_head(const char *method, const char *path, const char *headers, const char *body)
{
    char *head = mem_format("%s %s HTTP/1.1\r\n%s", method, path, headers);
    const char *answer = ask(&world, head, body);
    mem_free(head);
    return answer;
}

static const char *with_host(const char *host)
{
    char *headers = mem_format("Host: %s\r\n", host);
    const char *answer = with_head("GET", "/api/v1/things", headers, "");
    mem_free(headers);
    return answer;
}

/* A request in good order, plus these headers. */
static const char *with_more(const char *method, const char *path, const char *more, const char *body)
{
    char *headers = mem_format("Host: 127.0.0.1:%u\r\n%s", web_port(world.web), more);
    const char *answer = with_head(method, path, headers, body);
    mem_free(headers);
    return answer;
}

static void a_row_gets_its_parts_and_its_query(void **state)
{
    (void)state;
    const char *answer = ask_simply(&world, "GET", "/api/v1/things?limit=3&q=a%20b+%C5%BE", NULL);
    assert_true(is_status(answer, 200));
    assert_true(has(answer, "\r\n\r\nlist a b \xc5\xbe"));
    assert_true(has(ask_simply(&world, "GET", "/api/v1/things/4%2F5", NULL), "thing 4/5"));
}

static void the_most_literal_pattern_wins(void **state)
{
    (void)state;
    const char *answer = ask_simply(&world, "GET", "/api/v1/things/45.png", NULL);
    assert_true(has(answer, "picture 45"));
    assert_true(has(answer, "Content-Type: image/png\r\n"));
    assert_true(has(ask_simply(&world, "GET", "/api/v1/things/.png", NULL), "thing .png"));
}

static void a_head_is_a_get_without_its_body(void **state)
{
    (void)state;
    const char *answer = ask_simply(&world, "HEAD", "/api/v1/things", NULL);
    assert_true(is_status(answer, 200));
    assert_true(has(answer, "Content-Length: 11\r\n"));
    assert_false(has(answer, "list"));
}

static void nothing_to_say_has_no_body(void **state)
{
    (void)state;
    assert_true(is_status(ask_simply(&world, "DELETE", "/api/v1/things/4", NULL), 204));
}

static void a_body_comes_back_as_it_was_sent(void **state)
{
    (void)state;
    const char *answer = ask_simply(&world, "POST", "/api/v1/things", "{\"name\":\"\xc5\xbd\xc4\x8d\"}");
    assert_true(is_status(answer, 201));
    assert_true(has(answer, "\r\n\r\n{\"name\":\"\xc5\xbd\xc4\x8d\"}"));
    assert_true(has(answer, "Content-Type: application/json\r\n"));
}

static void a_request_may_come_byte_by_byte(void **state)
{
    (void)state;
    char text[256];
    struct peer p;
    peer_open(&p, &world);
    snprintf(text, sizeof text,
             "POST /api/v1/things HTTP/1.1\r\nHost: localhost:%u\r\nContent-Type: application/json\r\nTransfer-Encoding: "
             "chunked\r\n\r\n"
             "3\r\n[1,\r\n3\r\n 2]\r\n0\r\n\r\n",
             web_port(world.web));
    for (const char *at = text; *at != '\0'; at++) {
        peer_say(&p, at, 1);
    }
    assert_true(peer_hears(&p, "\r\n\r\n[1, 2]"));
    peer_close(&p);
}

static void an_unknown_address_is_said_in_a_sentence(void **state)
{
    (void)state;
    const char *answer = ask_simply(&world, "GET", "/api/v1/nothing", NULL);
    assert_true(is_status(answer, 404));
    assert_true(has(answer, "{\"error\":{\"code\":\"not_found\",\"message\":\"There is nothing at this address.\"}}"));
    assert_true(is_status(ask_simply(&world, "GET", "/api/v1/things/", NULL), 404));
    assert_true(is_status(ask_simply(&world, "GET", "/../index.html", NULL), 404));
}

static void an_address_that_cannot_be_read_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "/api/v1/things/%00",
                                       "/api/v1/things/%zz",
                                       "/api/v1/things?q=%ff",
                                       "/api/v1/things/%",
                                       "http://127.0.0.1/api/v1/things",
                                       "/a/b/c/d/e/f/g/h/i/j/k/l/m/n" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_true(is_status(ask_simply(&world, "GET", bad[i], NULL), 400));
    }
    assert_int_equal(calls, 0);
}

static void a_wrong_method_is_told_the_right_ones(void **state)
{
    (void)state;
    const char *answer = ask_simply(&world, "DELETE", "/api/v1/things", NULL);
    assert_true(is_status(answer, 405));
    assert_true(has(answer, "Allow: GET, HEAD, POST, PATCH\r\n"));
    assert_true(has(ask_simply(&world, "POST", "/index.html", "{}"), "Allow: GET, HEAD\r\n"));
    assert_true(is_status(ask_simply(&world, "OPTIONS", "/api/v1/things", NULL), 405));
    assert_int_equal(calls, 0);
}

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

static void pages_have_their_types_and_are_sent_once(void **state)
{
    (void)state;
    const char *answer = ask_simply(&world, "GET", "/", NULL);
    assert_true(is_status(answer, 200));
    assert_true(has(answer, "Content-Type: text/html; charset=utf-8\r\n"));
    assert_true(has(answer, "<!doctype html>"));
    char tag[24], header[64];
    assert_int_equal(sscanf(strstr(answer, "ETag: "), "ETag: %23s", tag), 1);
    snprintf(header, sizeof header, "If-None-Match: %s\r\n", tag);
    answer = with_more("GET", "/index.html", header, "");
    assert_true(is_status(answer, 304));
    assert_false(has(answer, "<!doctype"));
    assert_true(has(ask_simply(&world, "GET", "/fonts/x.woff2", NULL), "Content-Type: font/woff2\r\n"));
    assert_true(is_status(ask_simply(&world, "GET", "/fonts", NULL), 404));
    assert_true(is_status(ask_simply(&world, "GET", "/fonts/x.woff2/y", NULL), 404));
}

static void every_answer_forbids_what_a_page_does_not_need(void **state)
{
    (void)state;
    static const char *const paths[] = { "/", "/api/v1/things", "/nothing", "/metrics" };
    for (size_t i = 0; i < 4; i++) {
        const char *answer = ask_simply(&world, "GET", paths[i], NULL);
        assert_true(has(answer, "Content-Security-Policy: default-src 'self';"));
        assert_true(has(answer, "frame-ancestors 'none'"));
        assert_false(has(answer, "unsafe-"));
        assert_true(has(answer, "X-Content-Type-Options: nosniff\r\n"));
        assert_true(has(answer, "Referrer-Policy: no-referrer\r\n"));
        assert_true(has(answer, "Cross-Origin-Resource-Policy: same-origin\r\n"));
    }
}

static void the_service_describes_itself(void **state)
{
    (void)state;
    assert_true(has(ask_simply(&world, "GET", "/healthz", NULL), "{\"status\":\"ok\""));
    const char *answer = ask_simply(&world, "GET", "/api/openapi.json", NULL);
    cJSON *document = cJSON_Parse(strstr(answer, "\r\n\r\n") + 4);
    assert_string_equal(cJSON_GetObjectItem(document, "openapi")->valuestring, "3.1.0");
    cJSON_Delete(document);
}

static void requests_are_counted_by_row_and_answer(void **state)
{
    (void)state;
    ask_simply(&world, "GET", "/api/v1/things/1", NULL);
    ask_simply(&world, "GET", "/api/v1/things/2", NULL);
    ask_simply(&world, "GET", "/no", NULL);
    const char *answer = ask_simply(&world, "GET", "/metrics", NULL);
    assert_true(has(answer, "Content-Type: text/plain; version=0.0.4"));
    assert_true(has(answer, "tillside_web_requests_total{method=\"GET\",route=\"/api/v1/things/{id}\",status=\"2xx\"} 2\n"));
    assert_true(has(answer, "tillside_web_requests_total{method=\"any\",route=\"(refused)\",status=\"4xx\"} 1\n"));
    assert_true(has(answer, "tillside_loop_late_callbacks_total "));
    assert_true(has(answer, "tillside_web_event_clients 0\n"));
}

static void a_port_that_is_taken_is_refused(void **state)
{
    (void)state;
    struct web *second = NULL;
    struct web_options options = { .port = web_port(world.web) };
    assert_int_equal(web_open(world.loop, world.bus, &options, &second), ERR_REFUSED);
    options = (struct web_options){ .address = "shop.example" };
    assert_int_equal(web_open(world.loop, world.bus, &options, &second), ERR_INPUT);
    assert_null(second);
}

static void a_row_may_close_the_web(void **state)
{
    (void)state;
    struct peer p;
    peer_open(&p, &world);
    peer_sayf(&p, "POST /api/v1/close HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 0\r\n\r\n", web_port(world.web));
    assert_true(peer_sees_end(&p));
    peer_close(&p);
    world.web = NULL;
    assert_int_equal(calls, 1);
    world_start_web(&world);
    assert_true(is_status(ask_simply(&world, "GET", "/api/v1/things", NULL), 200));
}

#define in_world(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_world(a_row_gets_its_parts_and_its_query),
        in_world(the_most_literal_pattern_wins),
        in_world(a_head_is_a_get_without_its_body),
        in_world(nothing_to_say_has_no_body),
        in_world(a_body_comes_back_as_it_was_sent),
        in_world(a_request_may_come_byte_by_byte),
        in_world(an_unknown_address_is_said_in_a_sentence),
        in_world(an_address_that_cannot_be_read_is_refused),
        in_world(a_wrong_method_is_told_the_right_ones),
        in_world(a_body_needs_a_length_and_a_type),
        in_world(a_body_of_more_than_its_ceiling_is_refused),
        in_world(chunks_may_not_add_up_to_more_either),
        in_world(an_upload_without_end_is_cut_off),
        in_world(a_request_with_two_lengths_is_refused_and_nothing_after_it_is_read),
        in_world(a_body_too_large_is_never_read_as_requests),
        in_world(only_our_own_names_are_answered),
        in_world(another_sites_page_is_refused),
        in_world(a_body_that_is_not_json_names_the_reason),
        in_world(half_a_request_disturbs_nobody),
        in_world(a_head_without_end_is_refused),
        in_world(a_flood_of_connections_neither_spins_nor_stays),
        in_world(pages_have_their_types_and_are_sent_once),
        in_world(every_answer_forbids_what_a_page_does_not_need),
        in_world(the_service_describes_itself),
        in_world(requests_are_counted_by_row_and_answer),
        in_world(a_port_that_is_taken_is_refused),
        in_world(a_row_may_close_the_web),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
