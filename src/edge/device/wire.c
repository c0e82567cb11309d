#include "edge/wire.h"

#include "base/buf.h"
#include "base/mem.h"
#include "driver/driver.h"
#include "loop/log.h"

#include <assert.h>
#include <string.h>
#include <sys/ioctl.h>

enum { QUEUE_CEILING = 256 * 1024, LEAST_RETRY_MS = 50, MOST_RETRY_MS = 2000 };

struct wire {
    struct loop *loop;
    const struct wire_kind *kind;
    char *address;
    const struct wire_owner *owner;
    void *self;
    void *memory; /* the driver's, while it is open or opening */
    struct wire_witness *witness;
    uint64_t witness_tag;
    struct buf queue;
    size_t queue_from; /* the front of the queue was handed over already */
    struct timer *retry;
    int64_t retry_ms;
    uint64_t handed, lost;
    err why; /* of a failure that waits for the end of this turn */
    bool is_open, is_paused, is_accepted, is_failing, is_closed, was_told;
};

static void try_open(void *self);

const struct wire_kind *wire_kind_of(const struct wire_kind *const *kinds, const char *address)
{
    const char *colon = strchr(address, ':');
    for (; colon != NULL && *kinds != NULL; kinds++) {
        size_t n = strlen((*kinds)->scheme);
        if (n == (size_t)(colon - address) && memcmp((*kinds)->scheme, address, n) == 0) {
            return *kinds;
        }
    }
    return NULL;
}

static const char *rest_of(const char *address)
{
    return strchr(address, ':') + 1;
}

static struct wire *make(struct loop *l, const struct wire_kind *const *kinds, const char *address)
{
    const struct wire_kind *kind = wire_kind_of(kinds, address);
    if (kind == NULL) {
        log_error("wire", "%s: no wire goes by this name", address);
        return NULL;
    }
    struct wire *w = mem_new(sizeof *w);
    *w = (struct wire){ .loop = l, .kind = kind, .address = mem_text(address), .retry_ms = LEAST_RETRY_MS };
    buf_init(&w->queue, QUEUE_CEILING);
    return w;
}

/* Drivers look at their memory after a callback; it goes when nobody can be inside any more. */
static void shut(struct wire *w)
{
    if (w->memory != NULL) {
        w->kind->shut(w);
        loop_later(w->loop, mem_free, w->memory);
        w->memory = NULL;
    }
    w->is_open = false;
}

static void free_wire(void *self)
{
    struct wire *w = self;
    buf_clear(&w->queue);
    mem_free(w->address);
    mem_free(w);
}

void wire_close(struct wire *w)
{
    if (w == NULL || w->is_closed) {
        return;
    }
    w->is_closed = true;
    w->owner = NULL;
    timer_free(w->retry);
    w->retry = NULL;
    shut(w);
    loop_later(w->loop, free_wire, w);
}

static void open_later(struct wire *w)
{
    w->retry = loop_after(w->loop, w->retry_ms, try_open, w);
    w->retry_ms = w->retry_ms * 2 < MOST_RETRY_MS ? w->retry_ms * 2 : MOST_RETRY_MS;
}

static void try_open(void *self)
{
    struct wire *w = self;
    w->retry = NULL;
    w->memory = mem_new(w->kind->memory);
    err e = w->kind->open(w, rest_of(w->address));
    if (e != OK && w->memory != NULL) {
        wire_is_down(w, e);
    }
}

/* The first failure of a row is told, the others would say the same. */
static void tell_once(struct wire *w, err why)
{
    if (!w->was_told && !w->is_accepted) {
        log_warn("wire", "%s is %s; trying again until it is there", w->address, err_name(why));
    }
    w->was_told = true;
}

void wire_is_down(struct wire *w, err why)
{
    if (w->memory == NULL || w->is_closed) {
        return;
    }
    bool was_open = w->is_open;
    w->lost = was_open && w->kind->lost != NULL ? w->kind->lost(w) : 0;
    shut(w);
    w->is_failing = false;
    tell_once(w, why);
    if (!w->is_accepted) {
        open_later(w);
    }
    if (was_open && w->owner != NULL && w->owner->down != NULL) {
        w->owner->down(w->self, why);
    }
}

/* A push that fails inside wire_send is told when the caller is done. */
static void fail_now(void *self)
{
    struct wire *w = self;
    if (w->is_failing) {
        w->is_failing = false; /* also when the driver was first to say so */
        wire_is_down(w, w->why);
    }
}

static void fail_later(struct wire *w, err why)
{
    if (!w->is_failing) {
        w->is_failing = true;
        w->why = why;
        loop_later(w->loop, fail_now, w);
    }
}

static size_t push(struct wire *w, struct view bytes)
{
    size_t taken = 0;
    if (bytes.n == 0 || !w->is_open || w->is_failing) {
        return 0;
    }
    err e = w->kind->push(w, bytes, &taken);
    assert(taken <= bytes.n);
    w->handed += taken;
    if (e != OK && e != ERR_AGAIN) {
        fail_later(w, e);
    }
    return taken;
}

static struct view queued_view(const struct wire *w)
{
    return view_skip(buf_view(&w->queue), w->queue_from);
}

/* True when nothing is left. */
static bool flush(struct wire *w)
{
    w->queue_from += push(w, queued_view(w));
    if (w->queue_from < w->queue.n) {
        return false;
    }
    buf_drop(&w->queue, w->queue.n);
    w->queue_from = 0;
    return true;
}

