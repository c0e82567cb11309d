/* Where the paper comes from, told by its currency, its words, its telephone numbers and tax forms
 * (tables/countries.table). It decides the order of a date's numbers and which dollar a dollar is. */
#ifndef RECEIPT_PLACE_H
#define RECEIPT_PLACE_H

#include "paper.h"

struct place {
    char currency[4];   /* "" when no sign on the paper settles it */
    int decimals;       /* that currency's usual ones; -1 when unknown */
    char date_order[4]; /* "dmy", "mdy" or "ymd" */
    bool is_date_order_known;
};

struct place place_find(const struct row *rows, size_t count);

#endif
