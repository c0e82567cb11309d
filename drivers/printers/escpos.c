/* A slip in ESC/POS, slipped in between two of the POS's jobs: each thing that it needs is set from whatever the POS had
 * set, and set back afterwards. Commands: Epson's ESC/POS command reference. */
#include "escpos.h"

#include <iconv.h>
#include <string.h>

/* Cheap printers have small buffers: a taller picture than this in one command prints as garbage on some of them. */
enum { SLICE_ROWS = 128, LINE_BYTES_MOST = 512, FEED_TO_TEAR_LINES = 4 };

struct job {
    const struct printer_model *model;
    struct printer_state now;   /* as the printer stands after what was written so far */
    struct printer_state plain; /* as a slip wants it between its rows */
    struct buf *out;
};

static uint16_t whole_width(const struct printer_model *m, const struct printer_state *s)
{
    unsigned units_an_inch = s->unit_x != 0 ? s->unit_x : m->dpi;
    return (uint16_t)((m->width_dots * units_an_inch + m->dpi - 1) / m->dpi);
}

static struct printer_state plain_state(const struct printer_model *m, const struct printer_state *s)
{
    struct printer_state plain = *s;
    plain.print_mode = plain.font = plain.is_bold = plain.is_double_strike = plain.underline = 0;
    plain.is_upside_down = plain.is_reversed = plain.rotation = plain.colour = 0;
    plain.width_times = plain.height_times = 1;
    plain.align = ALIGN_LEFT;
    plain.charset = plain.is_user_charset = plain.right_space = plain.is_line_space_set = 0;
    plain.left_margin = 0;
    plain.area_width = s->area_width != 0 ? whole_width(m, s) : 0;
    return plain;
}

static const struct printer_code_page *page_of(const struct printer_model *m, const char *charset)
{
    for (const struct printer_code_page *p = m->code_pages; p != NULL && p->charset != NULL; p++) {
        if (strcmp(p->charset, charset) == 0) {
            return p;
        }
    }
    return NULL;
}

static err add_converted(struct job *j, const char *text, const char *charset)
{
    if (charset == NULL) {
        return buf_add_text(j->out, text);
    }
    iconv_t to = iconv_open(charset, "UTF-8");
    if (to == (iconv_t)-1) {
        return ERR_SYSTEM;
    }
    char room[LINE_BYTES_MOST], *at = room, *in = (char *)text;
    size_t left = strlen(text), space = sizeof room;
    bool is_whole = iconv(to, &in, &left, &at, &space) == 0 && left == 0;
    iconv_close(to);
    return is_whole ? buf_add(j->out, room, sizeof room - space) : ERR_INPUT;
}

/* What matters to pictures, codes and feeds; letters may stay as they are until the next ones come, or the end. */
static struct printer_state without_letters(const struct job *j)
{
    struct printer_state want = j->now;
    want.align = ALIGN_LEFT;
    want.is_line_space_set = want.is_upside_down = 0;
    want.left_margin = j->plain.left_margin;
    want.area_width = j->plain.area_width;
    return want;
}

/* The printer's own letters. Above ASCII its code page counts, and nothing may read the bytes in pairs. */
static err say_text(struct job *j, const struct slip_row *row, const struct printer_code_page *page)
{
    struct printer_state want = j->plain;
    want.is_bold = row->is_bold;
    want.align = row->is_centred ? ALIGN_CENTRE : ALIGN_LEFT;
    want.width_times = want.height_times = row->is_large ? 2 : 1;
    want.code_page = page != NULL ? page->number : j->now.code_page;
    want.kanji_on = page != NULL ? 0 : j->now.kanji_on;
    want.kanji_system = page != NULL ? 0 : j->now.kanji_system;
    want.utf8 = page != NULL ? 0 : j->now.utf8;
    err e = escpos_change(&j->now, &want, j->out);
    e = e == OK ? add_converted(j, row->text, page != NULL ? page->charset : NULL) : e;
    return e == OK ? buf_add_byte(j->out, '\n') : e;
}

/* How many bytes of each row hold ink: what is white to the right of it need not be sent. */
static size_t inked_bytes(const struct slip_row *picture)
{
    size_t stride = (picture->width_dots + 7) / 8, inked = 0;
    for (size_t i = 0; i < stride * picture->height_dots; i++) {
        inked = picture->bits[i] != 0 && i % stride >= inked ? i % stride + 1 : inked;
    }
    return inked > 0 ? inked : 1;
}

/* GS v 0 m xL xH yL yH: one slice of raster, x in bytes. */
static err say_slice(struct job *j, const struct slip_row *picture, unsigned from, unsigned rows)
{
    size_t stride = (picture->width_dots + 7) / 8, bytes = inked_bytes(picture);
    const unsigned char head[] = { 0x1d, 'v', '0', 0, (unsigned char)bytes, (unsigned char)(bytes >> 8), (unsigned char)rows, 0 };
    err e = buf_add(j->out, head, sizeof head);
    for (unsigned y = from; y < from + rows && e == OK; y++) {
        e = buf_add(j->out, picture->bits + y * stride, bytes);
    }
    return e;
}

