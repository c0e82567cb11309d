/* A day at the counter in a second. */
#include "shop_unit.h"

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

static void a_card_names_who_is_served_and_after_the_slip_who_comes_next(void **state)
{
    (void)state;
    int64_t anna = add_customer("Anna", "TS-1");
    pos_prints("R-1", "15.00");
    int64_t served = open_visit();
    shop_scanned(c.shop, "TS-1");
    assert_int_equal(open_visit(), served);
    seconds_pass(3);
    shop_inserted(c.shop, c.asked_id, INSERTION_DONE);

    pos_prints("R-2", "18.00");
    int64_t unnamed = open_visit();
    assert_int_not_equal(unnamed, served);
    seconds_pass(3);
    shop_inserted(c.shop, c.asked_id, INSERTION_DONE);
    struct scan_result next = shop_scanned(c.shop, "TS-1");
    assert_int_equal(next.customer, anna);
    assert_int_not_equal(next.visit, unnamed);
    assert_int_equal(open_visit(), next.visit);
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

static void keep_number(void *self, const struct receipt_row *row)
{
    snprintf(self, 32, "%s", row->receipt->number ? row->receipt->number : "");
}

static void a_till_that_breaks_while_another_prints_harms_no_receipt(void **state)
{
    (void)state;
    c.connection = 7;
    pos_prints("R-1", "15.00");
    c.connection = 8;
    pos_sends("\x1b@Kovacs\nReceipt: R-2\nDate: 2026-11-23 09:06\nRing cleaning        18.00\n");
    struct tap_record broken = { .offset = c.offset, .connection = 7, .wall_us = loop_wall_us(c.loop), .is_broken = true };
    shop_heard(c.shop, &broken);
    pos_sends("TOTAL        18.00\n\n");
    pos_cuts();
    char newest[32] = "";
    assert_int_equal(receipts_kept(), 2);
    assert_int_equal(visits_each_receipt(c.store, 0, 1, keep_number, newest), OK);
    assert_string_equal(newest, "R-2");
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

static void the_first_customer_of_the_day_is_not_the_last_of_the_day_before(void **state)
{
    (void)state;
    add_customer("Anna", "TS-1");
    int64_t evening = shop_scanned(c.shop, "TS-1").visit;
    close_shop();
    seconds_pass((int64_t)12 * 3600);
    open_shop();
    assert_int_equal(open_visit(), 0);
    pos_prints("R-2", "20.00");
    assert_int_not_equal(open_visit(), evening);
}

static void a_slip_that_waited_when_we_died_is_not_printed_long_after(void **state)
{
    (void)state;
    c.insert_answer = ERR_GONE;
    pos_prints("R-1", "15.00");
    int64_t visit = open_visit();
    seconds_pass(5);
    close_shop();
    seconds_pass(180);
    c.insert_answer = OK;
    c.insertions = 0;
    open_shop();
    assert_int_equal(open_visit(), visit);
    assert_int_equal(c.asks, 1);
    shop_inserted(c.shop, c.asked_id, INSERTION_UNKNOWN);
    seconds_pass(5);
    assert_int_equal(c.insertions, 0);
    assert_true(was_told("slip-changed:failed"));
}

static web_fn *row_of(const char *method, const char *pattern)
{
    const struct web_row *row = shop_rows;
    while (row->method != NULL && (strcmp(row->method, method) != 0 || strcmp(row->pattern, pattern) != 0)) {
        row++;
    }
    assert_non_null(row->fn);
    return row->fn;
}

/* What the page is answered; the body is kept in `answer` if there is one. */
static unsigned ask_row(const char *method, const char *pattern, const char *id, const char *body, struct buf *answer)
{
    struct web_request request = { .method = method, .path = pattern, .parts = { id }, .body = view_of(body) };
    struct web_reply reply = { .status = 200 };
    buf_init(&reply.body, WEB_REPLY_CEILING);
    row_of(method, pattern)(c.shop, &request, &reply);
    if (answer != NULL) {
        assert_int_equal(buf_add_view(answer, buf_view(&reply.body)), OK);
    }
    buf_clear(&reply.body);
    return reply.status;
}

static void words_for_a_slip_that_is_printing_come_too_late(void **state)
{
    (void)state;
    pos_prints("R-1", "15.00");
    seconds_pass(3);
    assert_int_equal(c.insertions, 1);
    char *body = mem_format("{\"visit\":\"%lld\",\"values\":{\"hand\":\"Come again\"}}", (long long)open_visit());
    struct buf answer;
    buf_init(&answer, WEB_REPLY_CEILING);
    assert_int_equal(ask_row("POST", "/api/v1/slips", NULL, body, &answer), 409);
    assert_non_null(strstr(buf_text(&answer), "\"printed\""));
    buf_clear(&answer);
    mem_free(body);
}

static void count_names(void *self, const struct fact_row *row)
{
    *(unsigned *)self += strcmp(row->key, "name") == 0;
}

static void a_name_is_learned_once(void **state)
{
    (void)state;
    unsigned names = 0;
    assert_int_equal(ask_row("POST", "/api/v1/customers", NULL, "{\"name\":\"Anna\"}", NULL), 201);
    assert_int_equal(people_each_fact(c.store, ((int64_t)1 << 40) + 1, false, count_names, &names), OK);
    assert_int_equal(names, 1);
}

static void what_cannot_be_learned_of_a_person_is_refused_and_not_forgotten(void **state)
{
    (void)state;
    char id[24], body[4096];
    snprintf(id, sizeof id, "%lld", (long long)add_customer("Anna", "TS-1"));
    snprintf(body, sizeof body, "{\"relate\":\"%03000d\"}", 0);
    assert_int_equal(ask_row("PATCH", "/api/v1/customers/{id}", id, body, NULL), 422);
    assert_int_equal(ask_row("PATCH", "/api/v1/customers/{id}", id, "{\"nickname\":7}", NULL), 422);
    assert_int_equal(ask_row("PATCH", "/api/v1/customers/{id}", id, "{\"nickname\":\"\",\"relate\":null}", NULL), 200);
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
        cmocka_unit_test_setup_teardown(a_card_names_who_is_served_and_after_the_slip_who_comes_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reprint_is_the_same_purchase_and_asks_for_no_second_slip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_receipt_without_a_cut_is_read_when_the_pos_falls_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_pos_broke_off_is_no_purchase, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_till_that_breaks_while_another_prints_harms_no_receipt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(catching_up_keeps_receipts_but_opens_no_visit_for_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_for_a_slip_that_is_printing_come_too_late, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_customer_of_the_day_is_not_the_last_of_the_day_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_slip_that_waited_when_we_died_is_not_printed_long_after, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_is_learned_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_learned_of_a_person_is_refused_and_not_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(after_a_crash_the_tap_is_asked_what_came_of_the_slip, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    slip_fonts_clear();
    return failed;
}
