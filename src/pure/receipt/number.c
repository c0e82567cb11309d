#include "number.h"

#include "money.h"
#include "text.h"

enum { YEN = 0xA5 };

static bool is_separator(uint32_t c)
{
    return c == '.' || c == ',' || c == '\'';
}

static bool digit_at(const uint32_t *t, size_t count, size_t at)
{
    return at < count && text_is_digit(t[at]);
}

/* A single space between groups of three, as in "1 000.00". */
static bool is_group_space(const uint32_t *t, size_t count, size_t at, size_t first)
{
    bool three =
        digit_at(t, count, at + 1) && digit_at(t, count, at + 2) && digit_at(t, count, at + 3) && !digit_at(t, count, at + 4);
    bool is_column_start = first == 0 || (first >= 2 && t[first - 1] == ' ' && t[first - 2] == ' ') || t[first - 1] == '\t' ||
                           (!text_is_letter(t[first - 1]) && t[first - 1] != ' ');
    return t[at] == ' ' && three && is_column_start && t[first] != '0';
}

/* Reads digits and separators from `at`; what the separators allow is noted while they pass. */
static size_t read_digits(const uint32_t *t, size_t count, size_t at, struct number *n)
{
    uint32_t first_separator = 0, last_separator = 0;
    size_t first = at, group = 0;
    bool is_three = true, is_one_kind = true;
    n->digits_from = at;
    for (; at < count; at++) {
        if (text_is_digit(t[at])) {
            n->digits = n->digit_count < DIGITS_MOST ? n->digits * 10 + (int64_t)(t[at] - '0') : n->digits;
            n->digit_count++;
            group++;
            continue;
        }
        bool goes_on = (is_separator(t[at]) && digit_at(t, count, at + 1) && group > 0) ||
                       (group <= 3 && last_separator != '.' && last_separator != ',' && is_group_space(t, count, at, first));
        if (!goes_on) {
            break;
        }
        is_three = is_three && (last_separator == 0 ? group <= 3 : group == 3);
        is_one_kind = is_one_kind && (last_separator == 0 || last_separator == first_separator);
        first_separator = first_separator ? first_separator : t[at];
        last_separator = t[at];
        group = 0;
    }
    bool has_separator = last_separator != 0, is_single = at - first == n->digit_count + 1;
    n->digits_to = at;
    n->separator = last_separator;
    n->tail = has_separator ? (unsigned)group : 0;
    n->is_grouped =
        has_separator && is_three && is_one_kind && last_separator == first_separator && group == 3 && t[first] != '0';
    n->has_point = has_separator && (is_three || is_single) && is_one_kind && (last_separator == '.' || last_separator == ',') &&
                   (first_separator != last_separator || is_single);
    return at;
}

static bool is_joined(const uint32_t *t, size_t count, const struct number *n)
{
    uint32_t before = n->digits_from > 0 ? t[n->digits_from - 1] : ' ';
    uint32_t after = n->digits_to < count ? t[n->digits_to] : ' ';
    bool stroke_before = (before == '/' || before == ':' || before == '#' || before == '-' || before == '.' || before == ',') &&
                         n->digits_from > 1 && (text_is_digit(t[n->digits_from - 2]) || text_is_letter(t[n->digits_from - 2]));
    bool stroke_after = (after == '/' || after == ':' || after == '-') && digit_at(t, count, n->digits_to + 1);
    bool letter_before = text_is_letter(before) && !text_is_digit(before) && !text_is_ideograph(before);
    bool is_masked = before == '*' && n->digits_from > 1 && t[n->digits_from - 2] == '*';
    return stroke_before || stroke_after || letter_before || is_masked || before == '#';
}

