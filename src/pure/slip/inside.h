/* What the files of this folder share: template -> lines -> rows -> dots. */
#ifndef SLIP_INSIDE_H
#define SLIP_INSIDE_H

#include "pure/slip.h"

#include <glib.h>
#include <pango/pango.h>

/* Ceilings. A slip is at most 30 cm long at 203 dpi; no value, however long, prints more than a good paragraph. */
enum {
    TEMPLATE_BYTES_MOST = 16 * 1024,
    VALUE_CHARACTERS_MOST = 600,
    TEXT_CHARACTERS_MOST = 1200,
    QR_BYTES_MOST = 300,
    ROWS_MOST = 120,
    HEIGHT_DOTS_MOST = 2400,
    FEED_LINES_MOST = 20,
    WIDTH_DOTS_LEAST = 96,
    WIDTH_DOTS_MOST = 1024
};

/* A line of a template with its words filled in (template.c). */
enum line_kind { LINE_TEXT, LINE_BOLD, LINE_LARGE, LINE_HAND, LINE_PEN, LINE_QR, LINE_RULE, LINE_FEED };

struct line {
    enum line_kind kind;
    char *text;      /* owned; NULL for rules and feeds */
    unsigned number; /* in the file, from 1 */
    unsigned feed_lines;
    bool is_centred;
};

struct lines {
    struct line *at;
    size_t count;
};

MUST_USE err template_fill(const char *text, struct slip_values values, struct lines *out, char **reason);
void lines_clear(struct lines *l);

/* Words (text.c). Both give new text for mem_free. */
char *text_clean(const char *text, unsigned most); /* printable, normalised, drawable, of bounded length; "" if nothing is left */
char *text_clean_code(const char *text);           /* the same for what a code carries: only control characters go */
const char *text_charset(const char *text);        /* the first code page that has all of it; "" for ASCII; NULL: none */
char *text_fold_line(const char *text);            /* typographic marks as ASCII ones */
size_t text_wrap(const char *text, size_t columns, bool is_even, char **lines, size_t most); /* each line for mem_free */

/* Faces (fonts.c). */
enum hand { HAND_BRUSH, HAND_PEN, HAND_PLAIN, HAND_CELLS };

bool fonts_can_draw(gunichar character);
PangoLayout *fonts_layout(enum hand hand, const char *text, double x_height_dots); /* g_object_unref */

/* Dots (dots.c). A picture that is all white has height 0. */
struct drawing {
    enum hand hand;
    double x_height_dots;
    unsigned width_dots, lines_most;
    bool is_centred, is_bold;
};
MUST_USE err dots_text(const struct drawing *d, const char *text, struct slip_row *out);
struct slip_row dots_blank(unsigned width_dots, unsigned height_dots);
void dots_set(struct slip_row *picture, unsigned x, unsigned y);
MUST_USE err dots_cells(const struct slip_row *text, unsigned width_dots, struct slip_row *out); /* a SLIP_TEXT row */

/* Codes (code.c). */
MUST_USE err code_measure(const char *text, unsigned width_dots, struct slip_row *row);
MUST_USE err code_draw(const struct slip_row *row, unsigned width_dots, struct slip_row *out);

#endif
