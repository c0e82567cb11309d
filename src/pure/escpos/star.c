/* Star line mode and StarPRNT. Source: Star's "Line Mode" and "StarPRNT" command specifications. */
#include "decoder.h"

#include <string.h>

static void run_size(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->state.height_times = (uint8_t)(1 + digit_at(token, 2) % 8);
    d->state.width_times = (uint8_t)(1 + digit_at(token, 3) % 8);
}

static void run_width(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->state.width_times = (uint8_t)(1 + digit_at(token, 2) % 8);
}

static void run_height(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->state.height_times = (uint8_t)(1 + digit_at(token, 2) % 8);
}

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

static void run_align(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned n = digit_at(token, 3);
    d->state.align = n <= ALIGN_RIGHT ? (uint8_t)n : d->state.align;
}

/* Countries beyond the ninth go by letters. */
static void run_country(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned n = digit_at(token, 2);
    d->state.charset = (uint8_t)(n >= 'A' && n <= 'F' ? n - 'A' + 10 : n);
}

static void run_cancel(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    (void)token;
    sheet_forget(&d->sheet);
}

/* ESC $ n exists on Japanese models only. Their single bytes are the Katakana page. */
static void run_shift_jis(struct decoder *d, const struct command *c, struct view token)
{
    enum { KATAKANA_PAGE = 2 };
    (void)c;
    d->sheet.usual_page = KATAKANA_PAGE;
    d->sheet.is_page_told = false;
    d->state.kanji_system = digit_at(token, 2) & 1;
}

/* ESC D and ESC B end at a NUL. */
static uint64_t measure_stops(struct view seen)
{
    bool is_done = seen.n > 2 && (seen.at[seen.n - 1] == 0 || seen.n > 34);
    return is_done ? seen.n : seen.n + 1;
}

static const char *const barcode_types[] = { "UPCE",       "UPCA",       "EAN8",       "EAN13",     "CODE39",
                                             "ITF",        "CODE128",    "CODE93",     "CODABAR",   "GS1-128",
                                             "GS1DATABAR", "GS1DATABAR", "GS1DATABAR", "GS1DATABAR" };

/* ESC b kind text width height data RS. */
static void run_barcode_star(struct decoder *d, const struct command *c, struct view token)
{
    unsigned type = byte_at(token, 2) >= 'A' ? byte_at(token, 2) - 'A' + 10 : digit_at(token, 2);
    struct view data = view_skip(token, c->bytes);
    data.n -= data.n > 0 && data.at[data.n - 1] == RS;
    if (type < sizeof barcode_types / sizeof barcode_types[0] && data.n > 0) {
        act_code(d, barcode_types[type], data);
    }
}

static uint64_t measure_barcode_star(struct view seen)
{
    return seen.n == 6 ? 7 : measure_until_rs(seen);
}

/* ESC GS y and ESC GS x: what S, D, P and I do with a symbol. The kinds are those of GS ( k. */
enum { BLOCK_HEAD = 3 };

static uint64_t measure_qr_blocks(struct view seen)
{
    uint64_t at = 6;
    for (unsigned i = 0; i < byte_at(seen, 5); i++) {
        if (at + BLOCK_HEAD > seen.n) {
            return at + BLOCK_HEAD;
        }
        at += BLOCK_HEAD + (uint64_t)word_at(seen, at + 1);
    }
    return at;
}

uint64_t measure_star_qr(struct view seen)
{
    switch (byte_at(seen, 3)) {
    case 'S':
        return 6;
    case 'D':
        if (seen.n < 8) {
            return 8;
        }
        return digit_at(seen, 4) == 2 ? measure_qr_blocks(seen) : 8 + (uint64_t)word_at(seen, 6);
    default:
        return 4;
    }
}

