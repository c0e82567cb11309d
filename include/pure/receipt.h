/* What the customer bought, read from a job by layout and by sums that must add up.
 * What is not on the paper is absent (unknown amounts, NULL, ""), never guessed. Card numbers are masked before anything leaves
 * here. Amounts are in the smallest unit for `decimals` (cents; yen themselves). receipts_clear frees everything. */
#ifndef PURE_RECEIPT_H
#define PURE_RECEIPT_H

#include "base/err.h"
#include "pure/escpos.h"

#include <stdbool.h>
#include <stdint.h>

enum receipt_kind {
    RECEIPT_SALE,
    RECEIPT_REFUND,
    RECEIPT_BILL,
    RECEIPT_CARD_SLIP,
    RECEIPT_FORMAL,
    RECEIPT_ORDER,
    RECEIPT_VOUCHER,
    RECEIPT_NOT_A_SALE,
    RECEIPT_TRUNCATED
};
const char *receipt_kind_name(enum receipt_kind kind); /* "sale" */

struct amount {
    int64_t minor;
    bool is_known;
};

struct receipt_item {
    double quantity;
    char *description;    /* as printed */
    struct amount amount; /* unknown on a kitchen's order, which has no prices */
    const char *kind;     /* NULL for goods; "discount", "void", "refund", "credit" (taken off, for what else); static text */
};

struct receipt_tax {
    char *label;
    struct amount amount;
};

struct receipt_tender {
    const char *type; /* "cash", "card", "voucher", "other"; static text */
    char *label;
    struct amount amount;
};

struct receipt {
    enum receipt_kind kind;
    char *store, *number; /* NULL: not on the paper */
    char datetime[20];    /* "2026-07-04T16:05:12", "2026-07-04" without a time of day, "" when absent */
    char currency[4];     /* "EUR"; "" when absent, or when nothing tells which dollar it is */
    int decimals;         /* as this paper prints amounts */
    struct amount subtotal, total;
    struct amount tax;    /* the sum of `taxes` */
    struct amount change; /* 0 when no more was paid than was due, with or without a line that says so */
    struct receipt_item *items;
    struct receipt_tax *taxes;
    struct receipt_tender *tenders;
    size_t item_count, tax_count, tender_count;
    double confidence; /* 0 to 1: how much of it is proved by sums */
};

struct receipts {
    struct receipt *at;
    size_t count;
};

/* OK with count 0: the job is not about buying. */
MUST_USE err receipts_read(const struct print_job *job, struct receipts *out);
void receipts_clear(struct receipts *r);

/* Replaces all but the last four digits of every card number in `text` by '*', in place; the length stays. A card number has
 * 13 to 19 digits, with single spaces, hyphens or points between them, passes the Luhn check, and begins and measures as a
 * card scheme's numbers do: an article's number (EAN) that passes the check by chance is left. Returns how many were masked. */
unsigned receipt_mask_cards(char *text);

/* Equal for two receipts that are the same purchase printed twice, whatever marks the copy carries. Taken: kind, store, number,
 * date and time, total, and each item's quantity, name and amount; letters and digits only, without case and accents. What is
 * absent counts as absent, so two receipts that differ only in something that one of them lacks are two purchases. A paper
 * without number and time is told apart by its goods alone: the caller decides how long after each other two such are one.
 * Stable across releases and machines. */
uint64_t receipt_fingerprint(const struct receipt *r);

#endif
