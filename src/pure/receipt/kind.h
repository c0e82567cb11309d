/* What sort of paper it is. */
#ifndef RECEIPT_KIND_H
#define RECEIPT_KIND_H

#include "pure/receipt.h"
#include "sums.h"

/* False: it is not about buying at all. */
bool kind_find(const struct stretch *part, const struct reading *reading, const struct receipt *receipt, enum receipt_kind *kind);

#endif
