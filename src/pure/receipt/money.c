#include "money.h"

#include "base/mem.h"
#include "table.h"
#include "text.h"

#include <string.h>

enum { CURRENCIES_MOST = 64, SIGNS_MOST = 256, SIGN_LONGEST = 6, CODE_LENGTH = 3, SPACES_MOST = 2 };

struct sign {
    uint32_t points[SIGN_LONGEST];
    size_t count;
    uint64_t currencies;
};

struct currencies {
    char codes[CURRENCIES_MOST][CODE_LENGTH + 1];
    int decimals[CURRENCIES_MOST];
    int count;
    struct sign signs[SIGNS_MOST];
    size_t sign_count;
};

static void add_sign(struct currencies *all, const uint32_t *points, size_t count, int row)
{
    if (count == 0 || count > SIGN_LONGEST) {
        return;
    }
    for (size_t i = 0; i < all->sign_count; i++) {
        struct sign *s = &all->signs[i];
        if (s->count == count && memcmp(s->points, points, count * sizeof *points) == 0) {
            s->currencies |= UINT64_C(1) << row;
            return;
        }
    }
    if (all->sign_count < SIGNS_MOST) {
        struct sign *s = &all->signs[all->sign_count++];
        memcpy(s->points, points, count * sizeof *points);
        s->count = count;
        s->currencies = UINT64_C(1) << row;
    }
}

static void add_currency(struct currencies *all, const struct table_line *line)
{
    const uint32_t *field;
    size_t count, from = 0;
    if (all->count == CURRENCIES_MOST || !table_next_field(line, &from, ' ', &field, &count) || count != CODE_LENGTH) {
        return;
    }
    int row = all->count++;
    for (int i = 0; i < CODE_LENGTH; i++) {
        all->codes[row][i] = (char)(field[i] - 'a' + 'A');
    }
    add_sign(all, field, count, row);
    if (table_next_field(line, &from, ' ', &field, &count)) {
        all->decimals[row] = (int)(field[0] - '0');
    }
    while (table_next_field(line, &from, ' ', &field, &count)) {
        add_sign(all, field, count, row);
    }
}

static const struct currencies *currencies(void)
{
    static struct currencies *made;
    if (made == NULL) {
        made = mem_new(sizeof *made);
        struct table_line *line = mem_new(sizeof *line);
        const char *at = (const char *)table_named("currencies.table")->at;
        while (table_next_line(&at, line)) {
            add_currency(made, line);
        }
        mem_free(line);
    }
    return made;
}

static bool ends_freely(const uint32_t *t, size_t count, size_t end)
{
    return end == count || !text_is_letter(t[end]) || !text_is_letter(t[end - 1]) || text_is_ideograph(t[end - 1]);
}

static bool starts_freely(const uint32_t *t, size_t start)
{
    return start == 0 || !text_is_letter(t[start - 1]) || !text_is_letter(t[start]) || text_is_ideograph(t[start - 1]);
}

static bool is_at(const struct sign *s, const uint32_t *t, size_t at)
{
    return t[at] == s->points[0] && memcmp(s->points, t + at, s->count * sizeof *t) == 0;
}

/* Codes and signs that are no word of any language may stand apart from their amount. */
static bool is_telling(const struct sign *s)
{
    bool is_word = true;
    for (size_t i = 0; i < s->count; i++) {
        is_word = is_word && (text_is_letter(s->points[i]) || s->points[i] == '.');
    }
    return !is_word || s->count == CODE_LENGTH;
}

/* "1,20 €   3,60": the sign belongs to the amount before it. */
static bool follows_amount(const uint32_t *t, size_t at)
{
    size_t space = at > 0 && t[at - 1] == ' ';
    return at > space && text_is_digit(t[at - space - 1]);
}

size_t money_sign_before(const uint32_t *folded, size_t at, uint64_t *found)
{
    const struct currencies *all = currencies();
    size_t end = at, longest = 0;
    while (end > 0 && folded[end - 1] == ' ') {
        end--;
    }
    size_t spaces = at - end;
    for (size_t i = 0; i < all->sign_count; i++) {
        const struct sign *s = &all->signs[i];
        bool reaches = s->count <= end && (spaces <= SPACES_MOST || is_telling(s)) &&
                       (spaces == 0 || !follows_amount(folded, end - s->count));
        if (reaches && s->count > longest && s->count <= end && is_at(s, folded, end - s->count) &&
            starts_freely(folded, end - s->count)) {
            longest = s->count;
            *found = s->currencies;
        }
    }
    return longest > 0 ? end - longest : at;
}

/* A single Latin letter or a backslash after an amount is a tax class or noise, not a currency. */
static bool may_follow(const struct sign *s)
{
    return s->count > 1 || (s->points[0] >= 0x80);
}

size_t money_sign_after(const uint32_t *folded, size_t count, size_t at, uint64_t *found)
{
    const struct currencies *all = currencies();
    size_t start = at, longest = 0;
    for (int spaces = 0; spaces < SPACES_MOST && start < count && folded[start] == ' '; spaces++) {
        start++;
    }
    for (size_t i = 0; i < all->sign_count; i++) {
        const struct sign *s = &all->signs[i];
        bool follows = may_follow(s) || s->points[0] == '$';
        if (follows && s->count > longest && start + s->count <= count && is_at(s, folded, start) &&
            ends_freely(folded, count, start + s->count)) {
            longest = s->count;
            *found = s->currencies;
        }
    }
    return longest > 0 ? start + longest : at;
}

static bool stands_free_in(const struct sign *s, const uint32_t *t, size_t count)
{
    for (size_t at = 0; at + s->count <= count; at++) {
        if (is_at(s, t, at) && starts_freely(t, at) && ends_freely(t, count, at + s->count)) {
            return true;
        }
    }
    return false;
}

uint64_t money_signs_in(const uint32_t *folded, size_t count)
{
    const struct currencies *all = currencies();
    uint64_t found = 0;
    for (size_t i = 0; i < all->sign_count; i++) {
        const struct sign *s = &all->signs[i];
        bool tells = is_telling(s) && s->points[0] != '\\';
        found |= tells && stands_free_in(s, folded, count) ? s->currencies : 0;
    }
    return found;
}

int money_row_of(const uint32_t *code, size_t count)
{
    const struct currencies *all = currencies();
    for (int row = 0; count == CODE_LENGTH && row < all->count; row++) {
        int same = 0;
        while (same < CODE_LENGTH && code[same] == (uint32_t)(all->codes[row][same] - 'A' + 'a')) {
            same++;
        }
        if (same == CODE_LENGTH) {
            return row;
        }
    }
    return -1;
}

bool money_is_code(const uint32_t *folded, size_t count)
{
    return money_row_of(folded, count) >= 0;
}

const char *money_code(int row)
{
    return currencies()->codes[row];
}

int money_decimals(int row)
{
    return currencies()->decimals[row];
}
