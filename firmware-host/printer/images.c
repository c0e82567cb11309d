#include "inside.h"

/* Pictures: column by column (ESC *, GS *, FS q) or row by row (GS v 0, GS ( L). */

static unsigned n16(const uint8_t *at)
{
    return at[0] | (unsigned)at[1] << 8;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static struct bitmap from_rows(const uint8_t *at, unsigned width, unsigned height)
{
    unsigned stride = (width + 7) / 8;
    struct bitmap b = bitmap_new(width, height);
    for (unsigned y = 0; y < height; y++) {
        for (unsigned x = 0; x < width; x++) {
            bitmap_copy_dot(&b, (int)x, (int)y, (at[(size_t)y * stride + x / 8] & (0x80u >> (x & 7))) != 0);
        }
    }
    return b;
}

static struct bitmap from_columns(const uint8_t *at, unsigned width, unsigned height)
{
    unsigned bytes_high = (height + 7) / 8;
    struct bitmap b = bitmap_new(width, height);
    for (unsigned x = 0; x < width; x++) {
        for (unsigned y = 0; y < height; y++) {
            bitmap_copy_dot(&b, (int)x, (int)y, (at[(size_t)x * bytes_high + y / 8] & (0x80u >> (y & 7))) != 0);
        }
    }
    return b;
}

static void put_scaled(struct firmware_printer *p, const struct bitmap *b, unsigned by_x, unsigned by_y)
{
    if (b->width == 0 || b->height == 0) {
        return;
    }
    struct bitmap big = bitmap_scaled(b, by_x, by_y);
    block_put(p, &big);
    bitmap_clear(&big);
}

/* ESC * m: one band of 8 or 24 dots in the line. What does not fit in the line is left out. */
void run_column_picture(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    if (n == 5) {
        return; /* no columns, or a mode that does not exist */
    }
    bool is_single = (at[2] & 1) == 0, is_high = at[2] >= 32;
    struct bitmap band = from_columns(at + 5, n16(at + 3), is_high ? 24 : 8);
    struct bitmap cell = bitmap_scaled(&band, is_single ? 2 : 1, is_high ? 1 : 3);
    unsigned x = p->sheet.is_open ? (unsigned)p->sheet.x : p->line.x, width = line_width(p);
    cell.width = least(cell.width, x < width ? width - x : 0);
    if (cell.width > 0) {
        line_put(p, &cell);
    }
    bitmap_clear(&cell);
    bitmap_clear(&band);
}

/* GS v 0 m x y: bit 0 of m doubles the width, bit 1 the height. */
void run_row_picture(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    if (n < 8) {
        return;
    }
    unsigned bytes_wide = n16(at + 4), rows = n16(at + 6);
    struct bitmap all = from_rows(at + 8, bytes_wide * 8, rows);
    put_scaled(p, &all, (at[3] & 1) + 1u, (at[3] >> 1 & 1) + 1u);
    bitmap_clear(&all);
}

/* GS * x y */
void run_download(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    bitmap_clear(&p->download);
    p->download = from_columns(at + 4, at[2] * 8u, at[3] * 8u);
}

/* GS / m */
void run_download_print(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    put_scaled(p, &p->download, (at[2] & 1) + 1u, (at[2] >> 1 & 1) + 1u);
}

static struct picture *picture_of(struct firmware_printer *p, uint32_t key)
{
    for (size_t i = 0; i < PICTURES_MOST; i++) {
        if (p->pictures[i].key == key) {
            return &p->pictures[i];
        }
    }
    return NULL;
}

/* The memory for logos is bounded: when it is full a new one is not kept. */
static void keep_picture(struct firmware_printer *p, uint32_t key, struct bitmap dots)
{
    struct picture *place = picture_of(p, key);
    place = place != NULL ? place : picture_of(p, 0);
    if (place == NULL) {
        bitmap_clear(&dots);
        return;
    }
    bitmap_clear(&place->dots);
    *place = (struct picture){ key, dots };
}

static uint32_t logo_key(unsigned number)
{
    return 'q' << 16 | number;
}

/* FS q n: replaces all logos that were defined so. */
void run_logo_define(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    size_t next = 3;
    for (unsigned number = 1; number <= at[2] && next + 4 <= n; number++) {
        unsigned width = n16(at + next) * 8, height = n16(at + next + 2) * 8;
        keep_picture(p, logo_key(number), from_columns(at + next + 4, width, height));
        next += 4 + (size_t)width * height / 8;
    }
}

/* FS p n m */
void run_logo_print(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    const struct picture *logo = picture_of(p, logo_key(at[2]));
    if (logo != NULL) {
        put_scaled(p, &logo->dots, (at[3] & 1) + 1u, (at[3] >> 1 & 1) + 1u);
    }
}

/* The functions of GS ( L, by their number; `a` is what follows it, of `n` bytes. 112 to 127 speak of stored dots. */
static void store_graphic(struct firmware_printer *p, unsigned function, const uint8_t *a, size_t n)
{
    if (n < 8) {
        return;
    }
    unsigned width = n16(a + 4), height = n16(a + 6);
    bool is_rows = function == 112;
    size_t bytes = is_rows ? (size_t)((width + 7) / 8) * height : (size_t)((height + 7) / 8) * width;
    if (bytes > n - 8) {
        return;
    }
    bitmap_clear(&p->graphic);
    p->graphic = is_rows ? from_rows(a + 8, width, height) : from_columns(a + 8, width, height);
    p->graphic_scale_x = a[1] == 2 ? 2 : 1;
    p->graphic_scale_y = a[2] == 2 ? 2 : 1;
}

static void define_graphic(struct firmware_printer *p, unsigned function, const uint8_t *a, size_t n)
{
    if (n < 9) {
        return;
    }
    unsigned width = n16(a + 4), height = n16(a + 6);
    bool is_rows = function == 67 || function == 83;
    size_t bytes = is_rows ? (size_t)((width + 7) / 8) * height : (size_t)((height + 7) / 8) * width;
    if (bytes > n - 9) {
        return;
    }
    uint32_t store = function < 80 ? 'n' : 'd';
    keep_picture(p, store << 16 | (uint32_t)a[1] << 8 | a[2],
                 is_rows ? from_rows(a + 9, width, height) : from_columns(a + 9, width, height));
}

static void print_defined(struct firmware_printer *p, unsigned function, const uint8_t *a, size_t n)
{
    uint32_t store = function < 80 ? 'n' : 'd';
    const struct picture *logo = n >= 4 ? picture_of(p, store << 16 | (uint32_t)a[0] << 8 | a[1]) : NULL;
    if (logo != NULL) {
        put_scaled(p, &logo->dots, a[2] == 2 ? 2 : 1, a[3] == 2 ? 2 : 1);
    }
}

static void print_graphic(struct firmware_printer *p)
{
    put_scaled(p, &p->graphic, p->graphic_scale_x, p->graphic_scale_y);
    bitmap_clear(&p->graphic);
}

/* GS ( L and GS 8 L differ in the length of their length. */
void run_stored_picture(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    size_t head = at[1] == '8' ? 7 : 5;
    if (n < head + 2) {
        return;
    }
    const uint8_t *a = at + head + 2;
    size_t left = n - head - 2;
    unsigned function = at[head + 1];
    switch (function) {
    case 2:
    case 50:
        print_graphic(p);
        break;
    case 67:
    case 68:
    case 83:
    case 84:
        define_graphic(p, function, a, left);
        break;
    case 69:
    case 85:
        print_defined(p, function, a, left);
        break;
    case 112:
    case 113:
        store_graphic(p, function, a, left);
        break;
    default:
        p->counts.unknown_commands++;
    }
}
