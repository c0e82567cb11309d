#include "port.h"

#include "address.h"
#include "base/buf.h"
#include "base/mem.h"
#include "loop/log.h"
#include "pty.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { READ_MOST = 4096, SAY_MOST = 1 << 20, SPEED_STEP_MS = 20 };

struct port {
    struct loop *loop;
    const struct port_owner *owner;
    void *self;
    char *wanted, *address; /* as asked for; as it came to be */
    int listener_fd, guest_fd;
    int slave_fd; /* of a pty: held open, so that a POS may come and go */
    struct watch *listener, *guest;
    struct buf held; /* read, but not yet taken by the owner */
    struct buf out;
    bool has_ended; /* the guest sends no more; it leaves when all is taken and said */
    unsigned speed;
    size_t read_most, budget;
    struct timer *refill;
    uint64_t vanish_after;
};

static void serve(void *self, unsigned ready);
static void admit(void *self, unsigned ready);
static void refill(void *self);

static bool is_pty(const struct port *p)
{
    return address_is(p->wanted, "pty");
}

bool port_has_guest(const struct port *p)
{
    return p->guest_fd >= 0;
}

const char *port_address(const struct port *p)
{
    return p->address;
}

static void want_what_matters(struct port *p)
{
    bool may_read = p->held.n == 0 && !p->has_ended && (p->speed == 0 || p->budget > 0);
    watch_want(p->guest, (may_read ? READY_READ : 0) | (p->out.n > 0 ? READY_WRITE : 0));
}

static err take_guest(struct port *p, int fd)
{
    p->guest_fd = fd;
    p->has_ended = false;
    p->guest = loop_watch(p->loop, fd, READY_READ, serve, p);
    return p->guest != NULL ? OK : ERR_SYSTEM;
}

static void drop_guest(struct port *p)
{
    if (p->guest_fd < 0) {
        return;
    }
    watch_free(p->guest);
    close(p->guest_fd);
    p->guest = NULL;
    p->guest_fd = -1;
    buf_drop(&p->held, p->held.n);
    buf_drop(&p->out, p->out.n);
    if (p->listener != NULL) {
        watch_want(p->listener, READY_READ);
    }
}

