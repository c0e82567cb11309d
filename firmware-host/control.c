#include "control.h"

#include "address.h"
#include "base/list.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_MOST = 8192, GUESTS_MOST = 16 };

struct control {
    struct devices *devices;
    char *path; /* NULL: standard input */
    int listener_fd;
    struct watch *listener;
    struct list guests;
    unsigned guest_count;
};

struct guest {
    struct list node;
    struct control *control;
    int in_fd, out_fd;
    struct watch *watch;
    struct buf heard;
};

static void drop_guest(struct guest *g)
{
    struct control *c = g->control;
    watch_free(g->watch);
    if (g->in_fd != STDIN_FILENO) {
        close(g->in_fd);
    }
    buf_clear(&g->heard);
    list_remove(&g->node);
    c->guest_count--;
    if (c->listener != NULL) {
        watch_want(c->listener, READY_READ);
    }
    mem_free(g);
}

/* Answers are a line; a guest that does not read so much is gone. */
static bool say(const struct guest *g, struct view bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(g->out_fd, bytes.at, bytes.n);
        if (n <= 0) {
            return false;
        }
        bytes = view_skip(bytes, (size_t)n);
    }
    return true;
}

static bool obey(struct guest *g, unsigned char *line, size_t n)
{
    struct buf answer;
    n -= n > 0 && line[n - 1] == '\r' ? 1 : 0;
    line[n] = '\0';
    buf_init(&answer, LINE_MOST);
    devices_command(g->control->devices, (const char *)line, &answer);
    bool is_said = say(g, buf_view(&answer));
    buf_clear(&answer);
    return is_said;
}

static bool obey_lines(struct guest *g)
{
    unsigned char *end = memchr(g->heard.at, '\n', g->heard.n);
    while (end != NULL) {
        size_t n = (size_t)(end - g->heard.at);
        if (n > 0 && !obey(g, g->heard.at, n)) {
            return false;
        }
        buf_drop(&g->heard, n + 1);
        end = g->heard.n > 0 ? memchr(g->heard.at, '\n', g->heard.n) : NULL;
    }
    return true;
}

static void hear(void *self, unsigned ready)
{
    struct guest *g = self;
    unsigned char bytes[512];
    (void)ready;
    ssize_t n = read(g->in_fd, bytes, sizeof bytes);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (n <= 0 || buf_add(&g->heard, bytes, (size_t)n) != OK || !obey_lines(g)) {
        drop_guest(g);
    }
}

static err add_guest(struct control *c, int in_fd, int out_fd)
{
    struct guest *g = mem_new(sizeof *g);
    g->control = c;
    g->in_fd = in_fd;
    g->out_fd = out_fd;
    buf_init(&g->heard, LINE_MOST);
    list_append(&c->guests, &g->node);
    c->guest_count++;
    g->watch = loop_watch(c->devices->loop, in_fd, READY_READ, hear, g);
    if (g->watch == NULL) {
        drop_guest(g);
        return ERR_SYSTEM;
    }
    return OK;
}

static void admit(void *self, unsigned ready)
{
    struct control *c = self;
    (void)ready;
    int fd = accept4(c->listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0 && add_guest(c, fd, fd) != OK) {
        return;
    }
    if (c->guest_count >= GUESTS_MOST) {
        watch_want(c->listener, 0);
    }
}

static err open_listener(struct control *c, const char *address)
{
    if (!address_is(address, "unix")) {
        return ERR_INPUT;
    }
    err e = address_listen(address, &c->listener_fd);
    if (e != OK) {
        return e;
    }
    c->path = mem_text(address_path(address));
    c->listener = loop_watch(c->devices->loop, c->listener_fd, READY_READ, admit, c);
    return c->listener != NULL ? OK : ERR_SYSTEM;
}

err control_open(struct devices *d, const char *address, struct control **out)
{
    struct control *c = mem_new(sizeof *c);
    c->devices = d;
    c->listener_fd = -1;
    list_init(&c->guests);
    bool is_standard = strcmp(address, "-") == 0;
    err e = is_standard ? add_guest(c, STDIN_FILENO, STDOUT_FILENO) : open_listener(c, address);
    if (e != OK) {
        int why = errno;
        control_close(c);
        errno = why;
        return e;
    }
    *out = c;
    return OK;
}

void control_close(struct control *c)
{
    if (c == NULL) {
        return;
    }
    watch_free(c->listener);
    c->listener = NULL;
    if (c->listener_fd >= 0) {
        close(c->listener_fd);
    }
    list_each_safe(node, &c->guests)
    {
        drop_guest(list_entry(node, struct guest, node));
    }
    if (c->path != NULL) {
        unlink(c->path);
    }
    mem_free(c->path);
    mem_free(c);
}
