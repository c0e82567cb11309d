#include "glyphs.h"

/* How the four arms of U+2500..U+257F look: left, up, right, down; 1 a single line, 2 a double one, 0 none. */
static const struct arms {
    uint16_t character;
    uint8_t left, up, right, down;
} lines[] = {
    { 0x2500, 1, 0, 1, 0 }, { 0x2502, 0, 1, 0, 1 }, { 0x250C, 0, 0, 1, 1 }, { 0x2510, 1, 0, 0, 1 }, { 0x2514, 0, 1, 1, 0 },
    { 0x2518, 1, 1, 0, 0 }, { 0x251C, 0, 1, 1, 1 }, { 0x2524, 1, 1, 0, 1 }, { 0x252C, 1, 0, 1, 1 }, { 0x2534, 1, 1, 1, 0 },
    { 0x253C, 1, 1, 1, 1 }, { 0x2550, 2, 0, 2, 0 }, { 0x2551, 0, 2, 0, 2 }, { 0x2552, 0, 0, 2, 1 }, { 0x2553, 0, 0, 1, 2 },
    { 0x2554, 0, 0, 2, 2 }, { 0x2555, 2, 0, 0, 1 }, { 0x2556, 1, 0, 0, 2 }, { 0x2557, 2, 0, 0, 2 }, { 0x2558, 0, 1, 2, 0 },
    { 0x2559, 0, 2, 1, 0 }, { 0x255A, 0, 2, 2, 0 }, { 0x255B, 2, 1, 0, 0 }, { 0x255C, 1, 2, 0, 0 }, { 0x255D, 2, 2, 0, 0 },
    { 0x255E, 0, 1, 2, 1 }, { 0x255F, 0, 2, 1, 2 }, { 0x2560, 0, 2, 2, 2 }, { 0x2561, 2, 1, 0, 1 }, { 0x2562, 1, 2, 0, 2 },
    { 0x2563, 2, 2, 0, 2 }, { 0x2564, 2, 0, 2, 1 }, { 0x2565, 1, 0, 1, 2 }, { 0x2566, 2, 0, 2, 2 }, { 0x2567, 2, 1, 2, 0 },
    { 0x2568, 1, 2, 1, 0 }, { 0x2569, 2, 2, 2, 0 }, { 0x256A, 2, 1, 2, 1 }, { 0x256B, 1, 2, 1, 2 }, { 0x256C, 2, 2, 2, 2 },
};

/* Eighths of the cell that are black: from, to, across and down. */
static const struct block {
    uint16_t character;
    uint8_t left, right, top, bottom;
} blocks[] = {
    { 0x2580, 0, 8, 0, 4 }, { 0x2581, 0, 8, 7, 8 }, { 0x2582, 0, 8, 6, 8 }, { 0x2583, 0, 8, 5, 8 }, { 0x2584, 0, 8, 4, 8 },
    { 0x2585, 0, 8, 3, 8 }, { 0x2586, 0, 8, 2, 8 }, { 0x2587, 0, 8, 1, 8 }, { 0x2588, 0, 8, 0, 8 }, { 0x2589, 0, 7, 0, 8 },
    { 0x258A, 0, 6, 0, 8 }, { 0x258B, 0, 5, 0, 8 }, { 0x258C, 0, 4, 0, 8 }, { 0x258D, 0, 3, 0, 8 }, { 0x258E, 0, 2, 0, 8 },
    { 0x258F, 0, 1, 0, 8 }, { 0x2590, 4, 8, 0, 8 }, { 0x2594, 0, 8, 0, 1 }, { 0x2595, 7, 8, 0, 8 },
};

static void fill(struct glyph *g, unsigned left, unsigned right, unsigned top, unsigned bottom)
{
    for (unsigned y = top; y < bottom; y++) {
        for (unsigned x = left; x < right; x++) {
            g->rows[y] |= 0x80000000u >> x;
        }
    }
}

/* Double lines stand this far from the middle, and each line is two dots thick. */
enum { APART = 2 };

/* Does the bar on `side` of the middle (-1, 0, 1) stop at the near line of the bars that cross it? */
static bool stops_short(int side, unsigned before, unsigned after, bool goes_through)
{
    return side < 0 ? before == 2 : side > 0 ? after == 2 : before == 2 && after == 2 && !goes_through;
}

static void draw_across(struct glyph *g, const struct arms *a, int side)
{
    unsigned x = g->width / 2, row = g->height / 2 + (unsigned)(side * APART);
    bool is_short = stops_short(side, a->up, a->down, a->left != 0 && a->right != 0);
    unsigned reach = is_short ? -(unsigned)(APART - 1) : a->up == 2 || a->down == 2 ? APART + 1 : 1;
    if (a->left == (side == 0 ? 1 : 2)) {
        fill(g, 0, x + reach, row - 1, row + 1);
    }
    if (a->right == (side == 0 ? 1 : 2)) {
        fill(g, x - reach, g->width, row - 1, row + 1);
    }
}

static void draw_down(struct glyph *g, const struct arms *a, int side)
{
    unsigned y = g->height / 2, column = g->width / 2 + (unsigned)(side * APART);
    bool is_short = stops_short(side, a->left, a->right, a->up != 0 && a->down != 0);
    unsigned reach = is_short ? -(unsigned)(APART - 1) : a->left == 2 || a->right == 2 ? APART + 1 : 1;
    if (a->up == (side == 0 ? 1 : 2)) {
        fill(g, column - 1, column + 1, 0, y + reach);
    }
    if (a->down == (side == 0 ? 1 : 2)) {
        fill(g, column - 1, column + 1, y - reach, g->height);
    }
}

static void draw_lines(struct glyph *g, const struct arms *a)
{
    for (int side = -1; side <= 1; side++) {
        draw_across(g, a, side);
        draw_down(g, a, side);
    }
}

/* The three greys: a dot in four, in two, and three in four. */
static void draw_shade(struct glyph *g, unsigned degree)
{
    for (unsigned y = 0; y < g->height; y++) {
        for (unsigned x = 0; x < g->width; x++) {
            bool is_odd_row = (y & 1) != 0, is_odd = ((x + y) & 1) != 0;
            bool is_dot = degree == 1 ? is_odd && is_odd_row : degree == 2 ? is_odd : is_odd || is_odd_row;
            g->rows[y] |= is_dot ? 0x80000000u >> x : 0;
        }
    }
}

bool glyph_draw_box(struct glyph *into, uint32_t character)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].character == character) {
            draw_lines(into, &lines[i]);
            return true;
        }
    }
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        const struct block *b = &blocks[i];
        if (b->character == character) {
            fill(into, into->width * b->left / 8, into->width * b->right / 8, into->height * b->top / 8,
                 into->height * b->bottom / 8);
            return true;
        }
    }
    if (character >= 0x2591 && character <= 0x2593) {
        draw_shade(into, character - 0x2590);
        return true;
    }
    return false;
}
