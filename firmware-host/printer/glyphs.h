/* The character generator: font A in cells of 12 x 24 dots, font B in 9 x 17, two-byte characters in 24 x 24.
 * Drawn once from an installed outline font; lines and blocks are drawn by rule, so that they meet. */
#ifndef FIRMWARE_HOST_GLYPHS_H
#define FIRMWARE_HOST_GLYPHS_H

#include "bitmap.h"

enum cell { CELL_A, CELL_B, CELL_WIDE, CELL_KINDS };
enum { CELL_MOST = 24 }; /* dots, either way */

struct cell_size {
    unsigned width, height, baseline;
};
struct cell_size glyph_cell(enum cell cell);

struct glyph {
    unsigned width, height;
    uint32_t rows[CELL_MOST]; /* leftmost dot in bit 31 */
};

struct glyphs;
struct glyphs *glyphs_new(void); /* NULL: no monospaced font is installed */
void glyphs_free(struct glyphs *g);

/* A character that no font has is an empty box. Good until the next call. */
const struct glyph *glyphs_get(struct glyphs *g, enum cell cell, uint32_t character);

/* The line and block characters U+2500 to U+259F. False: not one that is drawn by rule. */
bool glyph_draw_box(struct glyph *into, uint32_t character);

#endif
