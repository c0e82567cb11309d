/* Several receipts on one paper: a sale and the card terminal's slip, or two sales without a cut between them. */
#ifndef RECEIPT_SPLIT_H
#define RECEIPT_SPLIT_H

#include "paper.h"

enum { PARTS_MOST = 16 };

/* Where each part begins; starts[returned] is the end of the last. At least one part. */
size_t split_find(const struct row *rows, size_t count, size_t starts[PARTS_MOST + 1]);

#endif
