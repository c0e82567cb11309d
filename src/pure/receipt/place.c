#include "place.h"

#include "base/mem.h"
#include "money.h"
#include "table.h"
#include "text.h"

#include <string.h>

enum {
    COUNTRIES_MOST = 64,
    MARKS_MOST = 24,
    MARK_LONGEST = 24,
    CURRENCIES_ALL = 64,
    LANGUAGES_ALL = 32,
    ROWS_AT_TOP = 60,
    ROWS_AT_END = 30,
    POINTS_CURRENCY = 6,
    POINTS_SHARED_SIGN = 3,
    POINTS_LANGUAGE = 3,
    POINTS_MARK = 3,
    MARKS_COUNTED = 3,
    POINTS_TO_SETTLE = 3,
    POINTS_AHEAD = 2,
    LETTERS_OF_A_SIGN = 4
};

struct mark {
    uint32_t points[MARK_LONGEST];
    size_t count;
};

struct country {
    int currency;
    char date_order[4];
    struct mark phone;
    uint32_t languages;
    struct mark marks[MARKS_MOST];
    size_t mark_count;
};

struct countries {
    struct country at[COUNTRIES_MOST];
    size_t count;
};

/* What was seen on the paper. */
struct evidence {
    unsigned amounts_with[CURRENCIES_ALL]; /* signs that mean this currency, alone or among others */
    unsigned amounts_only[CURRENCIES_ALL]; /* signs that mean this one and no other */
    uint64_t signs;
    unsigned words_of[LANGUAGES_ALL];
    bool is_north_american_phone, is_us_state, is_uk_postcode, is_half_day_clock;
};

static void set_mark(struct mark *m, const uint32_t *points, size_t count)
{
    m->count = count < MARK_LONGEST ? count : 0;
    memcpy(m->points, points, m->count * sizeof *points);
}

/* "gb gbp dmy +44 en | vat reg gb, london" */
static void add_country(struct countries *all, const struct table_line *line)
{
    const uint32_t *field[5];
    size_t count[5], from = 0;
    for (int i = 0; i < 5; i++) {
        if (!table_next_field(line, &from, ' ', &field[i], &count[i])) {
            return;
        }
    }
    if (all->count == COUNTRIES_MOST || count[2] != 3) {
        return;
    }
    struct country *c = &all->at[all->count++];
    c->currency = money_row_of(field[1], count[1]);
    for (int i = 0; i < 3; i++) {
        c->date_order[i] = (char)field[2][i];
    }
    set_mark(&c->phone, field[3], count[3]);
    c->languages = words_languages(field[4], count[4]);
    const uint32_t *mark;
    size_t length;
    from = from < line->count && line->points[from] == '|' ? from + 1 : from;
    while (c->mark_count < MARKS_MOST && table_next_field(line, &from, ',', &mark, &length)) {
        set_mark(&c->marks[c->mark_count++], mark, length);
    }
}

static const struct countries *countries(void)
{
    static struct countries *made;
    if (made == NULL) {
        made = mem_new(sizeof *made);
        struct table_line *line = mem_new(sizeof *line);
        const char *at = (const char *)table_named("countries.table")->at;
        while (table_next_line(&at, line)) {
            add_country(made, line);
        }
        mem_free(line);
    }
    return made;
}

static bool stands_in(const struct mark *m, const struct row *r)
{
    for (size_t at = 0; m->count > 0 && at + m->count <= r->count; at++) {
        const uint32_t *t = r->folded;
        if (t[at] != m->points[0] || memcmp(t + at, m->points, m->count * sizeof *t) != 0) {
            continue;
        }
        size_t end = at + m->count;
        bool starts = at == 0 || !text_is_letter(t[at - 1]) || !text_is_letter(t[at]) || text_is_ideograph(t[at]);
        bool ends = end == r->count || !text_is_letter(t[end]) || !text_is_letter(t[end - 1]) || text_is_ideograph(t[end]);
        if (starts && ends) {
            return true;
        }
    }
    return false;
}

