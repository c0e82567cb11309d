/* Whole conversations of any bytes over a real connection, with an event in their midst. */
#include "edge/web.h"
#include "loop/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROUNDS_AT_MOST = 40, PORT = 18455 }; /* the corpus names this port in its Host */

static struct clock the_clock;
static struct loop *loop;
static struct bus *bus;
static struct web *web;

static void echo(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)self;
    const char *q = web_query(r, "q");
    err e = buf_format(&reply->body, "%s %s %.*s", r->parts[0] ? r->parts[0] : "", q ? q : "", (int)r->body.n,
                       r->body.at ? (const char *)r->body.at : "");
    if (e != OK) {
        abort();
    }
    bus_post(bus, &(struct event){ .kind = EV_CODE_SCANNED, .text = "7" });
}

static const struct web_row rows[] = {
    { "GET", "/a", echo }, { "POST", "/a", echo }, { "PATCH", "/a/{id}", echo }, { "DELETE", "/a/{id}.png", echo }, { 0 },
};

static void open_web(void)
{
    if (web != NULL) {
        return;
    }
    log_set_level(LOG_LEVEL_ERROR);
    the_clock = clock_real();
    loop = loop_new(&the_clock);
    bus = bus_new();
    struct web_options options = { .rows = rows, .port = PORT };
    if (web_open(loop, bus, &options, &web) != OK) {
        options.port = 0;
        if (web_open(loop, bus, &options, &web) != OK) {
            abort();
        }
    }
}

/* The fuzzer's own alarm clock may ring in between; the connection is then made all the same. */
static bool is_connected(int fd, const struct sockaddr_in *to)
{
    int answer = connect(fd, (const struct sockaddr *)to, sizeof *to);
    while (answer != 0 && (errno == EINTR || errno == EALREADY)) {
        answer = connect(fd, (const struct sockaddr *)to, sizeof *to);
    }
    return answer == 0 || errno == EISCONN;
}

static int connect_to_web(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)web_port(web)) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct linger at_once = { .l_onoff = 1 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    if (fd < 0 || !is_connected(fd, &to)) {
        abort();
    }
    return fd;
}

/* Until the other side has ended or has nothing more to say. */
static void listen_to_web(int fd)
{
    char heard[4096];
    int quiet = 0;
    for (int i = 0; i < ROUNDS_AT_MOST && quiet < 3; i++) {
        loop_turn(loop);
        ssize_t n = recv(fd, heard, sizeof heard, MSG_DONTWAIT);
        if (n == 0) {
            return;
        }
        quiet = n < 0 ? quiet + 1 : 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    open_web();
    size_t half = size > 0 ? data[0] % size : 0;
    int fd = connect_to_web();
    ssize_t sent = send(fd, data, half, MSG_NOSIGNAL | MSG_DONTWAIT);
    loop_turn(loop);
    sent += send(fd, data + half, size - half, MSG_NOSIGNAL | MSG_DONTWAIT);
    bus_post(bus, &(struct event){ .kind = EV_SCANNER_CHANGED, .text = "up" });
    listen_to_web(fd);
    close(fd);
    loop_turn(loop);
    return sent < 0 ? -1 : 0;
}
