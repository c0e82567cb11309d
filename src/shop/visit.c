#include "counter.h"

#include "loop/log.h"
#include "views.h"

#include "base/mem.h"

#include <string.h>

enum { MOST_RECEIPTS_SEEN = 20 };

static int64_t quiet_ms(const struct shop *s)
{
    return settings_number(s->parts.settings, "visit", "quiet_minutes") * 60000;
}

static int64_t linger_ms(const struct shop *s)
{
    return settings_number(s->parts.settings, "visit", "after_slip_seconds") * 1000;
}

static void wait_for_quiet(struct shop *s);

/* A disk that refuses the end is asked again. */
static void ended_by_quiet(void *self)
{
    struct shop *s = self;
    s->visit_end = NULL;
    shop_complain("closing a visit", visit_end(s, s->visit));
    if (s->visit != 0) {
        wait_for_quiet(s);
    }
}

static void wait_for_quiet(struct shop *s)
{
    timer_free(s->visit_end);
    s->visit_end = loop_after(s->parts.loop, s->is_slip_over ? linger_ms(s) : quiet_ms(s), ended_by_quiet, s);
}

void visit_keep_awake(struct shop *s)
{
    if (s->visit != 0) {
        wait_for_quiet(s);
        shop_complain("a visit", visits_touch(s->parts.store, s->visit, shop_now_us(s)));
    }
}

void visit_tell(struct shop *s)
{
    if (s->visit == 0) {
        return;
    }
    char *detail = view_visit_text(s, s->visit);
    bus_post(s->parts.bus, &(struct event){ .kind = EV_VISIT_CHANGED,
                                            .time_ms = shop_now_us(s) / 1000,
                                            .visit = s->visit,
                                            .customer = s->customer,
                                            .detail = detail });
    mem_free(detail);
}

static void become(struct shop *s, int64_t visit, int64_t customer)
{
    s->visit = visit;
    s->customer = customer;
    s->has_sale = s->is_slip_over = false;
}

static void forget_open(struct shop *s)
{
    timer_free(s->visit_end);
    s->visit_end = NULL;
    slip_forget(s);
    become(s, 0, 0);
}

err visit_end(struct shop *s, int64_t visit)
{
    err e = visits_close(s->parts.store, visit, shop_now_us(s));
    if (e != OK) {
        return e;
    }
    if (visit == s->visit) {
        forget_open(s);
    }
    bus_post(s->parts.bus, &(struct event){ .kind = EV_VISIT_CLOSED, .time_ms = shop_now_us(s) / 1000, .visit = visit });
    return OK;
}

/* The disk refused to change visits: the one that was open is open still. */
static void go_back_to_the_store(struct shop *s)
{
    forget_open(s);
    visit_resume(s);
    slip_resume(s);
}

err visit_open(struct shop *s, int64_t customer, const char *opened_by)
{
    err e = store_begin(s->parts.store);
    if (e != OK) {
        return e;
    }
    int64_t before = s->visit, visit = 0, now_us = shop_now_us(s);
    if (before != 0) {
        e = visits_close(s->parts.store, before, now_us);
    }
    if (e == OK) {
        e = visits_open(s->parts.store, customer, opened_by, now_us, &visit);
    }
    if (e == OK && before != 0) {
        forget_open(s);
    }
    if (e == OK) {
        become(s, visit, customer);
        hints_choose(s, visit, customer);
        slip_prepare(s);
    }
    if (e != OK) {
        store_rollback(s->parts.store);
        return e;
    }
    e = store_commit(s->parts.store);
    if (e != OK) {
        go_back_to_the_store(s);
        return e;
    }
    if (before != 0) {
        bus_post(s->parts.bus, &(struct event){ .kind = EV_VISIT_CLOSED, .time_ms = now_us / 1000, .visit = before });
    }
    wait_for_quiet(s);
    visit_tell(s);
    return OK;
}

/* One transaction: a scan waits for the disk once. */
static err set_customer(struct shop *s, int64_t visit, int64_t customer)
{
    err e = store_begin(s->parts.store);
    if (e != OK) {
        return e;
    }
    e = visits_set_customer(s->parts.store, visit, customer, shop_now_us(s));
    if (e != OK) {
        store_rollback(s->parts.store);
        return e;
    }
    int64_t before = s->customer;
    if (visit == s->visit) {
        s->customer = customer;
        hints_choose(s, visit, customer);
        slip_prepare(s);
    }
    e = store_commit(s->parts.store);
    if (e != OK) {
        s->customer = before;
    }
    return e;
}

err visit_name(struct shop *s, int64_t visit, int64_t customer)
{
    err e = set_customer(s, visit, customer);
    if (e != OK) {
        return e;
    }
    if (visit != s->visit) {
        bus_post(s->parts.bus,
                 &(struct event){
                     .kind = EV_CUSTOMER_CHANGED, .time_ms = shop_now_us(s) / 1000, .visit = visit, .customer = customer });
        return OK;
    }
    wait_for_quiet(s);
    visit_tell(s);
    return OK;
}