void run_star_qr(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned verb = byte_at(token, 3), setting = digit_at(token, 4), value = byte_at(token, 5);
    bool is_one_block = verb == 'D' && setting != 2;
    if (is_one_block) {
        store_symbol(d, SYMBOL_QR, view_skip(token, 8));
    } else if (verb == 'D') {
        store_symbol(d, SYMBOL_QR, view_skip(token, 6 + BLOCK_HEAD));
    } else if (verb == 'P') {
        print_symbol(d, SYMBOL_QR, "QR");
    } else if (verb == 'S') {
        d->state.qr_model = setting == 0 ? (uint8_t)value : d->state.qr_model;
        d->state.qr_level = setting == 1 ? (uint8_t)value : d->state.qr_level;
        d->state.qr_size = setting == 2 ? (uint8_t)value : d->state.qr_size;
    }
}

uint64_t measure_star_pdf417(struct view seen)
{
    switch (byte_at(seen, 3)) {
    case 'S':
        return seen.n < 5 ? 5 : digit_at(seen, 4) == 0 ? 8 : 6;
    case 'D':
        return seen.n < 6 ? 6 : 6 + (uint64_t)word_at(seen, 4);
    default:
        return 4;
    }
}

void run_star_pdf417(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    if (byte_at(token, 3) == 'D') {
        store_symbol(d, SYMBOL_PDF417, view_skip(token, 6));
    } else if (byte_at(token, 3) == 'P') {
        print_symbol(d, SYMBOL_PDF417, "PDF417");
    }
}

/* Columns of 8 dots (ESC K, ESC L) or 24 (ESC X); ESC k has 24 rows instead. */
static uint64_t measure_columns_8(struct view seen)
{
    return 4 + (uint64_t)word_at(seen, 2);
}

static uint64_t measure_columns_24(struct view seen)
{
    return 4 + 3 * (uint64_t)word_at(seen, 2);
}

static uint64_t measure_rows_24(struct view seen)
{
    return 4 + 24 * (uint64_t)byte_at(seen, 2);
}

static void run_columns_8(struct decoder *d, const struct command *c, struct view token)
{
    act_column_image(d, word_at(token, 2), 1, view_skip(token, c->bytes));
}

static void run_columns_24(struct decoder *d, const struct command *c, struct view token)
{
    act_column_image(d, word_at(token, 2), 3, view_skip(token, c->bytes));
}

static void run_rows_24(struct decoder *d, const struct command *c, struct view token)
{
    act_image(d, 8 * byte_at(token, 2), 24, view_skip(token, c->bytes));
}

static uint64_t measure_raster_star(struct view seen)
{
    return 9 + (uint64_t)word_at(seen, 4) * word_at(seen, 6);
}

static void run_raster_star(struct decoder *d, const struct command *c, struct view token)
{
    act_print_line(d);
    act_image(d, 8 * word_at(token, 4), word_at(token, 6), view_skip(token, c->bytes));
}

/* ESC GS P n: page mode, the length by the function. */
static uint64_t measure_page(struct view seen)
{
    static const unsigned char bytes[] = { 4, 4, 5, 12, 6, 6, 4, 4 };
    unsigned n = digit_at(seen, 3);
    return n < sizeof bytes ? bytes[n] : 4;
}

static void leave_page(struct decoder *d)
{
    d->state.is_page_mode = 0;
    sheet_forget(&d->sheet);
}

static void run_page(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned n = digit_at(token, 3);
    switch (n) {
    case 0:
        act_print_line(d);
        d->state.is_page_mode = 1;
        break;
    case 1:
        leave_page(d);
        break;
    case 3:
        d->sheet.area_x = (int32_t)word_at(token, 4);
        d->sheet.area_y = (int32_t)word_at(token, 6);
        d->sheet.x = d->sheet.y = 0;
        break;
    case 4:
        sheet_move_down_to(&d->sheet, (int32_t)word_at(token, 4));
        break;
    case 6:
    case 7:
        act_print_line(d);
        if (n == 7) {
            leave_page(d);
        }
        break;
    default:
        break;
    }
}

static uint64_t measure_extension(struct view seen)
{
    return 6 + (uint64_t)word_at(seen, 4);
}

/* ESC GS ) U, function 48: UTF-8 on or off. */
static void run_extension(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    if (byte_at(token, 3) == 'U' && byte_at(token, 6) == 48) {
        d->state.utf8 = digit_at(token, 7) & 1;
    }
}

