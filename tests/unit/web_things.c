#include "unit.h"

#include "web_things.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

struct world world;
unsigned calls;

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

int open_things(void **state)
{
    (void)state;
    calls = 0;
    world.options =
        (struct web_options){ .rows = rows, .self = &world, .files = files, .host_names = host_names, .connections_at_most = 16 };
    world_open(&world, clock_real());
    return 0;
}

int close_things(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

bool has(const char *answer, const char *text)
{
    return strstr(answer, text) != NULL;
}

bool is_status(const char *answer, int status)
{
    char start[32];
    snprintf(start, sizeof start, "HTTP/1.1 %d ", status);
    return strncmp(answer, start, strlen(start)) == 0;
}

const char *with_head(const char *method, const char *path, const char *headers, const char *body)
{
    char *head = mem_format("%s %s HTTP/1.1\r\n%s", method, path, headers);
    const char *answer = ask(&world, head, body);
    mem_free(head);
    return answer;
}

const char *with_host(const char *host)
{
    char *headers = mem_format("Host: %s\r\n", host);
    const char *answer = with_head("GET", "/api/v1/things", headers, "");
    mem_free(headers);
    return answer;
}

const char *with_more(const char *method, const char *path, const char *more, const char *body)
{
    char *headers = mem_format("Host: 127.0.0.1:%u\r\n%s", web_port(world.web), more);
    const char *answer = with_head(method, path, headers, body);
    mem_free(headers);
    return answer;
}
