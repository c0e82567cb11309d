/* ESC/POS. Source: Epson's command reference and the "Paper roll" programming guides; where another maker's printers
 * understand more under the same prefix, the row says whose it is. */
#include "decoder.h"

static void run_print_mode(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned n = byte_at(token, 2);
    d->state.print_mode = n & 0x46;
    d->state.font = n & 1;
    d->state.is_bold = n >> 3 & 1;
    d->state.height_times = (uint8_t)(1 + (n >> 4 & 1));
    d->state.width_times = (uint8_t)(1 + (n >> 5 & 1));
    d->state.underline = n >> 7 == 0 ? 0 : d->state.underline > 1 ? d->state.underline : 1; /* as thick as ESC - said */
}

/* What is printed already may come to lie behind the next cut, on a piece that is not ours to print on. */
static void run_feed_back(struct decoder *d, const struct command *c, struct view token)
{
    act_feed_dots(d, c, token);
    d->state.paper_back = byte_at(token, 2) > 0 ? 2 : d->state.paper_back;
}

/* Slip printers know this one; receipt printers pass it over and the line goes on. */
static void run_feed_back_lines(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->state.paper_back = byte_at(token, 2) > 0 ? 2 : d->state.paper_back;
}

static void run_size(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned n = byte_at(token, 2);
    d->state.width_times = (uint8_t)(1 + (n >> 4 & 7));
    d->state.height_times = (uint8_t)(1 + (n & 7));
}

/* 97 and up are special fonts: no cell of their own that we know. */
static void run_font(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->state.font = (uint8_t)digit_at(token, 2);
}

static void run_align(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned n = digit_at(token, 2);
    d->state.align = n <= ALIGN_RIGHT ? (uint8_t)n : d->state.align;
}

static void run_line_space(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->state.line_space = (uint8_t)byte_at(token, 2);
    d->state.is_line_space_set = true;
}

static void run_units(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->state.unit_x = (uint8_t)byte_at(token, 2);
    d->state.unit_y = (uint8_t)byte_at(token, 3);
}

static void run_page_mode(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    (void)token;
    if (!d->state.is_page_mode) {
        act_print_line(d);
        sheet_forget(&d->sheet);
    }
    d->state.is_page_mode = 1;
}

/* What was set on the page and not printed is thrown away. */
static void run_standard_mode(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    (void)token;
    if (d->state.is_page_mode) {
        sheet_forget(&d->sheet);
    }
    d->state.is_page_mode = 0;
}

static void run_clear_page(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    (void)token;
    if (d->state.is_page_mode) {
        sheet_forget(&d->sheet);
    }
}

static void run_area(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->sheet.area_x = (int32_t)word_at(token, 2);
    d->sheet.area_y = (int32_t)word_at(token, 4);
    d->sheet.x = d->sheet.y = 0;
}

static void run_down_to(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    sheet_move_down_to(&d->sheet, (int32_t)word_at(token, 2));
}

static void run_down_by(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    sheet_move_down_to(&d->sheet, d->sheet.y + (int16_t)word_at(token, 2));
}

/* GS V 0 and 1 cut where they are; 65, 66 and the like take a feed. */
static uint64_t measure_cut(struct view seen)
{
    unsigned m = byte_at(seen, 2);
    bool has_feed = m == 65 || m == 66 || m == 97 || m == 98 || m == 103 || m == 104;
    return has_feed ? 4 : 3;
}

static uint64_t measure_tabs(struct view seen)
{
    size_t n = seen.n;
    if (n < 3) {
        return 3;
    }
    bool is_rising = seen.at[n - 1] > (n > 3 ? seen.at[n - 2] : 0);
    return is_rising && n < 35 ? n + 1 : n;
}

/* ESC & y c1 c2, then for each character its width and as many columns of y bytes. */
static uint64_t measure_user_characters(struct view seen)
{
    unsigned height = byte_at(seen, 2), first = byte_at(seen, 3), last = byte_at(seen, 4);
    uint64_t at = 5;
    for (unsigned i = first; i <= last; i++) {
        if (at >= seen.n) {
            return at + 1;
        }
        at += 1 + (uint64_t)height * seen.at[at];
    }
    return at;
}

/* FS 2 c1 c2: 24 by 24 dots. */
enum { USER_KANJI_BYTES = 72 };

