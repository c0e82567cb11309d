#include "charset.h"
#include "inside.h"

#include <string.h>

struct look {
    unsigned scale_x, scale_y, left, right, underline_dots;
};

static enum cell one_byte_cell(const struct firmware_printer *p)
{
    return p->modes.is_font_b ? CELL_B : CELL_A;
}

unsigned text_column_dots(const struct firmware_printer *p)
{
    return (glyph_cell(one_byte_cell(p)).width + p->modes.right_space) * p->modes.scale_x;
}

static const char *pair_charset(const struct firmware_printer *p)
{
    switch (p->modes.two_byte_code) {
    case 1:
        return "SHIFT_JIS";
    case 2:
        return "SHIFT_JISX0213";
    default:
        return p->two_byte_charset;
    }
}

/* In Shift-JIS a lead byte needs no FS &, and single katakana stand between the two blocks of lead bytes. */
static bool is_lead(const struct firmware_printer *p, uint8_t byte)
{
    if (p->modes.two_byte_code == 1 || p->modes.two_byte_code == 2) {
        return (byte >= 0x81 && byte <= 0x9F) || (byte >= 0xE0 && byte <= 0xFC);
    }
    return p->modes.is_two_byte && byte >= 0x81 && byte != 0xFF;
}

size_t text_length(const struct firmware_printer *p, const uint8_t *at, size_t n)
{
    size_t length = p->modes.is_utf8 ? charset_utf8_length(at[0]) : is_lead(p, at[0]) ? 2 : 1;
    /* A letter that breaks off is given up at the byte that cannot belong to it. */
    if (n > 1 && p->modes.is_utf8 && (at[n - 1] & 0xC0) != 0x80) {
        return 1;
    }
    return n > 1 && at[n - 1] < 0x20 ? 1 : length;
}

static void draw_dot(struct bitmap *cell, const struct look *l, int x, int y)
{
    if (l->scale_x == 1 && l->scale_y == 1) {
        bitmap_set(cell, x, y);
        return;
    }
    bitmap_fill(cell, (struct area){ x, y, (int)l->scale_x, (int)l->scale_y });
}

static void draw_glyph(struct bitmap *cell, const struct glyph *g, const struct look *l, int shift)
{
    for (unsigned y = 0; y < g->height; y++) {
        for (uint32_t left = g->rows[y]; left != 0;) {
            unsigned x = (unsigned)__builtin_clz(left);
            left &= ~(0x80000000u >> x);
            draw_dot(cell, l, (int)((x + l->left) * l->scale_x) + shift, (int)(y * l->scale_y));
        }
    }
}

static struct bitmap upright_cell(const struct firmware_printer *p, const struct glyph *g, const struct look *l)
{
    struct bitmap cell = bitmap_new((l->left + g->width + l->right) * l->scale_x, g->height * l->scale_y);
    draw_glyph(&cell, g, l, 0);
    if (p->modes.is_bold || p->modes.is_struck_twice) {
        draw_glyph(&cell, g, l, 1);
    }
    return cell;
}

static void put_glyph(struct firmware_printer *p, const struct glyph *g, const struct look *l)
{
    struct bitmap cell = upright_cell(p, g, l);
    struct area all = { 0, 0, (int)cell.width, (int)cell.height };
    if (p->modes.is_reverse) {
        bitmap_invert(&cell, all);
    } else if (l->underline_dots > 0 && !p->modes.is_turned) {
        bitmap_fill(&cell, (struct area){ 0, all.height - (int)l->underline_dots, all.width, (int)l->underline_dots });
    }
    if (p->modes.is_turned) {
        struct bitmap turned = bitmap_turned(&cell, 1);
        bitmap_clear(&cell);
        cell = turned;
    }
    line_put(p, &cell);
    bitmap_clear(&cell);
}

static void put_narrow(struct firmware_printer *p, uint32_t character)
{
    const struct modes *m = &p->modes;
    const struct glyph *g = glyphs_get(p->glyphs, one_byte_cell(p), character);
    const struct user_glyph *user =
        character >= USER_FIRST && character <= USER_LAST ? &p->user[m->is_font_b][character - USER_FIRST] : NULL;
    if (m->is_user_set && user != NULL && user->is_set) {
        g = &user->glyph;
    }
    put_glyph(p, g, &(struct look){ m->scale_x, m->scale_y, 0, m->right_space, m->underline_dots });
}

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static void put_wide(struct firmware_printer *p, uint32_t character)
{
    const struct modes *m = &p->modes;
    struct look look = { larger(m->scale_x, m->is_two_byte_wide ? 2 : 1), larger(m->scale_y, m->is_two_byte_tall ? 2 : 1),
                         m->two_byte_left, m->two_byte_right,
                         m->is_two_byte_underlined ? larger(m->underline_dots, 1) : m->underline_dots };
    put_glyph(p, glyphs_get(p->glyphs, CELL_WIDE, character), &look);
}

