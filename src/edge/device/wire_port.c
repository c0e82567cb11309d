#include "edge/wire.h"

#include "base/mem.h"
#include "driver/driver.h"
#include "loop/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { MOST_AT_ONCE = 16, REST_MS = 1000 };

struct wire_port {
    struct loop *loop;
    const struct wire_kind *kind;
    const struct wire_kind *const *kinds;
    char *address;
    int fd;
    struct watch *watch;
    struct timer *rest;
    wire_came_fn *came;
    void (*keep)(void *self, const char *address, int fd);
    void *self;
    bool is_closed;
};

static void go_on(void *self)
{
    struct wire_port *p = self;
    p->rest = NULL;
    watch_want(p->watch, READY_READ);
}

/* Out of descriptors: the callers wait in the kernel's queue, and we do not spin over them. */
static void take_rest(struct wire_port *p)
{
    log_warn("wire", "%s: cannot take a connection: %s", p->address, strerror(errno));
    watch_want(p->watch, 0);
    p->rest = loop_after(p->loop, REST_MS, go_on, p);
}

static bool is_passing(int error)
{
    return error == EAGAIN || error == EINTR || error == ECONNABORTED || error == EPROTO;
}

/* False: nobody else waits, or nobody can come in now. */
static bool let_in(struct wire_port *p)
{
    struct wire *w = NULL;
    int fd = accept4(p->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0 && p->keep != NULL) {
        p->keep(p->self, p->address, fd);
    }
    if (fd >= 0 && wire_accepted(p->loop, p->kinds, p->address, fd, &w) == OK) {
        p->came(p->self, w);
    }
    if (fd < 0 && !is_passing(errno)) {
        take_rest(p);
    }
    return fd >= 0;
}

static void come_in(void *self, unsigned ready)
{
    struct wire_port *p = self;
    (void)ready;
    for (int i = 0; i < MOST_AT_ONCE && !p->is_closed; i++) {
        if (!let_in(p)) {
            return;
        }
    }
}

err wire_port_open(struct loop *l, const struct wire_kind *const *kinds, const struct wire_listening *how, struct wire_port **out)
{
    const struct wire_kind *kind = wire_kind_of(kinds, how->address);
    if (kind == NULL || kind->listen == NULL) {
        return ERR_MISSING;
    }
    int fd = how->fd;
    err e = fd >= 0 ? OK : kind->listen(strchr(how->address, ':') + 1, &fd);
    if (e != OK) {
        return e;
    }
    struct wire_port *p = mem_new(sizeof *p);
    *p = (struct wire_port){ .loop = l, .kind = kind, .kinds = kinds, .fd = fd, .came = how->came, .self = how->self };
    p->keep = how->keep;
    p->address = mem_text(how->address);
    p->watch = loop_watch(l, fd, READY_READ, come_in, p);
    *out = p;
    return OK;
}

static void free_port(void *self)
{
    struct wire_port *p = self;
    mem_free(p->address);
    mem_free(p);
}

void wire_port_close(struct wire_port *p)
{
    if (p == NULL || p->is_closed) {
        return;
    }
    p->is_closed = true;
    timer_free(p->rest);
    watch_free(p->watch);
    close(p->fd);
    loop_later(p->loop, free_port, p);
}

int wire_port_fd(const struct wire_port *p)
{
    return p->fd;
}