static bool is_sale(const struct receipt *r)
{
    return r->kind == RECEIPT_SALE || r->kind == RECEIPT_REFUND;
}

static bool follows_a_sale(const struct receipt *r)
{
    return r->kind == RECEIPT_CARD_SLIP || r->kind == RECEIPT_VOUCHER || r->kind == RECEIPT_FORMAL;
}

/* A purchase without an open visit, after this visit's slip, or after a purchase that waits for no slip, is somebody new.
 * What follows a sale belongs to it; a bill, to the sale that will follow. */
static bool starts_a_visit(const struct shop *s, const struct receipt *r)
{
    bool is_served = s->is_slip_over || (s->has_sale && is_sale(r) && s->slip_wanted_us == 0);
    return s->visit == 0 || (is_served && !follows_a_sale(r));
}

static err join(struct shop *s, int64_t receipt, const struct receipt *r)
{
    err e = store_begin(s->parts.store);
    if (e != OK) {
        return e;
    }
    e = visits_join_receipt(s->parts.store, receipt, s->visit);
    e = e == OK ? visits_touch(s->parts.store, s->visit, shop_now_us(s)) : e;
    if (e != OK) {
        store_rollback(s->parts.store);
        return e;
    }
    s->has_sale |= is_sale(r);
    slip_prepare(s);
    /* A bill is not the end of a visit: the slip waits for the sale. */
    if (r->kind != RECEIPT_BILL && strcmp(settings_text(s->parts.settings, "slip", "print"), "after-receipt") == 0) {
        slip_want(s, settings_number(s->parts.settings, "slip", "wait_ms"));
    }
    return store_commit(s->parts.store);
}

void visit_joined_by_receipt(struct shop *s, int64_t receipt, const struct receipt *r)
{
    err e = starts_a_visit(s, r) ? visit_open(s, 0, "receipt") : OK;
    if (e != OK) {
        shop_complain("opening a visit for a receipt", e); /* it stands alone, and never joins who was here before */
        return;
    }
    shop_complain("joining a receipt", join(s, receipt, r));
    wait_for_quiet(s);
    visit_tell(s);
}

struct found_receipt {
    int64_t visit, printed_us;
};

static void take_receipt(void *self, const struct receipt_row *row)
{
    *(struct found_receipt *)self = (struct found_receipt){ .visit = row->visit, .printed_us = row->printed_us };
}

/* A receipt that stands alone gets a visit of its own, which is over. */
err visit_of_its_own(struct shop *s, int64_t receipt, int64_t when_us, int64_t *visit)
{
    struct visit_row past = { .opened_us = when_us, .closed_us = when_us, .opened_by = "receipt" };
    err e = store_begin(s->parts.store);
    if (e != OK) {
        return e;
    }
    e = visits_record(s->parts.store, &past, visit);
    e = e == OK ? visits_join_receipt(s->parts.store, receipt, *visit) : e;
    if (e != OK) {
        store_rollback(s->parts.store);
        return e;
    }
    return store_commit(s->parts.store);
}

err visit_name_receipt(struct shop *s, int64_t receipt, int64_t customer)
{
    struct found_receipt found = { 0 };
    err e = visits_get_receipt(s->parts.store, receipt, take_receipt, &found);
    if (e == OK && found.visit == 0) {
        e = visit_of_its_own(s, receipt, found.printed_us, &found.visit);
    }
    return e == OK ? visit_name(s, found.visit, customer) : e;
}

static void take_visit(void *self, const struct visit_row *row)
{
    struct shop *s = self;
    become(s, row->id, row->customer);
}

static void see_receipt(void *self, const struct receipt_row *row)
{
    ((struct shop *)self)->has_sale |= is_sale(row->receipt);
}

void visit_resume(struct shop *s)
{
    int64_t visit = 0;
    err e = visits_current(s->parts.store, &visit);
    if (e == ERR_MISSING) {
        return;
    }
    e = e == OK ? visits_get(s->parts.store, visit, take_visit, s) : e;
    e = e == OK ? visits_each_receipt(s->parts.store, visit, MOST_RECEIPTS_SEEN, see_receipt, s) : e;
    shop_complain("finding the open visit", e);
    wait_for_quiet(s);
}

static void take_touched(void *self, const struct visit_row *row)
{
    *(int64_t *)self = row->touched_us;
}

void visit_end_if_over(struct shop *s)
{
    int64_t touched_us = 0;
    if (s->visit == 0 || visits_get(s->parts.store, s->visit, take_touched, &touched_us) != OK) {
        return;
    }
    if (shop_now_us(s) - touched_us > quiet_ms(s) * 1000) {
        shop_complain("closing a visit of an earlier life", visit_end(s, s->visit));
    }
}
