#include "kind.h"

#include "items.h"

enum { TITLE_LETTERS_MOST = 40, SLIP_SIGNS = 3, TABLE_ROWS_MOST = 3, HEADER_SIGNS = 2 };

/* How often each kind of word is met, and whether it stands as a title: alone on its line. */
struct signs {
    unsigned words[ROLE_COUNT_OF_ROLES];
    bool is_title[ROLE_COUNT_OF_ROLES];
    unsigned priced_lines, counted_lines, order_lines, loose_order_lines;
};

static struct signs signs_of(const struct row *rows, size_t count, size_t title_rows)
{
    struct signs s = { 0 };
    for (size_t i = 0; i < count; i++) {
        const struct row *r = &rows[i];
        struct columns columns;
        s.priced_lines += r->amount != NO_AMOUNT;
        s.counted_lines += item_is_counted_row(r);
        s.order_lines += r->amount == NO_AMOUNT && item_is_order_row(r, false, &columns);
        s.loose_order_lines += r->amount == NO_AMOUNT && item_is_order_row(r, true, &columns);
        for (int role = 0; role < ROLE_COUNT_OF_ROLES; role++) {
            s.words[role] += row_has(r, (enum role)role);
            bool is_alone = r->amount == NO_AMOUNT && i < title_rows && row_has(r, (enum role)role) &&
                            r->number_count <= (role == ROLE_BILL ? 0 : NUMBERS_PER_LINE) &&
                            row_letters(r, 0, r->count) <= TITLE_LETTERS_MOST && row_share(r, ROLE_BIT(role)) >= 0.5;
            s.is_title[role] = s.is_title[role] || is_alone;
        }
    }
    return s;
}

static bool is_refund(const struct signs *s, const struct reading *reading)
{
    if (reading->total == NOWHERE) {
        return s->is_title[ROLE_REFUND] && s->priced_lines > 0;
    }
    int64_t total = reading->priced[reading->total].minor;
    return total < 0 || s->is_title[ROLE_REFUND];
}

static bool is_bill(const struct signs *s, const struct receipt *receipt)
{
    bool is_unpaid = receipt->tender_count == 0 && receipt->change.minor == 0;
    bool is_at_table = s->words[ROLE_TABLE] > 0 && receipt->number == NULL;
    bool is_ordered = s->words[ROLE_TABLE] > 0 && (s->is_title[ROLE_ORDER] || s->words[ROLE_ORDER_NUMBER] > 0);
    return is_unpaid && (s->is_title[ROLE_BILL] || is_at_table || is_ordered);
}

static bool is_begun(const struct signs *s, const struct receipt *receipt)
{
    unsigned header =
        (receipt->number != NULL) + (receipt->datetime[0] != 0) + (receipt->store != NULL && s->words[ROLE_CONTACT] > 0);
    return receipt->item_count > 0 || (header >= HEADER_SIGNS && receipt->number != NULL);
}

/* Quantities and names without prices, for a table or under a title that says so. */
static bool is_kitchen_order(const struct signs *s, const struct receipt *receipt, bool is_cut)
{
    bool is_unpriced = receipt->item_count == 0 || s->counted_lines == s->priced_lines;
    bool is_table_named = s->words[ROLE_TABLE] > 0 && s->words[ROLE_TABLE] <= TABLE_ROWS_MOST;
    bool is_loosely_listed = s->loose_order_lines > (s->is_title[ROLE_ORDER] ? 0 : 1);
    bool is_listed = s->order_lines + s->counted_lines > 0 || (is_loosely_listed && (is_cut || s->is_title[ROLE_ORDER]));
    return is_unpriced && is_listed && (s->words[ROLE_ORDER] > 0 || is_table_named);
}

static bool kind_without_total(const struct signs *s, const struct receipt *receipt, bool is_cut, enum receipt_kind *kind)
{
    if (s->words[ROLE_SLIP] >= SLIP_SIGNS) {
        *kind = RECEIPT_CARD_SLIP;
    } else if (s->is_title[ROLE_REPORT]) {
        *kind = RECEIPT_NOT_A_SALE;
    } else if (s->is_title[ROLE_VOUCHER_TITLE]) {
        *kind = RECEIPT_VOUCHER;
    } else if (s->is_title[ROLE_FORMAL]) {
        *kind = RECEIPT_FORMAL;
    } else if (is_kitchen_order(s, receipt, is_cut)) {
        *kind = RECEIPT_ORDER;
    } else if (receipt->item_count > 0 && is_cut && (receipt->number != NULL || receipt->datetime[0] != 0)) {
        *kind = RECEIPT_SALE;
    } else if (!is_cut && is_begun(s, receipt)) {
        *kind = RECEIPT_TRUNCATED;
    } else {
        return false;
    }
    return true;
}

bool kind_find(const struct stretch *part, const struct reading *reading, const struct receipt *receipt, enum receipt_kind *kind)
{
    size_t title_rows = reading->total != NOWHERE ? reading->priced[reading->total].at : part->count;
    struct signs s = signs_of(part->rows, part->count, title_rows);
    if (is_refund(&s, reading) && (part->is_cut || reading->total != NOWHERE)) {
        *kind = RECEIPT_REFUND;
        return true;
    }
    if (reading->total == NOWHERE) {
        return kind_without_total(&s, receipt, part->is_cut, kind);
    }
    bool has_goods = receipt->item_count > 0 && reading->is_items_proved;
    if (s.is_title[ROLE_REPORT] && (!has_goods || receipt->tender_count == 0)) {
        *kind = RECEIPT_NOT_A_SALE;
    } else if (!has_goods && s.words[ROLE_SLIP] >= SLIP_SIGNS) {
        *kind = RECEIPT_CARD_SLIP;
    } else if (!has_goods && s.is_title[ROLE_VOUCHER_TITLE] && receipt->tender_count == 0) {
        *kind = RECEIPT_VOUCHER;
    } else if (!has_goods && s.is_title[ROLE_FORMAL]) {
        *kind = RECEIPT_FORMAL;
    } else {
        *kind = is_bill(&s, receipt) ? RECEIPT_BILL : RECEIPT_SALE;
    }
    return true;
}
