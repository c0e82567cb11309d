#include "bars.h"

#include <string.h>

/* CODE93: 43 letters, four shifts with which they say all of ASCII, and the star that begins and ends. */

static const char LETTERS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";
enum { SHIFT_DOLLAR = 43, SHIFT_PERCENT, SHIFT_SLASH, SHIFT_PLUS, STAR, VALUES_MOST = 520 };

static const char *const widths[] = {
    "131112", "111213", "111312", "111411", "121113", "121212", "121311", "111114", "131211", "141111", "211113", "211212",
    "211311", "221112", "221211", "231111", "112113", "112212", "112311", "122112", "132111", "111123", "111222", "111321",
    "121122", "131121", "212112", "212211", "211122", "211221", "221121", "222111", "112122", "112221", "122121", "123111",
    "121131", "311112", "311211", "321111", "112131", "113121", "211131", "121221", "312111", "311121", "122211", "111141",
};

/* Runs of ASCII that are said with a shift: the first of them is shift and `letter`. */
static const struct shifted {
    unsigned char from, to, shift;
    char letter;
} shifts[] = {
    { 0, 0, SHIFT_PERCENT, 'U' },     { 1, 26, SHIFT_DOLLAR, 'A' },     { 27, 31, SHIFT_PERCENT, 'A' },
    { '!', ',', SHIFT_SLASH, 'A' },   { ':', ':', SHIFT_SLASH, 'Z' },   { ';', '?', SHIFT_PERCENT, 'F' },
    { '@', '@', SHIFT_PERCENT, 'V' }, { '[', '_', SHIFT_PERCENT, 'K' }, { '`', '`', SHIFT_PERCENT, 'W' },
    { 'a', 'z', SHIFT_PLUS, 'A' },    { '{', 127, SHIFT_PERCENT, 'P' },
};

struct values {
    unsigned char at[VALUES_MOST + 2];
    size_t n;
};

static unsigned char value_of(char letter)
{
    return (unsigned char)(strchr(LETTERS, letter) - LETTERS);
}

static err add_value(struct values *v, unsigned char byte)
{
    if (byte != '\0' && strchr(LETTERS, byte) != NULL) {
        v->at[v->n++] = value_of((char)byte);
        return OK;
    }
    for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
        if (byte >= shifts[i].from && byte <= shifts[i].to) {
            v->at[v->n++] = shifts[i].shift;
            v->at[v->n++] = value_of((char)(shifts[i].letter + (byte - shifts[i].from)));
            return OK;
        }
    }
    return ERR_INPUT;
}

/* A weighted sum from the right, the weights going round from 1 to `most`. */
static void add_check(struct values *v, unsigned most)
{
    unsigned sum = 0;
    for (size_t i = 0; i < v->n; i++) {
        sum += v->at[v->n - 1 - i] * ((unsigned)i % most + 1);
    }
    v->at[v->n++] = (unsigned char)(sum % 47);
}

err bars_code93(struct bars *out, struct view data)
{
    struct values v = { .n = 0 };
    for (size_t i = 0; i < data.n; i++) {
        if (add_value(&v, data.at[i]) != OK) {
            return ERR_INPUT;
        }
        out->text[i] = data.at[i] >= ' ' ? (char)data.at[i] : ' ';
    }
    add_check(&v, 20);
    add_check(&v, 15);
    err e = bars_add(out, widths[STAR]);
    for (size_t i = 0; e == OK && i < v.n; i++) {
        e = bars_add(out, widths[v.at[i]]);
    }
    e = e == OK ? bars_add(out, widths[STAR]) : e;
    return e == OK ? bars_add(out, "1") : e;
}
