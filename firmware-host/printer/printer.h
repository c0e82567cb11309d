/* A receipt printer as its firmware would be: bytes in; paper, answers and drawer pulses out. No descriptor, no clock, no loop.
 * Whoever makes one owns it; what the callbacks are given is borrowed until they return. They must not feed or free it. */
#ifndef FIRMWARE_HOST_PRINTER_H
#define FIRMWARE_HOST_PRINTER_H

#include "base/view.h"

#include <stdbool.h>
#include <stdint.h>

struct firmware_printer;

/* Fields left at zero or NULL take the value in brackets. */
struct firmware_options {
    unsigned width_dots;           /* [576] printable; 512 stands for a printer of 180 dots per inch, others have 203 */
    unsigned cutter_distance_dots; /* [0] paper between print head and knife: what was printed there stays on the next piece */
    size_t receive_bytes;          /* [65536] the receive buffer; full only while nothing is executed */
    const char *model;             /* ["TM-T20II"] told by GS I */
    const char *two_byte_charset;  /* ["GB18030"] iconv's name for what FS & means before any FS C */
    bool starts_two_byte;          /* as Chinese models do */
};

enum firmware_cut_kind {
    FIRMWARE_CUT_FULL,
    FIRMWARE_CUT_PARTIAL,
    FIRMWARE_CUT_TORN, /* by hand: firmware_printer_tear */
    FIRMWARE_CUT_ROLL  /* the piece grew longer than can be kept and is handed over in parts */
};

/* One piece of paper. Bits are rows of `stride` bytes, leftmost dot in the highest bit, 1 is black. */
struct firmware_cut {
    enum firmware_cut_kind kind;
    unsigned number;        /* from 1 */
    uint64_t from, to;      /* which bytes of all that were ever executed made it */
    uint32_t crc32;         /* of those bytes, as zlib counts it */
    unsigned drawer_pulses; /* among them */
    unsigned width_dots, height_dots, stride;
    const uint8_t *bits;
};

typedef void firmware_answers_fn(void *self, struct view bytes);
typedef void firmware_cut_fn(void *self, const struct firmware_cut *piece);

/* Either callback may be NULL. NULL is returned when no monospaced font is installed. */
struct firmware_printer *firmware_printer_new(const struct firmware_options *options, firmware_answers_fn *answers,
                                              firmware_cut_fn *cut, void *self);
void firmware_printer_free(struct firmware_printer *p);

/* Returns how many bytes the printer took: fewer than given when it is offline and its receive buffer is full. The rest
 * is the caller's to hold back. Real-time commands are acted on as they are taken. */
size_t firmware_printer_feed(struct firmware_printer *p, struct view bytes);

/* What is still in the print buffer is printed, and the paper up to the head is torn off. Nothing happens to blank paper. */
void firmware_printer_tear(struct firmware_printer *p);

enum firmware_paper { FIRMWARE_PAPER_OK, FIRMWARE_PAPER_NEAR_END, FIRMWARE_PAPER_END };

/* The world around the printer. While it is offline for any reason nothing is executed; setting it right goes on where it
 * stopped. */
struct firmware_state {
    enum firmware_paper paper;
    bool is_cover_open, is_switched_offline, is_drawer_open, is_cutter_jammed;
};
struct firmware_state firmware_printer_state(const struct firmware_printer *p);
void firmware_printer_set_state(struct firmware_printer *p, struct firmware_state state);
bool firmware_printer_is_offline(const struct firmware_printer *p);

/* Since the printer was made. */
struct firmware_counts {
    uint64_t received_bytes, executed_bytes;
    uint64_t unknown_commands; /* consumed by length, did nothing */
    uint64_t refused_symbols;  /* codes whose data cannot be encoded or that are wider than the print area */
    unsigned pieces, drawer_pulses;
    size_t waiting_bytes; /* in the receive buffer now */
};
struct firmware_counts firmware_printer_counts(const struct firmware_printer *p);

#endif
