#include "unit.h"

#include "web_peer.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 2000, HEARD_CEILING = 16 << 20 };

static int64_t now_ms(void)
{
    struct clock c = clock_real();
    return c.steady_us(&c) / 1000;
}

void world_start_web(struct world *w)
{
    assert_int_equal(web_open(w->loop, w->bus, &w->options, &w->web), OK);
    w->options.port = web_port(w->web);
}

void world_open(struct world *w, struct clock clock)
{
    struct web_options options = w->options;
    *w = (struct world){ .clock = clock, .options = options };
    w->loop = loop_new(&w->clock);
    w->bus = bus_new();
    world_start_web(w);
}

void world_close(struct world *w)
{
    web_close(w->web);
    loop_free(w->loop);
    bus_free(w->bus);
}

void world_run(struct world *w, int milliseconds)
{
    int64_t until_ms = now_ms() + milliseconds;
    do {
        loop_turn(w->loop);
        poll(NULL, 0, 1);
    } while (now_ms() < until_ms);
}

void peer_open(struct peer *p, struct world *w)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)web_port(w->web)) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *p = (struct peer){ .world = w, .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
    buf_init(&p->heard, HEARD_CEILING);
    assert_int_equal(connect(p->fd, (struct sockaddr *)&to, sizeof to), 0);
}

void peer_close(struct peer *p)
{
    close(p->fd);
    buf_clear(&p->heard);
}

static void listen_a_little(struct peer *p)
{
    char bytes[65536];
    loop_turn(p->world->loop);
    struct pollfd ready = { .fd = p->fd, .events = POLLIN };
    if (p->has_ended || poll(&ready, 1, 1) != 1) {
        return;
    }
    ssize_t n = recv(p->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    p->has_ended = n == 0 || (n < 0 && errno != EAGAIN);
    if (n > 0) {
        assert_int_equal(buf_add(&p->heard, bytes, (size_t)n), OK);
    }
}

/* A server that has said no may have closed already: then what was not taken is not our concern. */
void peer_say(struct peer *p, const char *bytes, size_t n)
{
    int64_t until_ms = now_ms() + PATIENCE_MS;
    while (n > 0 && !p->has_ended && now_ms() < until_ms) {
        ssize_t sent = send(p->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            bytes += sent;
            n -= (size_t)sent;
        } else if (errno != EAGAIN) {
            return;
        }
        listen_a_little(p);
    }
}

void peer_sayf(struct peer *p, const char *format, ...)
{
    char text[8192];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_in_range(n, 0, sizeof text - 1);
    peer_say(p, text, (size_t)n);
}

const char *peer_heard(struct peer *p)
{
    return buf_text(&p->heard);
}

void peer_forget(struct peer *p)
{
    buf_clear(&p->heard);
}

bool peer_hears(struct peer *p, const char *text)
{
    int64_t until_ms = now_ms() + PATIENCE_MS;
    while (strstr(peer_heard(p), text) == NULL && !p->has_ended && now_ms() < until_ms) {
        listen_a_little(p);
    }
    return strstr(peer_heard(p), text) != NULL;
}

bool peer_sees_end(struct peer *p)
{
    int64_t until_ms = now_ms() + PATIENCE_MS;
    while (!p->has_ended && now_ms() < until_ms) {
        listen_a_little(p);
    }
    return p->has_ended;
}

const char *ask(struct world *w, const char *head, const char *body)
{
    static char answer[1 << 20];
    struct peer p;
    peer_open(&p, w);
    peer_sayf(&p, "%sConnection: close\r\n\r\n", head);
    peer_say(&p, body, strlen(body));
    assert_true(peer_sees_end(&p));
    snprintf(answer, sizeof answer, "%s", peer_heard(&p));
    peer_close(&p);
    return answer;
}

const char *ask_simply(struct world *w, const char *method, const char *path, const char *json)
{
    char *head =
        json ? mem_format("%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n",
                          method, path, web_port(w->web), strlen(json))
             : mem_format("%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n", method, path, web_port(w->web));
    const char *answer = ask(w, head, json ? json : "");
    mem_free(head);
    return answer;
}
