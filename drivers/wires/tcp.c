/* tcp:127.0.0.1:9100, tcp:[::1]:9100; addresses are numeric, names would have to be waited for. */
#include "fd.h"
#include "loop/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_MS = 5000, BACKLOG = 64, SEND_BYTES = 64 * 1024, ALIVE_AFTER_S = 15, ALIVE_EVERY_S = 5, ALIVE_TIMES = 3 };

/* A printer to which bytes are under way is looked after this often, and gone when it was silent for so long. */
enum { LOOK_MS = 5000, SILENT_MS = 20000, MOST_UNANSWERED = 2 };

struct tcp_wire {
    struct fd_wire fd;
    struct timer *look;
    uint64_t lost;
    int connecting_fd; /* -1 once it is settled */
    struct watch *connecting;
    struct timer *patience;
};

static bool read_port(const char *text, uint16_t *out)
{
    char *end = NULL;
    unsigned long port = strtoul(text, &end, 10);
    *out = (uint16_t)port;
    return end != text && *end == '\0' && port <= 65535;
}

/* "host:port", the host in brackets when it is IPv6. */
static err read_address(const char *rest, struct sockaddr_storage *out, socklen_t *size)
{
    char host[INET6_ADDRSTRLEN + 2] = "";
    uint16_t port = 0;
    const char *colon = strrchr(rest, ':');
    if (colon == NULL || (size_t)(colon - rest) >= sizeof host || !read_port(colon + 1, &port)) {
        return ERR_INPUT;
    }
    memcpy(host, rest, (size_t)(colon - rest));
    memset(out, 0, sizeof *out);
    size_t n = strlen(host);
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
        host[n - 1] = '\0';
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        *size = sizeof *six;
        return inet_pton(AF_INET6, host + 1, &six->sin6_addr) == 1 ? OK : ERR_INPUT;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    *size = sizeof *four;
    return inet_pton(AF_INET, host, &four->sin_addr) == 1 ? OK : ERR_INPUT;
}

static void set(int fd, int level, int name, int value)
{
    setsockopt(fd, level, name, &value, sizeof value); /* a wish: the wire works without */
}

/* Small send buffers keep what can be lost with a printer within what we can send again: the kernel doubles this for its own
 * needs, and lets one more segment of 64 KiB in. Smaller ones would wait for delayed acknowledgements. */
static void tune(int fd)
{
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, ALIVE_AFTER_S);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, ALIVE_EVERY_S);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, ALIVE_TIMES);
    set(fd, SOL_SOCKET, SO_SNDBUF, SEND_BYTES);
}

/* Until a good end is agreed, whoever talks to us must see our death as a break. */
static void set_abrupt(int fd, bool is_abrupt)
{
    struct linger l = { .l_onoff = is_abrupt, .l_linger = 0 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
}

static void stop_connecting(struct tcp_wire *t)
{
    timer_free(t->patience);
    watch_free(t->connecting);
    t->patience = NULL;
    t->connecting = NULL;
}

static void settled(void *self, unsigned ready)
{
    struct wire *w = self;
    struct tcp_wire *t = wire_memory(w);
    (void)ready;
    int fd = t->connecting_fd, error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    stop_connecting(t);
    t->connecting_fd = -1;
    if (error != 0) {
        close(fd);
        wire_is_down(w, fd_error(error));
        return;
    }
    err e = fd_start(w, fd, true);
    if (e != OK) {
        wire_is_down(w, e);
        return;
    }
    wire_is_up(w);
}

static void waited_enough(void *self)
{
    struct tcp_wire *t = wire_memory(self);
    t->patience = NULL;
    wire_is_down(self, ERR_GONE);
}

static err tcp_open(struct wire *w, const char *rest)
{
    struct tcp_wire *t = wire_memory(w);
    struct sockaddr_storage to;
    socklen_t size = 0;
    t->connecting_fd = -1;
    err e = read_address(rest, &to, &size);
    if (e != OK) {
        return e;
    }
    int fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return fd_error(errno);
    }
    tune(fd);
    if (connect(fd, (struct sockaddr *)&to, size) != 0 && errno != EINPROGRESS) {
        e = fd_error(errno);
        close(fd);
        return e;
    }
    t->connecting_fd = fd;
    t->connecting = loop_watch(wire_loop(w), fd, READY_WRITE, settled, w);
    t->patience = loop_after(wire_loop(w), CONNECT_MS, waited_enough, w);
    return t->connecting != NULL ? OK : ERR_SYSTEM;
}

