/* From one set of settings to another. The commands and their arguments are those of Epson's ESC/POS command reference. */
#include "escpos.h"

#include <stddef.h>

/* Settings that one command sets to the value itself. */
static const struct single {
    size_t at; /* in struct printer_state */
    unsigned char prefix[2];
} singles[] = {
    { offsetof(struct printer_state, font), { 0x1b, 'M' } },             /* ESC M: character font */
    { offsetof(struct printer_state, is_bold), { 0x1b, 'E' } },          /* ESC E: emphasised */
    { offsetof(struct printer_state, is_double_strike), { 0x1b, 'G' } }, /* ESC G: double-strike */
    { offsetof(struct printer_state, underline), { 0x1b, '-' } },        /* ESC -: underline, 0 to 2 dots */
    { offsetof(struct printer_state, is_upside_down), { 0x1b, '{' } },   /* ESC {: upside-down, at the line's beginning */
    { offsetof(struct printer_state, is_reversed), { 0x1d, 'B' } },      /* GS B: white on black */
    { offsetof(struct printer_state, rotation), { 0x1b, 'V' } },         /* ESC V: turned by 90 degrees */
    { offsetof(struct printer_state, colour), { 0x1b, 'r' } },           /* ESC r: print colour */
    { offsetof(struct printer_state, align), { 0x1b, 'a' } },            /* ESC a: justification, at the line's beginning */
    { offsetof(struct printer_state, right_space), { 0x1b, ' ' } },      /* ESC SP: right-side character spacing */
    { offsetof(struct printer_state, charset), { 0x1b, 'R' } },          /* ESC R: international character set */
    { offsetof(struct printer_state, code_page), { 0x1b, 't' } },        /* ESC t: character code table */
    { offsetof(struct printer_state, is_user_charset), { 0x1b, '%' } },  /* ESC %: user-defined characters */
    { offsetof(struct printer_state, kanji_system), { 0x1c, 'C' } },     /* FS C: Kanji code system */
};

/* QR settings, GS ( k <cn 49> <fn>. Zero in the state is "never set", which is the same as the standard value. */
static const struct symbol_setting {
    size_t at;
    uint8_t function, arguments, standard;
} symbol_settings[] = {
    { offsetof(struct printer_state, qr_model), 65, 2, QR_MODEL_STANDARD },
    { offsetof(struct printer_state, qr_size), 67, 1, QR_SIZE_STANDARD },
    { offsetof(struct printer_state, qr_level), 69, 1, QR_LEVEL_STANDARD },
};

static uint8_t *field(struct printer_state *s, size_t at)
{
    return (uint8_t *)s + at;
}

static uint8_t value(const struct printer_state *s, size_t at)
{
    return ((const uint8_t *)s)[at];
}

/* ESC ! sets five things at once, and on some printers others that only it can set. It is sent for those alone, and then
 * what it has set on the way is known. */
static err change_print_mode(struct printer_state *from, const struct printer_state *to, struct buf *out)
{
    if (from->print_mode == to->print_mode) {
        return OK;
    }
    enum { UNKNOWN = 0xff };
    const unsigned char mode[] = { 0x1b, '!', to->print_mode };
    from->print_mode = to->print_mode;
    from->font = from->is_bold = from->underline = UNKNOWN;
    from->width_times = from->height_times = UNKNOWN;
    return buf_add(out, mode, sizeof mode);
}

static err change_size(struct printer_state *from, const struct printer_state *to, struct buf *out)
{
    if (from->width_times == to->width_times && from->height_times == to->height_times) {
        return OK;
    }
    unsigned width = to->width_times > 0 ? to->width_times - 1u : 0, height = to->height_times > 0 ? to->height_times - 1u : 0;
    const unsigned char size[] = { 0x1d, '!', (unsigned char)(width << 4 | height) };
    from->width_times = to->width_times;
    from->height_times = to->height_times;
    return buf_add(out, size, sizeof size);
}

