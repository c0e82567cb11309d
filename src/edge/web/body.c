#include "body.h"

#include "base/utf8.h"

#include <string.h>

struct reader {
    struct view left;
    const char *reason;
    unsigned depth;
};

static bool fail(struct reader *r, const char *reason)
{
    r->reason = r->reason ? r->reason : reason;
    return false;
}

static int peek(const struct reader *r)
{
    return r->left.n > 0 ? r->left.at[0] : -1;
}

static bool take(struct reader *r, char byte)
{
    if (peek(r) != byte) {
        return false;
    }
    r->left = view_skip(r->left, 1);
    return true;
}

static bool is_space(int c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct reader *r)
{
    while (is_space(peek(r))) {
        r->left = view_skip(r->left, 1);
    }
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool take_digits(struct reader *r)
{
    if (!is_digit(peek(r))) {
        return fail(r, "a number is not complete");
    }
    while (is_digit(peek(r))) {
        r->left = view_skip(r->left, 1);
    }
    return true;
}

static bool read_number(struct reader *r)
{
    take(r, '-');
    if (!take(r, '0') && !take_digits(r)) {
        return false;
    }
    if (take(r, '.') && !take_digits(r)) {
        return false;
    }
    if (!take(r, 'e') && !take(r, 'E')) {
        return true;
    }
    if (!take(r, '+')) {
        take(r, '-');
    }
    return take_digits(r);
}

static bool read_word(struct reader *r, const char *word)
{
    size_t n = strlen(word);
    if (r->left.n < n || memcmp(r->left.at, word, n) != 0) {
        return fail(r, "a value was expected here");
    }
    r->left = view_skip(r->left, n);
    return true;
}

/* Four hexadecimal digits, or -1. */
static long take_unit(struct reader *r)
{
    long unit = 0;
    for (size_t i = 0; i < 4; i++) {
        int c = i < r->left.n ? r->left.at[i] : -1;
        int lower = c | 0x20;
        if (!is_digit(c) && (lower < 'a' || lower > 'f')) {
            return -1;
        }
        unit = unit * 16 + (is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    r->left = view_skip(r->left, 4);
    return unit;
}

/* What follows "\u". */
static bool read_unit(struct reader *r)
{
    long unit = take_unit(r);
    if (unit < 0) {
        return fail(r, "\\u needs four hexadecimal digits");
    }
    if (unit == 0) {
        return fail(r, "a text may not hold \\u0000");
    }
    if (unit < 0xd800 || unit > 0xdfff) {
        return true;
    }
    if (unit > 0xdbff || !take(r, '\\') || !take(r, 'u')) {
        return fail(r, "half of a surrogate pair stands alone");
    }
    long low = take_unit(r);
    return (low >= 0xdc00 && low <= 0xdfff) || fail(r, "half of a surrogate pair stands alone");
}

static bool read_escape(struct reader *r)
{
    if (take(r, 'u')) {
        return read_unit(r);
    }
    int c = peek(r);
    if (c <= 0 || strchr("\"\\/bfnrt", c) == NULL) {
        return fail(r, "an unknown escape in a text");
    }
    r->left = view_skip(r->left, 1);
    return true;
}

/* One character of a text, as itself or as an escape. */
static bool read_character(struct reader *r)
{
    int c = peek(r);
    if (c < ' ') {
        return fail(r, c < 0 ? "a text does not end" : "a control byte in a text");
    }
    if (take(r, '\\')) {
        return read_escape(r);
    }
    size_t n = utf8_length(r->left);
    r->left = view_skip(r->left, n);
    return n > 0 || fail(r, "bytes that are not UTF-8");
}

static bool read_text(struct reader *r)
{
    if (!take(r, '"')) {
        return fail(r, "a name in quotes was expected here");
    }
    while (!take(r, '"')) {
        if (!read_character(r)) {
            return false;
        }
    }
    return true;
}

static bool read_value(struct reader *r);

static bool read_member(struct reader *r, bool is_object)
{
    if (is_object) {
        skip_space(r);
        if (!read_text(r)) {
            return false;
        }
        skip_space(r);
        if (!take(r, ':')) {
            return fail(r, "a colon was expected here");
        }
    }
    return read_value(r);
}

/* Recursion is safe: the depth has a ceiling. */
static bool read_members(struct reader *r, bool is_object) // NOLINT(misc-no-recursion)
{
    char end = is_object ? '}' : ']';
    if (++r->depth > JSON_DEPTH_AT_MOST) {
        return fail(r, "nested too deeply");
    }
    skip_space(r);
    bool is_whole = take(r, end);
    while (!is_whole) {
        if (!read_member(r, is_object)) {
            return false;
        }
        is_whole = take(r, end);
        if (!is_whole && !take(r, ',')) {
            return fail(r, "a comma or the end was expected here");
        }
    }
    r->depth--;
    return true;
}

static bool read_bare(struct reader *r)
{
    switch (peek(r)) {
    case '{':
        return take(r, '{') && read_members(r, true);
    case '[':
        return take(r, '[') && read_members(r, false);
    case '"':
        return read_text(r);
    case 't':
        return read_word(r, "true");
    case 'f':
        return read_word(r, "false");
    case 'n':
        return read_word(r, "null");
    default:
        break;
    }
    return peek(r) == '-' || is_digit(peek(r)) ? read_number(r) : fail(r, "a value was expected here");
}

static bool read_value(struct reader *r)
{
    skip_space(r);
    bool is_good = read_bare(r);
    skip_space(r);
    return is_good;
}

err json_check(struct view body, const char **reason, size_t *at)
{
    struct reader r = { .left = body };
    bool is_good = read_value(&r);
    if (is_good && r.left.n > 0) {
        is_good = fail(&r, "something follows after the end");
    }
    if (is_good) {
        return OK;
    }
    *reason = r.reason;
    *at = body.n - r.left.n;
    return ERR_INPUT;
}