/* GS D 48 fn 48 kc1 kc2 b c: a BMP file, which says its own size. */
static uint64_t measure_bmp(struct view seen)
{
    enum { BMP_AT = 9, SIZE_AT = BMP_AT + 2, HEAD = SIZE_AT + 4 };
    if (seen.n < HEAD) {
        return HEAD;
    }
    uint64_t size = (uint64_t)word_at(seen, SIZE_AT) | (uint64_t)word_at(seen, SIZE_AT + 2) << 16;
    return size < HEAD - BMP_AT ? HEAD : BMP_AT + size;
}

/* FS g 1 writes what follows, FS g 2 asks for as much. */
static uint64_t measure_nv_memory(struct view seen)
{
    return 10 + (digit_at(seen, 2) == 1 ? (uint64_t)word_at(seen, 8) : 0);
}

static uint64_t measure_cheque(struct view seen)
{
    return byte_at(seen, 2) == 0 ? 4 : 3;
}

/* GS C n: the old counter. */
static uint64_t measure_counter(struct view seen)
{
    unsigned n = digit_at(seen, 2);
    if (byte_at(seen, 2) == ';') {
        unsigned ends = 0;
        for (size_t i = 3; i < seen.n; i++) {
            ends += seen.at[i] == ';';
        }
        return ends >= 5 || seen.n >= 40 ? seen.n : seen.n + 1;
    }
    return n == 1 ? 9 : 5;
}

/* DLE EOT n, and two bytes for the kinds that came later. */
static uint64_t measure_status_request(struct view seen)
{
    unsigned n = byte_at(seen, 2);
    return n == 7 || n == 8 || n == 18 ? 4 : 3;
}

static uint64_t measure_real_time(struct view seen)
{
    static const unsigned char bytes[] = { 3, 5, 5, 8, 3, 3, 3, 4, 10 };
    unsigned function = byte_at(seen, 2);
    return function < sizeof bytes ? bytes[function] : 3;
}

static void run_real_time(struct decoder *d, const struct command *c, struct view token)
{
    if (byte_at(token, 2) == 1) {
        act_pulse(d, c, token);
    }
}

/* ESC Z m n k, n16, data: the QR of Chinese and Taiwanese makers. */
static uint64_t measure_far_east_qr(struct view seen)
{
    return 7 + (uint64_t)word_at(seen, 5);
}

static void run_far_east_qr(struct decoder *d, const struct command *c, struct view token)
{
    act_code(d, "QR", view_skip(token, c->bytes));
}

/* GS p, kind, model, level, version, mode, n16, data: Seiko's QR. */
static uint64_t measure_seiko_qr(struct view seen)
{
    return 9 + (uint64_t)word_at(seen, 7);
}

/* FS ( C: character encoding. 2 is UTF-8. */
static void run_encoding(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    if (byte_at(token, 5) == 48) {
        d->state.utf8 = digit_at(token, 6) == 2;
    }
}

/* GS F9 35: a Bematech printer is told to be itself, or an Epson. */
static void run_emulation(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    if (d->options.dialect == DIALECT_AUTO) {
        decoder_choose(d, digit_at(token, 3) & 1 ? DIALECT_BEMATECH : DIALECT_ESCPOS);
    }
}

