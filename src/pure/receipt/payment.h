/* What stands around the total: taxes, what was paid and how, what was given back. */
#ifndef RECEIPT_PAYMENT_H
#define RECEIPT_PAYMENT_H

#include "pure/receipt.h"
#include "sums.h"

void payment_read(const struct reading *reading, int decimals, struct receipt *out);

#endif
