/* Date and time of a receipt, in whatever form its country prints them. */
#ifndef RECEIPT_WHEN_H
#define RECEIPT_WHEN_H

#include "paper.h"
#include "place.h"

enum { DATETIME_ROOM = 20 };

/* "2026-07-04T16:05:12", "2026-07-04T16:05:00" without seconds, "2026-07-04" without a time; "" when there is no date. */
void when_find(const struct row *rows, size_t count, const struct place *place, char out[DATETIME_ROOM]);
bool when_is_in(const struct row *r); /* the row holds a date or a time of day */

#endif
