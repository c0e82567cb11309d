/* The web edge: JSON under /api/v1, server-sent events, the embedded pages. It knows no customer: what a path means is a
 * row of the shop's table. Bound to loopback; Host and Origin are checked before any row is called.
 * The web serves by itself: /api/v1/events (the bus), /api/openapi.json, /metrics, /healthz and the pages; a row of the
 * shop's with the same path goes first. */
#ifndef EDGE_WEB_H
#define EDGE_WEB_H

#include "base/buf.h"
#include "base/embedded.h"
#include "base/err.h"
#include "base/view.h"
#include "edge/metrics.h"
#include "loop/bus.h"
#include "loop/loop.h"

enum { WEB_PARTS_AT_MOST = 4, WEB_BODY_CEILING = 1 << 20, WEB_REPLY_CEILING = 8 << 20 };

struct web;

struct web_request {
    const char *method, *path;            /* the method is the row's: a HEAD comes as "GET" */
    const char *parts[WEB_PARTS_AT_MOST]; /* what stood for {…} in the row's pattern, decoded, in order */
    struct view body;                     /* at most 1 MiB; empty, or one whole JSON value that was checked */
    const void *native;                   /* the web's own */
};
const char *web_query(const struct web_request *r, const char *name); /* decoded ?name=; NULL: not given */

struct web_reply {
    unsigned status;  /* 200 when untouched */
    const char *type; /* "application/json" when untouched; static text */
    struct buf body;
};

/* Everything is borrowed until return. The reply is complete when fn returns: what takes long is answered with 202. */
typedef void web_fn(void *self, const struct web_request *r, struct web_reply *reply);

/* A part in braces stands for one segment, or for its beginning: "/slips/{id}.png". The most literal pattern wins. */
struct web_row {
    const char *method, *pattern; /* "GET", "/api/v1/customers/{id}" */
    web_fn *fn;
};

/* Rows, names, files and metrics are borrowed as long as the web is open. */
struct web_options {
    const char *address;               /* numeric; NULL: "127.0.0.1" */
    unsigned port;                     /* 0: any; web_port tells */
    const struct web_row *rows;        /* ended by a row without a method; NULL: none */
    void *self;                        /* handed to each fn */
    const char *const *host_names;     /* more names by which we may be called, NULL-ended; NULL: loopback only */
    struct metrics *metrics;           /* borrowed; NULL: the web keeps its own */
    const struct embedded_file *files; /* NULL: the built-in pages */
    unsigned connections_at_most;      /* 0: 64 */
};

/* ERR_REFUSED: the port is taken, or may not be used. ERR_INPUT: no such address. */
MUST_USE err web_open(struct loop *l, struct bus *bus, const struct web_options *options, struct web **out);
void web_close(struct web *w); /* safe anywhere, also inside a row */
unsigned web_port(const struct web *w);

/* {"error":{"code":"not_found","message":"..."}} with that status; the message is for a person. */
void web_refuse(struct web_reply *reply, unsigned status, const char *code, const char *message);

#endif
