/* What the files of this room share. microhttpd.h is included here and in no other folder. */
#ifndef WEB_INSIDE_H
#define WEB_INSIDE_H

#include "edge/web.h"
#include "guard.h"
#include "target.h"

#include <microhttpd.h>

struct stream;

enum { STATUS_CLASSES = 4 }; /* 2xx to 5xx */

/* One row, and how often it was answered with what. */
struct route {
    const struct web_row *row;
    void *self;
    struct metric *answered[STATUS_CLASSES];
};

struct web {
    struct loop *loop;
    struct MHD_Daemon *daemon;
    struct watch *watch;
    struct timer *timer;
    struct guard guard;
    char *address;
    struct metrics *metrics;
    bool owns_metrics;
    struct route *routes; /* the shop's, then our own, then one for files and one for what is not there */
    size_t route_count;
    const struct embedded_file *files;
    char (*tags)[20]; /* one ETag per file */
    struct stream *stream;
    struct bus_listener *listener;
    struct exchange *answering;
    bool is_running, is_due, is_closed;
};

/* One request, from its first line to its answer. */
struct exchange {
    struct web *web;
    struct MHD_Connection *connection;
    struct target target;
    struct heads heads;
    const struct refusal *refusal; /* decided early, said when the body has passed */
    struct buf body;
    size_t passed;             /* bytes of body that came, kept or not */
    struct MHD_Response *made; /* by one of our own rows that answers with more than a body */
    bool is_begun;
};

/* http.c */
void web_kick(struct web *w); /* lets the library work as soon as this turn is over */

/* answer.c: the whole answer to a request whose body has come */
enum MHD_Result answer_give(struct exchange *x, const char *method);
enum MHD_Result answer_refuse(struct exchange *x, const struct refusal *refusal);

/* own.c: the rows that the web serves by itself, ended by a row without a method */
extern const struct web_row own_rows[];
void own_gauges_open(struct web *w);

/* files.c */
void files_open(struct web *w);
const struct embedded_file *files_find(const struct web *w, const struct target *t);
struct MHD_Response *files_response(struct exchange *x, const struct embedded_file *file, unsigned *status);

/* stream.c: server-sent events */
struct stream *stream_new(struct web *w, struct bus *bus);
void stream_end(struct stream *s);  /* wakes every client, so that the daemon can be stopped */
void stream_free(struct stream *s); /* after the daemon */
struct MHD_Response *stream_response(struct stream *s, struct MHD_Connection *connection,
                                     const char *last_id); /* NULL: too many */

#endif
