/* The web edge: JSON under /api/v1, server-sent events, the embedded pages. It knows no customer: what a path means is a
 * row of the shop's table. Bound to loopback; Host and Origin are checked before any row is called. */
#ifndef EDGE_WEB_H
#define EDGE_WEB_H

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"
#include "loop/bus.h"
#include "loop/loop.h"

struct web;

struct web_request {
    const char *method, *path;
    const char *parts[4];                      /* what stood for {…} in the row's pattern, in order */
    struct view body;                          /* at most 1 MiB; valid UTF-8 JSON was checked for "application/json" */
    const void *native;                        /* the web's own */
};
const char *web_query(const struct web_request *r, const char *name);   /* decoded ?name=; NULL: not given */

struct web_reply {
    unsigned status;                           /* 200 when untouched */
    const char *type;                          /* "application/json" when untouched; static text */
    struct buf body;
};

typedef void web_fn(void *self, const struct web_request *r, struct web_reply *reply);

struct web_row {
    const char *method, *pattern;              /* "GET", "/api/v1/customers/{id}" */
    web_fn *fn;
};

struct web_options {
    const char *address;                       /* "127.0.0.1" */
    unsigned port;                             /* 0: any; web_port tells */
    const struct web_row *rows;                /* ended by a row without a method */
    void *self;                                /* handed to each fn */
};

/* ERR_REFUSED: the port is taken. */
MUST_USE err web_open(struct loop *l, struct bus *bus, const struct web_options *options, struct web **out);
void web_close(struct web *w);
unsigned web_port(const struct web *w);

/* {"error":{"code":"not_found","message":"..."}} with that status; the message is for a person. */
void web_refuse(struct web_reply *reply, unsigned status, const char *code, const char *message);

#endif
