/* The slip of the open visit: a draft from the start, wanted after the receipt, with the tap when the paper is free.
 * The store knows each step before it is taken, and the tap prints one id once, so a crash repeats nothing. */
#include "counter.h"

#include "base/mem.h"
#include "loop/log.h"
#include "views.h"

#include <string.h>

enum { TRY_AGAIN_MS = 1000 };

struct found_slip {
    int64_t id;
    char *state, *values;
};

static void take_slip(void *self, const struct slip_record *row)
{
    struct found_slip *f = self;
    mem_free(f->state);
    mem_free(f->values);
    *f = (struct found_slip){ .id = row->id, .state = mem_text(row->state), .values = mem_text(row->values_json) };
}

static void clear_slip(struct found_slip *f)
{
    mem_free(f->state);
    mem_free(f->values);
}

static void tell(struct shop *s, int64_t slip, const char *state)
{
    bus_post(s->parts.bus,
             &(struct event){
                 .kind = EV_SLIP_CHANGED, .time_ms = shop_now_us(s) / 1000, .visit = s->visit, .slip = slip, .text = state });
}

static void set_state(struct shop *s, int64_t slip, const char *state)
{
    shop_complain("a slip's state", visits_slip_state(s->parts.store, slip, state, shop_now_us(s)));
    tell(s, slip, state);
}

void slip_prepare(struct shop *s)
{
    if (s->is_slip_over || s->is_slip_with_tap) {
        return;
    }
    char *values = view_slip_values(s, s->visit, s->customer);
    struct found_slip found = { 0 };
    err e = s->slip ? visits_get_slip(s->parts.store, s->slip, take_slip, &found) : ERR_MISSING;
    if (e == ERR_MISSING) {
        e = visits_add_slip(s->parts.store, &(struct new_slip){ s->visit, "thankyou", values }, shop_now_us(s), &s->slip);
    } else if (e == OK) {
        char *renewed = view_slip_renew(values, found.values);
        e = visits_slip_values(s->parts.store, s->slip, renewed, shop_now_us(s));
        mem_free(renewed);
    }
    shop_complain("preparing a slip", e);
    clear_slip(&found);
    mem_free(values);
}

static void due(void *self)
{
    struct shop *s = self;
    s->slip_due = NULL;
    slip_try(s);
}

void slip_want(struct shop *s, int64_t delay_ms)
{
    if (s->slip == 0 || s->is_slip_over) {
        return;
    }
    if (s->slip_wanted_us == 0) {
        s->slip_wanted_us = shop_now_us(s);
        set_state(s, s->slip, "waiting");
    }
    timer_free(s->slip_due);
    s->slip_due = loop_after(s->parts.loop, delay_ms, due, s);
}

static void finish(struct shop *s, const char *state)
{
    int64_t slip = s->slip;
    s->slip_wanted_us = 0;
    s->is_slip_with_tap = false;
    s->is_slip_over = true;
    set_state(s, slip, state);
    visit_keep_awake(s);
    visit_tell(s);
}

err slip_make(const struct shop *s, const char *values_json, struct slip *out, char **reason)
{
    struct slip_value values[VIEW_SLIP_VALUES_MOST];
    char *texts[VIEW_SLIP_VALUES_MOST];
    size_t count = view_slip_read(values_json, values, texts);
    err e = slip_fill(s->parts.slip_template, (struct slip_values){ values, count }, s->parts.printer->width_dots, out, reason);
    view_slip_free(values, texts, count);
    return e;
}

static err encode(struct shop *s, const char *values_json, struct buf *bytes)
{
    struct slip slip = { 0 };
    char *reason = NULL;
    err e = slip_make(s, values_json, &slip, &reason);
    if (e != OK) {
        log_error("slip", "%s", reason ? reason : err_name(e));
        mem_free(reason);
        return e;
    }
    e = s->parts.printer->driver->encode(s->parts.printer, &slip, decoder_state(s->decoder), bytes);
    slip_clear(&slip);
    return e;
}

static bool is_out_of_patience(const struct shop *s)
{
    int64_t patience_us = settings_number(s->parts.settings, "slip", "patience_seconds") * MICROSECONDS;
    return shop_now_us(s) - s->slip_wanted_us > patience_us;
}

static err hand_to_tap(struct shop *s)
{
    struct found_slip found = { 0 };
    struct buf bytes;
    buf_init(&bytes, TAP_INSERTION_CEILING);
    err e = visits_get_slip(s->parts.store, s->slip, take_slip, &found);
    e = e == OK ? encode(s, found.values, &bytes) : e;
    e = e == ERR_FULL ? ERR_INPUT : e; /* too long a slip stays too long */
    if (e == OK) {
        e = visits_slip_state(s->parts.store, s->slip, "printing", shop_now_us(s));
    }
    if (e == OK) {
        e = s->parts.insert(s->parts.tap, (uint64_t)s->slip, decoder_offset(s->decoder), buf_view(&bytes));
    }
    buf_clear(&bytes);
    clear_slip(&found);
    return e;
}

void slip_try(struct shop *s)
{
    if (s->slip_wanted_us == 0 || s->slip_due != NULL || s->is_slip_with_tap) {
        return;
    }
    if (is_out_of_patience(s)) {
        finish(s, "failed");
        return;
    }
    bool is_possible = s->tap.is_connected && s->tap.is_printer_up && stream_lets_a_slip_in(s);
    err e = is_possible ? hand_to_tap(s) : ERR_AGAIN;
    if (e == OK) {
        s->is_slip_with_tap = true;
        tell(s, s->slip, "printing");
    } else if (e == ERR_AGAIN || e == ERR_GONE || e == ERR_FULL) {
        s->slip_due = loop_after(s->parts.loop, TRY_AGAIN_MS, due, s);
    } else {
        shop_complain("a slip", e);
        finish(s, "failed");
    }
}

