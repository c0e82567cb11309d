/* The slip as the page shows it: every row as the dots that the printer will burn, on paper. */
#include "inside.h"

#include "base/mem.h"

#include <png.h>
#include <string.h>

/* Thermal paper is not quite white and its print is not quite black; a burnt dot warms what is beside it. */
enum { PAPER = 253, PRINT = 38, WARM = 226 };
enum { RULE_INK_DOTS = 8, RULE_STEP_DOTS = 14, RULE_THICK_DOTS = 2 };

static struct slip_row draw_rule(unsigned width_dots)
{
    struct slip_row row = dots_blank(width_dots, SLIP_RULE_DOTS);
    unsigned dashes = (width_dots - RULE_INK_DOTS) / RULE_STEP_DOTS;
    unsigned left = (width_dots - dashes * RULE_STEP_DOTS - RULE_INK_DOTS) / 2;
    for (unsigned i = 0; i < (dashes + 1) * RULE_INK_DOTS * RULE_THICK_DOTS; i++) {
        unsigned along = i / RULE_THICK_DOTS;
        dots_set(&row, left + along / RULE_INK_DOTS * RULE_STEP_DOTS + along % RULE_INK_DOTS,
                 (SLIP_RULE_DOTS - RULE_THICK_DOTS) / 2 + i % RULE_THICK_DOTS);
    }
    return row;
}

static struct slip_row copy_of(const struct slip_row *picture)
{
    struct slip_row row = dots_blank(picture->width_dots, picture->height_dots);
    memcpy(row.bits, picture->bits, (size_t)(picture->width_dots + 7) / 8 * picture->height_dots);
    return row;
}

err slip_row_draw(const struct slip_row *row, unsigned width_dots, struct slip_row *out)
{
    switch (row->kind) {
    case SLIP_TEXT:
        return dots_cells(row, width_dots, out);
    case SLIP_QR:
        return code_draw(row, width_dots, out);
    case SLIP_PICTURE:
        *out = copy_of(row);
        return OK;
    case SLIP_RULE:
        *out = draw_rule(width_dots);
        return OK;
    case SLIP_FEED:
        break;
    }
    *out = dots_blank(width_dots, row->lines * SLIP_LINE_DOTS);
    return OK;
}

static void put(struct slip_row *paper, const struct slip_row *picture, unsigned top)
{
    size_t to = (paper->width_dots + 7) / 8, from = (picture->width_dots + 7) / 8;
    for (size_t y = 0; y < picture->height_dots; y++) {
        memcpy(paper->bits + (top + y) * to, picture->bits + y * from, from < to ? from : to);
    }
}

static err draw_all(const struct slip *s, unsigned width_dots, struct slip_row *pictures)
{
    for (size_t i = 0; i < s->count; i++) {
        err e = slip_row_draw(&s->rows[i], width_dots, &pictures[i]);
        if (e != OK) {
            return e;
        }
    }
    return OK;
}

static struct slip_row stack(const struct slip_row *pictures, size_t count, unsigned width_dots)
{
    unsigned height = 0;
    for (size_t i = 0; i < count; i++) {
        height += pictures[i].height_dots;
    }
    struct slip_row paper = dots_blank(width_dots, height);
    unsigned top = 0;
    for (size_t i = 0; i < count; i++) {
        put(&paper, &pictures[i], top);
        top += pictures[i].height_dots;
    }
    return paper;
}

static void warm(const struct slip_row *paper, unsigned char *grey, unsigned x, unsigned y)
{
    size_t width = paper->width_dots;
    unsigned char *dot = grey + y * width + x;
    if (x > 0) {
        dot[-1] = WARM;
    }
    if (x + 1 < width) {
        dot[1] = WARM;
    }
    if (y > 0) {
        dot[-(ptrdiff_t)width] = WARM;
    }
    if (y + 1 < paper->height_dots) {
        dot[width] = WARM;
    }
}

static void burn(const struct slip_row *paper, unsigned char *grey, unsigned x, unsigned y)
{
    grey[(size_t)y * paper->width_dots + x] = PRINT;
}

typedef void dot_fn(const struct slip_row *paper, unsigned char *grey, unsigned x, unsigned y);

static void each_dot_of_eight(const struct slip_row *paper, unsigned char *grey, size_t at, dot_fn *fn)
{
    unsigned stride = (paper->width_dots + 7) / 8, x = (unsigned)(at % stride) * 8;
    for (unsigned bits = paper->bits[at]; bits != 0; bits = bits << 1 & 0xff, x++) {
        if ((bits & 0x80) != 0 && x < paper->width_dots) {
            fn(paper, grey, x, (unsigned)(at / stride));
        }
    }
}

/* Most of the paper is white, and passed over eight dots at a time. */
static void each_black_dot(const struct slip_row *paper, unsigned char *grey, dot_fn *fn)
{
    size_t bytes = (size_t)(paper->width_dots + 7) / 8 * paper->height_dots;
    for (size_t i = 0; i < bytes; i++) {
        each_dot_of_eight(paper, grey, i, fn);
    }
}

/* The PNG library wants rows of bytes; nothing it does may jump out of here, so its simple interface is used. */
static err write_png(const struct slip_row *paper, struct buf *out)
{
    size_t pixels = (size_t)paper->width_dots * paper->height_dots;
    unsigned char *grey = mem_array(pixels, 1);
    memset(grey, PAPER, pixels);
    each_black_dot(paper, grey, warm);
    each_black_dot(paper, grey, burn);
    png_image image = { .version = PNG_IMAGE_VERSION,
                        .width = paper->width_dots,
                        .height = paper->height_dots,
                        .format = PNG_FORMAT_GRAY,
                        .flags = PNG_IMAGE_FLAG_FAST };
    png_alloc_size_t room = PNG_IMAGE_PNG_SIZE_MAX(image);
    unsigned char *bytes = mem_array(room, 1);
    bool is_written = png_image_write_to_memory(&image, bytes, &room, 0, grey, 0, NULL) != 0;
    err e = is_written ? buf_add(out, bytes, room) : ERR_SYSTEM;
    mem_free(bytes);
    mem_free(grey);
    return e;
}

err slip_to_png(const struct slip *s, unsigned width_dots, struct buf *out)
{
    struct slip_row *pictures = mem_array(s->count > 0 ? s->count : 1, sizeof *pictures);
    err e = draw_all(s, width_dots, pictures);
    if (e == OK) {
        struct slip_row paper = stack(pictures, s->count, width_dots);
        e = paper.height_dots > 0 ? write_png(&paper, out) : ERR_MISSING;
        slip_row_clear(&paper);
    }
    for (size_t i = 0; i < s->count; i++) {
        slip_row_clear(&pictures[i]);
    }
    mem_free(pictures);
    return e;
}
