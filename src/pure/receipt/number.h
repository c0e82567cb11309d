/* The numbers in a line, with every sign that belongs to them. What a number is worth depends on how many decimals the
 * paper uses, which is known only when the whole of it was seen: "56.000" is fifty-six thousand rupiah or 56 dinars. */
#ifndef RECEIPT_NUMBER_H
#define RECEIPT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUMBERS_PER_LINE = 12, DIGITS_MOST = 15 };

struct number {
    size_t from, to; /* with signs and currency */
    size_t digits_from, digits_to;
    int64_t digits; /* all of them as one whole number */
    unsigned digit_count;
    unsigned tail;      /* digits after the last separator */
    uint32_t separator; /* the last one, 0 without */
    bool has_point;     /* the last separator may be a decimal point */
    bool is_grouped;    /* every separator may be a thousands separator */
    bool is_negative;
    bool is_percent;
    bool is_joined;      /* touches a letter, a date's stroke or a time's colon: part of a word or code */
    bool is_after_gap;   /* stands in a column of its own */
    uint64_t currencies; /* those whose sign stands with it, one bit each */
};

size_t numbers_find(const uint32_t *folded, size_t count, struct number *numbers, size_t room);

/* In the smallest unit. False: it cannot be an amount with that many decimals. */
bool number_minor(const struct number *n, int decimals, int64_t *minor);
double number_quantity(const struct number *n);

#endif
