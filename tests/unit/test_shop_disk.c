/* The counter when the disk or the store refuses: nothing that a person sees is only half true, and it goes on afterwards. */
#include "shop_unit.h"

static void a_slip_is_asked_for_when_the_stream_is_followed_anew(void **state)
{
    (void)state;
    pos_prints("R-1", "15.00");
    seconds_pass(3);
    assert_int_equal(c.insertions, 1);
    disk_takes(false);
    pos_prints("R-2", "16.00");
    disk_takes(true);
    assert_int_equal(receipts_kept(), 1);
    seconds_pass(6);
    assert_int_equal(c.follows, 1);
    shop_tap_changed(c.shop, &(struct tap_status){ .is_connected = true, .is_printer_up = true, .is_journal_writing = true });
    assert_int_equal(c.asks, 1);
}

static void a_visit_that_the_disk_refused_leaves_the_one_before(void **state)
{
    (void)state;
    add_customer("Anna", "TS-1");
    int64_t ben = add_customer("Ben", "TS-2");
    int64_t first = shop_scanned(c.shop, "TS-1").visit;
    disk_takes(false);
    assert_int_equal(shop_scanned(c.shop, "TS-2").visit, 0);
    disk_takes(true);
    assert_int_equal(open_visit(), first);
    struct scan_result again = shop_scanned(c.shop, "TS-2");
    assert_int_equal(again.customer, ben);
    assert_int_equal(again.visit, open_visit());
    assert_int_not_equal(again.visit, first);
}

static void keep_customer(void *self, const struct visit_row *row)
{
    *(int64_t *)self = row->customer;
}

static void a_name_that_the_disk_refused_can_be_given_again(void **state)
{
    (void)state;
    int64_t anna = add_customer("Anna", "TS-1"), kept = 0;
    pos_prints("R-1", "15.00");
    int64_t visit = open_visit();
    disk_takes(false);
    assert_int_equal(shop_scanned(c.shop, "TS-1").visit, 0);
    disk_takes(true);
    assert_int_equal(shop_scanned(c.shop, "TS-1").visit, visit);
    assert_int_equal(visits_get(c.store, visit, keep_customer, &kept), OK);
    assert_int_equal(kept, anna);
}

static void a_visit_whose_end_the_disk_refused_ends_later(void **state)
{
    (void)state;
    add_customer("Anna", "TS-1");
    shop_scanned(c.shop, "TS-1");
    disk_takes(false);
    seconds_pass(11 * 60);
    disk_takes(true);
    assert_int_not_equal(open_visit(), 0);
    seconds_pass(11 * 60);
    assert_int_equal(open_visit(), 0);
}

/* Its text is as long as the store takes, to the byte: what follows must be read, whatever becomes of this one. */
static void the_longest_paper_does_not_stop_the_stream(void **state)
{
    (void)state;
    static const char head[] =
        "Kovacs and Reyes\nReceipt: R-1\nDate: 2026-11-23 09:05\nRing cleaning        15.00\nTOTAL        15.00\n";
    enum { LINE_BYTES = 32, PAPER_BYTES = 256 * 1024 };
    size_t left = PAPER_BYTES - (sizeof head - 1);
    pos_sends(head);
    for (size_t n = left % LINE_BYTES > 1 ? left % LINE_BYTES : LINE_BYTES; left > 0; left -= n, n = LINE_BYTES) {
        char line[LINE_BYTES + 1] = "................................";
        line[n - 1] = '\n';
        line[n] = '\0';
        pos_sends(line);
    }
    pos_cuts();
    uint64_t long_one = c.offset;
    pos_prints("R-2", "16.00");
    assert_true(shop_position(c.shop) > long_one);
    assert_int_equal(c.follows, 0);
}

int main(void)
{
    if (slip_fonts_init(NULL) == ERR_SYSTEM) {
        puts("no faces are installed");
        return 77;
    }
    signal(SIGXFSZ, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_slip_is_asked_for_when_the_stream_is_followed_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_visit_that_the_disk_refused_leaves_the_one_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_that_the_disk_refused_can_be_given_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_visit_whose_end_the_disk_refused_ends_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_longest_paper_does_not_stop_the_stream, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    slip_fonts_clear();
    return failed;
}
