#include "store_unit.h"

/* --- visits --- */
static void visit_line(void *self, const struct visit_row *row)
{
    add_line(self, "%s opened %lld touched %lld closed %lld %s", row->customer ? "known" : "unknown",
             (long long)((row->opened_us - NOW_US) / MINUTE_US), (long long)((row->touched_us - NOW_US) / MINUTE_US),
             row->closed_us ? (long long)((row->closed_us - NOW_US) / MINUTE_US) : -1LL, row->opened_by);
}

static void one_visit_is_open_at_a_time(void **state)
{
    struct fixture *f = *state;
    int64_t current = 0, second = 0;
    assert_int_equal(visits_current(f->st, &current), ERR_MISSING);
    int64_t first = visit_of(f, 0, 0);
    assert_int_equal(visits_current(f->st, &current), OK);
    assert_int_equal(current, first);
    assert_int_equal(visits_open(f->st, 0, "page", NOW_US, &second), ERR_REFUSED);
    assert_int_equal(visits_touch(f->st, first, NOW_US + 2 * MINUTE_US), OK);
    assert_int_equal(visits_close(f->st, first, NOW_US + 3 * MINUTE_US), OK);
    assert_int_equal(visits_close(f->st, first, NOW_US + 9 * MINUTE_US), OK);
    assert_int_equal(visits_current(f->st, &current), ERR_MISSING);
    struct lines l = { "" };
    assert_int_equal(visits_get(f->st, first, visit_line, &l), OK);
    assert_string_equal(l.text, "unknown opened 0 touched 2 closed 3 scan\n");
    assert_int_equal(visits_open(f->st, 0, "page", NOW_US, &second), OK);
    assert_int_equal(visits_reopen(f->st, first, NOW_US + 9 * MINUTE_US), ERR_REFUSED);
    assert_int_equal(visits_close(f->st, second, NOW_US), OK);
    assert_int_equal(visits_reopen(f->st, first, NOW_US + 9 * MINUTE_US), OK);
    assert_int_equal(visits_close(f->st, 99, NOW_US), ERR_MISSING);
    assert_int_equal(visits_touch(f->st, 99, NOW_US), ERR_MISSING);
    assert_int_equal(visits_open(f->st, 0, "magic", NOW_US, &second), ERR_INPUT);
}

static void a_visit_of_the_past_is_over_and_disturbs_nobody(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), here = visit_of(f, 0, 0), current = 0, id = 0;
    struct visit_row past = {
        .customer = anna, .opened_us = NOW_US - DAY_US, .closed_us = NOW_US - DAY_US, .opened_by = "receipt"
    };
    assert_int_equal(visits_record(f->st, &past, &id), OK);
    assert_int_equal(visits_current(f->st, &current), OK);
    assert_int_equal(current, here);
    past.closed_us = 0;
    assert_int_equal(visits_record(f->st, &past, &id), ERR_INPUT);
    struct lines l = { "" };
    assert_int_equal(visits_each_of_customer(f->st, anna, 9, visit_line, &l), OK);
    assert_string_equal(l.text, "known opened -1440 touched -1440 closed -1440 receipt\n");
}

static void counts_line(void *self, const struct customer_row *row)
{
    add_line(self, "%s %lld visits, %lld to %lld", row->name, (long long)row->visit_count,
             row->first_visit_us ? (long long)((row->first_visit_us - NOW_US) / DAY_US) : 0,
             row->last_visit_us ? (long long)((row->last_visit_us - NOW_US) / DAY_US) : 0);
}

static void expect_counts(struct fixture *f, int64_t customer, const char *expected)
{
    struct lines l = { "" };
    assert_int_equal(people_get(f->st, customer, counts_line, &l), OK);
    assert_string_equal(l.text, expected);
}

