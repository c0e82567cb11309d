#include "unit.h"

#include "base/mem.h"
#include "loop/bus.h"
#include "loop/loop.h"

#include <string.h>
#include <unistd.h>

static char told[64];

static void tell(const char *word)
{
    strncat(told, word, sizeof told - strlen(told) - 1);
}

static void tell_self(void *self)
{
    tell(self);
}

static void timers_run_in_order_and_a_day_takes_no_time(void **state)
{
    (void)state;
    struct clock clock = clock_jumping(1700000000000000);
    struct loop *l = loop_new(&clock);
    told[0] = '\0';
    loop_after(l, 86400000, tell_self, "c");
    loop_after(l, 10, tell_self, "a");
    loop_after(l, 10, tell_self, "b");
    timer_free(loop_after(l, 5, tell_self, "never"));
    loop_run(l);
    assert_string_equal(told, "abc");
    assert_int_equal(loop_wall_us(l), 1700000000000000 + (int64_t)86400000 * 1000);
    loop_free(l);
}

struct pipe_reader {
    struct loop *loop;
    struct watch *watch;
    int fd;
};

static void read_pipe(void *self, unsigned ready)
{
    struct pipe_reader *r = self;
    char byte = 0;
    assert_true(ready & READY_READ);
    ssize_t n = read(r->fd, &byte, 1);
    tell(n == 1 ? "r" : "e");
    if (n == 0) {
        watch_free(r->watch);
    }
}

static void a_watch_may_free_itself(void **state)
{
    (void)state;
    struct clock clock = clock_real();
    struct loop *l = loop_new(&clock);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    told[0] = '\0';
    struct pipe_reader r = { .loop = l, .fd = ends[0] };
    r.watch = loop_watch(l, ends[0], READY_READ, read_pipe, &r);
    assert_int_equal(write(ends[1], "x", 1), 1);
    close(ends[1]);
    loop_run(l);
    assert_string_equal(told, "re");
    close(ends[0]);
    loop_free(l);
}

static void work(void *self)
{
    *(int *)self += 1;
}

static void work_done(void *self)
{
    *(int *)self += 10;
}

static void long_work_comes_back_to_the_loop(void **state)
{
    (void)state;
    struct clock clock = clock_real();
    struct loop *l = loop_new(&clock);
    int counter = 0;
    assert_int_equal(loop_work(l, work, work_done, &counter), OK);
    loop_run(l);
    assert_int_equal(counter, 11);
    loop_free(l);
}

static struct bus *bus;

static void first(void *self, const struct event *e)
{
    (void)self;
    tell(e->kind == EV_CODE_SCANNED ? "1" : "2");
    if (e->kind == EV_CODE_SCANNED) {
        char text[] = "up";
        bus_post(bus, &(struct event){ .kind = EV_SCANNER_CHANGED, .text = text });
        memset(text, 0, sizeof text);
    }
}

static void second(void *self, const struct event *e)
{
    tell(e->kind == EV_CODE_SCANNED ? "a" : e->text);
    bus_leave(*(struct bus_listener **)self);
}

static void what_a_listener_posts_comes_after(void **state)
{
    (void)state;
    bus = bus_new();
    told[0] = '\0';
    struct bus_listener *once = NULL;
    bus_listen(bus, first, NULL);
    once = bus_listen(bus, second, &once);
    bus_post(bus, &(struct event){ .kind = EV_CODE_SCANNED, .text = "40" });
    assert_string_equal(told, "1a2");
    bus_free(bus);
}

static void an_event_is_a_line_of_json(void **state)
{
    (void)state;
    char *text = event_json(&(struct event){
        .kind = EV_VISIT_CHANGED, .sequence = 7, .time_ms = 5, .visit = ((int64_t)1 << 40) + 1, .detail = "{\"a\":1}" });
    assert_string_equal(
        text, "{\"event\":\"visit-changed\",\"sequence\":7,\"time_ms\":5,\"visit\":\"1099511627777\",\"detail\":{\"a\":1}}");
    mem_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_run_in_order_and_a_day_takes_no_time),
        cmocka_unit_test(a_watch_may_free_itself),
        cmocka_unit_test(long_work_comes_back_to_the_loop),
        cmocka_unit_test(what_a_listener_posts_comes_after),
        cmocka_unit_test(an_event_is_a_line_of_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
