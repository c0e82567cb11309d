/* What the rooms of the printer share. Each block of functions is one file. */
#ifndef FIRMWARE_HOST_INSIDE_H
#define FIRMWARE_HOST_INSIDE_H

#include "base/buf.h"
#include "bitmap.h"
#include "glyphs.h"
#include "printer.h"

enum {
    LINE_DOTS_MOST = 255,         /* the tallest line: a cell of 24 dots times 8, or a picture of 24 dots times 3 */
    PIECE_DOTS_MOST = 24000,      /* three metres */
    COMMAND_BYTES_MOST = 1 << 22, /* a longer command is swallowed unread */
    PICTURE_DOTS_MOST = 1 << 14,  /* either way */
    TABS_MOST = 32,
    USER_FIRST = 0x20,
    USER_LAST = 0x7E,
    PICTURES_MOST = 16,
    SHEET_DOTS_MOST = 1662 /* the longest page of page mode */
};

enum align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };

/* All that ESC @ sets back. */
struct modes {
    bool is_font_b, is_bold, is_struck_twice, is_reverse, is_upside_down, is_turned, is_user_set;
    unsigned underline_dots, scale_x, scale_y, right_space;
    enum align align;
    unsigned page_number, national_set;
    uint32_t upper[128];
    unsigned unit_x, unit_y; /* motion units per inch */
    unsigned line_spacing, left_margin, area_width;
    unsigned tabs[TABS_MOST], tab_count;
    unsigned bar_height, bar_module, bar_text_place;
    bool is_bar_text_font_b;
    bool is_two_byte, is_two_byte_wide, is_two_byte_tall, is_two_byte_underlined, is_utf8;
    unsigned two_byte_code, two_byte_left, two_byte_right;
    unsigned qr_model, qr_module, qr_level;
};

/* The print buffer: one line, standing on the lowest row of `band`. */
struct line {
    struct bitmap band;
    unsigned x, right, height; /* next position; how far and how high there is something */
    bool is_started;
};

/* Page mode: a sheet that is printed as a whole. x and y are in the turned area; y is the base line. */
struct sheet {
    bool is_open;
    struct bitmap dots;
    struct area area;
    unsigned direction;
    int x, y;
};

struct picture {
    uint32_t key; /* 0: none; otherwise store, kc1, kc2 */
    struct bitmap dots;
};

struct user_glyph {
    bool is_set;
    struct glyph glyph;
};

struct command;

struct firmware_printer {
    struct firmware_options options;
    char *model, *two_byte_charset;
    firmware_answers_fn *answers;
    firmware_cut_fn *cut;
    void *self;
    unsigned dpi;

    struct firmware_state state;
    struct firmware_counts counts;
    struct buf waiting; /* the receive buffer */
    uint8_t urgent[10]; /* a real-time command that is arriving */
    size_t urgent_count;
    uint8_t asb_wanted, asb_last[4];
    bool is_deaf; /* ESC = sent the data to another device */

    struct buf command;        /* the command that is arriving */
    const struct command *row; /* once its letter is known */
    uint64_t swallow;          /* bytes of one that is too long */

    struct modes modes;
    struct line line;
    struct sheet sheet;
    struct bitmap paper;
    unsigned paper_y; /* where the head stands */
    uint64_t piece_from;
    uint32_t piece_crc32;
    unsigned piece_pulses;

    struct glyphs *glyphs;
    struct user_glyph user[2][USER_LAST - USER_FIRST + 1];
    struct picture pictures[PICTURES_MOST];
    struct bitmap download, graphic; /* of GS *, of GS ( L 112 */
    unsigned graphic_scale_x, graphic_scale_y;
    struct buf symbol_data[7]; /* stored by GS ( k, one per kind */
};

/* printer.c: throws away what waited and what was half understood; `last` is the byte that did it */
void waiting_forget(struct firmware_printer *p, uint8_t last);

/* commands.c: from bytes to commands */
void commands_byte(struct firmware_printer *p, uint8_t byte);
void commands_forget(struct firmware_printer *p);

/* realtime.c: acted on as they arrive. True: this byte is done with, and was counted. */
bool realtime_byte(struct firmware_printer *p, uint8_t byte);

/* answers.c */
void answer(struct firmware_printer *p, const void *bytes, size_t n);
void answer_realtime_status(struct firmware_printer *p, unsigned kind);
void answer_changes(struct firmware_printer *p);
void drawer_pulse(struct firmware_printer *p);

/* paper.c */
void paper_print(struct firmware_printer *p, const struct bitmap *b, int x, unsigned feed_dots);
void paper_feed(struct firmware_printer *p, unsigned dots);
void paper_back(struct firmware_printer *p, unsigned dots);
void paper_cut(struct firmware_printer *p, enum firmware_cut_kind kind);
bool paper_has_ink(const struct firmware_printer *p);
void paper_count(struct firmware_printer *p, uint8_t byte);

/* line.c: positions, and everything that is put at them */
void line_init(struct firmware_printer *p);
void line_forget(struct firmware_printer *p);
unsigned dots_x(const struct firmware_printer *p, unsigned units);
unsigned dots_y(const struct firmware_printer *p, unsigned units);
unsigned line_width(const struct firmware_printer *p);
void line_put(struct firmware_printer *p, const struct bitmap *cell); /* wraps when it does not fit */
void line_end(struct firmware_printer *p, unsigned feed_dots);        /* prints, and feeds at least so much */
void line_finish(struct firmware_printer *p);                         /* prints what has been started */
void line_move_to(struct firmware_printer *p, int x);
void block_put(struct firmware_printer *p, const struct bitmap *block); /* a picture or code on a line of its own */

/* page.c */
void page_put(struct firmware_printer *p, const struct bitmap *cell);
unsigned page_width(const struct firmware_printer *p);
void page_close(struct firmware_printer *p);

/* text.c */
size_t text_length(const struct firmware_printer *p, const uint8_t *at, size_t n); /* bytes of this character */
void text_run(struct firmware_printer *p, const uint8_t *at, size_t n);
unsigned text_column_dots(const struct firmware_printer *p);
struct bitmap text_plain(struct firmware_printer *p, bool is_font_b, const char *text);

/* modes.c */
void modes_reset(struct firmware_printer *p);

/* What the command table calls, with the whole command. */
typedef void run_fn(struct firmware_printer *p, const uint8_t *at, size_t n);
run_fn run_init, run_style, run_reverse, run_size, run_spacing, run_line_pitch, run_align, run_margins, run_tabs, run_units;
run_fn run_two_byte, run_two_byte_code, run_code_page, run_bar_setting, run_upside_down, run_turn, run_select;
run_fn run_line_feed, run_tab, run_feed, run_position, run_cut, run_old_cut;
run_fn run_form_feed, run_cancel, run_page_open, run_page_close, run_page_print, run_page_area, run_page_direction, run_page_y;
run_fn run_user_set, run_user_define, run_user_cancel;
run_fn run_column_picture, run_row_picture, run_download, run_download_print, run_stored_picture, run_logo_define, run_logo_print;
run_fn run_bars, run_square_code;
run_fn run_pulse, run_ask_paper, run_ask_drawer, run_ask_status, run_ask_identity, run_ask_done, run_automatic_status;

#endif
