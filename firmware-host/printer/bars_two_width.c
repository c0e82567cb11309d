#include "bars.h"

#include <string.h>

/* Codes of narrow (0) and wide (1) bars and spaces. */

static const struct letter {
    char letter;
    const char *pattern;
} code39[] = {
    { '0', "000110100" }, { '1', "100100001" }, { '2', "001100001" }, { '3', "101100000" }, { '4', "000110001" },
    { '5', "100110000" }, { '6', "001110000" }, { '7', "000100101" }, { '8', "100100100" }, { '9', "001100100" },
    { 'A', "100001001" }, { 'B', "001001001" }, { 'C', "101001000" }, { 'D', "000011001" }, { 'E', "100011000" },
    { 'F', "001011000" }, { 'G', "000001101" }, { 'H', "100001100" }, { 'I', "001001100" }, { 'J', "000011100" },
    { 'K', "100000011" }, { 'L', "001000011" }, { 'M', "101000010" }, { 'N', "000010011" }, { 'O', "100010010" },
    { 'P', "001010010" }, { 'Q', "000000111" }, { 'R', "100000110" }, { 'S', "001000110" }, { 'T', "000010110" },
    { 'U', "110000001" }, { 'V', "011000001" }, { 'W', "111000000" }, { 'X', "010010001" }, { 'Y', "110010000" },
    { 'Z', "011010000" }, { '-', "010000101" }, { '.', "110000100" }, { ' ', "011000100" }, { '$', "010101000" },
    { '/', "010100010" }, { '+', "010001010" }, { '%', "000101010" }, { '*', "010010100" }, { '\0', NULL },
};

static const struct letter codabar[] = {
    { '0', "0000011" }, { '1', "0000110" }, { '2', "0001001" }, { '3', "1100000" }, { '4', "0010010" },
    { '5', "1000010" }, { '6', "0100001" }, { '7', "0100100" }, { '8', "0110000" }, { '9', "1001000" },
    { '-', "0001100" }, { '$', "0011000" }, { ':', "1000101" }, { '/', "1010001" }, { '.', "1010100" },
    { '+', "0010101" }, { 'A', "0011010" }, { 'B', "0101001" }, { 'C', "0001011" }, { 'D', "0001110" },
    { 'a', "0011010" }, { 'b', "0101001" }, { 'c', "0001011" }, { 'd', "0001110" }, { '\0', NULL },
};

static const char *const itf[] = { "00110", "10001", "01001", "11000", "00101", "10100", "01100", "00011", "10010", "01010" };

static err add(struct bars *out, char narrow_or_wide)
{
    return buf_add_byte(&out->widths, narrow_or_wide == '1' ? 2 : 1);
}

static err add_letter(struct bars *out, const struct letter *table, char letter)
{
    const struct letter *l = table;
    while (l->pattern != NULL && l->letter != letter) {
        l++;
    }
    if (l->pattern == NULL) {
        return ERR_INPUT;
    }
    err e = out->widths.n > 0 ? add(out, '0') : OK; /* a narrow space between letters */
    for (size_t i = 0; e == OK && l->pattern[i] != '\0'; i++) {
        e = add(out, l->pattern[i]);
    }
    return e;
}

static err add_letters(struct bars *out, const struct letter *table, struct view data)
{
    err e = OK;
    for (size_t i = 0; e == OK && i < data.n; i++) {
        e = add_letter(out, table, (char)data.at[i]);
    }
    return e;
}

/* The stars that begin and end CODE39 may be sent or left out. */
static err encode_code39(struct bars *out, struct view data)
{
    bool has_stars = data.n >= 2 && data.at[0] == '*' && data.at[data.n - 1] == '*';
    err e = has_stars ? OK : add_letter(out, code39, '*');
    e = e == OK ? add_letters(out, code39, data) : e;
    return e != OK || has_stars ? e : add_letter(out, code39, '*');
}

static bool is_codabar_end(unsigned char c)
{
    return strchr("ABCDabcd", c) != NULL && c != '\0';
}

static err encode_codabar(struct bars *out, struct view data)
{
    if (data.n < 2 || !is_codabar_end(data.at[0]) || !is_codabar_end(data.at[data.n - 1])) {
        return ERR_INPUT;
    }
    return add_letters(out, codabar, data);
}

/* Digits go in pairs, one in the bars and one in the spaces; a last odd one is left out. */
static err encode_itf(struct bars *out, struct view data)
{
    err e = data.n >= 2 ? bars_add(out, "1111") : ERR_INPUT;
    for (size_t i = 0; e == OK && i + 1 < data.n; i += 2) {
        unsigned bar = data.at[i] - (unsigned)'0', space = data.at[i + 1] - (unsigned)'0';
        if (bar > 9 || space > 9) {
            return ERR_INPUT;
        }
        for (size_t j = 0; e == OK && j < 5; j++) {
            e = add(out, itf[bar][j]);
            e = e == OK ? add(out, itf[space][j]) : e;
        }
    }
    return e == OK ? bars_add(out, "211") : e;
}

err bars_two_width(struct bars *out, unsigned kind, struct view data)
{
    out->is_two_width = true;
    memcpy(out->text, data.at, data.n);
    if (kind == 5) {
        out->text[data.n & ~(size_t)1] = '\0';
        return encode_itf(out, data);
    }
    return kind == 4 ? encode_code39(out, data) : encode_codabar(out, data);
}
