/* Dots: 1 is black. Rows of whole bytes, leftmost dot in the highest bit. Drawing outside is cut off, never an error. */
#ifndef FIRMWARE_HOST_BITMAP_H
#define FIRMWARE_HOST_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bitmap {
    unsigned width, height, stride;
    uint8_t *bits; /* owned */
};

struct bitmap bitmap_new(unsigned width, unsigned height);
void bitmap_clear(struct bitmap *b);                    /* gives the memory back; nothing is left in it */
void bitmap_wipe(struct bitmap *b);                     /* all white */
void bitmap_grow(struct bitmap *b, unsigned height);    /* keeps what is there; the new rows are white */
void bitmap_drop_rows(struct bitmap *b, unsigned rows); /* from the top */

bool bitmap_get(const struct bitmap *b, int x, int y);
void bitmap_set(struct bitmap *b, int x, int y);
void bitmap_copy_dot(struct bitmap *b, int x, int y, bool is_black); /* a white one leaves what is there */

struct area {
    int x, y, width, height;
};
void bitmap_fill(struct bitmap *b, struct area a);
void bitmap_invert(struct bitmap *b, struct area a);
void bitmap_or(struct bitmap *to, const struct bitmap *from, int x, int y);
struct bitmap bitmap_scaled(const struct bitmap *b, unsigned by_x, unsigned by_y);
struct bitmap bitmap_turned(const struct bitmap *b, unsigned quarters); /* clockwise */

#endif
