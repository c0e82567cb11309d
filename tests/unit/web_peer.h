/* A web on a loop and raw sockets that speak to it, in one process: what a browser would send, and what it never would. */
#ifndef TESTS_WEB_PEER_H
#define TESTS_WEB_PEER_H

#include "edge/web.h"

#include <stdbool.h>

struct world {
    struct clock clock;
    struct loop *loop;
    struct bus *bus;
    struct web *web;
    struct web_options options;
};
void world_open(struct world *w, struct clock clock);
void world_close(struct world *w);
void world_start_web(struct world *w); /* again, on the same port, after web_close */
void world_run(struct world *w, int milliseconds);

struct peer {
    struct world *world;
    int fd;
    bool has_ended;
    struct buf heard;
};
void peer_open(struct peer *p, struct world *w);
void peer_close(struct peer *p);
void peer_say(struct peer *p, const char *bytes, size_t n);
void peer_sayf(struct peer *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool peer_hears(struct peer *p, const char *text); /* within two seconds */
bool peer_sees_end(struct peer *p);
const char *peer_heard(struct peer *p);
void peer_forget(struct peer *p);

/* One whole exchange on a connection of its own. `head` is "GET /path HTTP/1.1\r\nHost: ...\r\n" without the empty line. The
 * answer is good until the next call. */
const char *ask(struct world *w, const char *head, const char *body);
const char *ask_simply(struct world *w, const char *method, const char *path, const char *json);

#endif