/* A shape such as "ddd-dddd": d a digit, A a capital letter, anything else itself. */
static size_t shape_at(const struct row *r, size_t at, const char *shape)
{
    size_t i = 0;
    for (; shape[i] != 0; i++) {
        uint32_t c = at + i < r->count ? r->text[at + i] : 0;
        bool fits = shape[i] == 'd' ? c >= '0' && c <= '9' : shape[i] == 'A' ? c >= 'A' && c <= 'Z' : c == (uint32_t)shape[i];
        if (!fits) {
            return 0;
        }
    }
    return i;
}

static bool is_part_of_word(const struct row *r, size_t at)
{
    return at < r->count && (text_is_letter(r->folded[at]) || text_is_digit(r->folded[at]));
}

static bool shape_stands_free(const struct row *r, const char *shape)
{
    for (size_t at = r->indent; at < r->count; at++) {
        size_t n = at == 0 || !is_part_of_word(r, at - 1) ? shape_at(r, at, shape) : 0;
        if (n > 0 && !is_part_of_word(r, at + n)) {
            return true;
        }
    }
    return false;
}

static bool has_shape(const struct row *r, const char *const *shapes)
{
    for (; *shapes != NULL; shapes++) {
        if (shape_stands_free(r, *shapes)) {
            return true;
        }
    }
    return false;
}

static bool ends_with_state(const struct row *r)
{
    return r->count > 6 && r->number_count > 0 && r->numbers[0].from == r->indent && shape_at(r, r->count - 3, " AA") > 0 &&
           r->text[r->count - 4] >= 'a';
}

static void learn_row(struct evidence *e, const struct row *r)
{
    static const char *const PHONES[] = { "(ddd) ddd-dddd", "ddd-ddd-dddd", "ddd.ddd.dddd", "(ddd)ddd-dddd", NULL };
    static const char *const STATES[] = { "AA ddddd", "AA ddddd-dddd", NULL };
    static const char *const POSTCODES[] = { "Ad dAA", "Add dAA", "AAd dAA", "AAdd dAA", "AdA dAA", "AAdA dAA", NULL };
    const uint64_t about_money = ROLE_BIT(ROLE_TOTAL) | ROLE_BIT(ROLE_SUBTOTAL) | ROLE_BIT(ROLE_CASH) | ROLE_BIT(ROLE_CARD) |
                                 ROLE_BIT(ROLE_CHANGE) | ROLE_BIT(ROLE_PAID);
    bool is_about_money = (r->roles & about_money) || row_letters(r, 0, r->count) <= LETTERS_OF_A_SIGN ||
                          row_share(r, ROLE_BIT(ROLE_HEADING)) >= 0.5;
    uint64_t signs = is_about_money ? money_signs_in(r->folded, r->count) : 0;
    for (size_t i = 0; i < r->number_count; i++) {
        signs |= r->numbers[i].currencies;
    }
    e->signs |= signs;
    for (int row = 0; row < CURRENCIES_ALL; row++) {
        bool is_meant = (signs >> row & 1) != 0;
        e->amounts_with[row] += is_meant;
        e->amounts_only[row] += is_meant && signs == UINT64_C(1) << row;
    }
    for (size_t i = 0; i < r->hit_count; i++) {
        for (int l = 0; l < LANGUAGES_ALL; l++) {
            e->words_of[l] += r->hits[i].languages >> l & 1;
        }
    }
    e->is_north_american_phone = e->is_north_american_phone || has_shape(r, PHONES);
    e->is_us_state = e->is_us_state || has_shape(r, STATES) || ends_with_state(r);
    e->is_uk_postcode = e->is_uk_postcode || has_shape(r, POSTCODES);
    e->is_half_day_clock = e->is_half_day_clock || row_has(r, ROLE_PM) || row_has(r, ROLE_AM);
}

static bool is_read(size_t row, size_t count)
{
    return row < ROWS_AT_TOP || row + ROWS_AT_END >= count;
}