static void take_visit_of_slip(void *self, const struct slip_record *row)
{
    *(int64_t *)self = row->visit;
}

static void take_customer_of_visit(void *self, const struct visit_row *row)
{
    *(int64_t *)self = row->customer;
}

/* On the timeline of whoever it was for, who may have left the counter meanwhile. */
static void note_touch(struct shop *s, int64_t slip)
{
    int64_t id = 0, visit = 0, customer = 0;
    err e = visits_get_slip(s->parts.store, slip, take_visit_of_slip, &visit);
    e = e == OK ? visits_get(s->parts.store, visit, take_customer_of_visit, &customer) : e;
    shop_complain("whom a slip was for", e);
    if (customer == 0) {
        return;
    }
    struct touch_row touch = { .customer = customer,
                               .visit = visit,
                               .when_us = shop_now_us(s),
                               .way = "out",
                               .channel = "slip",
                               .text = "A thank-you slip was printed" };
    shop_complain("the timeline", visits_add_touch(s->parts.store, &touch, &id));
}

/* The tap printed nothing, and never will under this number: the same words wait on under a new one. */
static err take_new_number(struct shop *s)
{
    struct store *st = s->parts.store;
    struct found_slip found = { 0 };
    int64_t fresh = 0, now_us = shop_now_us(s);
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    e = visits_get_slip(st, s->slip, take_slip, &found);
    e = e == OK ? visits_slip_state(st, s->slip, "failed", now_us) : e;
    e = e == OK ? visits_add_slip(st, &(struct new_slip){ s->visit, "thankyou", found.values }, now_us, &fresh) : e;
    e = e == OK ? visits_slip_state(st, fresh, "waiting", now_us) : e;
    clear_slip(&found);
    if (e != OK) {
        store_rollback(st);
        return e;
    }
    s->slip = fresh;
    return store_commit(st);
}

static void wait_for_free_paper(struct shop *s, enum insertion_verdict verdict)
{
    s->is_slip_with_tap = false;
    if (verdict == INSERTION_BUSY) {
        set_state(s, s->slip, "waiting");
    } else {
        shop_complain("a slip that has to wait", take_new_number(s));
        visit_tell(s);
    }
    timer_free(s->slip_due);
    s->slip_due = loop_after(s->parts.loop, TRY_AGAIN_MS, due, s);
}

void shop_inserted(void *shop, uint64_t id, enum insertion_verdict verdict)
{
    struct shop *s = shop;
    if (verdict == INSERTION_DONE) {
        note_touch(s, (int64_t)id);
    }
    if ((int64_t)id != s->slip || !s->is_slip_with_tap) {
        shop_complain("an earlier slip", visits_slip_state(s->parts.store, (int64_t)id,
                                                           verdict == INSERTION_DONE ? "printed" : "failed", shop_now_us(s)));
        tell(s, (int64_t)id, verdict == INSERTION_DONE ? "printed" : "failed");
        return;
    }
    if (verdict == INSERTION_DONE || verdict == INSERTION_BROKEN) {
        finish(s, verdict == INSERTION_DONE ? "printed" : "failed");
    } else {
        wait_for_free_paper(s, verdict);
    }
}

void slip_forget(struct shop *s)
{
    timer_free(s->slip_due);
    s->slip_due = NULL;
    if (s->slip_wanted_us != 0 && !s->is_slip_with_tap) {
        set_state(s, s->slip, "failed");
    }
    s->slip = s->slip_wanted_us = 0;
    s->is_slip_with_tap = false;
}

static void take_open_slip(void *self, const struct slip_record *row)
{
    struct shop *s = self;
    bool is_waiting = strcmp(row->state, "waiting") == 0, is_printing = strcmp(row->state, "printing") == 0;
    if (is_waiting || is_printing || strcmp(row->state, "draft") == 0) {
        s->slip = row->id;
        s->is_slip_with_tap = is_printing;
        s->slip_wanted_us = is_waiting || is_printing ? row->changed_us : 0;
    } else if (strcmp(row->state, "printed") == 0) {
        s->is_slip_over = true;
    }
}

static void see_printing(void *self, const struct slip_record *row)
{
    struct shop *s = self;
    s->must_ask |= strcmp(row->state, "printing") == 0;
}

void slip_resume(struct shop *s)
{
    if (s->visit != 0) {
        shop_complain("finding the open slip", visits_each_slip(s->parts.store, s->visit, take_open_slip, s));
    }
    shop_complain("finding earlier slips", visits_each_slip(s->parts.store, 0, see_printing, s));
    if (s->slip_wanted_us != 0) {
        s->slip_due = loop_after(s->parts.loop, TRY_AGAIN_MS, due, s);
    }
}

static void ask_for_one(void *self, const struct slip_record *row)
{
    struct shop *s = self;
    if (strcmp(row->state, "printing") == 0) {
        s->must_ask |= s->parts.ask(s->parts.tap, (uint64_t)row->id) != OK;
    }
}

/* The tap is there: what came of those that were with it when we died? */
void slip_ask(struct shop *s)
{
    if (s->must_ask && s->tap.is_connected) {
        s->must_ask = false;
        shop_complain("earlier slips", visits_each_slip(s->parts.store, 0, ask_for_one, s));
    }
}
