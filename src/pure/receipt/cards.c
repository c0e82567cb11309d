/* Card numbers. A number is taken for a card's when it passes the Luhn check and begins and measures as one that a card
 * scheme gives out (ISO/IEC 7812: the first digits name the scheme; the lengths are the schemes' own). An EAN-13 passes the
 * check in one case of ten. Of the schemes only Visa ever had 13 digits, all beginning with 4, and has given out none for two
 * decades, while German articles begin with 400 to 440: thirteen digits in one run whose EAN check digit is right are an article.
 */
#include "pure/receipt.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { CARD_LEAST = 13, CARD_MOST = 19, KEPT = 4, PREFIX_DIGITS = 6 };

static const struct scheme {
    unsigned first, last; /* the first six digits */
    unsigned least, most; /* how many there are in all */
} SCHEMES[] = {
    { 400000, 499999, 13, 13 }, { 400000, 499999, 16, 19 }, /* Visa */
    { 222100, 272099, 16, 16 }, { 510000, 559999, 16, 16 }, /* Mastercard */
    { 340000, 349999, 15, 15 }, { 370000, 379999, 15, 15 }, /* American Express */
    { 300000, 305999, 14, 19 }, { 309500, 309599, 14, 19 }, { 360000, 369999, 14, 19 }, { 380000, 399999, 14, 19 }, /* Diners */
    { 352800, 358999, 16, 19 },                                                                                     /* JCB */
    { 500000, 509999, 16, 19 }, { 560000, 589999, 16, 19 },                             /* Maestro and national debit cards */
    { 600000, 699999, 16, 19 },                                                         /* Discover, UnionPay, RuPay, Maestro */
    { 220000, 220499, 16, 19 }, { 979200, 979289, 16, 16 }, { 810000, 819999, 16, 19 }, /* Mir, Troy, UnionPay */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How many bytes may stand between two digits of one card number at `at`: a space, a hyphen, a no-break space. */
static size_t gap_at(const char *at)
{
    if (*at == ' ' || *at == '-' || *at == '.') {
        return 1;
    }
    return (unsigned char)at[0] == 0xC2 && (unsigned char)at[1] == 0xA0 ? 2 : 0;
}

static bool passes_luhn(const char *const *digits, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(*digits[count - 1 - i] - '0');
        unsigned doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += i % 2 ? doubled : digit;
    }
    return sum % 10 == 0;
}

/* GS1's check: from the right, every other digit counts three times. */
static bool is_article(const char *const *digits, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (unsigned)(*digits[count - 1 - i] - '0') * (i % 2 ? 3 : 1);
    }
    bool is_one_run = digits[count - 1] - digits[0] == (ptrdiff_t)count - 1;
    return count == CARD_LEAST && is_one_run && sum % 10 == 0;
}

static bool is_card(const char *const *digits, size_t count)
{
    unsigned prefix = 0;
    for (size_t i = 0; i < PREFIX_DIGITS; i++) {
        prefix = prefix * 10 + (unsigned)(*digits[i] - '0');
    }
    for (size_t i = 0; i < sizeof SCHEMES / sizeof SCHEMES[0]; i++) {
        const struct scheme *s = &SCHEMES[i];
        if (prefix >= s->first && prefix <= s->last && count >= s->least && count <= s->most) {
            return passes_luhn(digits, count) && !is_article(digits, count);
        }
    }
    return false;
}

/* The digits from `text` on, each with at most one gap before it. */
static size_t collect(char *text, char **digits)
{
    size_t count = 0;
    char *at = text;
    while (count < CARD_MOST) {
        at += count > 0 ? gap_at(at) : 0;
        if (!is_digit(*at)) {
            break;
        }
        digits[count++] = at++;
    }
    return count;
}

static bool ends_with_run(char *const *digits, size_t count)
{
    return !is_digit(digits[count - 1][1]);
}

unsigned receipt_mask_cards(char *text)
{
    unsigned masked = 0;
    for (char *at = text; *at != 0; at++) {
        if (!is_digit(*at) || (at > text && is_digit(at[-1]))) {
            continue;
        }
        char *digits[CARD_MOST];
        size_t count = collect(at, digits);
        while (count >= CARD_LEAST && !(ends_with_run(digits, count) && is_card((const char *const *)digits, count))) {
            count--;
        }
        if (count < CARD_LEAST) {
            continue;
        }
        for (size_t i = 0; i + KEPT < count; i++) {
            *digits[i] = '*';
        }
        masked++;
        at = digits[count - 1];
    }
    return masked;
}
