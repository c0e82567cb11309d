/* The goods: names, quantities and amounts from columns, from "2 x 1.65" beside, above or below the name,
 * and from names that were broken over two lines. */
#ifndef RECEIPT_ITEMS_H
#define RECEIPT_ITEMS_H

#include "pure/receipt.h"
#include "quantity.h"
#include "sums.h"

/* "2 x 1.65" and nothing else: it tells of the line above or below, and is no amount of its own. */
bool item_is_quantity_row(const struct row *r);

/* A name and, in a column of its own, a number too small for a price. */
bool item_is_counted_row(const struct row *r);

/* Quantity and name without a price, as kitchens get them. False when the row does not begin with a quantity;
 * in a loose reading any whole number will do. */
bool item_is_order_row(const struct row *r, bool is_loose, struct columns *found);

void items_read(const struct row *rows, size_t count, const struct reading *reading, int decimals, struct receipt *out);
void items_add(struct receipt *out, double quantity, char *description_owned, struct amount amount, const char *kind);

#endif
