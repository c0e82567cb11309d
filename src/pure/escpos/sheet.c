#include "sheet.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Dots of one character cell: fonts A, B and C of a 203 dpi printer. */
static const uint8_t font_dots[] = { 12, 9, 8 };

enum {
    AREA_DOTS_LEAST = 240, /* nobody sells on a paper of under twenty characters: a smaller area is a test */
    DOTS_PER_INCH = 203,
    UNIT_LEAST = 180, /* GS P with a printer's own density leaves units as they are */
    UNIT_MOST = 204,
    COLUMN_DOTS = 12, /* what a gap between two positions is measured in */
    ROW_DOTS = 8,     /* cells of a page that lie closer than this share a line */
    LINE_BYTES_MOST = 4 * SHEET_CELLS_MOST + 1,
    SPACES_MOST = 200 /* for one gap: a position far off the paper is not worth more */
};

void sheet_clear(struct sheet *p)
{
    mem_free(p->cells);
    *p = (struct sheet){ 0 };
}

void sheet_forget(struct sheet *p)
{
    p->count = 0;
    p->x = p->y = 0;
    p->area_x = p->area_y = 0;
    p->is_open = false;
}

int32_t sheet_cell_dots(const struct printer_state *s)
{
    unsigned font = s->font < sizeof font_dots ? s->font : 0;
    return (font_dots[font] + s->right_space) * (int32_t)s->width_times;
}

void sheet_advance(struct sheet *p, int32_t dots)
{
    sheet_move_to(p, p->x + dots);
}

void sheet_move_to(struct sheet *p, int32_t x)
{
    p->x = x < 0 ? 0 : x > UINT16_MAX ? UINT16_MAX : x;
}

void sheet_move_down_to(struct sheet *p, int32_t y)
{
    p->y = y < 0 ? 0 : y > UINT16_MAX ? UINT16_MAX : y;
}

int32_t sheet_dots(const struct printer_state *s, int32_t units)
{
    int32_t unit = s->unit_x;
    return unit == 0 || (unit >= UNIT_LEAST && unit <= UNIT_MOST) ? units : units * DOTS_PER_INCH / unit;
}

/* In dots; 0: we do not know how wide the paper is, and a line may be as long as it is. */
static int32_t area_width(const struct printer_state *s)
{
    int32_t width = sheet_dots(s, s->area_width);
    return width >= AREA_DOTS_LEAST && !s->is_page_mode ? width : 0;
}

bool sheet_is_on_paper(const struct printer_state *s, int32_t x)
{
    int32_t width = area_width(s);
    return width == 0 || x <= width;
}

static uint8_t marks_of(const struct printer_state *s)
{
    return (uint8_t)((s->is_bold || s->is_double_strike ? CELL_BOLD : 0) | (s->kanji_on ? CELL_TWO_BYTE : 0) |
                     (s->utf8 ? CELL_UTF8 : 0) | (s->kanji_system == 1 || s->kanji_system == 2 ? CELL_SHIFT_JIS : 0) |
                     (s->kanji_on && s->charset == 8 && s->kanji_system == 0 ? CELL_JIS : 0));
}

void sheet_put(struct sheet *p, struct job_builder *j, const struct printer_state *s, unsigned char byte, uint64_t at)
{
    p->is_open = true;
    if (p->count == SHEET_CELLS_MOST) {
        j->is_over_ceiling = true;
        return;
    }
    if (p->count == p->room) {
        p->room = p->room ? p->room * 2 : 256;
        p->cells = mem_grow(p->cells, p->room, sizeof *p->cells);
    }
    p->from = p->count == 0 ? at : p->from;
    int32_t width = sheet_cell_dots(s);
    p->cells[p->count++] = (struct cell){
        .x = p->x + p->area_x,
        .y = p->y + p->area_y,
        .after = (uint32_t)(at - p->from),
        .width = (uint16_t)width,
        .byte = byte,
        .page = p->is_page_told ? s->code_page : p->usual_page,
        .charset = s->charset,
        .width_times = s->width_times,
        .height_times = s->height_times,
        .marks = (uint8_t)(marks_of(s) | (p->is_page_told ? CELL_PAGE_TOLD : 0)),
    };
    sheet_advance(p, width);
}

/* By place on the page, in the order of arrival where the places are the same. */
static int by_row(const void *left, const void *right)
{
    const struct cell *a = left, *b = right;
    if (a->y != b->y) {
        return a->y < b->y ? -1 : 1;
    }
    return a->after < b->after ? -1 : a->after > b->after;
}

static int by_arrival(const void *left, const void *right)
{
    const struct cell *a = left, *b = right;
    return a->after < b->after ? -1 : a->after > b->after;
}

static bool is_blank(const struct glyph *g)
{
    return g->character == ' ' || g->character == 0 || g->character == 0x3000;
}

