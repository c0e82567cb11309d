#include "unit.h"

#include "web_things.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

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
    const cJSON *schemas = cJSON_GetObjectItem(cJSON_GetObjectItem(document, "components"), "schemas");
    const cJSON *properties = cJSON_GetObjectItem(cJSON_GetObjectItem(schemas, "Event"), "properties");
    const cJSON *names = cJSON_GetObjectItem(cJSON_GetObjectItem(properties, "event"), "enum");
    assert_int_equal(cJSON_GetArraySize(names), EV_KIND_COUNT);
    for (int kind = 0; kind < EV_KIND_COUNT; kind++) {
        assert_string_equal(cJSON_GetArrayItem(names, kind)->valuestring, event_name((enum event_kind)kind));
    }
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

static void it_may_listen_on_another_loopback_address(void **state)
{
    (void)state;
    static const char *const addresses[] = { "127.0.0.9", "::1" };
    for (size_t i = 0; i < 2; i++) {
        struct web *second = NULL;
        struct web_options options = { .address = addresses[i] };
        err e = web_open(world.loop, world.bus, &options, &second);
        if (i == 1 && e == ERR_REFUSED) {
            continue; /* a machine without IPv6 */
        }
        assert_int_equal(e, OK);
        assert_int_not_equal(web_port(second), 0);
        web_close(second);
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_things(a_row_gets_its_parts_and_its_query),
        in_things(the_most_literal_pattern_wins),
        in_things(a_head_is_a_get_without_its_body),
        in_things(nothing_to_say_has_no_body),
        in_things(a_body_comes_back_as_it_was_sent),
        in_things(a_request_may_come_byte_by_byte),
        in_things(an_unknown_address_is_said_in_a_sentence),
        in_things(an_address_that_cannot_be_read_is_refused),
        in_things(a_wrong_method_is_told_the_right_ones),
        in_things(pages_have_their_types_and_are_sent_once),
        in_things(every_answer_forbids_what_a_page_does_not_need),
        in_things(the_service_describes_itself),
        in_things(requests_are_counted_by_row_and_answer),
        in_things(a_port_that_is_taken_is_refused),
        in_things(it_may_listen_on_another_loopback_address),
        in_things(a_row_may_close_the_web),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
