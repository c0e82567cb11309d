/* A slip: a template filled with facts, laid out as rows that any printer driver can encode.
 * slip_clear frees what slip_fill made. Fonts come from a private configuration: slip_fonts_init once, before anything. */
#ifndef PURE_SLIP_H
#define PURE_SLIP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum slip_row_kind { SLIP_TEXT, SLIP_PICTURE, SLIP_QR, SLIP_RULE, SLIP_FEED };

struct slip_row {
    enum slip_row_kind kind;
    char *text;                               /* SLIP_TEXT, SLIP_QR: UTF-8 */
    bool is_bold, is_centred, is_large;
    unsigned width_dots, height_dots;         /* SLIP_PICTURE: one bit a dot, rows padded to bytes, 1 is black */
    unsigned char *bits;
    unsigned lines;                           /* SLIP_FEED */
};

struct slip {
    struct slip_row *rows;
    size_t count;
};

/* A value for a placeholder {name} of a template. */
struct slip_value {
    const char *name, *text;
};

MUST_USE err slip_fonts_init(const char *fonts_conf_path);   /* ERR_MISSING: a named face is not there (the log says which) */

/* `template` is the text of a .slip file (its grammar is in src/pure/slip/templates/README.md). A row whose placeholder
 * has no value is left out. ERR_INPUT: `reason` (mem_free) says line and cause. */
MUST_USE err slip_fill(const char *template_text, const struct slip_value *values, size_t count, unsigned width_dots,
                       struct slip *out, char **reason);
void slip_clear(struct slip *s);

/* The slip as it will come out of a printer `width_dots` wide: an 8-bit grey PNG, for the page. */
MUST_USE err slip_to_png(const struct slip *s, unsigned width_dots, struct buf *out);

#endif
