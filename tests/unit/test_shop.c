/* A day at the counter in a second: the real shop and store, a clock that jumps, and a tap that the test plays. */
#include "unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "edge/people.h"
#include "edge/visits.h"
#include "pure/slip.h"
#include "shop/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    assert_int_equal(people_link(c.store, customer, "card", card, &from, &identifier), OK);
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

static bool was_told(const char *words)
{
    return strstr(c.told, words) != NULL;
}

static void a_scan_a_receipt_and_a_slip(void **state)
{
    (void)state;
    int64_t anna = add_customer("Anna Kovács", "TS-1");
    struct scan_result found = shop_scanned(c.shop, "TS-1");
    assert_int_equal(found.customer, anna);
    assert_int_equal(found.visit, open_visit());
    pos_prints("R-1", "15.00");
    assert_int_equal(receipts_kept(), 1);
    assert_int_equal(c.insertions, 0);
    seconds_pass(3);
    assert_int_equal(c.insertions, 1);
    assert_int_equal(c.asked_offset, c.offset);
    assert_null(memmem(c.asked_bytes.at, c.asked_bytes.n, "\x1b@", 2));
    shop_inserted(c.shop, c.asked_id, INSERTION_DONE);
    assert_true(was_told("slip-changed:waiting"));
    assert_true(was_told("slip-changed:printing"));
    assert_true(was_told("slip-changed:printed"));
    assert_int_not_equal(open_visit(), 0);
    seconds_pass(70);
    assert_int_equal(open_visit(), 0);
    assert_true(was_told("visit-closed"));
}

static void a_slip_never_lands_inside_a_receipt(void **state)
{
    (void)state;
    pos_prints("R-1", "15.00");
    seconds_pass(2);
    pos_sends("Kovacs & Reyes\nReceipt: R-2\n");
    seconds_pass(1);
    assert_int_equal(c.insertions, 0);
    pos_sends("Date: 2026-11-23 09:06\nGift box                       4.00\nTOTAL                          4.00\n");
    pos_cuts();
    seconds_pass(3);
    assert_int_equal(c.insertions, 1);
    assert_int_equal(c.asked_offset, c.offset);
}

static void when_the_pos_was_faster_the_slip_waits_under_a_new_number(void **state)
{
    (void)state;
    shop_scanned(c.shop, "nobody");
    add_customer("Ben", "TS-2");
    shop_scanned(c.shop, "TS-2");
    pos_prints("R-1", "15.00");
    seconds_pass(3);
    uint64_t first = c.asked_id;
    shop_inserted(c.shop, first, INSERTION_POS_FASTER);
    seconds_pass(3);
    assert_int_equal(c.insertions, 2);
    assert_int_not_equal(c.asked_id, first);
    shop_inserted(c.shop, c.asked_id, INSERTION_BUSY);
    seconds_pass(3);
    assert_int_equal(c.insertions, 3);
    shop_inserted(c.shop, c.asked_id, INSERTION_DONE);
    seconds_pass(30);
    assert_int_equal(c.insertions, 3);
}

static void a_slip_without_free_paper_gives_up_in_time(void **state)
{
    (void)state;
    c.insert_answer = ERR_GONE;
    pos_prints("R-1", "15.00");
    seconds_pass(95);
    unsigned tries = c.insertions;
    assert_true(tries > 10);
    assert_true(was_told("slip-changed:failed"));
    seconds_pass(100);
    assert_int_equal(c.insertions, tries);
}

static void the_next_customer_is_another_visit(void **state)
{
    (void)state;
    pos_prints("R-1", "15.00");
    int64_t first = open_visit();
    seconds_pass(3);
    shop_inserted(c.shop, c.asked_id, INSERTION_DONE);
    pos_prints("R-2", "20.00");
    assert_int_not_equal(open_visit(), first);
    assert_int_not_equal(open_visit(), 0);
}

static void a_reprint_is_the_same_purchase_and_asks_for_no_second_slip(void **state)
{
    (void)state;
    pos_prints("R-1", "15.00");
    seconds_pass(3);
    shop_inserted(c.shop, c.asked_id, INSERTION_DONE);
    pos_prints("R-1", "15.00");
    seconds_pass(10);
    assert_int_equal(receipts_kept(), 1);
    assert_int_equal(c.insertions, 1);
}

static void a_receipt_without_a_cut_is_read_when_the_pos_falls_silent(void **state)
{
    (void)state;
    pos_sends("\x1b@Kovacs\nReceipt: R-1\nDate: 2026-11-23 09:05\nRing cleaning        15.00\nTOTAL        15.00\n\n");
    assert_int_equal(receipts_kept(), 0);
    seconds_pass(2);
    assert_int_equal(receipts_kept(), 1);
}

static void what_a_pos_broke_off_is_no_purchase(void **state)
{
    (void)state;
    pos_sends("\x1b@Kovacs\nReceipt: R-1\nDate: 2026-11-23 09:05\nRing cleaning        15.00\nTOTAL        15.00\n");
    struct tap_record broken = { .offset = c.offset, .wall_us = loop_wall_us(c.loop), .is_broken = true };
    shop_heard(c.shop, &broken);
    assert_int_equal(receipts_kept(), 0);
    pos_prints("R-1", "15.00");
    assert_int_equal(receipts_kept(), 1);
}

static void catching_up_keeps_receipts_but_opens_no_visit_for_them(void **state)
{
    (void)state;
    add_customer("Anna", "TS-1");
    shop_scanned(c.shop, "TS-1");
    int64_t here = open_visit();
    /* The bytes say when they came: an hour ago. */
    struct tap_record late = {
        .offset = c.offset,
        .wall_us = morning_us - (int64_t)3600 * 1000000,
        .bytes = view_of(
            "\x1b@Kovacs\nReceipt: R-9\nDate: 2026-11-23 08:05\nRing cleaning        15.00\nTOTAL        15.00\n\n\x1dV\x01")
    };
    c.offset += late.bytes.n;
    shop_heard(c.shop, &late);
    assert_int_equal(receipts_kept(), 1);
    assert_int_equal(open_visit(), here);
    assert_false(was_told("slip-changed:waiting"));
    seconds_pass(5);
}

static void after_a_crash_the_tap_is_asked_what_came_of_the_slip(void **state)
{
    (void)state;
    pos_prints("R-1", "15.00");
    seconds_pass(3);
    uint64_t id = c.asked_id;
    close_shop();
    open_shop();
    assert_int_equal(c.asks, 1);
    assert_int_equal(c.asked_id, id);
    seconds_pass(5);
    assert_int_equal(c.insertions, 1);
    shop_inserted(c.shop, id, INSERTION_DONE);
    seconds_pass(5);
    assert_int_equal(c.insertions, 1);
    assert_int_equal(shop_position(c.shop), c.offset);
}

int main(void)
{
    if (slip_fonts_init(NULL) == ERR_SYSTEM) {
        puts("no faces are installed");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_scan_a_receipt_and_a_slip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_slip_never_lands_inside_a_receipt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(when_the_pos_was_faster_the_slip_waits_under_a_new_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_slip_without_free_paper_gives_up_in_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_next_customer_is_another_visit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reprint_is_the_same_purchase_and_asks_for_no_second_slip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_receipt_without_a_cut_is_read_when_the_pos_falls_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_pos_broke_off_is_no_purchase, set_up, tear_down),
        cmocka_unit_test_setup_teardown(catching_up_keeps_receipts_but_opens_no_visit_for_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(after_a_crash_the_tap_is_asked_what_came_of_the_slip, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    slip_fonts_clear();
    return failed;
}