static err change_singles(struct printer_state *from, const struct printer_state *to, struct buf *out)
{
    err e = OK;
    for (size_t i = 0; i < sizeof singles / sizeof *singles && e == OK; i++) {
        uint8_t wanted = value(to, singles[i].at);
        if (value(from, singles[i].at) != wanted) {
            const unsigned char command[] = { singles[i].prefix[0], singles[i].prefix[1], wanted };
            *field(from, singles[i].at) = wanted;
            e = buf_add(out, command, sizeof command);
        }
    }
    return e;
}

/* FS & and FS .: two-byte characters on and off. FS ( C 2 0 48 m: one-byte codes or UTF-8. */
static err change_encoding(struct printer_state *from, const struct printer_state *to, struct buf *out)
{
    err e = OK;
    if (from->utf8 != to->utf8) {
        const unsigned char command[] = { 0x1c, '(', 'C', 2, 0, 48, to->utf8 ? 2 : 1 };
        e = buf_add(out, command, sizeof command);
    }
    if (e == OK && from->kanji_on != to->kanji_on) {
        const unsigned char command[] = { 0x1c, to->kanji_on ? '&' : '.' };
        e = buf_add(out, command, sizeof command);
    }
    from->utf8 = to->utf8;
    from->kanji_on = to->kanji_on;
    return e;
}

/* ESC 2 is the standard line spacing, ESC 3 n any other. */
static err change_line_space(struct printer_state *from, const struct printer_state *to, struct buf *out)
{
    bool is_same =
        from->is_line_space_set == to->is_line_space_set && (!to->is_line_space_set || from->line_space == to->line_space);
    if (is_same) {
        return OK;
    }
    const unsigned char standard[] = { 0x1b, '2' }, other[] = { 0x1b, '3', to->line_space };
    from->is_line_space_set = to->is_line_space_set;
    from->line_space = to->line_space;
    return to->is_line_space_set ? buf_add(out, other, sizeof other) : buf_add(out, standard, sizeof standard);
}

/* GS L: left margin, GS W: width of the print area; both at the line's beginning. */
static err change_area(struct printer_state *from, const struct printer_state *to, struct buf *out)
{
    err e = OK;
    if (from->left_margin != to->left_margin) {
        const unsigned char margin[] = { 0x1d, 'L', to->left_margin & 0xff, (unsigned char)(to->left_margin >> 8) };
        e = buf_add(out, margin, sizeof margin);
    }
    if (e == OK && from->area_width != to->area_width) {
        const unsigned char width[] = { 0x1d, 'W', to->area_width & 0xff, (unsigned char)(to->area_width >> 8) };
        e = buf_add(out, width, sizeof width);
    }
    from->left_margin = to->left_margin;
    from->area_width = to->area_width;
    return e;
}

static err change_symbols(struct printer_state *from, const struct printer_state *to, struct buf *out)
{
    err e = OK;
    for (size_t i = 0; i < sizeof symbol_settings / sizeof *symbol_settings && e == OK; i++) {
        const struct symbol_setting *s = &symbol_settings[i];
        uint8_t now = value(from, s->at), kept = value(to, s->at), wanted = kept != 0 ? kept : s->standard;
        *field(from, s->at) = kept;
        if (now == kept || (kept == 0 && now == s->standard)) {
            continue;
        }
        const unsigned char command[] = { 0x1d, '(', 'k', (unsigned char)(2 + s->arguments), 0, 49, s->function, wanted, 0 };
        e = buf_add(out, command, 7 + (size_t)s->arguments);
    }
    return e;
}

err escpos_change(struct printer_state *from, const struct printer_state *to, struct buf *out)
{
    static err (*const changes[])(struct printer_state *, const struct printer_state *, struct buf *) = {
        change_print_mode, change_singles, change_size, change_encoding, change_line_space, change_area, change_symbols,
    };
    err e = OK;
    for (size_t i = 0; i < sizeof changes / sizeof *changes && e == OK; i++) {
        e = changes[i](from, to, out);
    }
    return e;
}
