/* What the counter's tests share: the real shop and store, a clock that jumps, and a tap that the test plays. */
#ifndef TESTS_SHOP_UNIT_H
#define TESTS_SHOP_UNIT_H

#include "unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "edge/people.h"
#include "edge/visits.h"
#include "pure/slip.h"
#include "shop/shop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MORNING_US_SHARE = 1000000 };

static const int64_t morning_us = (int64_t)1795424400 * MORNING_US_SHARE; /* 2026-11-23 09:00 UTC */

struct counter {
    struct clock clock;
    struct loop *loop;
    struct bus *bus;
    struct store *store;
    struct settings *settings;
    struct metrics *metrics;
    struct shop *shop;
    char folder[64];
    char told[1024]; /* the bus's events, one word each */
    uint64_t offset; /* where the stream stands */
    uint64_t connection;

    uint64_t asked_id, asked_offset; /* the insertion that the tap was asked for */
    struct buf asked_bytes;
    unsigned insertions, asks, follows;
    err insert_answer;
};

static struct counter c;

static void hear(void *self, const struct event *e)
{
    (void)self;
    size_t n = strlen(c.told);
    snprintf(c.told + n, sizeof c.told - n, "%s%s%s ", event_name(e->kind), e->text && e->kind == EV_SLIP_CHANGED ? ":" : "",
             e->kind == EV_SLIP_CHANGED ? e->text : "");
}

static err insert(void *tap, uint64_t id, uint64_t offset, struct view bytes)
{
    (void)tap;
    c.insertions++;
    c.asked_id = id;
    c.asked_offset = offset;
    buf_drop(&c.asked_bytes, c.asked_bytes.n);
    assert_int_equal(buf_add_view(&c.asked_bytes, bytes), OK);
    return c.insert_answer;
}

static err ask(void *tap, uint64_t id)
{
    (void)tap;
    c.asks++;
    c.asked_id = id;
    return OK;
}

static err follow(void *tap, uint64_t offset)
{
    (void)tap;
    (void)offset;
    c.follows++;
    return OK;
}

static void open_shop(void)
{
    char path[96], *reason = NULL;
    snprintf(path, sizeof path, "%s/shop.db", c.folder);
    struct store_options options = { .path = path, .till = 1 };
    assert_int_equal(store_open(&options, loop_wall_us(c.loop), &c.store, &reason), OK);
    struct shop_parts parts = { .loop = c.loop,
                                .bus = c.bus,
                                .store = c.store,
                                .settings = c.settings,
                                .metrics = c.metrics,
                                .printer = &all_printer_models[0],
                                .slip_template = slip_template("thankyou"),
                                .insert = insert,
                                .ask = ask,
                                .follow = follow };
    c.shop = shop_new(&parts);
    shop_tap_changed(c.shop, &(struct tap_status){ .is_connected = true, .is_printer_up = true, .is_journal_writing = true });
}

static void close_shop(void)
{
    shop_free(c.shop);
    store_close(c.store);
}

static int set_up(void **state)
{
    (void)state;
    memset(&c, 0, sizeof c);
    snprintf(c.folder, sizeof c.folder, "/tmp/tillside-shop-XXXXXX");
    assert_non_null(mkdtemp(c.folder));
    c.clock = clock_jumping(morning_us);
    c.loop = loop_new(&c.clock);
    c.bus = bus_new();
    c.metrics = metrics_new();
    const struct setting *tables[] = { shop_settings };
    c.settings = settings_new(tables, &shop_setting_count, 1);
    buf_init(&c.asked_bytes, 1 << 20);
    bus_listen(c.bus, hear, NULL);
    open_shop();
    c.told[0] = '\0';
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    close_shop();
    metrics_free(c.metrics);
    settings_free(c.settings);
    bus_free(c.bus);
    loop_free(c.loop);
    buf_clear(&c.asked_bytes);
    static const char *const files[] = { "shop.db", "shop.db-wal", "shop.db-shm", "shop.db.lock" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(command, sizeof command, "%s/%s", c.folder, files[i]);
        unlink(command);
    }
    rmdir(c.folder);
    return 0;
}

static void wake(void *self)
{
    *(bool *)self = true;
}

static void seconds_pass(int64_t seconds)
{
    bool is_over = false;
    loop_after(c.loop, seconds * 1000, wake, &is_over);
    while (!is_over) {
        loop_turn(c.loop);
    }
}

static void pos_sends(const char *text)
{
    struct tap_record r = { .direction = TAP_TO_PRINTER,
                            .offset = c.offset,
                            .connection = c.connection,
                            .wall_us = loop_wall_us(c.loop),
                            .bytes = view_of(text) };
    c.offset += r.bytes.n;
    shop_heard(c.shop, &r);
}

static void pos_cuts(void)
{
    static const unsigned char cut[] = { 0x1D, 'V', 1 };
    struct tap_record r = {
        .offset = c.offset, .connection = c.connection, .wall_us = loop_wall_us(c.loop), .bytes = { cut, sizeof cut }
    };
    c.offset += sizeof cut;
    shop_heard(c.shop, &r);
}

static void pos_prints(const char *number, const char *total)
{
    char text[512];
    snprintf(text, sizeof text,
             "\x1b@Kovacs & Reyes\n12 Mill Lane\nReceipt: %s\nDate: 2026-11-23 09:05\n"
             "Ring cleaning                 %10s\n----------------------------------------\nTOTAL                         "
             "%10s\nCard %35s\n\n\n",
             number, total, total, total);
    pos_sends(text);
    pos_cuts();
}

static int64_t add_customer(const char *name, const char *card)
{
    struct learned from = { .now_us = loop_wall_us(c.loop), .source = "counter" };
    int64_t customer = 0, identifier = 0;
    assert_int_equal(people_add(c.store, name, &from, &customer), OK);
    assert_int_equal(people_link(c.store, &(struct new_identifier){ customer, "card", card }, &from, &identifier), OK);
    return customer;
}

static int64_t receipts_kept(void)
{
    int64_t count = 0;
    assert_int_equal(visits_count_receipts(c.store, &count), OK);
    return count;
}

static int64_t open_visit(void)
{
    int64_t visit = 0;
    err e = visits_current(c.store, &visit);
    assert_true(e == OK || e == ERR_MISSING);
    return e == OK ? visit : 0;
}

/* A limit that no file may grow past stands in for a full disk. */
__attribute__((unused)) static void disk_takes(bool takes_bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = takes_bytes ? limit.rlim_max : 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

__attribute__((unused)) static bool was_told(const char *words)
{
    return strstr(c.told, words) != NULL;
}

#endif
