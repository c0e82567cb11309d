#include "bars.h"

#include "inside.h"

#include <string.h>

enum { BARS_MOST = 8192 };

err bars_add(struct bars *out, const char *widths)
{
    err e = OK;
    for (size_t i = 0; e == OK && widths[i] != '\0'; i++) {
        e = buf_add_byte(&out->widths, (unsigned char)(widths[i] - '0'));
    }
    return e;
}

err bars_encode(struct bars *out, unsigned kind, struct view data)
{
    memset(out, 0, sizeof *out);
    buf_init(&out->widths, BARS_MOST);
    if (data.n == 0 || data.n > BAR_TEXT_MOST) {
        return ERR_INPUT;
    }
    if (kind <= 3) {
        return bars_retail(out, kind, data);
    }
    if (kind <= 6) {
        return bars_two_width(out, kind, data);
    }
    if (kind == 7) {
        return bars_code93(out, data);
    }
    return kind == 8 || kind == 9 || kind == 14 ? bars_code128(out, kind, data) : ERR_INPUT;
}

void bars_clear(struct bars *b)
{
    buf_clear(&b->widths);
}

/* Narrow and wide bars for each module width of GS w. */
static const unsigned two_widths[][2] = { { 2, 5 }, { 3, 8 }, { 4, 10 }, { 5, 13 }, { 6, 16 } };

static unsigned dots_of(const struct firmware_printer *p, const struct bars *b, unsigned width)
{
    return b->is_two_width ? two_widths[p->modes.bar_module - 2][width - 1] : width * p->modes.bar_module;
}

static struct bitmap draw_bars(const struct firmware_printer *p, const struct bars *b)
{
    unsigned width = 0;
    for (size_t i = 0; i < b->widths.n; i++) {
        width += dots_of(p, b, b->widths.at[i]);
    }
    struct bitmap picture = bitmap_new(width, p->modes.bar_height);
    unsigned x = 0;
    for (size_t i = 0; i < b->widths.n; i++) {
        unsigned dots = dots_of(p, b, b->widths.at[i]);
        if (i % 2 == 0) {
            bitmap_fill(&picture, (struct area){ (int)x, 0, (int)dots, (int)p->modes.bar_height });
        }
        x += dots;
    }
    return picture;
}

/* The bars with their text above (1), below (2) or both (3), each centred. */
static struct bitmap with_text(struct firmware_printer *p, const struct bitmap *bars, const char *text)
{
    struct bitmap line = text_plain(p, p->modes.is_bar_text_font_b, text);
    unsigned place = p->modes.bar_text_place, above = (place & 1) != 0 ? line.height : 0;
    unsigned width = bars->width > line.width ? bars->width : line.width;
    struct bitmap whole = bitmap_new(width, bars->height + above + ((place & 2) != 0 ? line.height : 0));
    int text_x = (int)(width - line.width) / 2;
    bitmap_or(&whole, bars, (int)(width - bars->width) / 2, (int)above);
    if ((place & 1) != 0) {
        bitmap_or(&whole, &line, text_x, 0);
    }
    if ((place & 2) != 0) {
        bitmap_or(&whole, &line, text_x, (int)(above + bars->height));
    }
    bitmap_clear(&line);
    return whole;
}

static void print_bars(struct firmware_printer *p, unsigned kind, const uint8_t *data, size_t n)
{
    struct bars b;
    if (bars_encode(&b, kind, (struct view){ data, n }) != OK) {
        p->counts.refused_symbols++;
        bars_clear(&b);
        return;
    }
    struct bitmap picture = draw_bars(p, &b);
    if (p->modes.bar_text_place != 0) {
        struct bitmap whole = with_text(p, &picture, b.text);
        bitmap_clear(&picture);
        picture = whole;
    }
    if (picture.width <= line_width(p)) {
        block_put(p, &picture);
    } else {
        p->counts.refused_symbols++;
    }
    bitmap_clear(&picture);
    bars_clear(&b);
}

/* GS k m d..NUL, or from 65 on GS k m n d.. */
void run_bars(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    if (n < 4) {
        p->counts.unknown_commands++;
        return;
    }
    bool is_counted = at[2] >= 65;
    print_bars(p, is_counted ? at[2] - 65u : at[2], is_counted ? at + 4 : at + 3, n - 4);
}
