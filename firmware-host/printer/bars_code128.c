#include "bars.h"

#include <string.h>

/* CODE128. In kinds 8 and 9 of GS k the data choose the code sets themselves: {A {B {C, {S for one letter of the other
 * set, {1 to {4 for FNC1 to FNC4, {{ for a brace; in set C a byte is a pair of digits, 0 to 99. */

enum { SHIFT = 98, START_A = 103, FNC1 = 102, STOP = 106, VALUES_MOST = 512 };

static const char *const widths[] = {
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",  "231212",
    "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212", "223112",  "312131",
    "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123",  "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131", "113123", "113321",  "133121",
    "313121", "211331", "231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311",  "332111",
    "314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412",  "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242", "121142", "121241",  "114212",
    "124112", "124211", "411212", "421112", "421211", "212141", "214121", "412121", "111143", "111341", "131141",  "114113",
    "114311", "411113", "411311", "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
};

/* In each set: the value that changes to set A, B or C, and those of FNC1 to FNC4. */
static const unsigned char change[3][3] = { { 0, 100, 99 }, { 101, 0, 99 }, { 101, 100, 0 } };
static const unsigned char functions[3][4] = { { 102, 97, 96, 101 }, { 102, 97, 96, 100 }, { 102, 0, 0, 0 } };

struct message {
    unsigned char at[VALUES_MOST];
    size_t n, text_length;
    unsigned set; /* 0 A, 1 B, 2 C */
    bool is_shifted;
    char *text;
};

static err push(struct message *m, unsigned char value)
{
    if (m->n >= VALUES_MOST) {
        return ERR_FULL;
    }
    m->at[m->n++] = value;
    return OK;
}

static void show(struct message *m, unsigned char byte)
{
    if (m->text_length < BAR_TEXT_MOST) {
        m->text[m->text_length++] = byte >= ' ' && byte < 127 ? (char)byte : ' ';
    }
}

static err push_letter(struct message *m, unsigned char byte)
{
    unsigned set = m->is_shifted ? 1 - m->set : m->set;
    m->is_shifted = false;
    if (byte > 127 || (set == 0 && byte > 95) || (set == 1 && byte < 32)) {
        return ERR_INPUT;
    }
    show(m, byte);
    return push(m, (unsigned char)(byte < 32 ? byte + 64 : byte - 32));
}

static err push_pair(struct message *m, unsigned pair)
{
    if (pair > 99) {
        return ERR_INPUT;
    }
    show(m, (unsigned char)('0' + pair / 10));
    show(m, (unsigned char)('0' + pair % 10));
    return push(m, (unsigned char)pair);
}

static err go_to(struct message *m, unsigned set)
{
    if (m->n == 0) {
        m->set = set;
        return push(m, (unsigned char)(START_A + set));
    }
    err e = set != m->set ? push(m, change[m->set][set]) : OK;
    m->set = set;
    return e;
}

static err push_mark(struct message *m, unsigned char mark)
{
    if (mark >= 'A' && mark <= 'C') {
        return go_to(m, mark - (unsigned)'A');
    }
    if (mark >= '1' && mark <= '4' && (m->set != 2 || mark == '1')) {
        return push(m, functions[m->set][mark - '1']);
    }
    if (mark == 'S' && m->set != 2) {
        m->is_shifted = true;
        return push(m, SHIFT);
    }
    return mark == '{' && m->set != 2 ? push_letter(m, '{') : ERR_INPUT;
}

/* The data must name the first set. */
static err push_marked(struct message *m, struct view data)
{
    if (data.n < 2 || data.at[0] != '{' || data.at[1] < 'A' || data.at[1] > 'C') {
        return ERR_INPUT;
    }
    err e = OK;
    for (size_t i = 0; e == OK && i < data.n; i++) {
        if (data.at[i] == '{' && i + 1 < data.n) {
            e = push_mark(m, data.at[++i]);
        } else {
            e = m->set == 2 ? push_pair(m, data.at[i]) : push_letter(m, data.at[i]);
        }
    }
    return e;
}

static size_t digits_ahead(struct view data, size_t from)
{
    size_t n = from;
    while (n < data.n && data.at[n] >= '0' && data.at[n] <= '9') {
        n++;
    }
    return n - from;
}

/* Four digits or more are shorter in set C; control letters need set A. */
static err push_plain(struct message *m, struct view data)
{
    err e = OK;
    for (size_t i = 0; e == OK && i < data.n;) {
        size_t digits = digits_ahead(data, i);
        if (digits >= 4 || (m->n > 0 && m->set == 2 && digits >= 2)) {
            e = go_to(m, 2);
            e = e == OK ? push_pair(m, (data.at[i] - (unsigned)'0') * 10 + data.at[i + 1] - '0') : e;
            i += 2;
            continue;
        }
        e = go_to(m, data.at[i] < ' ' ? 0 : 1);
        e = e == OK ? push_letter(m, data.at[i]) : e;
        i++;
    }
    return e;
}

/* GS1-128: FNC1 first; brackets and blanks are for the eye only. */
static err push_gs1(struct message *m, struct view data)
{
    unsigned char kept[BAR_TEXT_MOST];
    size_t n = 0;
    for (size_t i = 0; i < data.n; i++) {
        if (data.at[i] != '(' && data.at[i] != ')' && data.at[i] != ' ') {
            kept[n++] = data.at[i];
        }
    }
    err e = go_to(m, digits_ahead((struct view){ kept, n }, 0) >= 4 ? 2 : 1);
    e = e == OK ? push(m, FNC1) : e;
    e = e == OK ? push_plain(m, (struct view){ kept, n }) : e;
    memcpy(m->text, data.at, data.n);
    return e;
}

err bars_code128(struct bars *out, unsigned kind, struct view data)
{
    struct message m = { .text = out->text };
    err e = kind == 8 ? push_marked(&m, data) : kind == 9 ? push_gs1(&m, data) : push_plain(&m, data);
    if (e != OK || m.n == 0) {
        return ERR_INPUT;
    }
    unsigned sum = m.at[0];
    for (size_t i = 0; i < m.n && e == OK; i++) {
        sum += (unsigned)i * m.at[i];
        e = bars_add(out, widths[m.at[i]]);
    }
    e = e == OK ? bars_add(out, widths[sum % 103]) : e;
    return e == OK ? bars_add(out, widths[STOP]) : e;
}