static uint32_t main_languages(const struct evidence *e)
{
    unsigned most = 1;
    for (int l = 0; l < LANGUAGES_ALL; l++) {
        most = e->words_of[l] > most ? e->words_of[l] : most;
    }
    uint32_t main = 0;
    for (int l = 0; l < LANGUAGES_ALL; l++) {
        main |= e->words_of[l] == most ? UINT32_C(1) << l : 0;
    }
    return main;
}

/* What speaks for a country besides its currency: marks, a telephone number, the shape of an address. */
static int points_of_place(const struct country *c, const struct evidence *e, const struct row *rows, size_t count)
{
    int marks = 0;
    for (size_t m = 0; m < c->mark_count && marks < MARKS_COUNTED; m++) {
        bool is_found = false;
        for (size_t i = 0; i < count && !is_found; i++) {
            is_found = is_read(i, count) && stands_in(&c->marks[m], &rows[i]);
        }
        marks += is_found;
    }
    bool is_called = false;
    for (size_t i = 0; i < count && !is_called; i++) {
        is_called = is_read(i, count) && stands_in(&c->phone, &rows[i]);
    }
    bool is_nanp = c->phone.count == 2 && c->phone.points[1] == '1';
    bool is_us = is_nanp && c->date_order[0] == 'm';
    bool is_uk = c->currency >= 0 && strcmp(money_code(c->currency), "GBP") == 0;
    return marks * POINTS_MARK + is_called * POINTS_MARK + (is_nanp && e->is_north_american_phone) * 2 +
           (is_us && (e->is_us_state || e->is_half_day_clock)) + (is_us && e->is_us_state) * 2 +
           (is_uk && e->is_uk_postcode) * POINTS_MARK;
}

static int points_of_currency(const struct country *c, const struct evidence *e)
{
    if (c->currency < 0) {
        return 0;
    }
    return e->amounts_only[c->currency] ? POINTS_CURRENCY : e->amounts_with[c->currency] ? POINTS_SHARED_SIGN : 0;
}

/* A sign of several currencies is settled by a country, and only by one that has more than the sign for it. */
static void settle_currency(struct place *p, const struct evidence *e, int best_country_currency, bool is_settled)
{
    int only = -1;
    for (int row = 0; row < CURRENCIES_ALL; row++) {
        bool is_more = e->amounts_only[row] > 0 && (only < 0 || e->amounts_only[row] > e->amounts_only[only]);
        only = is_more ? row : only;
    }
    int row = only >= 0 ? only : is_settled ? best_country_currency : -1;
    if (row < 0 || !(e->signs >> row & 1)) {
        return;
    }
    memcpy(p->currency, money_code(row), sizeof p->currency);
    p->decimals = money_decimals(row);
}

struct place place_find(const struct row *rows, size_t count)
{
    struct evidence e = { 0 };
    for (size_t i = 0; i < count; i++) {
        if (is_read(i, count)) {
            learn_row(&e, &rows[i]);
        }
    }
    uint32_t languages = main_languages(&e);
    int best = 0, best_settled = 0, second = 0;
    const struct country *country = NULL, *of_sign = NULL;
    for (size_t i = 0; i < countries()->count; i++) {
        const struct country *c = &countries()->at[i];
        int speaks = (c->languages & languages) ? POINTS_LANGUAGE : 0;
        int here = points_of_place(c, &e, rows, count) + speaks;
        int all = here + points_of_currency(c, &e);
        if (all > best) {
            best = all;
            country = c;
        }
        if (points_of_currency(c, &e) > 0 && here >= best_settled) {
            second = best_settled;
            best_settled = here;
            of_sign = c;
        } else if (points_of_currency(c, &e) > 0 && here > second) {
            second = here;
        }
    }
    struct place p = { .decimals = -1, .date_order = "dmy" };
    bool is_settled = of_sign != NULL && best_settled >= POINTS_TO_SETTLE && best_settled >= second + POINTS_AHEAD;
    settle_currency(&p, &e, of_sign ? of_sign->currency : -1, is_settled);
    if (country != NULL && best >= POINTS_LANGUAGE + POINTS_SHARED_SIGN) {
        memcpy(p.date_order, country->date_order, sizeof p.date_order);
        p.is_date_order_known = true;
    }
    return p;
}
