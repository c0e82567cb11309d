/* Bar codes and two-dimensional codes of ESC/POS and its relatives. */
#include "decoder.h"

#include <string.h>

/* GS k m: 0 to 6 end at a NUL, 65 and up are counted. */
static const char *const barcode_types[] = { "UPCA",       "UPCE",       "EAN13",      "EAN8",       "CODE39",
                                             "ITF",        "CODABAR",    "CODE93",     "CODE128",    "GS1-128",
                                             "GS1DATABAR", "GS1DATABAR", "GS1DATABAR", "GS1DATABAR", "CODE128" };

enum {
    BARCODE_TYPES = sizeof barcode_types / sizeof barcode_types[0],
    COUNTED = 65,
    CODE128 = 73,
    GS1_128 = 74,
    BEMATECH_QR = 'Q',
    BEMATECH_HEAD = 9,
    CODE128_BYTES_MOST = 2 * 255 /* each byte of set C is two digits */
};

/* GS k Q e s v t, two bytes that count the data and three more, the data, a NUL. */
static uint64_t measure_bematech_qr(struct view seen)
{
    if (seen.n < BEMATECH_HEAD) {
        return BEMATECH_HEAD;
    }
    unsigned count = word_at(seen, 7);
    return BEMATECH_HEAD + (uint64_t)(count > 3 ? count - 3 : 0) + 1;
}

uint64_t measure_barcode(struct view seen)
{
    unsigned m = byte_at(seen, 2);
    if (m == BEMATECH_QR) {
        return measure_bematech_qr(seen);
    }
    if (m < COUNTED) {
        return seen.n < 4 ? 4 : measure_until_nul(seen);
    }
    return 4 + (uint64_t)byte_at(seen, 3);
}

static err add_pair_of_digits(struct buf *out, unsigned char value)
{
    return value < 100 ? buf_format(out, "%02u", value) : OK;
}

/* CODE128 as a POS sends it: {A {B {C choose the code set, {{ is a brace, {S and {1 to {4 are functions. In set C
 * each byte is a pair of digits. */
struct view code128_text(struct view data, struct buf *out)
{
    unsigned char set = 'B';
    err e = OK;
    for (size_t i = 0; i < data.n && e == OK; i++) {
        unsigned char byte = data.at[i];
        if (byte != '{' || i + 1 == data.n) {
            e = set == 'C' ? add_pair_of_digits(out, byte) : buf_add_byte(out, byte);
            continue;
        }
        unsigned char mark = data.at[++i];
        set = mark >= 'A' && mark <= 'C' ? mark : set;
        e = mark == '{' ? buf_add_byte(out, mark) : OK;
    }
    return buf_view(out);
}

static void print_marked_code(struct decoder *d, const char *type, struct view data)
{
    struct buf text;
    buf_init(&text, CODE128_BYTES_MOST);
    act_code(d, type, code128_text(data, &text));
    buf_clear(&text);
}

void run_barcode(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned m = byte_at(token, 2);
    if (m == BEMATECH_QR) {
        struct view data = view_skip(token, BEMATECH_HEAD);
        data.n -= data.n > 0;
        act_code(d, "QR", data);
        return;
    }
    bool is_counted = m >= COUNTED;
    unsigned type = is_counted ? m - COUNTED : m;
    struct view data = view_skip(token, is_counted ? 4 : 3);
    data.n -= !is_counted && data.n > 0 && data.at[data.n - 1] == 0;
    if (type >= BARCODE_TYPES || data.n == 0) {
        return;
    }
    if (m == CODE128 || m == GS1_128) {
        print_marked_code(d, barcode_types[type], data);
        return;
    }
    act_code(d, barcode_types[type], data);
}

/* GS ( k cn fn: the first byte names the symbol, 48 and up. */
static const char *const symbol_types[SYMBOL_KINDS] = { "PDF417",    "QR",    "MAXICODE",  "GS1DATABAR",
                                                        "COMPOSITE", "AZTEC", "DATAMATRIX" };

enum {
    FIRST_SYMBOL = 48,
    QR_SYMBOL = FIRST_SYMBOL + SYMBOL_QR,
    SYMBOL_MODEL = 65,
    SYMBOL_SIZE = 67,
    SYMBOL_LEVEL = 69,
    SYMBOL_STORE = 80,
    SYMBOL_PRINT = 81
};

/* A printer ignores a value that is out of range. */
static void set_qr(struct decoder *d, unsigned function, unsigned value)
{
    bool is_model = function == SYMBOL_MODEL && value >= 49 && value <= 51;
    bool is_size = function == SYMBOL_SIZE && value >= 1 && value <= 16;
    bool is_level = function == SYMBOL_LEVEL && value >= 48 && value <= 51;
    d->state.qr_model = is_model ? (uint8_t)value : d->state.qr_model;
    d->state.qr_size = is_size ? (uint8_t)value : d->state.qr_size;
    d->state.qr_level = is_level ? (uint8_t)value : d->state.qr_level;
}

void run_symbol(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned symbol = byte_at(token, 5), function = byte_at(token, 6);
    if (symbol < FIRST_SYMBOL || symbol - FIRST_SYMBOL >= SYMBOL_KINDS || !symbol_types[symbol - FIRST_SYMBOL]) {
        return;
    }
    unsigned kind = symbol - FIRST_SYMBOL;
    if (function == SYMBOL_STORE) {
        store_symbol(d, kind, view_skip(token, 8));
    } else if (function == SYMBOL_PRINT) {
        print_symbol(d, kind, symbol_types[kind]);
    } else if (symbol == QR_SYMBOL) {
        set_qr(d, function, byte_at(token, 7));
    }
}
