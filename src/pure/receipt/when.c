#include "when.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_YEAR = 1990, LAST_YEAR = 2099, NO_TIME = -1, ROWS_APART = 3 };

struct moment {
    int year, month, day;
    int hour, minute, second; /* hour NO_TIME when absent */
};

static size_t skip_spaces(const struct row *r, size_t at)
{
    while (at < r->count && r->folded[at] == ' ') {
        at++;
    }
    return at;
}

/* Up to `most` digits; returns how many were read. */
static size_t read_digits(const struct row *r, size_t at, size_t most, int *value)
{
    size_t n = 0;
    *value = 0;
    while (at + n < r->count && text_is_digit(r->folded[at + n]) && n < most) {
        *value = *value * 10 + (int)(r->folded[at + n] - '0');
        n++;
    }
    return at + n < r->count && text_is_digit(r->folded[at + n]) ? 0 : n;
}

static bool is_valid(struct moment *m)
{
    static const int DAYS[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    m->year += m->year < 100 ? 2000 : 0;
    return m->year >= FIRST_YEAR && m->year <= LAST_YEAR && m->month >= 1 && m->month <= 12 && m->day >= 1 &&
           m->day <= DAYS[m->month - 1];
}

static bool is_date_mark(uint32_t c)
{
    static const uint32_t MARKS[] = { '-', '/', '.', 0x5E74, 0x6708, 0xB144, 0xC6D4 }; /* also year and month in CJK */
    for (size_t i = 0; i < sizeof MARKS / sizeof MARKS[0]; i++) {
        if (c == MARKS[i]) {
            return true;
        }
    }
    return false;
}

/* Three numbers with the same kind of mark between them; the order is the country's unless the numbers rule it out. */
static bool order_numbers(const int value[3], const size_t digits[3], const char *order, struct moment *m)
{
    if (digits[0] == 4) {
        *m = (struct moment){ .year = value[0], .month = value[1], .day = value[2] };
        return is_valid(m);
    }
    if (digits[2] != 4 && digits[2] != 2) {
        return false;
    }
    if (order[0] == 'y' && digits[2] == 2 && digits[0] == 2) {
        *m = (struct moment){ .year = value[0], .month = value[1], .day = value[2] };
        if (is_valid(m)) {
            return true;
        }
    }
    bool is_month_first = order[0] == 'm';
    for (int turn = 0; turn < 2; turn++, is_month_first = !is_month_first) {
        *m = (struct moment){ value[2], value[!is_month_first], value[is_month_first], 0, 0, 0 };
        if (is_valid(m)) {
            return true;
        }
    }
    return false;
}

static size_t numeric_date(const struct row *r, size_t at, const char *order, struct moment *m)
{
    int value[3];
    size_t digits[3], start = at;
    for (int i = 0; i < 3; i++) {
        digits[i] = read_digits(r, at, 4, &value[i]);
        if (digits[i] == 0 || (i == 1 && digits[i] > 2) || digits[i] == 3) {
            return 0;
        }
        at += digits[i];
        size_t mark = skip_spaces(r, at);
        bool has_mark = mark < r->count && is_date_mark(r->folded[mark]);
        if (i < 2 && !has_mark) {
            return 0;
        }
        at = i < 2 ? skip_spaces(r, mark + 1) : at;
    }
    struct moment read;
    if (!order_numbers(value, digits, order, &read)) {
        return 0;
    }
    *m = read;
    return at - start;
}

static size_t skip_filler(const struct row *r, size_t at)
{
    while (at < r->count && !text_is_digit(r->folded[at]) &&
           (r->folded[at] == ' ' || r->folded[at] == '.' || r->folded[at] == ',' || r->folded[at] == '-' ||
            r->folded[at] == '/' || r->folded[at] == '\'')) {
        at++;
    }
    return at;
}

/* The number that ends before `at`, with "th of ", ". " or "-" between. */
static size_t day_before(const struct row *r, size_t at, int *day)
{
    size_t end = at;
    while (end > 0 && !text_is_digit(r->folded[end - 1]) && at - end < 8) {
        end--;
    }
    size_t start = end;
    while (start > 0 && text_is_digit(r->folded[start - 1])) {
        start--;
    }
    return end - start >= 1 && end - start <= 2 ? read_digits(r, start, 2, day) : 0;
}

/* "6th of April 2015", "21. Mai 26", "May 21, 2026". Returns where the date ends. */
static size_t named_date(const struct row *r, const struct hit *month, struct moment *m)
{
    int day = 0, year = 0;
    size_t at = skip_filler(r, month->to);
    size_t digits = read_digits(r, at, 4, &year);
    if (day_before(r, month->from, &day) > 0 && (digits == 4 || digits == 2)) {
        *m = (struct moment){ .year = year, .month = month->month, .day = day };
        return is_valid(m) ? at + digits : 0;
    }
    if (digits != 1 && digits != 2) {
        return 0;
    }
    day = year;
    at += digits;
    while (at < r->count && text_is_letter(r->folded[at])) {
        at++;
    }
    at = skip_filler(r, at);
    digits = read_digits(r, at, 4, &year);
    *m = (struct moment){ .year = year, .month = month->month, .day = day };
    return (digits == 4 || digits == 2) && is_valid(m) ? at + digits : 0;
}

static void shift_half_day(const struct row *r, size_t from, size_t to, struct moment *m)
{
    for (size_t i = 0; i < r->hit_count && m->hour <= 12; i++) {
        const struct hit *h = &r->hits[i];
        bool is_beside = (h->from >= to && h->from <= to + 2) || (h->to <= from && h->to + 2 >= from);
        if (is_beside && (h->roles & ROLE_BIT(ROLE_PM))) {
            m->hour = m->hour % 12 + 12;
            return;
        }
        if (is_beside && (h->roles & ROLE_BIT(ROLE_AM))) {
            m->hour %= 12;
            return;
        }
    }
}

static bool is_hour_mark(uint32_t c, bool is_after_date)
{
    return c == ':' || c == 'h' || c == 0x6642 || c == 0x65F6 || c == 0xC2DC || (c == '.' && is_after_date);
}

/* A time of day that starts at `at`. */
static size_t time_at(const struct row *r, size_t at, bool is_after_date, struct moment *m)
{
    int hour, minute, second = 0;
    size_t hours = read_digits(r, at, 2, &hour), mark = at + hours;
    bool is_free = at == 0 || !(text_is_digit(r->folded[at - 1]) || r->folded[at - 1] == '.' || r->folded[at - 1] == ',');
    if (!is_free || hours == 0 || mark >= r->count || !is_hour_mark(r->folded[mark], is_after_date)) {
        return 0;
    }
    size_t next = skip_spaces(r, mark + 1);
    if (read_digits(r, next, 2, &minute) != 2 || hour > 23 || minute > 59) {
        return 0;
    }
    size_t end = next + 2;
    if (end < r->count && (r->folded[end] == r->folded[mark] || r->folded[end] == ':') &&
        read_digits(r, end + 1, 2, &second) == 2 && second < 60) {
        end += 3;
    } else {
        second = 0;
    }
    m->hour = hour;
    m->minute = minute;
    m->second = second;
    shift_half_day(r, at, end, m);
    return end - at;
}

static bool find_time(const struct row *r, size_t from, bool is_after_date, struct moment *m)
{
    for (size_t at = from; at < r->count; at++) {
        if (text_is_digit(r->folded[at]) && time_at(r, at, is_after_date, m) > 0) {
            return true;
        }
    }
    return false;
}

/* Returns where the date ends in the row, 0 when there is none. */
static size_t find_date(const struct row *r, const char *order, struct moment *m)
{
    for (size_t i = 0; i < r->hit_count; i++) {
        size_t end = r->hits[i].month ? named_date(r, &r->hits[i], m) : 0;
        if (end > 0) {
            return end;
        }
    }
    for (size_t at = r->indent; at < r->count; at++) {
        bool is_start =
            text_is_digit(r->folded[at]) && (at == 0 || (!text_is_digit(r->folded[at - 1]) && r->folded[at - 1] != '-'));
        size_t length = is_start ? numeric_date(r, at, order, m) : 0;
        if (length > 0) {
            return at + length;
        }
    }
    return 0;
}

bool when_is_in(const struct row *r)
{
    struct moment m;
    return r->number_count > 0 && (find_date(r, "dmy", &m) > 0 || find_time(r, 0, false, &m));
}

static bool find_time_near(const struct row *rows, size_t count, size_t at, struct moment *m)
{
    for (size_t apart = 1; apart <= ROWS_APART; apart++) {
        if (at + apart < count && find_time(&rows[at + apart], 0, false, m)) {
            return true;
        }
        if (at >= apart && find_time(&rows[at - apart], 0, false, m)) {
            return true;
        }
    }
    return false;
}

void when_find(const struct row *rows, size_t count, const struct place *place, char out[DATETIME_ROOM])
{
    int best = 0;
    struct moment chosen = { 0 };
    for (size_t i = 0; i < count; i++) {
        struct moment m = { .hour = NO_TIME };
        size_t end = rows[i].number_count > 0 ? find_date(&rows[i], place->date_order, &m) : 0;
        if (end == 0) {
            continue;
        }
        m.hour = NO_TIME;
        bool has_time = find_time(&rows[i], end, true, &m) || find_time(&rows[i], 0, false, &m);
        int points = 1 + 4 * has_time + 2 * row_has(&rows[i], ROLE_DATE) - 3 * row_has(&rows[i], ROLE_ORIGINAL);
        if (!has_time && find_time_near(rows, count, i, &m)) {
            points += 2;
        }
        if (points > best) {
            best = points;
            chosen = m;
        }
    }
    out[0] = 0;
    if (best > 0 && chosen.hour == NO_TIME) {
        snprintf(out, DATETIME_ROOM, "%04d-%02d-%02d", chosen.year % 10000, chosen.month, chosen.day);
    } else if (best > 0) {
        snprintf(out, DATETIME_ROOM, "%04d-%02d-%02dT%02d:%02d:%02d", chosen.year % 10000, chosen.month, chosen.day, chosen.hour,
                 chosen.minute, chosen.second);
    }
}
