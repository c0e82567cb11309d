#include "guard.h"

#include "edge/web.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const header_names[HEADER_COUNT] = {
    [HEADER_HOST] = "Host",
    [HEADER_ORIGIN] = "Origin",
    [HEADER_LENGTH] = "Content-Length",
    [HEADER_TYPE] = "Content-Type",
    [HEADER_LAST_ID] = "Last-Event-ID",
    [HEADER_ENCODING] = "Transfer-Encoding",
    [HEADER_KNOWN_TAG] = "If-None-Match",
};

void heads_note(struct heads *h, const char *name, const char *value)
{
    for (size_t i = 0; i < HEADER_COUNT; i++) {
        if (strcasecmp(name, header_names[i]) == 0) {
            h->at[i].value = value ? value : "";
            h->at[i].times++;
        }
    }
}

struct question {
    const struct guard *guard;
    const struct heads *heads;
    const char *method;
};

static const char *value_of(const struct question *q, enum header which)
{
    return q->heads->at[which].value;
}

static bool has_unclear_length(const struct question *q)
{
    unsigned lengths = q->heads->at[HEADER_LENGTH].times, encodings = q->heads->at[HEADER_ENCODING].times;
    const char *encoding = value_of(q, HEADER_ENCODING), *length = value_of(q, HEADER_LENGTH);
    return lengths + encodings > 1 || (encoding != NULL && strcasecmp(encoding, "chunked") != 0) ||
           (length != NULL && (*length == '\0' || length[strspn(length, "0123456789")] != '\0'));
}

static bool is_too_long(const struct question *q)
{
    const char *length = value_of(q, HEADER_LENGTH);
    if (length == NULL) {
        return false;
    }
    size_t total = 0;
    for (const char *p = length; *p != '\0' && total <= WEB_BODY_CEILING; p++) {
        total = total * 10 + (size_t)(*p - '0');
    }
    return total > WEB_BODY_CEILING;
}

/* `name` alone, or with our port behind it. */
static bool is_called(const char *host, const char *name, unsigned port, bool port_may_be_missing)
{
    size_t n = strlen(name);
    char tail[16];
    snprintf(tail, sizeof tail, ":%u", port);
    if (strncasecmp(host, name, n) != 0) {
        return false;
    }
    return strcmp(host + n, tail) == 0 || (host[n] == '\0' && port_may_be_missing);
}

static bool host_is_ours(const struct guard *g, const char *host)
{
    static const char *const loopback[] = { "localhost", "127.0.0.1", "[::1]" };
    for (size_t i = 0; i < sizeof loopback / sizeof *loopback; i++) {
        if (is_called(host, loopback[i], g->port, g->port == 80)) {
            return true;
        }
    }
    for (const char *const *name = g->host_names; name != NULL && *name != NULL; name++) {
        if (is_called(host, *name, g->port, true)) {
            return true;
        }
    }
    char address[64];
    snprintf(address, sizeof address, strchr(g->address, ':') ? "[%s]" : "%s", g->address);
    return is_called(host, address, g->port, g->port == 80);
}

static bool has_wrong_host(const struct question *q)
{
    const char *host = value_of(q, HEADER_HOST);
    return q->heads->at[HEADER_HOST].times != 1 || !host_is_ours(q->guard, host);
}

/* A page of ours asks the host that it came from. */
static bool has_wrong_origin(const struct question *q)
{
    const char *origin = value_of(q, HEADER_ORIGIN), *host = value_of(q, HEADER_HOST);
    if (origin == NULL) {
        return false;
    }
    const char *mark = strstr(origin, "://");
    bool is_web = mark != NULL && (strncasecmp(origin, "http://", 7) == 0 || strncasecmp(origin, "https://", 8) == 0);
    return q->heads->at[HEADER_ORIGIN].times != 1 || !is_web || strcasecmp(mark + 3, host) != 0;
}

static bool has_no_length(const struct question *q)
{
    bool brings_something = strcmp(q->method, "POST") == 0 || strcmp(q->method, "PATCH") == 0;
    return brings_something && value_of(q, HEADER_LENGTH) == NULL && value_of(q, HEADER_ENCODING) == NULL;
}

static const struct rule {
    bool (*is_broken)(const struct question *q);
    struct refusal refusal;
} rules[] = {
    { has_unclear_length,
      { 400, "unclear_length", "It is not clear where this request ends: give one Content-Length, or one chunked encoding.",
        true } },
    { is_too_long, { 413, "too_large", "The body is larger than 1 MiB.", true } },
    { has_wrong_host,
      { 403, "wrong_host", "Tillside is not called by this name. Use 127.0.0.1 or localhost, or add the name to the settings.",
        false } },
    { has_wrong_origin, { 403, "wrong_origin", "Another site's page may not speak to Tillside.", false } },
    { has_no_length, { 411, "length_required", "Say how long the body is; Content-Length: 0 for none.", false } },
};

const struct refusal *guard_check(const struct guard *g, const struct heads *h, const char *method)
{
    const struct question q = { .guard = g, .heads = h, .method = method };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].is_broken(&q)) {
            return &rules[i].refusal;
        }
    }
    return NULL;
}
