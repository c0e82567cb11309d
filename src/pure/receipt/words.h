/* What printed words mean, in every language that has a file in words/. A word is evidence, never proof.
 * The vocabulary is made once from the files that are built in, and never changes. */
#ifndef RECEIPT_WORDS_H
#define RECEIPT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The order is that of ROLE_NAMES in words.c, which are the names used in the files. */
enum role {
    ROLE_TOTAL,
    ROLE_SUBTOTAL,
    ROLE_NET,
    ROLE_TAX,
    ROLE_INCLUDED,
    ROLE_CASH,
    ROLE_CARD,
    ROLE_VOUCHER,
    ROLE_OTHER,
    ROLE_PAID,
    ROLE_CHANGE,
    ROLE_DISCOUNT,
    ROLE_VOID,
    ROLE_REFUND,
    ROLE_BILL,
    ROLE_ORDER,
    ROLE_FORMAL,
    ROLE_VOUCHER_TITLE,
    ROLE_SLIP,
    ROLE_REPORT,
    ROLE_NUMBER,
    ROLE_ORDER_NUMBER,
    ROLE_DATE,
    ROLE_TABLE,
    ROLE_SERVICE,
    ROLE_ROUNDING,
    ROLE_SAVED,
    ROLE_COUNT,
    ROLE_COPY,
    ROLE_ORIGINAL,
    ROLE_CONTACT,
    ROLE_HEADING,
    ROLE_UNIT,
    ROLE_MONTH,
    ROLE_BUYER,
    ROLE_AM,
    ROLE_PM,
    ROLE_COUNT_OF_ROLES
};
#define ROLE_BIT(role) (UINT64_C(1) << (role))

struct word {
    uint32_t *points; /* folded */
    size_t count;
    uint64_t roles;
    uint32_t languages;      /* one bit a file */
    unsigned char month;     /* 1 to 12 */
    bool may_follow_letters; /* "*rabatt" */
    struct word *next;
};

struct hit {
    size_t from, to;
    uint64_t roles;
    uint32_t languages;
    unsigned char month;
};

/* Longest words first from left to right; a longer word hides the shorter one inside it ("sub total" hides "total"). */
size_t words_find(const uint32_t *folded, size_t count, struct hit *hits, size_t room);

/* The bits of the languages named in a list such as "de,fr". */
uint32_t words_languages(const uint32_t *list, size_t count);

#endif
