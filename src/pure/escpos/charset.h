/* Bytes to characters: code pages, international sets, two-byte codes and UTF-8, by what the stream says and, where it
 * says nothing, by what the bytes can only be. */
#ifndef PURE_ESCPOS_CHARSET_H
#define PURE_ESCPOS_CHARSET_H

#include "base/buf.h"
#include "pure/escpos.h"

/* One byte on the paper, with what was in force when it came. */
struct cell {
    int32_t x, y;
    uint32_t after; /* bytes after the paper's `from` */
    uint16_t width;
    uint8_t byte, page, charset;
    uint8_t width_times, height_times;
    uint8_t marks; /* CELL_... */
};
enum { CELL_BOLD = 1, CELL_TWO_BYTE = 2, CELL_UTF8 = 4, CELL_SHIFT_JIS = 8, CELL_JIS = 16, CELL_PAGE_TOLD = 32 };

struct cells {
    const struct cell *at;
    size_t n;
};

/* How the high bytes of one line are read. */
enum coding { BY_PAGE, AS_UTF8, AS_CHINESE, AS_KOREAN, AS_SHIFT_JIS, AS_JIS, AS_TOLD, CODINGS };
enum { SEQUENCE_MOST = 4 }; /* bytes of one character */

/* What earlier lines have shown. */
struct evidence {
    bool has_utf8, has_pairs;
    unsigned hangul_pairs, other_pairs;
};

struct glyph {
    int32_t x;
    uint32_t order; /* of arrival */
    uint32_t width;
    uint32_t character; /* a Unicode scalar value; 0: nothing to see */
};

enum { NOT_A_CHARACTER = 0xfffd };

/* A row ends a table when its name is NULL. */
struct code_page {
    uint8_t number;
    const char *name; /* for iconv, or one of our own, see pages.c */
};
extern const struct code_page epson_pages[], star_pages[];

struct charset;
struct charset *charset_new(const char *charset); /* NULL: by stream and bytes */
void charset_free(struct charset *t);
void charset_use_pages(struct charset *t, const struct code_page *pages);
/* The cells of one line. `glyphs` has room for as many. Returns how many there are. */
size_t charset_glyphs(struct charset *t, struct cells line, struct glyph *glyphs);

/* utf8.c */
/* A code's data: UTF-8 as it is, anything else byte by byte as Latin-1. */
MUST_USE err utf8_of_data(struct view data, struct buf *out);
MUST_USE err utf8_add(struct buf *out, uint32_t character);
/* The length of the UTF-8 character in front, 0 when there is none. */
size_t utf8_take(const unsigned char *at, size_t n, uint32_t *out);

/* guess.c */
enum coding guess_coding(struct evidence *e, struct cells line, const struct code_page *pages);
bool guess_is_rule(struct cells line); /* one byte over and over: a drawn line */
/* The bytes from cell i on that stand side by side, as far as one character can reach. */
size_t cells_bytes(struct cells line, size_t i, unsigned char bytes[SEQUENCE_MOST]);

/* pages.c */
struct page_map {
    const char *name;
    uint32_t high[128]; /* of the bytes 80 to FF; 0 prints nothing */
};
void page_map_fill(struct page_map *map, const char *name);
const char *page_name(const struct code_page *pages, uint8_t number); /* NULL: unknown */
uint32_t international(uint8_t set, unsigned char byte);

#endif