static err tcp_take(struct wire *w, int fd, bool is_accepted)
{
    struct tcp_wire *t = wire_memory(w);
    t->connecting_fd = -1;
    tune(fd);
    if (is_accepted) {
        set_abrupt(fd, true);
    }
    err e = fd_start(w, fd, true);
    if (e == OK) {
        wire_is_up(w);
    }
    return e;
}

static uint64_t not_acknowledged(struct wire *w)
{
    int n = 0;
    return ioctl(fd_of(w), SIOCOUTQ, &n) == 0 && n > 0 ? (uint64_t)n : 0;
}

/* The kernel itself would go on for a quarter of an hour. TCP_USER_TIMEOUT is not what we need: it also ends a connection to
 * a printer that answers, but has no paper and takes nothing for a while (tcp_probe_timer in the kernel). */
static bool is_silent(struct wire *w)
{
    struct tcp_info info = { 0 };
    socklen_t size = sizeof info;
    return getsockopt(fd_of(w), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_last_ack_recv >= SILENT_MS &&
           (info.tcpi_retransmits >= MOST_UNANSWERED || info.tcpi_probes >= MOST_UNANSWERED);
}

/* At once, and also while a keeper holds the descriptor: what was not acknowledged is sent again by us, so the kernel must
 * not do it, too, should the other side come back. */
static void break_off(struct wire *w)
{
    struct tcp_wire *t = wire_memory(w);
    struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
    t->lost = not_acknowledged(w);
    if (connect(fd_of(w), &nowhere, sizeof nowhere) != 0) {
        set_abrupt(fd_of(w), true);
    }
    wire_is_down(w, ERR_GONE);
}

static void look(void *self)
{
    struct wire *w = self;
    struct tcp_wire *t = wire_memory(w);
    t->look = NULL;
    if (not_acknowledged(w) == 0) {
        return;
    }
    if (is_silent(w)) {
        break_off(w);
        return;
    }
    t->look = loop_after(wire_loop(w), LOOK_MS, look, w);
}

/* Keepalive is for a connection on which nothing is under way; else we look ourselves. */
static err tcp_push(struct wire *w, struct view bytes, size_t *taken)
{
    struct tcp_wire *t = wire_memory(w);
    if (t->look == NULL) {
        t->look = loop_after(wire_loop(w), LOOK_MS, look, w);
    }
    return fd_push(w, bytes, taken);
}

static void tcp_shut(struct wire *w)
{
    struct tcp_wire *t = wire_memory(w);
    timer_free(t->look);
    t->look = NULL;
    if (t->connecting_fd >= 0) {
        stop_connecting(t);
        close(t->connecting_fd);
        t->connecting_fd = -1;
    }
    fd_shut(w);
}

/* Shutting down says it to the other side even while a keeper still holds the descriptor. */
static void tcp_finish(struct wire *w)
{
    int fd = fd_of(w);
    set_abrupt(fd, false);
    shutdown(fd, SHUT_RDWR);
}

/* What the other side never acknowledged. */
static uint64_t tcp_lost(struct wire *w)
{
    const struct tcp_wire *t = wire_memory(w);
    return t->lost > 0 ? t->lost : not_acknowledged(w);
}

static err tcp_listen(const char *rest, int *out)
{
    struct sockaddr_storage at;
    socklen_t size = 0;
    err e = read_address(rest, &at, &size);
    if (e != OK) {
        return e;
    }
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return fd_error(errno);
    }
    set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (bind(fd, (struct sockaddr *)&at, size) != 0 || listen(fd, BACKLOG) != 0) {
        e = fd_error(errno);
        close(fd);
        return e;
    }
    *out = fd;
    return OK;
}

const struct wire_kind tcp_wire = {
    .scheme = "tcp",
    .memory = sizeof(struct tcp_wire),
    .open = tcp_open,
    .push = tcp_push,
    .pause = fd_pause,
    .shut = tcp_shut,
    .lost = tcp_lost,
    .finish = tcp_finish,
    .fd = fd_of,
    .listen = tcp_listen,
    .take = tcp_take,
};
