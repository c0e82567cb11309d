/* Printer bytes to jobs. The decoder takes a POS's stream in any pieces and reports each job (one print-out, up to its
 * cut) once it is whole. It keeps the printer's state across jobs, as a printer does.
 * The decoder owns everything; a job and what hangs on it is borrowed until the callback returns.
 * Facts: Epson's ESC/POS command reference, Star's line mode manual; docs say more beside each table. */
#ifndef PURE_ESCPOS_H
#define PURE_ESCPOS_H

#include "base/err.h"
#include "base/view.h"

#include <stdbool.h>
#include <stdint.h>

enum dialect { DIALECT_AUTO, DIALECT_ESCPOS, DIALECT_STAR, DIALECT_BEMATECH, DIALECT_DARUMA };

const char *dialect_name(enum dialect d); /* "escpos" */
MUST_USE err dialect_from_name(const char *name, enum dialect *out);

enum align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };

/* A line as it stands on the paper, rebuilt from positions; columns are kept apart by spaces. */
struct print_line {
    const char *text;                   /* UTF-8, right-trimmed, never empty */
    uint64_t from;                      /* stream offset of its first printed byte */
    unsigned width_times, height_times; /* the largest on the line; 1 is plain */
    bool is_bold;
    enum align align;
};

struct print_code {
    const char *type;  /* "QR", "EAN13", "CODE128", "PDF417", ... */
    const char *data;  /* UTF-8 text; code-set marks removed */
    size_t data_bytes; /* a code may hold NULs: `data` ends at the first, this counts all */
    uint64_t from;
};

/* One bit a dot, rows padded to bytes, highest bit leftmost, 1 is black. Dots as sent, before the printer doubles them.
 * A column image (ESC *) is one image for each band. */
struct print_image {
    unsigned width_dots, height_dots; /* 0: in the printer's memory since before we listened */
    const unsigned char *bits;        /* NULL: it was over the ceiling, or is in the printer's own memory */
    uint64_t from;
};

struct print_job {
    uint64_t from, to; /* stream offsets, `to` is one past the last byte */
    enum dialect dialect;
    const struct print_line *lines;
    const struct print_code *codes;
    const struct print_image *images;
    size_t line_count, code_count, image_count;
    unsigned drawer_pulses;
    unsigned unknown_commands; /* skipped by length, counted */
    bool is_cut;               /* false: the stream ended or went quiet without a cut */
    bool is_over_ceiling;      /* something was left out to keep memory bounded */
};

/* What a POS has set and not taken back: enough to put a printer back after something was printed in between.
 * Zero is not a printer that was switched on: use printer_state_initial. Plain data, may be stored and copied. */
struct printer_state {
    uint8_t print_mode; /* ESC ! without the bits that have their own place below */
    uint8_t font, is_bold, is_double_strike, underline, is_upside_down, is_reversed, is_smoothed, rotation, colour;
    uint8_t width_times, height_times;
    uint8_t align, code_page, charset;          /* ESC a, ESC t, ESC R */
    uint8_t kanji_on, kanji_mode, kanji_system; /* FS & ., FS !, FS C */
    uint8_t utf8, is_user_charset;              /* FS ( C, ESC % */
    uint8_t right_space, line_space;            /* ESC SP; ESC 3 n */
    uint8_t is_line_space_set;                  /* false: ESC 2's own */
    uint8_t unit_x, unit_y;                     /* GS P; 0: the printer's own */
    uint8_t is_page_mode, is_one_way;
    uint16_t left_margin, area_width;                                  /* GS L, GS W in units; area_width 0: never set */
    uint8_t barcode_height, barcode_width, barcode_font, barcode_text; /* GS h w f H; 0: never set */
    uint8_t qr_model, qr_size, qr_level;                               /* GS ( k 49 65 67 69; 0: never set */
    uint8_t is_qr_stored;                                              /* GS ( k 49 80: a code's data, to be printed (again) */
    uint8_t tab_count, tabs[32];                                       /* ESC D; 255: never set */
    uint8_t asb, panel_off;                                            /* GS a, ESC c 5 */
    uint8_t is_line_open;                                              /* something stands in the line buffer, unprinted */
    uint8_t paper_back;                                                /* 2: fed back since the last cut; 1: before it, so that
                                                                          printed paper may lie under the head; kept by ESC @ */
    uint8_t is_inside_command;                                         /* the last byte was not the end of a command */
};

struct printer_state printer_state_initial(void);

struct decoder_options {
    enum dialect dialect;              /* DIALECT_AUTO: from the stream's first decisive command */
    const char *charset;               /* of all text; NULL: as the stream says */
    uint64_t offset;                   /* of the first byte that will be fed */
    bool waits_for_tail;               /* a cut job is held until more is printed or decoder_end, so that a drawer pulse
                                          after the cut counts with it; false: a job is reported at its cut */
    const struct printer_state *state; /* NULL: a printer just switched on */
};

bool charset_is_known(const char *name); /* spelt as iconv or as Python spells it */

struct decoder;
typedef void job_fn(void *self, const struct print_job *job);

struct decoder *decoder_new(const struct decoder_options *options, job_fn *fn, void *self);
void decoder_free(struct decoder *d);
void decoder_feed(struct decoder *d, struct view bytes); /* any split gives the same jobs */
void decoder_end(struct decoder *d); /* the stream ended or fell silent: a job without a cut is reported too */
uint64_t decoder_offset(const struct decoder *d);
const struct printer_state *decoder_state(const struct decoder *d);
bool decoder_is_between_jobs(const struct decoder *d); /* nothing printed since the last cut: a slip may go here */

#endif