void wire_is_up(struct wire *w)
{
    if (w->is_closed || w->is_open) {
        return;
    }
    w->is_open = true;
    w->handed = w->lost = 0;
    w->retry_ms = LEAST_RETRY_MS;
    if (w->was_told) {
        log_info("wire", "%s is there", w->address);
    }
    w->was_told = false;
    if (w->kind->pause != NULL) {
        w->kind->pause(w, w->is_paused);
    }
    if (w->owner != NULL && w->owner->up != NULL) {
        w->owner->up(w->self);
    }
    flush(w);
}

void wire_heard(struct wire *w, struct view bytes)
{
    if (!w->is_closed && w->owner != NULL && w->owner->heard != NULL) {
        w->owner->heard(w->self, bytes);
    }
}

void wire_can_take(struct wire *w)
{
    if (!w->is_closed && flush(w) && w->owner != NULL && w->owner->drained != NULL) {
        w->owner->drained(w->self);
    }
}

void wire_has_ended(struct wire *w)
{
    if (w->is_closed) {
        return;
    }
    if (w->owner != NULL && w->owner->ended != NULL) {
        w->owner->ended(w->self);
        return;
    }
    wire_is_down(w, ERR_GONE);
}

err wire_open(struct loop *l, const struct wire_kind *const *kinds, const struct wire_calling *how, struct wire **out)
{
    struct wire *w = make(l, kinds, how->address);
    if (w == NULL) {
        return ERR_MISSING;
    }
    w->owner = how->owner;
    w->self = how->self;
    w->retry = loop_after(l, 0, try_open, w);
    *out = w;
    return OK;
}

static err take(struct wire *w, int fd, bool is_accepted, struct wire **out)
{
    w->is_paused = true;
    w->is_accepted = is_accepted;
    w->memory = mem_new(w->kind->memory);
    err e = w->kind->take != NULL ? w->kind->take(w, fd, is_accepted) : ERR_MISSING;
    if (e != OK) {
        wire_close(w);
        return e;
    }
    *out = w;
    return OK;
}

err wire_open_with(struct loop *l, const struct wire_kind *const *kinds, const char *address, int fd, struct wire **out)
{
    struct wire *w = make(l, kinds, address);
    return w != NULL ? take(w, fd, false, out) : ERR_MISSING;
}

err wire_accepted(struct loop *l, const struct wire_kind *const *kinds, const char *address, int fd, struct wire **out)
{
    struct wire *w = make(l, kinds, address);
    return w != NULL ? take(w, fd, true, out) : ERR_MISSING;
}

void wire_adopt(struct wire *w, const struct wire_owner *owner, void *self)
{
    w->owner = owner;
    w->self = self;
    wire_pause(w, false);
}

void wire_finish(struct wire *w)
{
    if (w == NULL || w->is_closed) {
        return;
    }
    if (w->is_open) {
        flush(w);
    }
    if (w->is_open && w->kind->finish != NULL) {
        w->kind->finish(w);
    }
    wire_close(w);
}

err wire_send(struct wire *w, struct view bytes)
{
    if (bytes.n > wire_room(w)) {
        return ERR_FULL;
    }
    if (w->queue.n == 0) {
        bytes = view_skip(bytes, push(w, bytes));
    } else if (w->queue_from > 0) {
        buf_drop(&w->queue, w->queue_from);
        w->queue_from = 0;
    }
    return buf_add_view(&w->queue, bytes);
}

size_t wire_offer(struct wire *w, struct view bytes)
{
    return w->queue.n == 0 ? push(w, bytes) : 0;
}

size_t wire_room(const struct wire *w)
{
    return QUEUE_CEILING - wire_queued(w);
}

size_t wire_queued(const struct wire *w)
{
    return w->queue.n - w->queue_from;
}

uint64_t wire_handed(const struct wire *w)
{
    return w->handed;
}

uint64_t wire_lost(const struct wire *w)
{
    return w->lost;
}

size_t wire_waiting(const struct wire *w)
{
    int fd = wire_fd(w), n = 0;
    return fd >= 0 && ioctl(fd, FIONREAD, &n) == 0 && n > 0 ? (size_t)n : 0;
}

void wire_drop_queue(struct wire *w)
{
    buf_drop(&w->queue, w->queue.n);
    w->queue_from = 0;
}

void wire_pause(struct wire *w, bool is_paused)
{
    if (w->is_paused == is_paused) {
        return;
    }
    w->is_paused = is_paused;
    if (w->is_open && w->kind->pause != NULL) {
        w->kind->pause(w, is_paused);
    }
}

bool wire_is_open(const struct wire *w)
{
    return w->is_open;
}

const char *wire_address(const struct wire *w)
{
    return w->address;
}

int wire_fd(const struct wire *w)
{
    /* Drivers only look; the door gives them a wire that they may change. */
    return w->memory != NULL && w->kind->fd != NULL ? w->kind->fd((struct wire *)(uintptr_t)w) : -1;
}

void wire_set_witness(struct wire *w, struct wire_witness *witness, uint64_t tag)
{
    w->witness = witness;
    w->witness_tag = tag;
}

struct loop *wire_loop(struct wire *w)
{
    return w->loop;
}

void *wire_memory(struct wire *w)
{
    return w->memory;
}

struct wire_witness *wire_witness(struct wire *w, uint64_t *tag)
{
    *tag = w->witness_tag;
    return w->witness;
}
