#include "errand.h"

#include "address.h"
#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, ANSWER_MOST = 4096, BYTES_MOST = 64 << 20 };

struct errand {
    struct loop *loop;
    int fd;
    struct watch *watch;
    struct timer *patience;
    struct buf out, answer;
    bool is_line, is_said;
    errand_fn *fn;
    void *self;
};

static void end(struct errand *e, err how)
{
    struct buf answer = e->answer;
    errand_fn *fn = e->fn;
    void *self = e->self;
    buf_init(&e->answer, 0);
    errand_free(e);
    if (fn != NULL) {
        fn(self, how, buf_view(&answer));
    }
    buf_clear(&answer);
}

static void give_up(void *self)
{
    struct errand *e = self;
    e->patience = NULL;
    end(e, ERR_AGAIN);
}

/* False: the other side is not there. */
static bool say(struct errand *e)
{
    while (e->out.n > 0) {
        ssize_t n = send(e->fd, e->out.at, e->out.n, MSG_NOSIGNAL);
        if (n < 0) {
            return errno == EAGAIN || errno == EINTR;
        }
        buf_drop(&e->out, (size_t)n);
    }
    if (!e->is_said && !e->is_line) {
        shutdown(e->fd, SHUT_WR);
    }
    e->is_said = true;
    watch_want(e->watch, READY_READ);
    return true;
}

/* More answer than is kept is heard and forgotten. */
static void keep(struct errand *e, const unsigned char *bytes, size_t n)
{
    size_t room = ANSWER_MOST - e->answer.n;
    if (buf_add(&e->answer, bytes, n < room ? n : room) != OK) {
        buf_drop(&e->answer, e->answer.n);
    }
}

static void hear(struct errand *e)
{
    unsigned char bytes[4096];
    ssize_t n = read(e->fd, bytes, sizeof bytes);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (n <= 0) {
        end(e, n == 0 && e->is_said && !e->is_line ? OK : ERR_GONE);
        return;
    }
    keep(e, bytes, (size_t)n);
    if (e->is_line && memchr(bytes, '\n', (size_t)n) != NULL) {
        end(e, OK);
    }
}

static void serve(void *self, unsigned ready)
{
    struct errand *e = self;
    if ((ready & READY_WRITE) != 0 && !say(e)) {
        end(e, ERR_GONE);
        return;
    }
    if ((ready & READY_READ) != 0) {
        hear(e);
    }
}

err errand_run(struct loop *l, const char *address, struct view bytes, bool is_line, struct errand **out)
{
    int fd = -1;
    err failed = address_connect(address, &fd);
    if (failed != OK) {
        return failed;
    }
    struct errand *e = mem_new(sizeof *e);
    *e = (struct errand){ .loop = l, .fd = fd, .is_line = is_line };
    buf_init(&e->out, BYTES_MOST);
    buf_init(&e->answer, ANSWER_MOST);
    e->watch = loop_watch(l, fd, READY_READ | READY_WRITE, serve, e);
    failed = e->watch != NULL ? buf_add_view(&e->out, bytes) : ERR_SYSTEM;
    if (failed != OK) {
        errand_free(e);
        return failed;
    }
    e->patience = loop_after(l, PATIENCE_MS, give_up, e);
    *out = e;
    return OK;
}

void errand_then(struct errand *e, errand_fn *fn, void *self)
{
    e->fn = fn;
    e->self = self;
}

static void release(void *self)
{
    mem_free(self);
}

void errand_free(struct errand *e)
{
    if (e == NULL) {
        return;
    }
    watch_free(e->watch);
    timer_free(e->patience);
    close(e->fd);
    buf_clear(&e->out);
    buf_clear(&e->answer);
    loop_later(e->loop, release, e);
}