static int by_place(const void *left, const void *right)
{
    const struct glyph *a = left, *b = right;
    if (a->x != b->x) {
        return a->x < b->x ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Glyphs that came from left to right stay as they are. When the stream jumped back, what it filled with spaces was
 * only skipped over: the spaces go, the rest is put in order. */
static size_t put_in_order(struct glyph *g, size_t count)
{
    bool is_ordered = true;
    for (size_t i = 1; i < count; i++) {
        is_ordered = is_ordered && g[i].x >= g[i - 1].x;
    }
    if (is_ordered) {
        return count;
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_blank(&g[i])) {
            g[kept++] = g[i];
        }
    }
    qsort(g, kept, sizeof *g, by_place);
    return kept;
}

static err add_gap(struct buf *out, int64_t gap)
{
    if (gap * 2 < COLUMN_DOTS) {
        return OK;
    }
    int64_t spaces = (gap + COLUMN_DOTS / 2) / COLUMN_DOTS;
    spaces = spaces > SPACES_MOST ? SPACES_MOST : spaces;
    err e = OK;
    for (int64_t i = 0; i < spaces && e == OK; i++) {
        e = buf_add_byte(out, ' ');
    }
    return e;
}

/* The same sign on the same spot was struck twice to make it darker. */
static bool is_struck_again(const struct glyph *g, size_t i)
{
    return i > 0 && g[i].x == g[i - 1].x && g[i].character == g[i - 1].character;
}

static err set_line(struct buf *out, const struct glyph *g, size_t count, int64_t pen)
{
    err e = OK;
    for (size_t i = 0; i < count && e == OK; i++) {
        if (g[i].character == 0 || is_struck_again(g, i)) {
            continue;
        }
        e = add_gap(out, g[i].x - pen);
        e = e == OK ? utf8_add(out, g[i].character) : e;
        pen = (int64_t)g[i].x + g[i].width;
    }
    while (out->n > 0 && out->at[out->n - 1] == ' ') {
        out->at[--out->n] = 0;
    }
    return e;
}

static struct print_line line_of(const struct sheet *p, struct cells row, const struct printer_state *s)
{
    struct print_line line = { .width_times = 1, .height_times = 1, .align = (enum align)(s->align % 3) };
    const struct cell *first = NULL;
    for (size_t i = 0; i < row.n; i++) {
        const struct cell *c = &row.at[i];
        if (c->byte == ' ') {
            continue;
        }
        first = !first || c->after < first->after ? c : first;
        line.width_times = c->width_times > line.width_times ? c->width_times : line.width_times;
        line.height_times = c->height_times > line.height_times ? c->height_times : line.height_times;
        line.is_bold = line.is_bold || (c->marks & CELL_BOLD);
    }
    line.from = p->from + (first ? first->after : 0);
    return line;
}

/* How many glyphs stand on one line: the printer goes on below when the next would not fit. */
static size_t fitting(const struct glyph *g, size_t count, int32_t origin, int32_t width)
{
    size_t n = 1;
    while (n < count && (width == 0 || g[n].x - origin + (int64_t)g[n].width <= width)) {
        n++;
    }
    return n;
}

static void print_row(struct sheet *p, struct job_builder *j, struct charset *t, const struct printer_state *s, struct cells row)
{
    struct glyph *glyphs = mem_array(row.n, sizeof *glyphs);
    size_t count = put_in_order(glyphs, charset_glyphs(t, row, glyphs));
    struct print_line line = line_of(p, row, s);
    struct buf out;
    buf_init(&out, LINE_BYTES_MOST);
    int32_t origin = 0;
    for (size_t at = 0, n; at < count; at += n) {
        n = fitting(glyphs + at, count - at, origin, area_width(s));
        out.n = 0;
        j->is_over_ceiling = set_line(&out, glyphs + at, n, origin) == ERR_FULL || j->is_over_ceiling;
        line.text = buf_text(&out);
        if (out.n > 0) {
            job_add_line(j, line);
        }
        origin = at + n < count ? glyphs[at + n].x : origin;
    }
    buf_clear(&out);
    mem_free(glyphs);
}

static void print_rows(struct sheet *p, struct job_builder *j, struct charset *t, const struct printer_state *s)
{
    qsort(p->cells, p->count, sizeof *p->cells, by_row);
    size_t at = 0;
    while (at < p->count) {
        size_t end = at + 1;
        while (end < p->count && p->cells[end].y - p->cells[at].y < ROW_DOTS) {
            end++;
        }
        qsort(p->cells + at, end - at, sizeof *p->cells, by_arrival);
        print_row(p, j, t, s, (struct cells){ p->cells + at, end - at });
        at = end;
    }
}

void sheet_print(struct sheet *p, struct job_builder *j, struct charset *t, const struct printer_state *s)
{
    if (p->count > 0) {
        print_rows(p, j, t, s);
    }
    p->count = 0;
    p->x = 0;
}
