/* Pictures of one bit a dot: words drawn by Pango and Cairo in grey, then cut to black and white. */
#include "inside.h"

#include "base/mem.h"

#include <pango/pangocairo.h>

/* Ink below half cover still turns black: a thermal head makes thin strokes thinner, so handwriting wants to be bolder. */
enum { BLACK_FROM = 90 };

static size_t row_bytes(unsigned width_dots)
{
    return (width_dots + 7) / 8;
}

struct slip_row dots_blank(unsigned width_dots, unsigned height_dots)
{
    size_t bytes = row_bytes(width_dots) * height_dots;
    return (struct slip_row){
        .kind = SLIP_PICTURE, .width_dots = width_dots, .height_dots = height_dots, .bits = mem_array(bytes > 0 ? bytes : 1, 1)
    };
}

void dots_set(struct slip_row *picture, unsigned x, unsigned y)
{
    if (x < picture->width_dots && y < picture->height_dots) {
        picture->bits[y * row_bytes(picture->width_dots) + x / 8] |= (unsigned char)(0x80 >> x % 8);
    }
}

/* A bold dot also blackens its right neighbour, as printers do it. */
static void cut_row(const unsigned char *grey, unsigned y, bool is_bold, struct slip_row *out)
{
    for (unsigned x = 0; x < out->width_dots; x++) {
        if (grey[x] >= BLACK_FROM) {
            dots_set(out, x, y);
            dots_set(out, x + (is_bold ? 1 : 0), y);
        }
    }
}

static void cut(cairo_surface_t *grey, bool is_bold, struct slip_row *out)
{
    cairo_surface_flush(grey);
    const unsigned char *data = cairo_image_surface_get_data(grey);
    size_t stride = (size_t)cairo_image_surface_get_stride(grey);
    for (unsigned y = 0; y < out->height_dots; y++) {
        cut_row(data + y * stride, y, is_bold, out);
    }
}

static err paint(PangoLayout *layout, double x, double y, bool is_bold, struct slip_row *out)
{
    cairo_surface_t *grey = cairo_image_surface_create(CAIRO_FORMAT_A8, (int)out->width_dots, (int)out->height_dots);
    cairo_t *cr = cairo_create(grey);
    cairo_move_to(cr, x, y);
    pango_cairo_show_layout(cr, layout);
    err e = cairo_status(cr) == CAIRO_STATUS_SUCCESS ? OK : ERR_SYSTEM;
    cairo_destroy(cr);
    if (e == OK) {
        cut(grey, is_bold, out);
    }
    cairo_surface_destroy(grey);
    return e;
}

static double in_dots(int pango_units)
{
    return (double)pango_units / PANGO_SCALE;
}

static int ceil_dots(int pango_units)
{
    return (pango_units + PANGO_SCALE - 1) / PANGO_SCALE;
}

static void shape(PangoLayout *layout, const struct drawing *d)
{
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, d->is_centred ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_height(layout, -(int)d->lines_most);
    pango_layout_set_width(layout, (int)d->width_dots * PANGO_SCALE);
}

/* Centred lines look right when they are about equally long: the narrowest column that needs no further line. */
static void even_out(PangoLayout *layout, unsigned width_dots)
{
    int lines = pango_layout_get_line_count(layout);
    int least = (int)width_dots / 4, most = (int)width_dots;
    while (lines > 1 && most - least > 8) {
        int middle = (least + most) / 2;
        pango_layout_set_width(layout, middle * PANGO_SCALE);
        bool is_enough = pango_layout_get_line_count(layout) <= lines && !pango_layout_is_ellipsized(layout);
        least = is_enough ? least : middle;
        most = is_enough ? middle : most;
    }
    pango_layout_set_width(layout, most * PANGO_SCALE);
}

err dots_text(const struct drawing *d, const char *text, struct slip_row *out)
{
    PangoLayout *layout = fonts_layout(d->hand, text, d->x_height_dots);
    shape(layout, d);
    if (d->is_centred && !pango_layout_is_ellipsized(layout)) {
        even_out(layout, d->width_dots);
    }
    PangoRectangle ink;
    pango_layout_get_extents(layout, &ink, NULL);
    int inset = d->is_centred ? ((int)d->width_dots * PANGO_SCALE - pango_layout_get_width(layout)) / 2 : 0;
    int left = inset + ink.x < 0 ? -ink.x : inset;
    int height = ink.height > 0 ? ceil_dots(ink.height) + 1 : 0;
    err e = height <= HEIGHT_DOTS_MOST ? OK : ERR_FULL;
    if (e == OK) {
        struct slip_row row = dots_blank(d->width_dots, (unsigned)height);
        e = height > 0 ? paint(layout, in_dots(left), -in_dots(ink.y), d->is_bold, &row) : OK;
        if (e == OK) {
            *out = row;
        } else {
            slip_row_clear(&row);
        }
    }
    g_object_unref(layout);
    return e;
}

/* A row as the printer's own font prints it: one cell a character, the base line where printers have it. */
err dots_cells(const struct slip_row *text, unsigned width_dots, struct slip_row *out)
{
    unsigned times = text->is_large ? 2 : 1;
    unsigned cell = SLIP_CELL_WIDTH_DOTS * times, height = SLIP_CELL_HEIGHT_DOTS * times;
    double em_dots = cell / 0.60205, baseline = 19.0 * times; /* DejaVu Sans Mono's advance is 1233 of 2048 */
    struct slip_row row = dots_blank(width_dots, height > SLIP_LINE_DOTS ? height : SLIP_LINE_DOTS);
    PangoLayout *layout = fonts_layout(HAND_CELLS, text->text, em_dots * 0.547);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    unsigned long columns = (unsigned long)g_utf8_strlen(text->text, -1);
    unsigned long used = columns * cell > width_dots ? width_dots : columns * cell;
    double left = text->is_centred ? (double)(width_dots - used) / 2 : 0;
    double top = baseline - (double)pango_layout_get_baseline(layout) / PANGO_SCALE;
    err e = paint(layout, left, top, text->is_bold, &row);
    g_object_unref(layout);
    if (e != OK) {
        slip_row_clear(&row);
        return e;
    }
    *out = row;
    return OK;
}