static uint32_t one_byte_character(const struct firmware_printer *p, uint8_t byte)
{
    bool is_user =
        p->modes.is_user_set && byte >= USER_FIRST && byte <= USER_LAST && p->user[p->modes.is_font_b][byte - USER_FIRST].is_set;
    if (is_user) {
        return byte;
    }
    return byte < 0x80 ? charset_national(p->modes.national_set, byte) : p->modes.upper[byte - 0x80];
}

/* One character of `n` bytes. */
void text_run(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    if (p->modes.is_utf8) {
        uint32_t character = charset_utf8(at, n);
        if (charset_is_wide(character)) {
            put_wide(p, character);
        } else {
            put_narrow(p, n == 1 ? one_byte_character(p, at[0]) : character);
        }
        return;
    }
    if (n == 2) {
        put_wide(p, charset_pair(pair_charset(p), at[0], at[1]));
        return;
    }
    put_narrow(p, one_byte_character(p, at[0]));
}

struct bitmap text_plain(struct firmware_printer *p, bool is_font_b, const char *text)
{
    enum cell cell = is_font_b ? CELL_B : CELL_A;
    struct cell_size size = glyph_cell(cell);
    struct bitmap picture = bitmap_new(size.width * (unsigned)strlen(text), size.height);
    for (unsigned i = 0; text[i] != '\0'; i++) {
        struct look look = { 1, 1, i * size.width, 0, 0 };
        draw_glyph(&picture, glyphs_get(p->glyphs, cell, (unsigned char)text[i]), &look, 0);
    }
    return picture;
}

/* FS &, FS . */
void run_two_byte(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    p->modes.is_two_byte = at[1] == '&';
}

/* FS C, FS !, FS -, FS W, FS S, FS ( C */
void run_two_byte_code(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    struct modes *m = &p->modes;
    switch (at[1]) {
    case 'C':
        m->two_byte_code = at[2] & 0x0F;
        break;
    case '!':
        m->is_two_byte_wide = (at[2] & 4) != 0;
        m->is_two_byte_tall = (at[2] & 8) != 0;
        m->is_two_byte_underlined = (at[2] & 0x80) != 0;
        break;
    case '-':
        m->is_two_byte_underlined = (at[2] & 3) != 0;
        break;
    case 'W':
        m->is_two_byte_wide = m->is_two_byte_tall = (at[2] & 1) != 0;
        break;
    case 'S':
        m->two_byte_left = at[2];
        m->two_byte_right = at[3];
        break;
    case '(':
        m->is_utf8 = n >= 7 && at[2] == 'C' && at[5] == 0x30 ? (at[6] & 0x0F) == 2 : m->is_utf8;
        break;
    default:
        break;
    }
}

/* Eight dots, one below the other, the highest bit on top. What is outside of the cell is left out. */
static void define_dots(struct glyph *g, unsigned x, unsigned top, uint8_t dots)
{
    for (unsigned bit = 0; bit < 8 && x < g->width; bit++) {
        bool is_dot = (dots & (0x80u >> bit)) != 0 && top + bit < CELL_MOST;
        g->rows[is_dot ? top + bit : 0] |= is_dot ? 0x80000000u >> x : 0;
    }
}

/* ESC & y c1 c2: per character its width, then its columns of y bytes, from the left. */
void run_user_define(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    unsigned bytes_high = at[2];
    size_t next = 5;
    if (n == 5) {
        return; /* not a range of characters */
    }
    for (unsigned code = at[3]; code <= at[4] && next < n; code++) {
        struct user_glyph *user = &p->user[p->modes.is_font_b][code - USER_FIRST];
        unsigned width = at[next++];
        user->glyph = (struct glyph){ p->modes.is_font_b ? 9 : 12, p->modes.is_font_b ? 17 : 24, { 0 } };
        user->is_set = true;
        for (unsigned i = 0; i < width * bytes_high && next < n; i++, next++) {
            define_dots(&user->glyph, i / bytes_high, i % bytes_high * 8, at[next]);
        }
    }
}

void run_user_set(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    p->modes.is_user_set = (at[2] & 1) != 0;
}

void run_user_cancel(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    if (at[2] >= USER_FIRST && at[2] <= USER_LAST) {
        p->user[p->modes.is_font_b][at[2] - USER_FIRST].is_set = false;
    }
}
