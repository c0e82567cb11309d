#include "inside.h"

/* Page mode (ESC L). Directions: 0 as read, 1 upwards from the lower left, 2 upside down, 3 downwards from the upper right. */

enum { FIRST_BASE_DOTS = 24 };

static bool is_sideways(const struct sheet *s)
{
    return (s->direction & 1) != 0;
}

unsigned page_width(const struct firmware_printer *p)
{
    return (unsigned)(is_sideways(&p->sheet) ? p->sheet.area.height : p->sheet.area.width);
}

static void home(struct sheet *s)
{
    s->x = 0;
    s->y = FIRST_BASE_DOTS;
}

/* Where the top left corner of something of this size lands on the sheet, turned as the direction wants. */
static struct area placed(const struct sheet *s, unsigned width, unsigned height)
{
    int w = (int)width, h = (int)height, x = s->x, y = s->y - h;
    const struct area *a = &s->area;
    switch (s->direction) {
    case 0:
        return (struct area){ a->x + x, a->y + y, w, h };
    case 1:
        return (struct area){ a->x + y, a->y + a->height - x - w, h, w };
    case 2:
        return (struct area){ a->x + a->width - x - w, a->y + a->height - y - h, w, h };
    default:
        return (struct area){ a->x + a->width - y - h, a->y + x, h, w };
    }
}

void page_put(struct firmware_printer *p, const struct bitmap *cell)
{
    static const unsigned quarters[] = { 0, 3, 2, 1 };
    struct sheet *s = &p->sheet;
    if (s->x + (int)cell->width > (int)page_width(p) && s->x > 0) {
        line_end(p, p->modes.line_spacing);
    }
    struct bitmap turned = bitmap_turned(cell, quarters[s->direction]);
    struct area at = placed(s, cell->width, cell->height);
    bitmap_or(&s->dots, &turned, at.x, at.y);
    bitmap_clear(&turned);
    s->x += (int)cell->width;
}

void page_close(struct firmware_printer *p)
{
    bitmap_clear(&p->sheet.dots);
    p->sheet = (struct sheet){ 0 };
}

void run_page_open(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)at;
    (void)n;
    if (p->sheet.is_open) {
        return;
    }
    line_finish(p);
    p->sheet.is_open = true;
    p->sheet.dots = bitmap_new(p->options.width_dots, SHEET_DOTS_MOST);
    p->sheet.area = (struct area){ 0, 0, (int)p->options.width_dots, SHEET_DOTS_MOST };
    p->sheet.direction = 0;
    home(&p->sheet);
}

void run_page_close(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)at;
    (void)n;
    if (p->sheet.is_open) {
        page_close(p);
        line_forget(p);
    }
}

static bool is_white(const struct bitmap *b, unsigned row)
{
    for (unsigned i = 0; i < b->stride; i++) {
        if (b->bits[(size_t)row * b->stride + i] != 0) {
            return false;
        }
    }
    return true;
}

/* How far down the sheet reaches that is printed: the area, or the last ink when the area was never set. */
static unsigned sheet_height(const struct sheet *s)
{
    unsigned end = (unsigned)(s->area.y + s->area.height);
    if (end < SHEET_DOTS_MOST) {
        return end;
    }
    unsigned height = s->dots.height;
    while (height > 0 && is_white(&s->dots, height - 1)) {
        height--;
    }
    return height;
}

void run_page_print(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)at;
    (void)n;
    if (!p->sheet.is_open) {
        return;
    }
    struct bitmap printed = p->sheet.dots;
    printed.height = sheet_height(&p->sheet);
    paper_print(p, &printed, 0, 0);
}

void run_form_feed(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    if (p->sheet.is_open) {
        run_page_print(p, at, n);
        page_close(p);
        return;
    }
    line_finish(p);
}

void run_cancel(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)at;
    (void)n;
    if (p->sheet.is_open) {
        bitmap_wipe(&p->sheet.dots);
        home(&p->sheet);
    }
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

void run_page_area(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    int x = (int)dots_x(p, at[2] | (unsigned)at[3] << 8), y = (int)dots_y(p, at[4] | (unsigned)at[5] << 8);
    int width = (int)dots_x(p, at[6] | (unsigned)at[7] << 8), height = (int)dots_y(p, at[8] | (unsigned)at[9] << 8);
    if (!p->sheet.is_open || width == 0 || height == 0 || x >= (int)p->options.width_dots || y >= SHEET_DOTS_MOST) {
        return;
    }
    p->sheet.area = (struct area){ x, y, least(width, (int)p->options.width_dots - x), least(height, SHEET_DOTS_MOST - y) };
    home(&p->sheet);
}

void run_page_direction(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    if (p->sheet.is_open && (at[2] & 0x0F) <= 3) {
        p->sheet.direction = at[2] & 0x0F;
        home(&p->sheet);
    }
}

/* GS $ and GS \: the base line, from the top or from where it is. */
void run_page_y(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    unsigned units = at[2] | (unsigned)at[3] << 8;
    int y = (int)dots_y(p, units);
    if (at[1] == '\\') {
        y = p->sheet.y + (units < 0x8000 ? y : -(int)dots_y(p, 0x10000 - units));
    }
    if (p->sheet.is_open && y >= 0 && y <= SHEET_DOTS_MOST) {
        p->sheet.y = y;
    }
}
