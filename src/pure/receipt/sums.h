/* The small search for the reading that adds up: which amount is the total, where the goods end, what was paid.
 * A word on a line makes a candidate likely; sums that agree make it sure. */
#ifndef RECEIPT_SUMS_H
#define RECEIPT_SUMS_H

#include "paper.h"

enum part {
    PART_OTHER,
    PART_SUBTOTAL,
    PART_TOTAL,
    PART_NET,
    PART_TAX,
    PART_TAX_SUM,
    PART_TENDER,
    PART_CHANGE,
    PART_ADJUST,
    PART_DISCOUNT,
    PART_INFORMATION,
    PART_COUNT
};

enum { PRICED_MOST = 500, NOWHERE = -1 };

struct priced {
    const struct row *row;
    size_t at;               /* its row */
    const struct row *label; /* the row whose words it carries: itself, or the one above a lonely amount */
    int64_t minor;
    enum part part;
    bool may_be_total; /* the word means subtotal or total: "razem" */
};

struct reading {
    struct priced *priced;
    int count;
    int first_item, end_item;    /* goods are [first, end) of priced */
    int subtotal, total;         /* of priced, or NOWHERE */
    int left_out;                /* a line among the goods that is no part of the sum, or NOWHERE */
    bool are_discounts_positive; /* "Discount 1.00" takes one off */
    bool is_items_proved;        /* the goods add up */
    bool is_total_proved;        /* goods, taxes and charges give the total */
    bool is_payment_proved;      /* paid less change is the total */
    bool has_total_word;
};

void reading_find(struct reading *r, const struct row *rows, size_t count);
void reading_clear(struct reading *r);
double reading_confidence(const struct reading *r);

#endif
