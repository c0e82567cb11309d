#include "counter.h"

#include "base/mem.h"
#include "loop/log.h"

#include <string.h>

enum { REST_AFTER_MS = 2000 };

const struct setting shop_settings[] = {
    { "shop", "name", SETTING_TEXT, "", 0, 0, "The shop's name, as it stands on the slip" },
    { "shop", "come_back", SETTING_TEXT, "", 0, 0, "Where the slip's code leads: a web address, or mailto:name@example.org" },
    { "visit", "quiet_minutes", SETTING_NUMBER, "10", 1, 240, "A visit ends when nothing has happened for so long" },
    { "visit", "after_slip_seconds", SETTING_NUMBER, "60", 0, 3600, "A visit ends so long after its slip" },
    { "visit", "job_quiet_ms", SETTING_NUMBER, "1500", 100, 60000, "A print-out without a cut is over after this silence" },
    { "slip", "print", SETTING_CHOICE, "after-receipt|when-asked", 0, 0,
      "after-receipt: by itself; when-asked: only when staff press Print" },
    { "slip", "wait_ms", SETTING_NUMBER, "2500", 0, 60000, "How long after the receipt's cut: time to say who it was" },
    { "slip", "patience_seconds", SETTING_NUMBER, "90", 1, 3600, "A slip that found no free paper for so long is not printed" },
};
const size_t shop_setting_count = sizeof shop_settings / sizeof *shop_settings;

int64_t shop_now_us(const struct shop *s)
{
    return loop_wall_us(s->parts.loop);
}

void shop_complain(const char *what, err e)
{
    if (e != OK) {
        log_error("shop", "%s: %s", what, err_name(e));
    }
}

static void rest(void *self)
{
    struct shop *s = self;
    s->rest = NULL;
    shop_complain("the store's rest", store_rest(s->parts.store));
}

/* Something happened; when nothing has for a while, the store may tidy up. */
static void stir(void *self, const struct event *e)
{
    (void)e;
    struct shop *s = self;
    timer_free(s->rest);
    s->rest = loop_after(s->parts.loop, REST_AFTER_MS, rest, s);
}

struct shop *shop_new(const struct shop_parts *parts)
{
    struct shop *s = mem_new(sizeof *s);
    s->parts = *parts;
    figures_start(s);
    s->stirred = bus_listen(s->parts.bus, stir, s);
    stream_start(s);
    visit_resume(s);
    slip_resume(s);
    visit_end_if_over(s);
    return s;
}

void shop_free(struct shop *s)
{
    if (s == NULL) {
        return;
    }
    figures_stop(s);
    bus_leave(s->stirred);
    timer_free(s->rest);
    stream_stop(s);
    timer_free(s->visit_end);
    timer_free(s->slip_due);
    mem_free(s);
}

uint64_t shop_position(const struct shop *s)
{
    return s->position;
}

static void post_status(struct shop *s, enum event_kind kind, const char *text)
{
    bus_post(s->parts.bus, &(struct event){ .kind = kind, .time_ms = shop_now_us(s) / 1000, .text = text });
}

void shop_scanner_changed(struct shop *s, bool is_up)
{
    if (s->has_scanner && s->is_scanner_up == is_up) {
        return;
    }
    s->has_scanner = true;
    s->is_scanner_up = is_up;
    post_status(s, EV_SCANNER_CHANGED, is_up ? "up" : "down");
}

const char *shop_printer_word(const struct shop *s)
{
    bool is_there = s->tap.is_connected && s->tap.is_printer_up;
    return is_there ? printer_status_word(&s->printer) : "gone";
}

static void tell_printer_if_changed(struct shop *s, const char *before)
{
    const char *now = shop_printer_word(s);
    if (strcmp(before, now) != 0) {
        post_status(s, EV_PRINTER_CHANGED, now);
    }
}

/* A POS that has asked for automatic status lets us know, too, when the paper ends. */
void shop_printer_answered(struct shop *s, struct view bytes)
{
    const char *before = shop_printer_word(s);
    for (size_t i = 0; i < bytes.n; i++) {
        printer_status_hear(&s->answers, bytes.at[i], &s->printer);
    }
    tell_printer_if_changed(s, before);
}

void shop_tap_changed(void *shop, const struct tap_status *now)
{
    struct shop *s = shop;
    struct tap_status was = s->tap;
    const char *before = shop_printer_word(s);
    s->tap = *now;
    if (!now->is_printer_up) {
        s->printer = (struct printer_status){ 0 }; /* one that comes back says anew what ails it */
        s->answers = (struct status_reader){ 0 };
    }
    if (was.is_connected != now->is_connected || was.is_journal_writing != now->is_journal_writing) {
        post_status(s, EV_TAP_CHANGED, now->is_connected ? "up" : "down");
    }
    tell_printer_if_changed(s, before);
    slip_ask(s);
    slip_try(s);
}

/* A card names whoever is being served. After the slip it is the next customer's; the receipt before can still be named. */
static bool is_nameless(const struct shop *s)
{
    return s->visit != 0 && s->customer == 0 && !s->is_slip_over;
}

struct scan_result shop_scanned(struct shop *s, const char *code)
{
    struct scan_result result = { 0 };
    int64_t began_us = loop_now_us(s->parts.loop);
    err e = people_find_code(s->parts.store, code, &result.customer);
    if (e == OK && result.customer == s->customer && s->visit != 0) {
        visit_keep_awake(s);
    } else if (e == OK && is_nameless(s)) {
        e = visit_name(s, s->visit, result.customer);
    } else if (e == OK) {
        e = visit_open(s, result.customer, "scan");
    }
    if (e != OK) {
        result.customer = 0;
    }
    if (e != OK && e != ERR_MISSING) {
        shop_complain("a scan", e);
    }
    result.visit = result.customer ? s->visit : 0;
    bus_post(s->parts.bus, &(struct event){ .kind = EV_CODE_SCANNED,
                                            .time_ms = shop_now_us(s) / 1000,
                                            .visit = result.visit,
                                            .customer = result.customer,
                                            .text = code });
    metric_observe(s->scan_seconds, (double)(loop_now_us(s->parts.loop) - began_us) / MICROSECONDS);
    return result;
}
