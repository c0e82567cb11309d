/* What the customer bought, read from a job by layout and by sums that must add up.
 * What is not on the paper is absent (has_*, NULL), never guessed. Card numbers are masked before anything leaves here.
 * Amounts are in the smallest unit for `decimals` (cents; yen themselves). receipts_clear frees everything. */
#ifndef PURE_RECEIPT_H
#define PURE_RECEIPT_H

#include "base/err.h"
#include "pure/escpos.h"

#include <stdbool.h>
#include <stdint.h>

enum receipt_kind {
    RECEIPT_SALE, RECEIPT_REFUND, RECEIPT_BILL, RECEIPT_CARD_SLIP, RECEIPT_FORMAL, RECEIPT_ORDER,
    RECEIPT_VOUCHER, RECEIPT_NOT_A_SALE, RECEIPT_TRUNCATED
};
const char *receipt_kind_name(enum receipt_kind kind);   /* "sale" */

struct amount {
    int64_t minor;
    bool is_known;
};

struct receipt_item {
    double quantity;
    char *description;         /* as printed */
    struct amount amount;
    const char *kind;          /* NULL for goods, "discount", "void", ...; static text */
};

struct receipt_tax {
    char *label;
    struct amount amount;
};

struct receipt_tender {
    const char *type;          /* "cash", "card", "voucher", "other"; static text */
    char *label;
    struct amount amount;
};

struct receipt {
    enum receipt_kind kind;
    char *store, *number;      /* NULL: not on the paper */
    char datetime[20];         /* "2026-07-04T16:05:12", "" when absent */
    char currency[4];          /* "EUR", "" when absent */
    int decimals;
    struct amount subtotal, tax, total, change;
    struct receipt_item *items;
    struct receipt_tax *taxes;
    struct receipt_tender *tenders;
    size_t item_count, tax_count, tender_count;
    double confidence;         /* 0 to 1: how much of it is proved by sums */
};

struct receipts {
    struct receipt *at;
    size_t count;
};

/* OK with count 0: the job is not about buying. */
MUST_USE err receipts_read(const struct print_job *job, struct receipts *out);
void receipts_clear(struct receipts *r);

/* Replaces the middle digits of every card number in `text` (13 to 19 digits, Luhn-valid, spaces and hyphens allowed)
 * by '*', in place. The last four stay. Returns how many were masked. */
unsigned receipt_mask_cards(char *text);

/* The same for both: a number that tells whether two receipts are the same purchase printed twice. */
uint64_t receipt_fingerprint(const struct receipt *r);

#endif