/* Raster mode: rows of dots, nothing else, until it is left. */
static void end_raster_image(struct decoder *d)
{
    if (d->raster_row_bytes > 0) {
        unsigned rows = (unsigned)(d->raster.n / d->raster_row_bytes);
        act_image(d, 8 * d->raster_row_bytes, rows, buf_view(&d->raster));
    }
    d->raster.n = 0;
    d->raster_row_bytes = 0;
}

static uint64_t measure_raster_verb(struct view seen)
{
    unsigned verb = byte_at(seen, 3);
    bool has_number = verb != 'A' && verb != 'B' && verb != 'C' && verb != 'R';
    if (!has_number) {
        return 4;
    }
    bool is_done = seen.n > 4 && (seen.at[seen.n - 1] == 0 || seen.n > 12);
    return is_done ? seen.n : seen.n + 1;
}

static void run_raster_verb(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned verb = byte_at(token, 3);
    if (verb != 'A' && verb != 'B') {
        return;
    }
    act_print_line(d);
    end_raster_image(d);
    d->is_raster = verb == 'A';
    decoder_choose(d, d->dialect);
}

static uint64_t measure_raster_row(struct view seen)
{
    return 3 + (uint64_t)word_at(seen, 1);
}

/* Rows may differ in length: the first tells the width, a longer one loses its end. */
static void run_raster_row(struct decoder *d, const struct command *c, struct view token)
{
    static const unsigned char blank[256];
    struct view row = view_skip(token, c->bytes);
    if (d->raster_row_bytes == 0) {
        d->raster_row_bytes = row.n < sizeof blank ? (uint32_t)row.n : sizeof blank;
    }
    size_t n = row.n < d->raster_row_bytes ? row.n : d->raster_row_bytes;
    bool has_room = d->raster.ceiling - d->raster.n >= d->raster_row_bytes;
    err e = has_room ? buf_add(&d->raster, row.at, n) : ERR_FULL;
    e = e == OK ? buf_add(&d->raster, blank, d->raster_row_bytes - n) : e;
    d->job.is_over_ceiling = d->job.is_over_ceiling || e != OK;
}

/* ESC FF NUL feeds to the end of the page, where the printer cuts; ESC FF EOT ends the job. */
static void run_raster_page(struct decoder *d, const struct command *c, struct view token)
{
    end_raster_image(d);
    act_cut(d, c, token);
}

/* ESC @ in the middle of it: the host gave up, and starts anew. */
static void run_raster_reset(struct decoder *d, const struct command *c, struct view token)
{
    end_raster_image(d);
    d->is_raster = false;
    decoder_choose(d, d->dialect);
    act_initialise(d, c, token);
}