static err say_picture(struct job *j, const struct slip_row *picture)
{
    const struct printer_state want = without_letters(j);
    err e = escpos_change(&j->now, &want, j->out);
    for (unsigned from = 0; from < picture->height_dots && picture->width_dots > 0 && e == OK; from += SLICE_ROWS) {
        unsigned left = picture->height_dots - from;
        e = say_slice(j, picture, from, left < SLICE_ROWS ? left : SLICE_ROWS);
    }
    return e;
}

/* What this model cannot say by itself goes as dots. */
static err say_drawn(struct job *j, const struct slip_row *row)
{
    struct slip_row picture;
    err e = slip_row_draw(row, j->model->width_dots, &picture);
    if (e != OK) {
        return e;
    }
    e = say_picture(j, &picture);
    slip_row_clear(&picture);
    return e;
}

/* GS ( k, symbol 49: function 80 stores the data, function 81 prints it. */
static err say_code(struct job *j, const struct slip_row *row)
{
    struct printer_state want = without_letters(j);
    want.align = row->is_centred ? ALIGN_CENTRE : ALIGN_LEFT;
    want.qr_model = QR_MODEL_STANDARD;
    want.qr_size = (uint8_t)row->module_dots;
    want.qr_level = 49; /* level M */
    size_t bytes = strlen(row->text), counted = bytes + 3;
    const unsigned char store[] = { 0x1d, '(', 'k', (unsigned char)counted, (unsigned char)(counted >> 8), 49, 80, 48 };
    static const unsigned char print[] = { 0x1d, '(', 'k', 3, 0, 49, 81, 48 };
    err e = escpos_change(&j->now, &want, j->out);
    e = e == OK ? buf_add(j->out, store, sizeof store) : e;
    e = e == OK ? buf_add(j->out, row->text, bytes) : e;
    return e == OK ? buf_add(j->out, print, sizeof print) : e;
}

/* ESC d n: n lines of the standard spacing. */
static err say_feed(struct job *j, unsigned lines)
{
    const unsigned char feed[] = { 0x1b, 'd', (unsigned char)lines };
    const struct printer_state want = without_letters(j);
    err e = escpos_change(&j->now, &want, j->out);
    return e == OK ? buf_add(j->out, feed, sizeof feed) : e;
}

/* A printer remembers one code. If that is the POS's, which may want it printed yet, ours is drawn. */
static bool can_say_code(const struct job *j)
{
    return (j->model->has & PRINTER_HAS_QR) != 0 && !j->now.is_qr_stored;
}

static err say_row(struct job *j, const struct slip_row *row)
{
    const struct printer_code_page *page = NULL;
    switch (row->kind) {
    case SLIP_TEXT:
        page = row->charset != NULL ? page_of(j->model, row->charset) : NULL;
        return row->charset == NULL || page != NULL ? say_text(j, row, page) : say_drawn(j, row);
    case SLIP_QR:
        return can_say_code(j) ? say_code(j, row) : say_drawn(j, row);
    case SLIP_PICTURE:
        return say_picture(j, row);
    case SLIP_RULE:
        return say_drawn(j, row);
    case SLIP_FEED:
        break;
    }
    return say_feed(j, row->lines);
}

/* GS V 66 0 feeds to the knife and cuts; where that is not sure, lines are fed and GS V 1 cuts where it stands. */
static err say_end(struct job *j)
{
    static const unsigned char feed_and_cut[] = { 0x1d, 'V', 66, 0 }, cut[] = { 0x1d, 'V', 1 };
    if ((j->model->has & PRINTER_HAS_CUTTER) == 0) {
        return say_feed(j, FEED_TO_TEAR_LINES);
    }
    if (j->model->feed_before_cut_lines == 0) {
        return buf_add(j->out, feed_and_cut, sizeof feed_and_cut);
    }
    err e = say_feed(j, j->model->feed_before_cut_lines);
    return e == OK ? buf_add(j->out, cut, sizeof cut) : e;
}

static err encode(const struct printer_model *m, const struct slip *s, const struct printer_state *state, struct buf *out)
{
    if (state->is_page_mode || state->is_line_open || state->is_inside_command || state->paper_back == 1) {
        return ERR_AGAIN;
    }
    size_t before = out->n;
    struct job j = { .model = m, .now = *state, .plain = plain_state(m, state), .out = out };
    err e = OK;
    for (size_t i = 0; i < s->count && e == OK; i++) {
        e = say_row(&j, &s->rows[i]);
    }
    e = e == OK ? say_end(&j) : e;
    e = e == OK ? escpos_change(&j.now, state, out) : e;
    out->n = e == OK ? out->n : before;
    return e;
}

const struct printer_driver escpos_printer = { .name = "escpos", .dialect = DIALECT_ESCPOS, .encode = encode };