static const struct command rows[] = {
    ROW("\n", 1, .run = act_new_line),
    ROW("\r", 1, .run = act_return),
    ROW("\t", 1, .run = act_tab),
    ROW("\f", 1, .run = act_page_print),
    ROW("\030", 1, .run = run_clear_page),
    IGNORED("\022;", 3), /* Seiko: the module size of a QR code, and a setting */
    IGNORED("\022q\000", 3),

    ROW("\033\f", 2, .run = act_page_print),
    ROW("\033@", 2, .run = act_initialise),
    ROW("\033!", 3, .run = run_print_mode),
    ROW("\033M", 3, .run = run_font, .decides = DIALECT_ESCPOS),
    ROW("\033a", 3, .run = run_align, .decides = DIALECT_ESCPOS),
    ROW("\0333", 3, .run = run_line_space),
    SETTER("\0332", 2, set_off, is_line_space_set),
    SETTER("\033E", 3, set_flag, is_bold),
    SETTER("\033G", 3, set_flag, is_double_strike),
    SETTER("\033-", 3, set_digit, underline),
    SETTER("\033{", 3, set_flag, is_upside_down),
    SETTER("\033V", 3, set_digit, rotation),
    SETTER("\033r", 3, set_digit, colour),
    ROW("\033t", 3, .run = act_code_page),
    SETTER("\033R", 3, set_byte, charset),
    SETTER("\033 ", 3, set_byte, right_space),
    SETTER("\033U", 3, set_flag, is_one_way),
    SETTER("\033%", 3, set_flag, is_user_charset),
    SETTER("\033c5", 4, set_flag, panel_off),
    ROW("\033d", 3, .run = act_feed),
    ROW("\033J", 3, .run = act_feed_dots),
    ROW("\033K", 3, .run = run_feed_back),
    ROW("\033e", 3, .run = run_feed_back_lines),
    ROW("\033i", 2, .run = act_cut),
    ROW("\033m", 2, .run = act_cut),
    ROW("\033p", 5, .run = act_pulse),
    ROW("\033$", 4, .run = act_move_to),
    ROW("\033\\", 4, .run = act_move_by),
    ROW("\033D", 3, .run = act_set_tabs, .measure = measure_tabs),
    ROW("\033L", 2, .run = run_page_mode),
    ROW("\033S", 2, .run = run_standard_mode),
    ROW("\033W", 10, .run = run_area),
    ROW("\033*", 5, .run = run_bit_image, .measure = measure_bit_image),
    ROW("\033=", 3, .run = act_select),
    ROW("\033Z", 7, .run = run_far_east_qr, .measure = measure_far_east_qr),
    ROW("\033(", 5, .measure = measure_n16),
    ROW("\033&", 5, .measure = measure_user_characters),
    ROW("\033\035y", 5, .run = run_star_qr, .measure = measure_star_qr), /* Star's printers know these in both modes */
    ROW("\033\035x", 4, .run = run_star_pdf417, .measure = measure_star_pdf417),
    IGNORED("\033c", 4),
    IGNORED("\033f", 4),
    IGNORED("\033B", 4),
    IGNORED("\033?", 3),
    IGNORED("\033C", 3),
    IGNORED("\033F", 3),
    IGNORED("\033T", 3),
    IGNORED("\033u", 3),
    IGNORED("\0334", 2), /* italics, sent without an argument */
    IGNORED("\0335", 2),
    IGNORED("\033<", 2),
    IGNORED("\033q", 2),
    IGNORED("\033v", 2),

    ROW("\035!", 3, .run = run_size, .decides = DIALECT_ESCPOS),
    ROW("\035V", 3, .run = act_cut, .measure = measure_cut, .decides = DIALECT_ESCPOS),
    SETTER("\035B", 3, set_flag, is_reversed),
    SETTER("\035b", 3, set_flag, is_smoothed),
    SETTER("\035H", 3, set_digit, barcode_text),
    SETTER("\035f", 3, set_digit, barcode_font),
    SETTER("\035h", 3, set_byte, barcode_height),
    SETTER("\035w", 3, set_byte, barcode_width),
    SETTER("\035a", 3, set_byte, asb),
    SETTER("\035L", 4, set_word, left_margin),
    SETTER("\035W", 4, set_word, area_width),
    ROW("\035P", 4, .run = run_units),
    ROW("\035$", 4, .run = run_down_to),
    ROW("\035\\", 4, .run = run_down_by),
    ROW("\035k", 3, .run = run_barcode, .measure = measure_barcode, .decides = DIALECT_ESCPOS),
    ROW("\035(k", 5, .run = run_symbol, .measure = measure_n16, .decides = DIALECT_ESCPOS),
    ROW("\035(L", 5, .run = run_graphics, .measure = measure_n16, .decides = DIALECT_ESCPOS),
    ROW("\0358L", 7, .run = run_graphics, .measure = measure_n32, .decides = DIALECT_ESCPOS),
    ROW("\035(", 5, .measure = measure_n16, .decides = DIALECT_ESCPOS),
    ROW("\035v0", 8, .run = run_raster, .measure = measure_raster, .decides = DIALECT_ESCPOS),
    ROW("\035Q0", 8, .run = run_columns, .measure = measure_raster),
    ROW("\035*", 4, .run = run_download_image, .measure = measure_download_image),
    ROW("\035/", 3, .run = run_print_download),
    ROW("\035D", 9, .measure = measure_bmp),
    ROW("\035C", 3, .measure = measure_counter),
    ROW("\035p", 9, .run = run_far_east_qr, .measure = measure_seiko_qr),
    IGNORED("\035E", 3),
    IGNORED("\035I", 3),
    IGNORED("\035T", 3),
    IGNORED("\035j", 3),
    IGNORED("\035r", 3),
    IGNORED("\035x", 3),
    IGNORED("\035Z", 3),
    IGNORED("\035:", 2),
    IGNORED("\035c", 2),
    IGNORED("\035^", 5),
    IGNORED("\035z", 5),
    IGNORED("\035g", 6),
    ROW("\035\3715", 4, .run = run_emulation),

    SETTER("\034&", 2, set_on, kanji_on),
    SETTER("\034.", 2, set_off, kanji_on),
    SETTER("\034!", 3, set_byte, kanji_mode),
    SETTER("\034C", 3, set_digit, kanji_system),
    ROW("\034(C", 5, .run = run_encoding, .measure = measure_n16),
    ROW("\034(", 5, .measure = measure_n16),
    ROW("\034q", 3, .run = run_define_logos, .measure = measure_logos),
    ROW("\034p", 4, .run = run_print_logo),
    ROW("\034g", 10, .measure = measure_nv_memory),
    ROW("\034a", 3, .measure = measure_cheque),
    IGNORED("\0342", 4 + USER_KANJI_BYTES),
    IGNORED("\034-", 3),
    IGNORED("\034W", 3),
    IGNORED("\034S", 4),
    IGNORED("\034?", 4),
    IGNORED("\034L", 2),
    IGNORED("\034b", 2),
    IGNORED("\034c", 2),

    ROW("\020\004", 3, .measure = measure_status_request),
    ROW("\020\024", 3, .run = run_real_time, .measure = measure_real_time),
    IGNORED("\020\005", 3),

    ROW("\037(", 5, .measure = measure_n16), /* a customer display's, after ESC = 2 */
    IGNORED("\037$", 4),
    IGNORED("\037C", 3),
    IGNORED("\037E", 3),
    IGNORED("\037T", 4),
    IGNORED("\037X", 3),
    IGNORED("\037r", 3),
    IGNORED("\037v", 3),
};

