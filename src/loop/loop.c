#include "loop/loop.h"

#include "base/list.h"
#include "base/mem.h"
#include "loop/log.h"
#include "timers.h"

#include <stdbool.h>
#include <uv.h>

enum { BUDGET_US = 20000 };

struct watch {
    struct list node;
    struct loop *loop;
    uv_poll_t poll;
    watch_fn *fn;
    void *self;
    bool is_free;
};

struct later {
    struct list node;
    loop_fn *fn;
    void *self;
};

struct on_signal {
    struct list node;
    uv_signal_t handle;
    signal_fn *fn;
    void *self;
};

struct job {
    uv_work_t request;
    struct loop *loop;
    loop_fn *work, *done;
    void *self;
};

struct loop {
    uv_loop_t uv;
    uv_timer_t alarm; /* rings for the nearest of our own timers */
    struct clock *clock;
    struct timers timers;
    struct list watches, laters, signals;
    struct loop_health health;
    size_t jobs;
    bool is_stopped;
};

static void ring(uv_timer_t *alarm);

struct loop *loop_new(struct clock *clock)
{
    struct loop *l = mem_new(sizeof *l);
    l->clock = clock;
    list_init(&l->watches);
    list_init(&l->laters);
    list_init(&l->signals);
    if (uv_loop_init(&l->uv) != 0 || uv_timer_init(&l->uv, &l->alarm) != 0) {
        log_error("loop", "the event loop cannot start");
        mem_free(l);
        return NULL;
    }
    l->uv.data = l;
    l->alarm.data = l;
    return l;
}

int64_t loop_now_us(const struct loop *l)
{
    return l->clock->steady_us(l->clock);
}

int64_t loop_now_ms(const struct loop *l)
{
    return loop_now_us(l) / 1000;
}

int64_t loop_wall_us(const struct loop *l)
{
    return l->clock->wall_us(l->clock);
}

struct loop_health loop_health(const struct loop *l)
{
    return l->health;
}

static void measure(struct loop *l, int64_t from_us, const char *what)
{
    int64_t took_us = loop_now_us(l) - from_us;
    if (took_us > l->health.longest_us) {
        l->health.longest_us = took_us;
    }
    if (took_us > BUDGET_US) {
        l->health.late_callbacks++;
        log_debug("loop", "a %s callback took %lld us", what, (long long)took_us);
    }
}

/* What was put off until the turn is over; it may put off more, which then also runs. */
static void run_laters(struct loop *l)
{
    while (!list_is_empty(&l->laters)) {
        struct later *x = list_entry(l->laters.next, struct later, node);
        list_remove(&x->node);
        x->fn(x->self);
        mem_free(x);
    }
}

static void arm(struct loop *l)
{
    int64_t due_us = 0;
    if (l->clock->jump != NULL || !timers_next(&l->timers, &due_us)) {
        uv_timer_stop(&l->alarm);
        return;
    }
    int64_t wait_us = due_us - loop_now_us(l);
    uv_update_time(&l->uv);
    uv_timer_start(&l->alarm, ring, wait_us > 0 ? (uint64_t)(wait_us + 999) / 1000 : 0, 0);
}

static void run_due_timers(struct loop *l)
{
    loop_fn *fn = NULL;
    void *self = NULL;
    int64_t until_us = loop_now_us(l);
    while (timers_take(&l->timers, until_us, &fn, &self)) {
        int64_t from_us = loop_now_us(l);
        fn(self);
        measure(l, from_us, "timer");
    }
}

static void ring(uv_timer_t *alarm)
{
    struct loop *l = alarm->data;
    run_due_timers(l);
    run_laters(l);
    arm(l);
}

static bool is_alive(const struct loop *l)
{
    int64_t due_us = 0;
    return !list_is_empty(&l->watches) || timers_next(&l->timers, &due_us) || l->jobs > 0;
}

static void jump_to_next_timer(struct loop *l)
{
    int64_t due_us = 0;
    if (timers_next(&l->timers, &due_us)) {
        int64_t wait_us = due_us - loop_now_us(l);
        l->clock->jump(l->clock, wait_us > 0 ? wait_us : 0);
        run_due_timers(l);
    }
}

void loop_turn(struct loop *l)
{
    uint64_t turns = l->health.turns;
    run_laters(l);
    uv_run(&l->uv, UV_RUN_NOWAIT);
    run_laters(l);
    if (l->clock->jump != NULL && l->health.turns == turns && l->jobs == 0) {
        jump_to_next_timer(l);
        run_laters(l);
    }
}

void loop_run(struct loop *l)
{
    l->is_stopped = false;
    run_laters(l);
    while (!l->is_stopped && is_alive(l)) {
        if (l->clock->jump != NULL) {
            loop_turn(l);
            continue;
        }
        arm(l);
        uv_run(&l->uv, UV_RUN_ONCE);
        run_laters(l);
    }
}

