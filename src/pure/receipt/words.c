#include "words.h"

#include "base/mem.h"
#include "table.h"
#include "text.h"

#include <string.h>

enum { BUCKETS = 1024, LONGEST_WORD = 48 };

static const char *const ROLE_NAMES[ROLE_COUNT_OF_ROLES] = {
    "total",   "subtotal",     "net",  "tax",    "included", "cash",     "card",   "voucher",       "other", "paid",
    "change",  "discount",     "void", "refund", "bill",     "order",    "formal", "voucher_title", "slip",  "report",
    "number",  "order_number", "date", "table",  "service",  "rounding", "saved",  "count",         "copy",  "original",
    "contact", "heading",      "unit", "month",  "buyer",    "am",       "pm",
};

/* Words by their first character; those that may begin inside a word stand in a list of their own. */
struct vocabulary {
    struct word *starting[BUCKETS];
    struct word *inside;
};

static struct word **list_for(struct vocabulary *v, const struct word *w)
{
    return w->may_follow_letters ? &v->inside : &v->starting[w->points[0] % BUCKETS];
}

static bool is_same(const struct word *w, const uint32_t *points, size_t count)
{
    return w->count == count && memcmp(w->points, points, count * sizeof *points) == 0;
}

static void add_word(struct vocabulary *v, const uint32_t *points, size_t count, const struct word *like)
{
    struct word new = *like;
    new.may_follow_letters = points[0] == '*' && count > 1;
    points += new.may_follow_letters;
    count -= new.may_follow_letters;
    if (count == 0 || count > LONGEST_WORD) {
        return;
    }
    new.points = mem_array(count, sizeof *points);
    new.count = count;
    memcpy(new.points, points, count * sizeof *points);

    struct word **list = list_for(v, &new);
    for (struct word *w = *list; w != NULL; w = w->next) {
        if (is_same(w, new.points, count)) {
            w->roles |= new.roles;
            w->languages |= new.languages;
            w->month = new.month ? new.month : w->month;
            mem_free(new.points);
            return;
        }
    }
    struct word *kept = mem_new(sizeof *kept);
    *kept = new;
    kept->next = *list;
    *list = kept;
}

static enum role role_named(const uint32_t *name, size_t count)
{
    for (int role = 0; role < ROLE_COUNT_OF_ROLES; role++) {
        size_t i = 0;
        while (i < count && ROLE_NAMES[role][i] != 0 && (uint32_t)ROLE_NAMES[role][i] == name[i]) {
            i++;
        }
        if (i == count && ROLE_NAMES[role][i] == 0) {
            return (enum role)role;
        }
    }
    return ROLE_COUNT_OF_ROLES;
}

/* "jan|january" */
static void add_spellings(struct vocabulary *v, const uint32_t *field, size_t count, const struct word *like)
{
    for (size_t from = 0, end; from < count; from = end + 1) {
        end = from;
        while (end < count && field[end] != '|') {
            end++;
        }
        if (end > from) {
            add_word(v, field + from, end - from, like);
        }
    }
}

/* "total: sum, grand total"; months separate their spellings by '|'. */
static void add_line(struct vocabulary *v, const struct table_line *line, uint32_t language)
{
    const uint32_t *field;
    size_t count, from = 0;
    if (!table_next_field(line, &from, ':', &field, &count)) {
        return;
    }
    enum role role = role_named(field, count);
    if (role == ROLE_COUNT_OF_ROLES) {
        return;
    }
    struct word like = { .roles = ROLE_BIT(role), .languages = language };
    while (table_next_field(line, &from, ',', &field, &count)) {
        like.month = role == ROLE_MONTH ? (unsigned char)(like.month + 1) : 0;
        add_spellings(v, field, count, &like);
    }
}

static const struct vocabulary *vocabulary(void)
{
    static struct vocabulary *made;
    if (made != NULL) {
        return made;
    }
    made = mem_new(sizeof *made);
    struct table_line *line = mem_new(sizeof *line);
    for (unsigned i = 0; receipt_words[i].name != NULL; i++) {
        const char *at = (const char *)receipt_words[i].at;
        while (table_next_line(&at, line)) {
            add_line(made, line, UINT32_C(1) << i % 32);
        }
    }
    mem_free(line);
    return made;
}

/* A word of letters may not touch another letter, unless the script runs words together. */
static bool may_join(uint32_t a, uint32_t b)
{
    return !text_is_letter(a) || !text_is_letter(b) || text_is_ideograph(a) || text_is_ideograph(b);
}

static bool fits(const struct word *w, const uint32_t *folded, size_t at, size_t count)
{
    size_t end = at + w->count;
    if (end > count || w->points[0] != folded[at] || memcmp(w->points, folded + at, w->count * sizeof *folded) != 0) {
        return false;
    }
    bool starts = at == 0 || w->may_follow_letters || may_join(folded[at - 1], folded[at]);
    return starts && (end == count || may_join(folded[end - 1], folded[end]));
}

static void take_longest(const struct word *list, const uint32_t *folded, size_t at, size_t count, struct hit *best)
{
    for (const struct word *w = list; w != NULL; w = w->next) {
        if (w->count > best->to - best->from && fits(w, folded, at, count)) {
            *best = (struct hit){ at, at + w->count, w->roles, w->languages, w->month };
        }
    }
}

size_t words_find(const uint32_t *folded, size_t count, struct hit *hits, size_t room)
{
    const struct vocabulary *v = vocabulary();
    size_t found = 0, at = 0;
    while (at < count && found < room) {
        struct hit best = { at, at, 0, 0, 0 };
        take_longest(v->starting[folded[at] % BUCKETS], folded, at, count, &best);
        take_longest(v->inside, folded, at, count, &best);
        if (best.roles != 0) {
            hits[found++] = best;
        }
        at = best.roles != 0 ? best.to : at + 1;
    }
    return found;
}

static bool names(const uint32_t *list, size_t count, const char *name, size_t length)
{
    for (size_t at = 0; at + length <= count; at++) {
        size_t same = 0;
        while (same < length && list[at + same] == (uint32_t)name[same]) {
            same++;
        }
        bool is_whole = (at == 0 || list[at - 1] == ',') && (at + length == count || list[at + length] == ',');
        if (same == length && is_whole) {
            return true;
        }
    }
    return false;
}

uint32_t words_languages(const uint32_t *list, size_t count)
{
    uint32_t languages = 0;
    for (unsigned i = 0; receipt_words[i].name != NULL; i++) {
        const char *dot = strchr(receipt_words[i].name, '.');
        size_t length = dot != NULL ? (size_t)(dot - receipt_words[i].name) : 0;
        languages |= length > 0 && names(list, count, receipt_words[i].name, length) ? UINT32_C(1) << i % 32 : 0;
    }
    return languages;
}
