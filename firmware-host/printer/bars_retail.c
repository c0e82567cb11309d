#include "bars.h"

#include <string.h>

/* UPC and EAN: a digit is two bars and two spaces, seven modules wide. */

static const char *const digit_widths[] = { "3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112" };
static const char *const digit_widths_mirrored[] = { "1123", "1222", "2212", "1141", "2311",
                                                     "1321", "4111", "2131", "3121", "2113" };

/* Which of the six left digits of EAN13 are mirrored says the first digit; of UPC-E, the check digit. */
static const char *const ean13_mirrors[] = { "000000", "001011", "001101", "001110", "010011",
                                             "011001", "011100", "010101", "010110", "011010" };
static const char *const upce_mirrors[] = { "111000", "110100", "110010", "110001", "101100",
                                            "100110", "100011", "101010", "101001", "100101" };

static bool are_digits(struct view data)
{
    for (size_t i = 0; i < data.n; i++) {
        if (data.at[i] < '0' || data.at[i] > '9') {
            return false;
        }
    }
    return true;
}

static char check_digit(const char *digits)
{
    size_t n = strlen(digits);
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (unsigned)(digits[i] - '0') * ((n - i) % 2 == 1 ? 3 : 1);
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

/* Fills `text` with the data and, if it is one short, its check digit. A check digit that is wrong is printed as sent. */
static bool complete(char *text, struct view data, size_t whole)
{
    if ((data.n != whole && data.n + 1 != whole) || !are_digits(data)) {
        return false;
    }
    memcpy(text, data.at, data.n);
    text[data.n] = '\0';
    if (data.n < whole) {
        text[data.n] = check_digit(text);
        text[whole] = '\0';
    }
    return true;
}

static err add_digits(struct bars *out, const char *digits, const char *mirrors)
{
    err e = OK;
    for (size_t i = 0; e == OK && mirrors[i] != '\0'; i++) {
        unsigned digit = (unsigned)(digits[i] - '0');
        e = bars_add(out, mirrors[i] == '1' ? digit_widths_mirrored[digit] : digit_widths[digit]);
    }
    return e;
}

static err add_halves(struct bars *out, const char *digits, const char *left_mirrors, const char *right_mirrors)
{
    err e = bars_add(out, "111");
    e = e == OK ? add_digits(out, digits, left_mirrors) : e;
    e = e == OK ? bars_add(out, "11111") : e;
    e = e == OK ? add_digits(out, digits + strlen(left_mirrors), right_mirrors) : e;
    return e == OK ? bars_add(out, "111") : e;
}

static err ean13(struct bars *out, const char *thirteen)
{
    return add_halves(out, thirteen + 1, ean13_mirrors[thirteen[0] - '0'], "000000");
}

/* The eleven digits for which the six stand: UPC-E leaves out zeros, and its last digit says which. */
static void expand(char eleven[12], const char six[6])
{
    memcpy(eleven, "00000000000", 12);
    eleven[1] = six[0];
    eleven[2] = six[1];
    if (six[5] <= '2') {
        eleven[3] = six[5];
        memcpy(eleven + 8, six + 2, 3);
    } else if (six[5] == '3') {
        eleven[3] = six[2];
        memcpy(eleven + 9, six + 3, 2);
    } else if (six[5] == '4') {
        memcpy(eleven + 3, six + 2, 2);
        eleven[10] = six[4];
    } else {
        memcpy(eleven + 3, six + 2, 3);
        eleven[10] = six[5];
    }
}

static bool are_zeros(const char *digits, size_t from, size_t count)
{
    return memcmp(digits + from, "00000", count) == 0;
}

/* The six digits for the eleven of a UPC-A that begins with 0; false when it has no short form. */
static bool shorten(char six[6], const char *eleven)
{
    memcpy(six, eleven + 1, 5);
    six[5] = eleven[10];
    if (eleven[3] <= '2' && are_zeros(eleven, 4, 4)) {
        memcpy(six + 2, eleven + 8, 3);
        six[5] = eleven[3];
        return true;
    }
    if (are_zeros(eleven, 4, 5)) {
        memcpy(six + 3, eleven + 9, 2);
        six[5] = '3';
        return true;
    }
    if (are_zeros(eleven, 5, 5)) {
        six[4] = eleven[10];
        six[5] = '4';
        return true;
    }
    return are_zeros(eleven, 6, 4) && eleven[10] >= '5';
}

static err upce(struct bars *out, struct view data)
{
    char six[6], eleven[12];
    if (!are_digits(data) || (data.n > 6 && data.at[0] != '0')) {
        return ERR_INPUT;
    }
    if (data.n >= 6 && data.n <= 8) {
        memcpy(six, data.at + (data.n > 6 ? 1 : 0), 6);
    } else if ((data.n != 11 && data.n != 12) || !shorten(six, (const char *)data.at)) {
        return ERR_INPUT;
    }
    expand(eleven, six);
    char check = check_digit(eleven);
    out->text[0] = '0';
    memcpy(out->text + 1, six, 6);
    out->text[7] = check;
    out->text[8] = '\0';
    err e = bars_add(out, "111");
    e = e == OK ? add_digits(out, out->text + 1, upce_mirrors[check - '0']) : e;
    return e == OK ? bars_add(out, "111111") : e;
}

err bars_retail(struct bars *out, unsigned kind, struct view data)
{
    char thirteen[14];
    switch (kind) {
    case 0:
        if (!complete(out->text, data, 12)) {
            return ERR_INPUT;
        }
        thirteen[0] = '0';
        memcpy(thirteen + 1, out->text, 13);
        return ean13(out, thirteen);
    case 1:
        return upce(out, data);
    case 2:
        return complete(out->text, data, 13) ? ean13(out, out->text) : ERR_INPUT;
    default:
        return complete(out->text, data, 8) ? add_halves(out, out->text, "0000", "0000") : ERR_INPUT;
    }
}