static void closed_visits_are_counted_and_move_with_the_name(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), tom = person(f, "Tom");
    past_visit(f, anna, 30);
    int64_t second = past_visit(f, anna, 20);
    expect_counts(f, anna, "Anna 2 visits, -30 to -20\n");
    assert_int_equal(visits_set_customer(f->st, second, tom, NOW_US), OK);
    expect_counts(f, anna, "Anna 1 visits, -30 to -30\n");
    expect_counts(f, tom, "Tom 1 visits, -20 to -20\n");
    assert_int_equal(visits_reopen(f->st, second, NOW_US), OK);
    expect_counts(f, tom, "Tom 0 visits, 0 to 0\n");
    assert_int_equal(visits_set_customer(f->st, second, 0, NOW_US), OK);
    assert_int_equal(visits_set_customer(f->st, second, 4711, NOW_US), ERR_MISSING);
    assert_int_equal(visits_close(f->st, second, NOW_US), OK);
    expect_counts(f, tom, "Tom 0 visits, 0 to 0\n");
    struct lines l = { "" };
    assert_int_equal(visits_each_of_customer(f->st, anna, 9, visit_line, &l), OK);
    assert_string_equal(l.text, "known opened -43200 touched -43200 closed -43195 scan\n");
}

/* --- receipts --- */
static struct receipt_item goods[] = {
    { 2, "Silver hoops", { 8900, true }, NULL },
    { 1, "Loyal friends", { -500, true }, "discount" },
};
static struct receipt_tax taxes[] = { { "VAT 27%", { 1786, true } } };
static struct receipt_tender tenders[] = { { "card", "VISA", { 8400, true } }, { "cash", NULL, { 0, false } } };

static struct receipt hoops(const char *number)
{
    struct receipt r = { .kind = RECEIPT_SALE,
                         .store = "Kő & Ezüst",
                         .number = (char *)number,
                         .datetime = "2026-10-14T10:00:00",
                         .currency = "EUR",
                         .decimals = 2,
                         .tax = { 1786, true },
                         .total = { 8400, true },
                         .items = goods,
                         .taxes = taxes,
                         .tenders = tenders,
                         .item_count = 2,
                         .tax_count = 1,
                         .tender_count = 2,
                         .confidence = 0.75 };
    return r;
}

static int64_t keep(struct fixture *f, const char *number, const struct receipt_place *place, bool expected_new)
{
    struct receipt r = hoops(number);
    int64_t id = 0;
    bool is_new = !expected_new;
    assert_int_equal(visits_keep_receipt(f->st, &r, place, &id, &is_new), OK);
    assert_int_equal(is_new, expected_new);
    return id;
}

static int64_t keep_new(struct fixture *f, const char *number, int64_t visit, uint64_t from, int64_t printed_us)
{
    return keep(f, number, &(struct receipt_place){ visit, from, from + 100, printed_us, "the paper" }, true);
}

static int64_t keep_again(struct fixture *f, const char *number, uint64_t from, int64_t printed_us)
{
    return keep(f, number, &(struct receipt_place){ 0, from, from + 100, printed_us, "the paper" }, false);
}

static void receipt_lines(void *self, const struct receipt_row *row)
{
    const struct receipt *r = row->receipt;
    add_line(self, "%s %s %s %s %s total %lld subtotal %s printed %u by %s: %s", receipt_kind_name(r->kind), r->store, r->number,
             r->datetime, r->currency, (long long)r->total.minor, r->subtotal.is_known ? "known" : "-", row->times_printed,
             row->customer_name ? row->customer_name : "nobody", row->text);
    for (size_t i = 0; i < r->item_count; i++) {
        add_line(self, "  %g %s %lld %s", r->items[i].quantity, r->items[i].description, (long long)r->items[i].amount.minor,
                 r->items[i].kind ? r->items[i].kind : "-");
    }
    for (size_t i = 0; i < r->tax_count; i++) {
        add_line(self, "  %s %lld", r->taxes[i].label, (long long)r->taxes[i].amount.minor);
    }
    for (size_t i = 0; i < r->tender_count; i++) {
        add_line(self, "  %s %s %d", r->tenders[i].type, r->tenders[i].label ? r->tenders[i].label : "-",
                 r->tenders[i].amount.is_known);
    }
}