void loop_stop(struct loop *l)
{
    l->is_stopped = true;
    uv_stop(&l->uv);
}

static int wanted_by_uv(unsigned want)
{
    return ((want & READY_READ) ? UV_READABLE : 0) | ((want & READY_WRITE) ? UV_WRITABLE : 0) |
           ((want & READY_GONE) ? UV_DISCONNECT : 0);
}

static void polled(uv_poll_t *poll, int status, int events)
{
    struct watch *w = poll->data;
    struct loop *l = w->loop;
    if (w->is_free) {
        return;
    }
    unsigned ready = ((events & UV_READABLE) ? READY_READ : 0) | ((events & UV_WRITABLE) ? READY_WRITE : 0) |
                     (((events & UV_DISCONNECT) || status < 0) ? READY_GONE : 0);
    int64_t from_us = loop_now_us(l);
    l->health.turns++;
    w->fn(w->self, ready);
    measure(l, from_us, "watch");
    run_laters(l);
    arm(l);
}

struct watch *loop_watch(struct loop *l, int fd, unsigned want, watch_fn *fn, void *self)
{
    struct watch *w = mem_new(sizeof *w);
    *w = (struct watch){ .loop = l, .fn = fn, .self = self };
    if (uv_poll_init(&l->uv, &w->poll, fd) != 0) {
        mem_free(w);
        return NULL;
    }
    w->poll.data = w;
    list_append(&l->watches, &w->node);
    watch_want(w, want);
    return w;
}

void watch_want(struct watch *w, unsigned want)
{
    if (!w->is_free) {
        uv_poll_start(&w->poll, wanted_by_uv(want), polled);
    }
}

static void watch_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

void watch_free(struct watch *w)
{
    if (w == NULL || w->is_free) {
        return;
    }
    w->is_free = true;
    list_remove(&w->node);
    uv_poll_stop(&w->poll);
    uv_close((uv_handle_t *)&w->poll, watch_closed);
}

struct timer *loop_after(struct loop *l, int64_t delay_ms, loop_fn *fn, void *self)
{
    struct timer *t = timers_add(&l->timers, loop_now_us(l) + delay_ms * 1000, fn, self);
    arm(l);
    return t;
}

void timer_free(struct timer *t)
{
    timers_remove(t);
}

void loop_later(struct loop *l, loop_fn *fn, void *self)
{
    struct later *x = mem_new(sizeof *x);
    *x = (struct later){ .fn = fn, .self = self };
    list_append(&l->laters, &x->node);
    if (l->clock->jump == NULL) {
        uv_timer_start(&l->alarm, ring, 0, 0); /* wakes a loop that is waiting */
    }
}

static void signalled(uv_signal_t *handle, int number)
{
    struct on_signal *s = handle->data;
    s->fn(s->self, number);
    run_laters(handle->loop->data);
}

static void signal_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

void loop_on_signal(struct loop *l, int number, signal_fn *fn, void *self)
{
    struct on_signal *s = mem_new(sizeof *s);
    *s = (struct on_signal){ .fn = fn, .self = self };
    uv_signal_init(&l->uv, &s->handle);
    s->handle.data = s;
    uv_signal_start(&s->handle, signalled, number);
    uv_unref((uv_handle_t *)&s->handle);
    list_append(&l->signals, &s->node);
}

static void do_work(uv_work_t *request)
{
    struct job *j = request->data;
    j->work(j->self);
}

static void work_done(uv_work_t *request, int status)
{
    (void)status;
    struct job *j = request->data;
    struct loop *l = j->loop;
    l->jobs--;
    l->health.turns++;
    j->done(j->self);
    mem_free(j);
    run_laters(l);
    arm(l);
}

err loop_work(struct loop *l, loop_fn *work, loop_fn *done, void *self)
{
    struct job *j = mem_new(sizeof *j);
    *j = (struct job){ .loop = l, .work = work, .done = done, .self = self };
    j->request.data = j;
    if (uv_queue_work(&l->uv, &j->request, do_work, work_done) != 0) {
        mem_free(j);
        return ERR_SYSTEM;
    }
    l->jobs++;
    return OK;
}

void loop_free(struct loop *l)
{
    if (l == NULL) {
        return;
    }
    while (l->jobs > 0) {
        uv_run(&l->uv, UV_RUN_ONCE);
    }
    run_laters(l);
    list_each_safe(node, &l->watches)
    {
        watch_free(list_entry(node, struct watch, node));
    }
    list_each_safe(left, &l->signals)
    {
        uv_close((uv_handle_t *)&list_entry(left, struct on_signal, node)->handle, signal_closed);
    }
    uv_close((uv_handle_t *)&l->alarm, NULL);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    timers_clear(&l->timers);
    uv_loop_close(&l->uv);
    mem_free(l);
}
