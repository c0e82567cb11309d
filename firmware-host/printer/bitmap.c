#include "bitmap.h"

#include "base/mem.h"

#include <string.h>

struct bitmap bitmap_new(unsigned width, unsigned height)
{
    unsigned stride = (width + 7) / 8;
    return (struct bitmap){ width, height, stride, mem_array(height > 0 ? height : 1, stride > 0 ? stride : 1) };
}

void bitmap_clear(struct bitmap *b)
{
    mem_free(b->bits);
    *b = (struct bitmap){ 0 };
}

void bitmap_wipe(struct bitmap *b)
{
    memset(b->bits, 0, (size_t)b->height * b->stride);
}

void bitmap_grow(struct bitmap *b, unsigned height)
{
    if (height <= b->height) {
        return;
    }
    b->bits = mem_grow(b->bits, height, b->stride);
    memset(b->bits + (size_t)b->height * b->stride, 0, (size_t)(height - b->height) * b->stride);
    b->height = height;
}

void bitmap_drop_rows(struct bitmap *b, unsigned rows)
{
    if (rows > b->height) {
        rows = b->height;
    }
    size_t gone = (size_t)rows * b->stride, left = (size_t)(b->height - rows) * b->stride;
    memmove(b->bits, b->bits + gone, left);
    memset(b->bits + left, 0, gone);
}

static bool is_inside(const struct bitmap *b, int x, int y)
{
    return x >= 0 && y >= 0 && (unsigned)x < b->width && (unsigned)y < b->height;
}

bool bitmap_get(const struct bitmap *b, int x, int y)
{
    return is_inside(b, x, y) && (b->bits[(size_t)y * b->stride + (unsigned)x / 8] & (0x80u >> (x & 7))) != 0;
}

void bitmap_set(struct bitmap *b, int x, int y)
{
    if (is_inside(b, x, y)) {
        b->bits[(size_t)y * b->stride + (unsigned)x / 8] |= (uint8_t)(0x80u >> (x & 7));
    }
}

void bitmap_copy_dot(struct bitmap *b, int x, int y, bool is_black)
{
    if (is_black) {
        bitmap_set(b, x, y);
    }
}

static struct area clipped(const struct bitmap *b, struct area a)
{
    int right = a.x + a.width, bottom = a.y + a.height;
    a.x = a.x < 0 ? 0 : a.x;
    a.y = a.y < 0 ? 0 : a.y;
    right = right > (int)b->width ? (int)b->width : right;
    bottom = bottom > (int)b->height ? (int)b->height : bottom;
    return (struct area){ a.x, a.y, right - a.x, bottom - a.y };
}

void bitmap_fill(struct bitmap *b, struct area a)
{
    a = clipped(b, a);
    for (int y = a.y; y < a.y + a.height; y++) {
        for (int x = a.x; x < a.x + a.width; x++) {
            bitmap_set(b, x, y);
        }
    }
}

void bitmap_invert(struct bitmap *b, struct area a)
{
    a = clipped(b, a);
    for (int y = a.y; y < a.y + a.height; y++) {
        for (int x = a.x; x < a.x + a.width; x++) {
            b->bits[(size_t)y * b->stride + (unsigned)x / 8] ^= (uint8_t)(0x80u >> (x & 7));
        }
    }
}

/* `at.height` is the row of `from`, `at.width` how many of its dots. White bytes are most of a picture and cost nothing. */
static void or_row(struct bitmap *to, const struct bitmap *from, struct area at)
{
    const uint8_t *row = from->bits + (size_t)at.height * from->stride;
    for (int column = 0; column < at.width; column++) {
        if (row[column / 8] == 0) {
            column |= 7;
            continue;
        }
        if ((row[column / 8] & (0x80u >> (column & 7))) != 0) {
            bitmap_set(to, at.x + column, at.y);
        }
    }
}

void bitmap_or(struct bitmap *to, const struct bitmap *from, int x, int y)
{
    struct area a = clipped(to, (struct area){ x, y, (int)from->width, (int)from->height });
    for (int row = a.y; row < a.y + a.height; row++) {
        or_row(to, from, (struct area){ x, row, a.width + a.x - x, row - y });
    }
}

struct bitmap bitmap_scaled(const struct bitmap *b, unsigned by_x, unsigned by_y)
{
    struct bitmap big = bitmap_new(b->width * by_x, b->height * by_y);
    for (unsigned y = 0; y < big.height; y++) {
        for (unsigned x = 0; x < big.width; x++) {
            bitmap_copy_dot(&big, (int)x, (int)y, bitmap_get(b, (int)(x / by_x), (int)(y / by_y)));
        }
    }
    return big;
}

static void copy_turned(struct bitmap *to, const struct bitmap *from, int x, int y, unsigned quarters)
{
    int right = (int)from->width - 1 - x, below = (int)from->height - 1 - y;
    bool is_black = bitmap_get(from, x, y);
    switch (quarters & 3) {
    case 0:
        bitmap_copy_dot(to, x, y, is_black);
        break;
    case 1:
        bitmap_copy_dot(to, below, x, is_black);
        break;
    case 2:
        bitmap_copy_dot(to, right, below, is_black);
        break;
    default:
        bitmap_copy_dot(to, y, right, is_black);
    }
}

struct bitmap bitmap_turned(const struct bitmap *b, unsigned quarters)
{
    bool is_sideways = (quarters & 1) != 0;
    struct bitmap turned = bitmap_new(is_sideways ? b->height : b->width, is_sideways ? b->width : b->height);
    for (int y = 0; y < (int)b->height; y++) {
        for (int x = 0; x < (int)b->width; x++) {
            copy_turned(&turned, b, x, y, quarters);
        }
    }
    return turned;
}