static const struct command rows[] = {
    ROW("\n", 1, .run = act_new_line),
    ROW("\r", 1, .run = act_return),
    ROW("\t", 1, .run = act_tab),
    ROW("\f", 1, .run = act_new_line),
    ROW("\013", 1, .run = act_new_line),
    ROW("\030", 1, .run = run_cancel),
    ROW("\016", 1, .run = run_wide),
    ROW("\024", 1, .run = run_narrow),
    ROW("\007", 1, .run = act_pulse),
    ROW("\032", 1, .run = act_pulse),
    ROW("\034", 1, .run = act_pulse),
    ROW("\031", 1, .run = act_pulse),

    ROW("\033@", 2, .run = act_initialise),
    SETTER("\033E", 2, set_on, is_bold),
    SETTER("\033F", 2, set_off, is_bold),
    SETTER("\0334", 2, set_on, is_reversed),
    SETTER("\0335", 2, set_off, is_reversed),
    SETTER("\033-", 3, set_digit, underline),
    SETTER("\033 ", 3, set_digit, right_space),
    ROW("\033R", 3, .run = run_country),
    SETTER("\033p", 2, set_on, kanji_on),
    SETTER("\033q", 2, set_off, kanji_on),
    ROW("\033i", 4, .run = run_size),
    ROW("\033W", 3, .run = run_width),
    ROW("\033h", 3, .run = run_height),
    ROW("\033$", 3, .run = run_shift_jis),
    ROW("\033a", 3, .run = act_feed),
    ROW("\033J", 3, .run = act_feed),
    ROW("\033I", 3, .run = act_feed),
    ROW("\033d", 3, .run = act_cut),
    ROW("\033D", 3, .run = act_set_tabs, .measure = measure_stops),
    ROW("\033B", 3, .measure = measure_stops),
    ROW("\033b", 6, .run = run_barcode_star, .measure = measure_barcode_star),
    ROW("\033K", 4, .run = run_columns_8, .measure = measure_columns_8),
    ROW("\033L", 4, .run = run_columns_8, .measure = measure_columns_8),
    ROW("\033X", 4, .run = run_columns_24, .measure = measure_columns_24),
    ROW("\033k", 4, .run = run_rows_24, .measure = measure_rows_24),
    ROW("\033*r", 4, .run = run_raster_verb, .measure = measure_raster_verb),
    IGNORED("\033\007", 4),
    IGNORED("\033\006\001", 3),
    IGNORED("\033_", 3),
    IGNORED("\033s", 4),
    IGNORED("\033l", 3),
    IGNORED("\033Q", 3),
    IGNORED("\033C", 3),
    IGNORED("\033N", 3),
    IGNORED("\033z", 3),
    IGNORED("\0330", 2),
    IGNORED("\0331", 2),
    IGNORED("\033O", 2),
    IGNORED("\033M", 2),
    IGNORED("\033P", 2),
    IGNORED("\033\014", 3),

    ROW("\033\035t", 4, .run = act_code_page),
    ROW("\033\035a", 4, .run = run_align),
    ROW("\033\035A", 5, .run = act_move_to),
    ROW("\033\035R", 5, .run = act_move_by),
    ROW("\033\035y", 5, .run = run_star_qr, .measure = measure_star_qr),
    ROW("\033\035x", 4, .run = run_star_pdf417, .measure = measure_star_pdf417),
    ROW("\033\035S", 9, .run = run_raster_star, .measure = measure_raster_star),
    ROW("\033\035P", 4, .run = run_page, .measure = measure_page),
    ROW("\033\035)", 6, .run = run_extension, .measure = measure_extension),
    ROW("\033\035(", 6, .measure = measure_extension),
    IGNORED("\033\035\003", 6),
    IGNORED("\033\035\031", 7),
    IGNORED("\033\035\032", 7),
    SETTER("\033\036F", 4, set_digit, font),
    SETTER("\033\036a", 4, set_byte, asb),
    IGNORED("\033\036", 4),
    IGNORED("\033\026c", 4),
    IGNORED("\033\026", 4),
    ROW("\033\034p", 5, .run = NULL),
};

const struct command_table star_table = { rows, sizeof rows / sizeof rows[0] };

/* GS by itself begins nothing here. */
static const struct command star_to_epson_rows[] = {
    ROW("\035!", 2, .decides = DIALECT_ESCPOS),  ROW("\035V", 2, .decides = DIALECT_ESCPOS),
    ROW("\035k", 2, .decides = DIALECT_ESCPOS),  ROW("\035(", 2, .decides = DIALECT_ESCPOS),
    ROW("\035v0", 3, .decides = DIALECT_ESCPOS),
};

const struct command_table star_to_epson_table = { star_to_epson_rows, sizeof star_to_epson_rows / sizeof star_to_epson_rows[0] };

static const struct command raster_rows[] = {
    ROW("b", 3, .run = run_raster_row, .measure = measure_raster_row),
    ROW("k", 3, .run = run_raster_row, .measure = measure_raster_row),
    ROW("\033@", 2, .run = run_raster_reset),
    ROW("\033\014", 3, .run = run_raster_page),
    ROW("\033*r", 4, .run = run_raster_verb, .measure = measure_raster_verb),
    IGNORED("\033\036", 4),
    ROW("\033\007", 4, .run = NULL),
    ROW("\007", 1, .run = act_pulse),
};

const struct command_table star_raster_table = { raster_rows, sizeof raster_rows / sizeof raster_rows[0] };