const struct command_table epson_table = { rows, sizeof rows / sizeof rows[0] };

/* Before the dialect is known: what only one of them has, and what means one thing with an argument and another
 * without. The rest is read as ESC/POS. */
static uint64_t measure_flag_or_none(struct view seen)
{
    unsigned n = byte_at(seen, 2);
    return n <= 1 || n == '0' || n == '1' ? 3 : 2;
}

static void run_bold_maybe(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->state.is_bold = token.n == 2 || (token.at[2] & 1);
}

/* ESC i alone cuts. Before two small numbers it is Star's character size. Two zeros are no evidence: a size is set
 * before it is taken back, and a cut may be followed by NULs. */
static uint64_t measure_cut_or_size(struct view seen)
{
    enum { LARGEST = 5 };
    if (seen.n < 3 || (seen.n < 4 && seen.at[2] <= LARGEST)) {
        return seen.n + 1;
    }
    bool is_size = seen.n > 3 && seen.at[2] <= LARGEST && seen.at[3] <= LARGEST && (seen.at[2] | seen.at[3]);
    return is_size ? 0 : 2;
}

static uint64_t measure_align_or_none(struct view seen)
{
    return seen.n < 3 ? 3 : digit_at(seen, 2) <= ALIGN_RIGHT ? 0 : 3;
}

static const struct command undecided_rows[] = {
    ROW("\033\035", 2, .decides = DIALECT_STAR),
    ROW("\033\036", 2, .decides = DIALECT_STAR),
    ROW("\033\006\001", 3, .decides = DIALECT_STAR),
    ROW("\033*r", 3, .decides = DIALECT_STAR),
    ROW("\033i", 3, .run = act_cut, .measure = measure_cut_or_size, .least = 2, .decides = DIALECT_STAR),
    ROW("\033j", 3, .measure = measure_align_or_none, .least = 2, .decides = DIALECT_DARUMA),
    ROW("\033\201", 2, .decides = DIALECT_DARUMA),
    ROW("\033E", 3, .run = run_bold_maybe, .measure = measure_flag_or_none, .least = 2),
};

/* A wire may carry another POS tomorrow: what the one dialect cannot mean turns to the other, at any time. */
static const struct command epson_to_star_rows[] = {
    ROW("\033\035a", 3, .decides = DIALECT_STAR),
    ROW("\033\035t", 3, .decides = DIALECT_STAR),
    ROW("\033\036", 2, .decides = DIALECT_STAR),
    ROW("\033*rA", 4, .decides = DIALECT_STAR),
};

const struct command_table epson_to_star_table = { epson_to_star_rows, sizeof epson_to_star_rows / sizeof epson_to_star_rows[0] };

const struct command_table undecided_table = { undecided_rows, sizeof undecided_rows / sizeof undecided_rows[0] };
