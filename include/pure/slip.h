/* A slip: a template filled with what is known, laid out as rows that any printer driver can encode.
 * slip_clear frees what slip_fill made. Nothing here touches a device; the faces come from a private configuration. */
#ifndef PURE_SLIP_H
#define PURE_SLIP_H

#include "base/buf.h"
#include "base/embedded.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* What a row of text takes on the paper: font A of every printer we know, at its standard line spacing. */
enum { SLIP_CELL_WIDTH_DOTS = 12, SLIP_CELL_HEIGHT_DOTS = 24, SLIP_LINE_DOTS = 30, SLIP_RULE_DOTS = 40 };

enum slip_row_kind { SLIP_TEXT, SLIP_PICTURE, SLIP_QR, SLIP_RULE, SLIP_FEED };

struct slip_row {
    enum slip_row_kind kind;
    char *text;                         /* UTF-8, without control characters; SLIP_PICTURE: the words that it shows, if any */
    const char *charset;                /* SLIP_TEXT: a code page that has all of it (an iconv name); NULL: it is ASCII */
    bool is_bold, is_centred, is_large; /* large is twice as wide and twice as high */
    unsigned width_dots, height_dots;   /* SLIP_PICTURE, from the left edge; SLIP_QR, without a quiet zone */
    unsigned char *bits;                /* SLIP_PICTURE: one bit a dot, rows padded to bytes, 1 is black */
    unsigned module_dots;               /* SLIP_QR: the side of one module; its error correction is level M */
    unsigned lines;                     /* SLIP_FEED */
};

struct slip {
    struct slip_row *rows;
    size_t count;
};

/* A value for a placeholder {name} of a template. It may be anything that a person or a machine typed. */
struct slip_value {
    const char *name, *text;
};

struct slip_values {
    const struct slip_value *at;
    size_t count;
};

/* Once, before anything else; it also draws each face a first time, so that later drawings are quick. NULL: the built-in
 * configuration. ERR_MISSING: a face is not installed (slip_fonts_missing names it) and the next best stands in for it.
 * ERR_SYSTEM: there is no usable face at all. */
MUST_USE err slip_fonts_init(const char *fonts_conf_path);
const char *slip_fonts_missing(void); /* NULL: every face is there */
void slip_fonts_clear(void);

/* The templates that come with the program, ended by a row without a name. */
extern const struct embedded_file slip_templates[];
const char *slip_template(const char *name); /* "thankyou" -> its text; NULL when there is none */

/* `template_text` is the text of a .slip file (its grammar is in src/pure/slip/templates/README.md). A row whose
 * placeholder has no value is left out. ERR_INPUT: the template is wrong; ERR_FULL: the slip would grow past a ceiling;
 * `reason` (mem_free) says line and cause. */
MUST_USE err slip_fill(const char *template_text, struct slip_values values, unsigned width_dots, struct slip *out,
                       char **reason);
void slip_clear(struct slip *s);

/* Any row as a picture of dots (a SLIP_PICTURE, freed with slip_row_clear): for the page, and for printers that cannot
 * make such a row by themselves. */
MUST_USE err slip_row_draw(const struct slip_row *row, unsigned width_dots, struct slip_row *out);
void slip_row_clear(struct slip_row *row);

/* The slip as it will come out of a printer `width_dots` wide, dot for dot: an 8-bit grey PNG, for the page. */
MUST_USE err slip_to_png(const struct slip *s, unsigned width_dots, struct buf *out);

#endif