static void a_receipt_comes_back_as_it_was_read(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna"), visit = visit_of(f, anna, 0);
    int64_t id = keep_new(f, "R-1", visit, 0, NOW_US);
    struct lines l = { "" };
    assert_int_equal(visits_get_receipt(f->st, id, receipt_lines, &l), OK);
    assert_string_equal(l.text, "sale Kő & Ezüst R-1 2026-10-14T10:00:00 EUR total 8400 subtotal - printed 1 by Anna: the paper\n"
                                "  2 Silver hoops 8900 -\n"
                                "  1 Loyal friends -500 discount\n"
                                "  VAT 27% 1786\n"
                                "  card VISA 1\n"
                                "  cash - 0\n");
    assert_int_equal(visits_get_receipt(f->st, id + 1, receipt_lines, &l), ERR_MISSING);
}

static void expect_receipts(struct fixture *f, int64_t expected)
{
    int64_t count = 0;
    assert_int_equal(visits_count_receipts(f->st, &count), OK);
    assert_int_equal(count, expected);
}

static void printed_line(void *self, const struct receipt_row *row)
{
    add_line(self, "%s x%u", row->receipt->number, row->times_printed);
}

static void a_reprint_is_the_same_purchase_and_a_replay_is_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t first = keep_new(f, "R-1", 0, 0, NOW_US);
    assert_int_equal(keep_again(f, "R-1", 0, NOW_US), first);
    assert_int_equal(keep_again(f, "R-1", 500, NOW_US + DAY_US), first);
    assert_int_equal(keep_again(f, "R-1", 500, NOW_US + DAY_US), first);
    expect_receipts(f, 1);
    struct lines l = { "" };
    assert_int_equal(visits_get_receipt(f->st, first, printed_line, &l), OK);
    assert_string_equal(l.text, "R-1 x2\n");
    keep_new(f, "R-2", 0, 900, NOW_US + DAY_US);
    keep_new(f, "R-1", 0, 1200, NOW_US + 9 * DAY_US);
    expect_receipts(f, 3);
    l = (struct lines){ "" };
    assert_int_equal(visits_each_receipt(f->st, 0, 2, printed_line, &l), OK);
    assert_string_equal(l.text, "R-1 x1\nR-2 x1\n");
}

static void two_receipts_that_nothing_tells_apart_are_two_purchases(void **state)
{
    struct fixture *f = *state;
    int64_t first = 0, second = 0;
    bool is_new = false;
    struct receipt coffee = { .kind = RECEIPT_SALE, .total = { 250, true }, .decimals = 2 };
    struct receipt_place place = { .from = 0, .to = 90, .printed_us = NOW_US };
    assert_int_equal(visits_keep_receipt(f->st, &coffee, &place, &first, &is_new), OK);
    place.from += 90;
    place.to += 90;
    assert_int_equal(visits_keep_receipt(f->st, &coffee, &place, &second, &is_new), OK);
    assert_true(is_new);
    assert_true(first != second);
    assert_int_equal(visits_keep_receipt(f->st, &coffee, &place, &first, &is_new), OK);
    assert_false(is_new);
    assert_int_equal(first, second);
}

static void a_receipt_that_stood_alone_can_be_joined_to_a_visit(void **state)
{
    struct fixture *f = *state;
    int64_t id = keep_new(f, "R-1", 0, 0, NOW_US), anna = person(f, "Anna"), visit = visit_of(f, anna, 0);
    struct lines l = { "" };
    assert_int_equal(visits_each_receipt(f->st, visit, 9, printed_line, &l), OK);
    assert_int_equal(visits_join_receipt(f->st, id, visit), OK);
    assert_int_equal(visits_each_receipt(f->st, visit, 9, printed_line, &l), OK);
    assert_string_equal(l.text, "R-1 x1\n");
    assert_int_equal(visits_join_receipt(f->st, id, 4711), ERR_MISSING);
    assert_int_equal(visits_join_receipt(f->st, 4711, visit), ERR_MISSING);
}