static void admit(void *self, unsigned ready)
{
    struct port *p = self;
    (void)ready;
    int fd = accept4(p->listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    watch_want(p->listener, 0);
    if (take_guest(p, fd) != OK) {
        drop_guest(p);
    }
}

/* A guest that hears no more may still have sent what is to be read: only the answers are given up. */
static void flush(struct port *p)
{
    while (p->out.n > 0) {
        ssize_t n = write(p->guest_fd, p->out.at, p->out.n);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (n < 0) {
            buf_drop(&p->out, p->out.n);
            return;
        }
        buf_drop(&p->out, (size_t)n);
    }
}

static void start_refill(struct port *p)
{
    if (p->speed == 0 || p->budget > 0 || p->refill != NULL) {
        return;
    }
    int64_t step_ms = p->speed * SPEED_STEP_MS >= 1000 ? SPEED_STEP_MS : 1000 / p->speed;
    p->refill = loop_after(p->loop, step_ms, refill, p);
}

static void refill(void *self)
{
    struct port *p = self;
    p->refill = NULL;
    size_t each = (size_t)p->speed * SPEED_STEP_MS / 1000;
    p->budget = each > 0 ? each : 1;
    if (p->guest != NULL) {
        want_what_matters(p);
    }
}

static void count_down(struct port *p, size_t n)
{
    p->budget -= n < p->budget ? n : p->budget;
    start_refill(p);
    if (p->vanish_after == 0) {
        return;
    }
    p->vanish_after -= n < p->vanish_after ? n : p->vanish_after;
    if (p->vanish_after == 0) {
        port_vanish(p);
        if (p->owner->vanished != NULL) {
            p->owner->vanished(p->self);
        }
    }
}

static size_t read_room(const struct port *p)
{
    size_t most = p->read_most > 0 && p->read_most < READ_MOST ? p->read_most : READ_MOST;
    if (p->speed > 0 && p->budget < most) {
        most = p->budget;
    }
    return p->vanish_after > 0 && p->vanish_after < most ? (size_t)p->vanish_after : most;
}

static void hear(struct port *p)
{
    unsigned char bytes[READ_MOST];
    ssize_t n = read(p->guest_fd, bytes, read_room(p));
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (n <= 0) {
        p->has_ended = true;
        return;
    }
    size_t taken = p->owner->heard(p->self, (struct view){ bytes, (size_t)n });
    if (taken < (size_t)n && buf_add(&p->held, bytes + taken, (size_t)n - taken) != OK) {
        log_error("port", "%s: %zu bytes could not be held", p->address, (size_t)n - taken);
    }
    count_down(p, (size_t)n);
}

/* The guest's last words are taken before it goes; a pty has no guest that could go. */
static void settle(struct port *p)
{
    if (p->guest == NULL) {
        return;
    }
    if (p->has_ended && p->held.n == 0 && p->out.n == 0) {
        drop_guest(p);
        return;
    }
    want_what_matters(p);
}

static void serve(void *self, unsigned ready)
{
    struct port *p = self;
    if ((ready & READY_WRITE) != 0) {
        flush(p);
    }
    if ((ready & (READY_READ | READY_GONE)) != 0 && p->held.n == 0 && read_room(p) > 0) {
        hear(p);
    }
    settle(p);
}

void port_offer(struct port *p)
{
    if (p->held.n > 0) {
        buf_drop(&p->held, p->owner->heard(p->self, buf_view(&p->held)));
    }
    settle(p);
}

err port_say(struct port *p, struct view bytes)
{
    if (p->guest == NULL) {
        return ERR_GONE;
    }
    err e = buf_add_view(&p->out, bytes);
    if (e == OK) {
        flush(p);
        want_what_matters(p);
    }
    return e;
}

void port_set_speed(struct port *p, unsigned bytes_per_second)
{
    timer_free(p->refill);
    p->refill = NULL;
    p->speed = bytes_per_second;
    p->budget = 0;
    start_refill(p);
    settle(p);
}

void port_set_read_most(struct port *p, size_t bytes)
{
    p->read_most = bytes;
}

void port_vanish_after(struct port *p, uint64_t bytes)
{
    p->vanish_after = bytes;
}

static err listen_on(struct port *p)
{
    err e = address_listen(p->wanted, &p->listener_fd);
    if (e != OK) {
        return e;
    }
    p->listener = loop_watch(p->loop, p->listener_fd, READY_READ, admit, p);
    mem_free(p->address);
    p->address = mem_text(p->wanted);
    struct sockaddr_in in4;
    socklen_t size = sizeof in4;
    if (address_is(p->wanted, "tcp") && getsockname(p->listener_fd, (struct sockaddr *)&in4, &size) == 0 &&
        in4.sin_family == AF_INET) {
        char host[INET_ADDRSTRLEN] = "";
        inet_ntop(AF_INET, &in4.sin_addr, host, sizeof host);
        mem_free(p->address);
        p->address = mem_format("tcp:%s:%u", host, ntohs(in4.sin_port));
        mem_free(p->wanted);
        p->wanted = mem_text(p->address); /* it returns where it was */
    }
    return p->listener != NULL ? OK : ERR_SYSTEM;
}

err port_return(struct port *p)
{
    if (p->listener != NULL || p->guest != NULL) {
        return OK;
    }
    if (!is_pty(p)) {
        return listen_on(p);
    }
    int master_fd = -1;
    err e = pty_open(address_path(p->wanted), &master_fd, &p->slave_fd);
    return e == OK ? take_guest(p, master_fd) : e;
}

void port_vanish(struct port *p)
{
    watch_free(p->listener);
    p->listener = NULL;
    if (p->listener_fd >= 0) {
        close(p->listener_fd);
        p->listener_fd = -1;
        if (address_is(p->wanted, "unix")) {
            unlink(address_path(p->wanted));
        }
    }
    drop_guest(p);
    if (p->slave_fd >= 0) {
        close(p->slave_fd);
        p->slave_fd = -1;
        unlink(address_path(p->wanted));
    }
    p->vanish_after = 0;
}

err port_open(struct loop *l, const char *address, const struct port_owner *owner, void *self, struct port **out)
{
    struct port *p = mem_new(sizeof *p);
    *p = (struct port){ .loop = l, .owner = owner, .self = self, .listener_fd = -1, .guest_fd = -1, .slave_fd = -1 };
    p->wanted = mem_text(address);
    p->address = mem_text(address);
    buf_init(&p->held, READ_MOST);
    buf_init(&p->out, SAY_MOST);
    err e = port_return(p);
    if (e != OK) {
        int why = errno;
        port_close(p);
        errno = why;
        return e;
    }
    *out = p;
    return OK;
}

static void release(void *self)
{
    mem_free(self);
}

void port_close(struct port *p)
{
    if (p == NULL) {
        return;
    }
    port_vanish(p);
    timer_free(p->refill);
    buf_clear(&p->held);
    buf_clear(&p->out);
    mem_free(p->wanted);
    mem_free(p->address);
    loop_later(p->loop, release, p);
}
