#include "room.h"

#include <ctype.h>
#include <string.h>

enum { FINDER_ROOM = 512 };

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t phone_digits_reversed(const char *text, char out[PHONE_DIGITS + 1])
{
    size_t n = 0;
    for (size_t i = strlen(text); i-- > 0;) {
        bool is_digit = isdigit((unsigned char)text[i]);
        if (n == PHONE_DIGITS || (!is_digit && strchr(" -+()/.", text[i]) == NULL)) {
            return 0;
        }
        out[n] = text[i];
        n += is_digit;
    }
    out[n] = '\0';
    return n;
}

static bool phone_finder(const char *value, char out[FINDER_ROOM])
{
    enum { LEAST_DIGITS = 3 };
    return phone_digits_reversed(value, out) >= LEAST_DIGITS;
}

static bool plain_finder(const char *value, bool in_small_letters, char out[FINDER_ROOM])
{
    size_t from = 0, to = strlen(value);
    while (from < to && is_space(value[from])) {
        from++;
    }
    while (to > from && is_space(value[to - 1])) {
        to--;
    }
    if (to == from || to - from >= FINDER_ROOM) {
        return false;
    }
    for (size_t i = from; i < to; i++) {
        unsigned char c = (unsigned char)value[i];
        out[i - from] = (char)(in_small_letters && c < 128 ? tolower(c) : c);
    }
    out[to - from] = '\0';
    return true;
}

static bool make_finder(const char *kind, const char *value, char out[FINDER_ROOM])
{
    if (strcmp(kind, "phone") == 0) {
        return phone_finder(value, out);
    }
    if (strcmp(kind, "card") == 0) {
        return plain_finder(value, false, out);
    }
    if (strcmp(kind, "email") == 0) {
        return plain_finder(value, true, out) && strchr(out, '@') != NULL && out[0] != '@';
    }
    if (strcmp(kind, "handle") == 0) {
        return plain_finder(value[0] == '@' ? value + 1 : value, true, out);
    }
    return false;
}

struct link {
    int64_t id, owner;
};

/* Who already has it: the newest link to the same card, or this customer's own link of another kind. */
static err find_link(struct store *st, const struct new_identifier *new, const char *finder, struct link *found)
{
    struct query q = store_ask(st,
                               "SELECT id, customer FROM identifiers WHERE kind = ?1 AND finder = ?2 AND is_active "
                               "AND (kind = 'card' OR customer = ?3) ORDER BY id DESC LIMIT 1",
                               VALUES(words(new->kind), words(finder), number(new->customer)));
    *found = (struct link){ 0, 0 };
    if (query_next(&q)) {
        *found = (struct link){ query_number(&q, 0), query_number(&q, 1) };
    }
    return query_end(&q);
}

err people_link(struct store *st, const struct new_identifier *new, const struct learned *from, int64_t *id)
{
    char finder[FINDER_ROOM];
    struct link known;
    if (!text_is_sound(new->value, FINDER_ROOM) || !make_finder(new->kind, new->value, finder)) {
        return ERR_INPUT;
    }
    err e = find_link(st, new, finder, &known);
    if (e != OK) {
        return e;
    }
    if (known.id == 0) {
        struct fact f = { .customer = new->customer, .kind = "link", .key = new->kind, .value = new->value, .detail = finder };
        return facts_add(st, &f, from, id);
    }
    if (known.owner != new->customer) {
        return ERR_REFUSED;
    }
    if (id != NULL) {
        *id = known.id;
    }
    return OK;
}

err people_unlink(struct store *st, int64_t identifier, const struct learned *from)
{
    int64_t is_active = 0;
    err e = store_number(st, "SELECT is_active FROM identifiers WHERE id = ?1", VALUES(number(identifier)), &is_active);
    if (e != OK || !is_active) {
        return e;
    }
    return people_retract(st, identifier, from);
}

err people_each_identifier(struct store *st, int64_t customer, identifier_fn *fn, void *self)
{
    struct query q = store_ask(st, "SELECT id, customer, kind, value, is_active FROM identifiers WHERE customer = ?1 ORDER BY id",
                               VALUES(number(customer)));
    while (query_next(&q)) {
        struct identifier_row row = { query_number(&q, 0), query_number(&q, 1), query_text(&q, 2), query_text(&q, 3),
                                      query_number(&q, 4) != 0 };
        fn(self, &row);
    }
    return query_end(&q);
}

/* --- who is it? --- */
static err find_card(struct store *st, const char *code, int64_t *customer)
{
    char finder[FINDER_ROOM];
    if (!plain_finder(code, false, finder)) {
        return ERR_MISSING;
    }
    return store_number(
        st, "SELECT customer FROM identifiers WHERE kind = 'card' AND finder = ?1 AND is_active ORDER BY id DESC LIMIT 1",
        VALUES(words(finder)), customer);
}

static err find_only_one(struct store *st, const char *kind, const char *from, const char *to, int64_t *customer)
{
    return store_number(st,
                        "SELECT min(customer) FROM identifiers WHERE kind = ?1 AND finder >= ?2 AND finder <= ?3 AND is_active "
                        "GROUP BY kind HAVING count(DISTINCT customer) = 1",
                        VALUES(words(kind), words(from), words(to)), customer);
}

/* "+36 30 123 4567" and "06 30 123 4567" are one number: their last nine digits are the same. */
static err find_phone(struct store *st, const char *code, int64_t *customer)
{
    char finder[FINDER_ROOM], end[FINDER_ROOM];
    if (!phone_finder(code, finder)) {
        return ERR_MISSING;
    }
    err e = find_only_one(st, "phone", finder, finder, customer);
    if (e != ERR_MISSING || strlen(finder) < PHONE_LOCAL_DIGITS) {
        return e;
    }
    memcpy(end, finder, PHONE_LOCAL_DIGITS);
    end[PHONE_LOCAL_DIGITS] = ':'; /* comes after every digit */
    end[PHONE_LOCAL_DIGITS + 1] = '\0';
    finder[PHONE_LOCAL_DIGITS] = '\0';
    return find_only_one(st, "phone", finder, end, customer);
}

static err find_email(struct store *st, const char *code, int64_t *customer)
{
    char finder[FINDER_ROOM];
    if (!make_finder("email", code, finder)) {
        return ERR_MISSING;
    }
    return find_only_one(st, "email", finder, finder, customer);
}

err people_find_code(struct store *st, const char *code, int64_t *customer)
{
    if (!text_is_sound(code, FINDER_ROOM)) {
        return ERR_MISSING;
    }
    err e = find_card(st, code, customer);
    if (e == ERR_MISSING) {
        e = find_phone(st, code, customer);
    }
    return e == ERR_MISSING ? find_email(st, code, customer) : e;
}
