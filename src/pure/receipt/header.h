/* Who sold it, and the number of the receipt. Both NULL when the paper does not say; the caller frees them. */
#ifndef RECEIPT_HEADER_H
#define RECEIPT_HEADER_H

#include "paper.h"

char *header_store(const struct row *rows, size_t count, size_t first_item_row);
char *header_number(const struct row *rows, size_t count);

#endif