static void a_paper_without_end_is_refused(void **state)
{
    struct fixture *f = *state;
    enum { LONG = 300 * 1024 };
    char *text = mem_new(LONG);
    memset(text, 'x', LONG - 1);
    struct receipt r = hoops("R-1");
    struct receipt_place place = { .text = text };
    int64_t id = 0;
    bool is_new = false;
    assert_int_equal(visits_keep_receipt(f->st, &r, &place, &id, &is_new), ERR_FULL);
    mem_free(text);
    expect_receipts(f, 0);
}

/* --- slips and touches --- */
static void slip_line(void *self, const struct slip_record *row)
{
    add_line(self, "%s %s %s", row->template_name, row->state, row->values_json);
}

static void a_slip_waits_until_it_is_printed(void **state)
{
    struct fixture *f = *state;
    int64_t visit = visit_of(f, 0, 0), slip = 0;
    struct lines l = { "" };
    assert_int_equal(visits_add_slip(f->st, &(struct new_slip){ visit, "thanks", "{}" }, NOW_US, &slip), OK);
    assert_int_equal(visits_each_slip(f->st, 0, slip_line, &l), OK);
    assert_int_equal(visits_slip_values(f->st, slip, "{\"a\":1}", NOW_US), OK);
    assert_int_equal(visits_slip_state(f->st, slip, "waiting", NOW_US), OK);
    assert_int_equal(visits_each_slip(f->st, 0, slip_line, &l), OK);
    assert_int_equal(visits_slip_state(f->st, slip, "printed", NOW_US), OK);
    assert_int_equal(visits_each_slip(f->st, 0, slip_line, &l), OK);
    assert_int_equal(visits_each_slip(f->st, visit, slip_line, &l), OK);
    assert_int_equal(visits_get_slip(f->st, slip, slip_line, &l), OK);
    assert_string_equal(l.text, "thanks waiting {\"a\":1}\nthanks printed {\"a\":1}\nthanks printed {\"a\":1}\n");
    assert_int_equal(visits_slip_state(f->st, slip, "eaten", NOW_US), ERR_INPUT);
    assert_int_equal(visits_slip_state(f->st, 4711, "printed", NOW_US), ERR_MISSING);
    assert_int_equal(visits_get_slip(f->st, 4711, slip_line, &l), ERR_MISSING);
}

static void touch_line(void *self, const struct touch_row *row)
{
    add_line(self, "%s %s: %s", row->way, row->channel, row->text);
}

static void the_timeline_shows_the_newest_first(void **state)
{
    struct fixture *f = *state;
    int64_t anna = person(f, "Anna");
    struct touch_row talk = { .customer = anna, .when_us = NOW_US, .way = "in", .channel = "counter", .text = "a talk" };
    struct touch_row slip = { .customer = anna, .when_us = NOW_US + 1, .way = "out", .channel = "slip", .text = "a slip" };
    struct touch_row wrong = { .customer = anna, .when_us = NOW_US, .way = "up", .channel = "slip", .text = "a slip" };
    assert_int_equal(visits_add_touch(f->st, &slip, NULL), OK);
    assert_int_equal(visits_add_touch(f->st, &talk, NULL), OK);
    assert_int_equal(visits_add_touch(f->st, &wrong, NULL), ERR_INPUT);
    struct lines l = { "" };
    assert_int_equal(visits_each_touch(f->st, anna, 9, touch_line, &l), OK);
    assert_string_equal(l.text, "out slip: a slip\nin counter: a talk\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_visit_is_open_at_a_time),
        TEST(a_visit_of_the_past_is_over_and_disturbs_nobody),
        TEST(closed_visits_are_counted_and_move_with_the_name),
        TEST(a_receipt_comes_back_as_it_was_read),
        TEST(a_reprint_is_the_same_purchase_and_a_replay_is_nothing),
        TEST(two_receipts_that_nothing_tells_apart_are_two_purchases),
        TEST(a_receipt_that_stood_alone_can_be_joined_to_a_visit),
        TEST(a_paper_without_end_is_refused),
        TEST(a_slip_waits_until_it_is_printed),
        TEST(the_timeline_shows_the_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
