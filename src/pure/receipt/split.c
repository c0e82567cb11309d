#include "split.h"

#include "when.h"

enum { SLIP_WINDOW = 14, SLIP_SIGNS = 4, ROWS_ABOVE_HEADER = 8, LEAST_PART = 4 };

static bool is_total(const struct row *r)
{
    return r->amount != NO_AMOUNT && row_has(r, ROLE_TOTAL) && !row_has(r, ROLE_SUBTOTAL);
}

/* The slip of a card terminal: its words stand thick together, the first of them here. */
static bool starts_slip(const struct row *rows, size_t count, size_t at)
{
    unsigned signs = 0;
    if (!row_has(&rows[at], ROLE_SLIP) || row_share(&rows[at], ROLE_BIT(ROLE_SLIP)) < 0.4 || rows[at].number_count > 0) {
        return false;
    }
    for (size_t i = at; i < count && i < at + SLIP_WINDOW; i++) {
        signs += row_has(&rows[i], ROLE_SLIP);
    }
    return signs >= SLIP_SIGNS;
}

static bool has_total_from(const struct row *rows, size_t count, size_t at)
{
    for (size_t i = at; i < count; i++) {
        if (is_total(&rows[i])) {
            return true;
        }
    }
    return false;
}

/* The shop's name comes again, below a total and above another. */
static bool starts_again(const struct row *rows, size_t count, size_t part, size_t at)
{
    size_t name = part;
    while (name < at && rows[name].is_rule) {
        name++;
    }
    return name < at && !rows[at].is_rule && rows[at].amount == NO_AMOUNT && row_is_same(&rows[name], &rows[at]) &&
           row_letters(&rows[at], 0, rows[at].count) > 2 && has_total_from(rows, count, at);
}

size_t split_find(const struct row *rows, size_t count, size_t starts[PARTS_MOST + 1])
{
    size_t parts = 1;
    bool has_total = false;
    starts[0] = 0;
    for (size_t at = 1; at < count && parts < PARTS_MOST; at++) {
        size_t part = starts[parts - 1];
        has_total = has_total || is_total(&rows[at - 1]);
        if (!has_total || at < part + LEAST_PART) {
            continue;
        }
        if (starts_again(rows, count, part, at) || starts_slip(rows, count, at)) {
            starts[parts++] = at;
            has_total = false;
        }
    }
    starts[parts] = count;
    return parts;
}
