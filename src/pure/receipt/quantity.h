/* Where in a line the quantity, the price of one and the name stand. */
#ifndef RECEIPT_QUANTITY_H
#define RECEIPT_QUANTITY_H

#include "paper.h"

struct columns {
    size_t name_from, name_to;
    double quantity;        /* 1 when the line says nothing */
    bool has_quantity;      /* it said */
    bool is_proved;         /* count times price is the amount */
    size_t quantity_column; /* where the quantity's last digit stands, 0 when it is no column */
};

/* What is known from the other lines of the block. */
struct block {
    size_t quantity_column;       /* 0: none seen */
    bool has_leading_quantities;  /* every line begins with a whole number */
    bool has_trailing_quantities; /* every line has one before its amount */
    bool has_line_numbers;        /* the leading ones only count the lines */
    int decimals;
};

bool quantity_is_times(uint32_t folded);
/* Letters that are neither a unit nor a sign of multiplication nor part of a number. */
size_t quantity_plain_letters(const struct row *r, size_t from, size_t to);
/* A whole number stands right before the amount, one space or more from the name. */
bool quantity_is_before_amount(const struct row *r, const struct number *n);
struct columns quantity_read(const struct row *r, const struct block *block);

#endif
