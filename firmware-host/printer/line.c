#include "inside.h"

/* A character or picture stands in the line at its left edge and on its base; the whole line is aligned when it is printed. */

void line_init(struct firmware_printer *p)
{
    p->line.band = bitmap_new(p->options.width_dots, LINE_DOTS_MOST);
}

void line_forget(struct firmware_printer *p)
{
    bitmap_wipe(&p->line.band);
    p->line.x = p->line.right = p->line.height = 0;
    p->line.is_started = false;
}

unsigned dots_x(const struct firmware_printer *p, unsigned units)
{
    return units * p->dpi / p->modes.unit_x;
}

unsigned dots_y(const struct firmware_printer *p, unsigned units)
{
    return units * p->dpi / p->modes.unit_y;
}

unsigned line_width(const struct firmware_printer *p)
{
    if (p->sheet.is_open) {
        return page_width(p);
    }
    unsigned room = p->options.width_dots - p->modes.left_margin;
    return p->modes.area_width < room ? p->modes.area_width : room;
}

static int indent(const struct firmware_printer *p, unsigned width)
{
    int spare = (int)line_width(p) - (int)width;
    if (spare < 0 || p->modes.align == ALIGN_LEFT) {
        return 0;
    }
    return p->modes.align == ALIGN_CENTRE ? spare / 2 : spare;
}

/* The used part of the band, as wide as the print area, already aligned. */
static struct bitmap line_picture(struct firmware_printer *p)
{
    struct bitmap picture = bitmap_new(line_width(p), p->line.height);
    bitmap_or(&picture, &p->line.band, indent(p, p->line.right), (int)p->line.height - LINE_DOTS_MOST);
    if (p->modes.is_upside_down) {
        struct bitmap turned = bitmap_turned(&picture, 2);
        bitmap_clear(&picture);
        return turned;
    }
    return picture;
}

void line_end(struct firmware_printer *p, unsigned feed_dots)
{
    if (p->sheet.is_open) {
        p->sheet.x = 0;
        p->sheet.y += (int)feed_dots;
        p->sheet.y = p->sheet.y < SHEET_DOTS_MOST ? p->sheet.y : SHEET_DOTS_MOST;
        return;
    }
    struct bitmap picture = line_picture(p);
    paper_print(p, &picture, (int)p->modes.left_margin, feed_dots);
    bitmap_clear(&picture);
    line_forget(p);
}

void line_finish(struct firmware_printer *p)
{
    if (!p->sheet.is_open && p->line.is_started) {
        line_end(p, p->modes.line_spacing);
    }
}

void line_put(struct firmware_printer *p, const struct bitmap *cell)
{
    if (p->sheet.is_open) {
        page_put(p, cell);
        return;
    }
    if (p->line.x + cell->width > line_width(p) && p->line.x > 0) {
        line_end(p, p->modes.line_spacing);
    }
    bitmap_or(&p->line.band, cell, (int)p->line.x, LINE_DOTS_MOST - (int)cell->height);
    p->line.x += cell->width;
    p->line.right = p->line.x > p->line.right ? p->line.x : p->line.right;
    p->line.height = cell->height > p->line.height ? cell->height : p->line.height;
    p->line.is_started = true;
}

void line_move_to(struct firmware_printer *p, int x)
{
    if (x < 0 || x > (int)line_width(p)) {
        return;
    }
    if (p->sheet.is_open) {
        p->sheet.x = x;
        return;
    }
    p->line.x = (unsigned)x;
    p->line.is_started = true;
}

void block_put(struct firmware_printer *p, const struct bitmap *block)
{
    if (p->sheet.is_open) {
        page_put(p, block);
        return;
    }
    line_finish(p);
    struct bitmap row = bitmap_new(line_width(p), block->height);
    bitmap_or(&row, block, indent(p, block->width), 0);
    paper_print(p, &row, (int)p->modes.left_margin, 0);
    bitmap_clear(&row);
}

void run_line_feed(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)at;
    (void)n;
    line_end(p, p->modes.line_spacing);
}

void run_tab(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)at;
    (void)n;
    int x = p->sheet.is_open ? p->sheet.x : (int)p->line.x;
    for (unsigned i = 0; i < p->modes.tab_count; i++) {
        int stop = (int)p->modes.tabs[i];
        if (stop > x) {
            line_move_to(p, stop);
            return;
        }
    }
}

/* ESC J, ESC d, ESC K, ESC e: print, then feed forwards or back. */
void run_feed(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    bool is_lines = at[1] == 'd' || at[1] == 'e', is_back = at[1] == 'K' || at[1] == 'e';
    unsigned dots = is_lines ? at[2] * p->modes.line_spacing : dots_y(p, at[2]);
    if (!is_back) {
        line_end(p, dots);
        return;
    }
    line_end(p, 0);
    if (!p->sheet.is_open) {
        paper_back(p, dots);
    }
}

/* ESC $ and ESC \: from the left margin, or from where we are. */
void run_position(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    unsigned units = at[2] | (unsigned)at[3] << 8;
    if (at[1] == '$') {
        line_move_to(p, (int)dots_x(p, units));
        return;
    }
    int x = p->sheet.is_open ? p->sheet.x : (int)p->line.x;
    int by = units < 0x8000 ? (int)dots_x(p, units) : -(int)dots_x(p, 0x10000 - units);
    line_move_to(p, x + by);
}

/* GS V in all its forms; from 65 on the paper is fed to the knife, and n further. */
void run_cut(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    unsigned m = at[2] == '0' || at[2] == '1' ? at[2] - (unsigned)'0' : at[2];
    if (m > 1 && n == 3) {
        p->counts.unknown_commands++;
        return;
    }
    line_finish(p);
    if (n > 3) {
        paper_feed(p, p->options.cutter_distance_dots + dots_y(p, at[3]));
    }
    bool is_full = m == 0 || m == 65 || m == 97 || m == 103;
    paper_cut(p, is_full ? FIRMWARE_CUT_FULL : FIRMWARE_CUT_PARTIAL);
}

void run_old_cut(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)at;
    (void)n;
    line_finish(p);
    paper_cut(p, FIRMWARE_CUT_PARTIAL);
}