/* Signs in front of the digits: minus, plus, bracket and currency in any order. */
static void read_front(const uint32_t *t, struct number *n)
{
    size_t at = n->digits_from;
    for (int signs = 0; signs < 3 && at > 0; signs++) {
        size_t sign = money_sign_before(t, at, &n->currencies);
        size_t start = sign != at ? sign : at;
        if (start == at && (t[at - 1] == '-' || t[at - 1] == '(') && (at < 2 || !text_is_letter(t[at - 2]))) {
            n->is_negative = n->is_negative || t[at - 1] == '-';
            start = at - 1;
        } else if (start == at && t[at - 1] == ' ' && at > 1 && t[at - 2] == '-' && (at < 3 || t[at - 3] == ' ')) {
            n->is_negative = true;
            start = at - 2;
        }
        if (start == at) {
            break;
        }
        at = start;
    }
    n->from = at;
}

static bool is_credit(const uint32_t *t, size_t count, size_t at)
{
    return at + 1 < count && t[at] == 'c' && t[at + 1] == 'r' && (at + 2 == count || !text_is_letter(t[at + 2]));
}

/* "¥12,400-": the stroke only keeps anyone from writing more behind it. */
static bool is_yen_flourish(const uint32_t *t, const struct number *n)
{
    return n->from < n->digits_from && (t[n->digits_from - 1] == YEN || t[n->digits_from - 1] == '\\');
}

static void read_back(const uint32_t *t, size_t count, struct number *n)
{
    size_t at = n->digits_to;
    size_t space = at < count && t[at] == ' ' ? 1 : 0;
    bool is_turkish_percent = n->digits_from > 0 && t[n->digits_from - 1] == '%';
    n->from -= is_turkish_percent && n->from == n->digits_from;
    n->is_percent = is_turkish_percent || (at + space < count && t[at + space] == '%' && !digit_at(t, count, at + space + 1));
    at = money_sign_after(t, count, at, &n->currencies);
    if (at < count && t[at] == '-' && !digit_at(t, count, at + 1)) {
        n->is_negative = n->is_negative || !is_yen_flourish(t, n);
        at++;
    } else if (at < count && t[at] == ')' && n->from < n->digits_from) {
        bool is_bracketed = false;
        for (size_t i = n->from; i < n->digits_from; i++) {
            is_bracketed = is_bracketed || t[i] == '(';
        }
        n->is_negative = n->is_negative || is_bracketed;
        at++;
    }
    size_t gap = at < count && t[at] == ' ' ? 1 : 0;
    if (is_credit(t, count, at + gap)) {
        n->is_negative = true;
        at += gap + 2;
    }
    n->to = money_sign_after(t, count, at, &n->currencies);
}

size_t numbers_find(const uint32_t *folded, size_t count, struct number *numbers, size_t room)
{
    size_t found = 0, at = 0;
    while (at < count && found < room) {
        if (!text_is_digit(folded[at])) {
            at++;
            continue;
        }
        struct number *n = &numbers[found];
        *n = (struct number){ 0 };
        at = read_digits(folded, count, at, n);
        read_front(folded, n);
        if (n->from + 1 == n->digits_from && text_is_letter(folded[n->from]) && !n->has_point) {
            n->from = n->digits_from; /* "R00044" is a code, "R12.50" is money */
            n->currencies = 0;
        }
        read_back(folded, count, n);
        n->is_joined = n->from == n->digits_from && is_joined(folded, count, n);
        n->is_after_gap = n->from == 0 || folded[n->from - 1] == '\t' ||
                          (n->from >= 2 && folded[n->from - 1] == ' ' && folded[n->from - 2] == ' ');
        found++;
    }
    return found;
}

bool number_minor(const struct number *n, int decimals, int64_t *minor)
{
    static const int64_t POWERS[] = { 1, 10, 100, 1000 };
    if (n->digit_count + (unsigned)decimals > DIGITS_MOST || n->is_percent || decimals < 0 || decimals > 3) {
        return false;
    }
    int64_t value = n->digits;
    if (n->tail == (unsigned)decimals && n->has_point && decimals > 0) {
        value = n->digits;
    } else if (n->tail == 0 || n->is_grouped) {
        value = n->digits * POWERS[decimals];
    } else {
        return false;
    }
    *minor = n->is_negative ? -value : value;
    return true;
}

double number_quantity(const struct number *n)
{
    double value = (double)n->digits;
    for (unsigned i = 0; i < n->tail && i < DIGITS_MOST; i++) {
        value /= 10;
    }
    return value;
}
