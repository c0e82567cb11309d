#include "base/mem.h"
#include "body.h"
#include "inside.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct refusal NOT_FOUND = { 404, "not_found", "There is nothing at this address.", false };
static const struct refusal WRONG_METHOD = { 405, "method_not_allowed",
                                             "This address cannot be used in this way; Allow says how it can.", false };
static const struct refusal WRONG_TYPE = { 415, "unsupported_media_type", "The body must be application/json.", false };

/* Nothing from elsewhere, no script in the page itself, no frame around it, no word to anyone about where one came from. */
static const struct {
    const char *name, *value;
} standing_headers[] = {
    { "Content-Security-Policy",
      "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
};

void web_refuse(struct web_reply *reply, unsigned status, const char *code, const char *message)
{
    cJSON *o = cJSON_CreateObject();
    cJSON *error = cJSON_AddObjectToObject(o, "error");
    cJSON_AddStringToObject(error, "code", code);
    cJSON_AddStringToObject(error, "message", message);
    char *text = cJSON_PrintUnformatted(o);
    buf_clear(&reply->body);
    err e = buf_add_text(&reply->body, text ? text : "{}");
    assert(e == OK);
    (void)e;
    reply->status = status;
    reply->type = NULL;
    cJSON_free(text);
    cJSON_Delete(o);
}

const char *web_query(const struct web_request *r, const char *name)
{
    const struct exchange *x = r->native;
    return target_query(&x->target, name);
}

static void count(struct route *route, unsigned status)
{
    unsigned group = status / 100 - 2;
    if (group < STATUS_CLASSES) {
        metric_add(route->answered[group], 1);
    }
}

/* Queues the response and lets go of it. */
static enum MHD_Result send_response(struct exchange *x, unsigned status, struct MHD_Response *response)
{
    if (response == NULL) {
        return MHD_NO;
    }
    for (size_t i = 0; i < sizeof standing_headers / sizeof *standing_headers; i++) {
        MHD_add_response_header(response, standing_headers[i].name, standing_headers[i].value);
    }
    enum MHD_Result queued = MHD_queue_response(x->connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

/* The response takes the body over. */
static struct MHD_Response *response_of(struct web_reply *reply)
{
    struct buf *body = &reply->body;
    struct MHD_Response *response = MHD_create_response_from_buffer(body->n, body->at, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        buf_clear(body);
        return NULL;
    }
    buf_init(body, body->ceiling);
    if (reply->status != 204) {
        MHD_add_response_header(response, "Content-Type", reply->type ? reply->type : "application/json");
    }
    MHD_add_response_header(response, "Cache-Control", "no-store");
    return response;
}

/* With one header more, or NULL. */
static enum MHD_Result refuse_with(struct exchange *x, const struct refusal *refusal, const char *name, const char *value)
{
    struct web_reply reply = { 0 };
    buf_init(&reply.body, WEB_REPLY_CEILING);
    web_refuse(&reply, refusal->status, refusal->code, refusal->message);
    struct MHD_Response *response = response_of(&reply);
    if (response != NULL && name != NULL) {
        MHD_add_response_header(response, name, value);
    }
    count(&x->web->routes[x->web->route_count - 1], refusal->status);
    return send_response(x, refusal->status, response);
}

enum MHD_Result answer_refuse(struct exchange *x, const struct refusal *refusal)
{
    return refuse_with(x, refusal, refusal->must_close ? "Connection" : NULL, "close");
}

static bool is_json(const char *type)
{
    static const char JSON[] = "application/json";
    size_t n = sizeof JSON - 1;
    return type != NULL && strncasecmp(type, JSON, n) == 0 && (type[n] == '\0' || strchr("; \t", type[n]) != NULL);
}

/* The row with that method that fits best; the shop's stand first, so they win where both fit equally. */
static struct route *find_route(const struct exchange *x, const char *method, struct view parts[PARTS_AT_MOST])
{
    struct route *best = NULL;
    size_t best_literal = 0;
    for (size_t i = 0; x->web->routes[i].row != NULL; i++) {
        struct route *route = &x->web->routes[i];
        struct view found[PARTS_AT_MOST];
        size_t literal = 0;
        bool fits = strcmp(route->row->method, method) == 0 && route_match(route->row->pattern, &x->target, found, &literal);
        if (fits && (best == NULL || literal > best_literal)) {
            best = route;
            best_literal = literal;
            memcpy(parts, found, sizeof found);
        }
    }
    return best;
}

static void add_word(char *list, size_t room, const char *word)
{
    size_t n = strlen(list);
    snprintf(list + n, room - n, "%s%s", n > 0 ? ", " : "", word);
}

/* No row has this method here; perhaps others do. */
static enum MHD_Result answer_without_row(struct exchange *x)
{
    static const char *const methods[] = { "GET", "POST", "PATCH", "DELETE" };
    char allow[64] = "";
    struct view parts[PARTS_AT_MOST];
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        bool is_file = i == 0 && files_find(x->web, &x->target) != NULL;
        if (is_file || find_route(x, methods[i], parts) != NULL) {
            add_word(allow, sizeof allow, i == 0 ? "GET, HEAD" : methods[i]);
        }
    }
    return allow[0] ? refuse_with(x, &WRONG_METHOD, "Allow", allow) : answer_refuse(x, &NOT_FOUND);
}

static enum MHD_Result answer_file(struct exchange *x, const struct embedded_file *file)
{
    unsigned status = 200;
    struct MHD_Response *response = files_response(x, file, &status);
    count(&x->web->routes[x->web->route_count - 2], status);
    return send_response(x, status, response);
}

/* The checks that need the whole body. True: the reply says what is wrong. */
static bool refuse_body(struct exchange *x, struct web_reply *reply)
{
    const char *reason = NULL;
    size_t at = 0;
    if (x->body.n == 0) {
        return false;
    }
    if (!is_json(x->heads.at[HEADER_TYPE].value)) {
        web_refuse(reply, WRONG_TYPE.status, WRONG_TYPE.code, WRONG_TYPE.message);
        return true;
    }
    if (json_check(buf_view(&x->body), &reason, &at) == OK) {
        return false;
    }
    char *message = mem_format("The body is not JSON that can be used: %s (byte %zu).", reason, at + 1);
    web_refuse(reply, 400, "bad_json", message);
    mem_free(message);
    return true;
}

static void call_row(struct exchange *x, const struct route *route, const struct view parts[PARTS_AT_MOST],
                     struct web_reply *reply)
{
    char *texts[PARTS_AT_MOST] = { 0 };
    struct web_request request = {
        .method = route->row->method, .path = x->target.path, .body = buf_view(&x->body), .native = x
    };
    for (size_t i = 0; i < PARTS_AT_MOST && parts[i].at != NULL; i++) {
        request.parts[i] = texts[i] = mem_text_n((const char *)parts[i].at, parts[i].n);
    }
    struct exchange *outer = x->web->answering;
    x->web->answering = x;
    route->row->fn(route->self, &request, reply);
    x->web->answering = outer;
    for (size_t i = 0; i < PARTS_AT_MOST; i++) {
        mem_free(texts[i]);
    }
}

static enum MHD_Result answer_row(struct exchange *x, struct route *route, const struct view parts[PARTS_AT_MOST])
{
    struct web_reply reply = { .status = 200 };
    buf_init(&reply.body, WEB_REPLY_CEILING);
    if (!refuse_body(x, &reply)) {
        call_row(x, route, parts, &reply);
    }
    count(route, reply.status);
    struct MHD_Response *response = x->made;
    if (response == NULL) {
        response = response_of(&reply);
    }
    buf_clear(&reply.body);
    return send_response(x, reply.status, response);
}

enum MHD_Result answer_give(struct exchange *x, const char *method)
{
    struct view parts[PARTS_AT_MOST] = { { 0 } };
    bool is_get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    if (x->refusal != NULL) {
        return answer_refuse(x, x->refusal);
    }
    struct route *route = find_route(x, is_get ? "GET" : method, parts);
    if (route != NULL) {
        return answer_row(x, route, parts);
    }
    const struct embedded_file *file = is_get ? files_find(x->web, &x->target) : NULL;
    return file ? answer_file(x, file) : answer_without_row(x);
}
