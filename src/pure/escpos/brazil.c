/* Bematech's and Daruma's own modes: what differs from ESC/POS, which is asked next. Source: the makers' command lists
 * as their users' drivers send them. */
#include "decoder.h"

static void run_wide(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    (void)token;
    d->state.width_times = 2;
}

static void run_narrow(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    (void)token;
    d->state.width_times = 1;
}

static void run_width(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->state.width_times = (uint8_t)(1 + (digit_at(token, 2) & 1));
}

static void run_height(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->state.height_times = (uint8_t)(1 + (digit_at(token, 2) & 1));
}

static const struct command bematech_rows[] = {
    ROW("\016", 1, .run = run_wide),      ROW("\024", 1, .run = run_narrow), SETTER("\033E", 2, set_on, is_bold),
    SETTER("\033F", 2, set_off, is_bold), ROW("\033W", 3, .run = run_width), ROW("\033d", 3, .run = run_height),
    ROW("\033w", 2, .run = act_cut),      ROW("\033v", 3, .run = act_pulse), ROW("\033\200", 3, .run = act_pulse),
};

const struct command_table bematech_table = { bematech_rows, sizeof bematech_rows / sizeof bematech_rows[0] };

/* ESC 129, n16 that counts two more than the data, size, error correction. */
static uint64_t measure_daruma_qr(struct view seen)
{
    unsigned count = word_at(seen, 2);
    return 4 + (uint64_t)count;
}

static void run_daruma_qr(struct decoder *d, const struct command *c, struct view token)
{
    act_code(d, "QR", view_skip(token, c->bytes + 2u));
}

/* ESC b kind width height text, data, NUL. */
static const char *const barcode_types[] = { NULL,     "EAN13",  "EAN8", "ITF",     "ITF", "CODE128",
                                             "CODE39", "CODE93", "UPCA", "CODABAR", "MSI" };

static uint64_t measure_daruma_barcode(struct view seen)
{
    return seen.n == 6 ? 7 : measure_until_nul(seen);
}

static void run_daruma_barcode(struct decoder *d, const struct command *c, struct view token)
{
    unsigned type = byte_at(token, 2);
    struct view data = view_skip(token, c->bytes);
    data.n -= data.n > 0 && data.at[data.n - 1] == 0;
    if (type > 0 && type < sizeof barcode_types / sizeof barcode_types[0] && data.n > 0) {
        act_code(d, barcode_types[type], data);
    }
}

static void run_align(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned n = digit_at(token, 2);
    d->state.align = n <= ALIGN_RIGHT ? (uint8_t)n : d->state.align;
}

static const struct command daruma_rows[] = {
    ROW("\016", 1, .run = run_wide),
    ROW("\024", 1, .run = run_narrow),
    ROW("\022", 1, .run = run_narrow),
    ROW("\033\016", 3, .run = run_width),
    SETTER("\033E", 2, set_on, is_bold),
    SETTER("\033F", 2, set_off, is_bold),
    ROW("\033j", 3, .run = run_align),
    ROW("\033w", 3, .run = run_height),
    ROW("\033p", 2, .run = act_pulse),
    ROW("\033b", 6, .run = run_daruma_barcode, .measure = measure_daruma_barcode),
    ROW("\033\201", 4, .run = run_daruma_qr, .measure = measure_daruma_qr),
};

const struct command_table daruma_table = { daruma_rows, sizeof daruma_rows / sizeof daruma_rows[0] };
