#include "fd.h"

#include "loop/loop.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static void ready(void *self, unsigned what);

err fd_error(int error)
{
    switch (error) {
    case EAGAIN:
    case EINTR:
        return ERR_AGAIN;
    case EACCES:
    case EPERM:
    case EBUSY:
    case EADDRINUSE:
    case EADDRNOTAVAIL:
        return ERR_REFUSED;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
        return ERR_SYSTEM;
    default:
        return ERR_GONE;
    }
}

static void want(struct fd_wire *f)
{
    watch_want(f->watch, (f->is_hearing && !f->has_ended ? READY_READ : 0u) | (f->is_waiting_for_room ? READY_WRITE : 0u));
}

err fd_start(struct wire *w, int fd, bool is_socket)
{
    struct fd_wire *f = wire_memory(w);
    struct watch *watch = loop_watch(wire_loop(w), fd, 0, ready, w);
    if (watch == NULL) {
        close(fd);
        f->fd = -1;
        return ERR_SYSTEM;
    }
    *f = (struct fd_wire){ .fd = fd, .watch = watch, .is_socket = is_socket };
    return OK;
}

/* One message, so that the kernel writes its length beside it before the call returns. */
static ssize_t push_witnessed(int fd, struct view bytes, struct mmsghdr *note)
{
    struct iovec part = { (void *)(uintptr_t)bytes.at, bytes.n };
    note->msg_hdr = (struct msghdr){ .msg_iov = &part, .msg_iovlen = 1 };
    int n = sendmmsg(fd, note, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    note->msg_hdr.msg_iov = NULL;
    return n < 0 ? -1 : (ssize_t)note->msg_len;
}

static ssize_t read_witnessed(int fd, struct wire_witness *witness, uint64_t tag)
{
    witness->reader = tag;
    struct iovec part = { witness->bytes, sizeof witness->bytes };
    witness->given.msg_hdr = (struct msghdr){ .msg_iov = &part, .msg_iovlen = 1 };
    int n = recvmmsg(fd, &witness->given, 1, MSG_DONTWAIT, NULL);
    witness->given.msg_hdr.msg_iov = NULL;
    return n < 0 ? -1 : (ssize_t)witness->given.msg_len;
}

err fd_push(struct wire *w, struct view bytes, size_t *taken)
{
    struct fd_wire *f = wire_memory(w);
    uint64_t tag = 0;
    struct wire_witness *witness = wire_witness(w, &tag);
    ssize_t n;
    if (!f->is_socket) {
        n = write(f->fd, bytes.at, bytes.n);
    } else if (witness != NULL) {
        n = push_witnessed(f->fd, bytes, &witness->taken);
    } else {
        n = send(f->fd, bytes.at, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    if (n < 0 && fd_error(errno) != ERR_AGAIN) {
        return fd_error(errno);
    }
    *taken = n > 0 ? (size_t)n : 0;
    bool is_all = *taken == bytes.n;
    if (f->is_waiting_for_room == is_all) {
        f->is_waiting_for_room = !is_all;
        want(f);
    }
    return is_all ? OK : ERR_AGAIN;
}

static void end_or_fail(struct wire *w, struct fd_wire *f, ssize_t n, int error)
{
    if (n < 0 && fd_error(error) == ERR_AGAIN) {
        return;
    }
    if (n < 0 || !f->is_socket) {
        wire_is_down(w, n < 0 ? fd_error(error) : ERR_GONE);
        return;
    }
    f->has_ended = true;
    want(f);
    wire_has_ended(w);
}

static void hear(struct wire *w, struct fd_wire *f)
{
    unsigned char own[WIRE_READ_BYTES];
    uint64_t tag = 0;
    struct wire_witness *witness = f->is_socket ? wire_witness(w, &tag) : NULL;
    unsigned char *into = witness != NULL ? witness->bytes : own;
    ssize_t n = witness != NULL ? read_witnessed(f->fd, witness, tag) : read(f->fd, own, sizeof own);
    if (n <= 0) {
        end_or_fail(w, f, n, errno);
        return;
    }
    wire_heard(w, (struct view){ into, (size_t)n });
}

static void ready(void *self, unsigned what)
{
    struct wire *w = self;
    struct fd_wire *f = wire_memory(w);
    if ((what & READY_WRITE) && f->is_waiting_for_room) {
        f->is_waiting_for_room = false;
        want(f);
        wire_can_take(w);
    }
    /* Room that was made may have ended in a wire that is shut, or open anew. */
    if (wire_memory(w) != f || f->fd < 0) {
        return;
    }
    if (f->is_hearing && !f->has_ended && (what & (READY_READ | READY_GONE))) {
        hear(w, f);
    } else if (what & READY_GONE) {
        wire_is_down(w, ERR_GONE);
    }
}

void fd_pause(struct wire *w, bool is_paused)
{
    struct fd_wire *f = wire_memory(w);
    f->is_hearing = !is_paused;
    if (f->watch != NULL) {
        want(f);
    }
}

void fd_shut(struct wire *w)
{
    struct fd_wire *f = wire_memory(w);
    if (f->watch != NULL) {
        watch_free(f->watch);
        close(f->fd);
    }
    f->watch = NULL;
    f->fd = -1;
}

int fd_of(struct wire *w)
{
    const struct fd_wire *f = wire_memory(w);
    return f->watch != NULL ? f->fd : -1;
}
