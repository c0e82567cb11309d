/* What the rooms of the decoder share. A stream is cut into tokens (stream.c) by the tables of its dialect; a token's
 * handler changes the printer's state, puts cells on the paper (sheet.c) or adds to the job (job.c). */
#ifndef PURE_ESCPOS_DECODER_H
#define PURE_ESCPOS_DECODER_H

#include "base/buf.h"
#include "charset.h"
#include "job.h"
#include "pure/escpos.h"
#include "sheet.h"
#include "shelf.h"

#include <stddef.h>

struct decoder;

enum { ESC = 0x1b, FS = 0x1c, GS = 0x1d, RS = 0x1e, US = 0x1f, DLE = 0x10 };

/* How many bytes the whole command has, judged from those seen so far: more than seen.n asks for more of them, fewer
 * gives the rest back to the stream. 0: this is another dialect's command, the one that the row decides for. */
typedef uint64_t measure_fn(struct view seen);

/* One row of a dialect. `token` is the whole command; only its head when it was over the ceiling. */
struct command {
    const char *prefix; /* the bytes that name it */
    uint8_t prefix_bytes;
    uint8_t bytes; /* of the whole command, or as many as `measure` needs to see */
    void (*run)(struct decoder *d, const struct command *c, struct view token); /* NULL: nothing that concerns us */
    measure_fn *measure;                                                        /* NULL: always `bytes` long */
    uint8_t field;   /* for the setters below: offset in struct printer_state */
    uint8_t least;   /* not 0: complete with so many bytes when the stream ends here */
    uint8_t decides; /* an enum dialect: only this dialect has it */
};
typedef void run_fn(struct decoder *d, const struct command *c, struct view token);

struct command_table {
    const struct command *rows;
    size_t count;
};

#define ROW(text, length, ...)                                                                                                   \
    {                                                                                                                            \
        .prefix = text, .prefix_bytes = sizeof(text) - 1, .bytes = length, __VA_ARGS__                                           \
    }
#define IGNORED(text, length)                ROW(text, length, .run = NULL)
#define SETTER(text, length, setter, member) ROW(text, length, .run = (setter), .field = offsetof(struct printer_state, member))

/* A dialect is a list of tables, asked in turn. */
enum { TABLES_MOST = 3 };
struct command_set {
    const struct command_table *tables[TABLES_MOST];
    const struct code_page *pages;
};

/* A symbol that was sent and waits for its print command. */
struct stored_symbol {
    struct buf data;
};

enum { SYMBOL_PDF417, SYMBOL_QR, SYMBOL_KINDS = 8 }; /* in the order of GS ( k */

struct decoder {
    struct decoder_options options;
    struct printer_state state;
    enum dialect dialect;
    const struct command_set *set;
    uint64_t offset; /* of the next byte */

    struct buf token;
    uint64_t token_from, need, skip;
    const struct command *command;

    struct charset *charset;
    struct sheet sheet;
    struct job_builder job;
    struct shelf shelf;
    struct stored_symbol symbols[SYMBOL_KINDS];
    struct buf raster; /* rows of Star's raster mode */
    uint32_t raster_row_bytes;
    bool is_raster, is_deselected;
};

/* stream.c */
void decoder_choose(struct decoder *d, enum dialect dialect);

/* dialect.c */
const struct command_set *command_set_of(enum dialect dialect, bool is_told);
const struct command_set *command_set_of_star_raster(void);

/* The tables. */
extern const struct command_table undecided_table, epson_to_star_table, star_to_epson_table, epson_table, star_table,
    star_raster_table, bematech_table, daruma_table;

/* setters.c: rows of the form "this argument is that field" */
void set_flag(struct decoder *d, const struct command *c, struct view token);  /* the last byte's lowest bit */
void set_digit(struct decoder *d, const struct command *c, struct view token); /* 0 to 9, binary or ASCII */
void set_byte(struct decoder *d, const struct command *c, struct view token);
void set_word(struct decoder *d, const struct command *c, struct view token); /* the last two bytes, low first */
void set_on(struct decoder *d, const struct command *c, struct view token);
void set_off(struct decoder *d, const struct command *c, struct view token);
void state_reset(struct printer_state *s); /* as ESC @ does */

/* lengths.c */
uint64_t measure_n16(struct view seen); /* counted by the last two bytes of the head, n16 at 3 */
uint64_t measure_n32(struct view seen); /* GS 8 L */
uint64_t measure_until_nul(struct view seen);
uint64_t measure_until_rs(struct view seen);
unsigned word_at(struct view v, size_t at);  /* two bytes, low first; 0 outside */
unsigned byte_at(struct view v, size_t at);  /* 0 outside */
unsigned digit_at(struct view v, size_t at); /* binary or ASCII */

/* actions.c: what several dialects do alike */
void act_initialise(struct decoder *d, const struct command *c, struct view token);
void act_cut(struct decoder *d, const struct command *c, struct view token);
void act_pulse(struct decoder *d, const struct command *c, struct view token);
void act_new_line(struct decoder *d, const struct command *c, struct view token);
void act_return(struct decoder *d, const struct command *c, struct view token);
void act_feed(struct decoder *d, const struct command *c, struct view token);
void act_tab(struct decoder *d, const struct command *c, struct view token);
void act_set_tabs(struct decoder *d, const struct command *c, struct view token);
void act_move_to(struct decoder *d, const struct command *c, struct view token); /* n16 in the last two bytes */
void act_move_by(struct decoder *d, const struct command *c, struct view token);
void act_code_page(struct decoder *d, const struct command *c, struct view token);
void act_feed_dots(struct decoder *d, const struct command *c, struct view token);
void act_select(struct decoder *d, const struct command *c, struct view token);
void act_character(struct decoder *d, unsigned char byte);
void act_print_line(struct decoder *d);
void act_page_print(struct decoder *d, const struct command *c, struct view token);
void act_image(struct decoder *d, unsigned width_dots, unsigned height_dots, struct view bits);
void act_column_image(struct decoder *d, unsigned columns, unsigned bytes_each, struct view bits);
unsigned char *rows_of_columns(unsigned columns, unsigned bytes_each, struct view bits); /* the caller frees it */
void act_code(struct decoder *d, const char *type, struct view data);
void store_symbol(struct decoder *d, unsigned kind, struct view data);
void print_symbol(struct decoder *d, unsigned kind, const char *type);

/* codes.c: GS k, GS ( k and their like */
void run_barcode(struct decoder *d, const struct command *c, struct view token);
void run_symbol(struct decoder *d, const struct command *c, struct view token);
uint64_t measure_barcode(struct view seen);
struct view code128_text(struct view data, struct buf *out);

/* star.c: ESC GS y and ESC GS x */
void run_star_qr(struct decoder *d, const struct command *c, struct view token);
void run_star_pdf417(struct decoder *d, const struct command *c, struct view token);
uint64_t measure_star_qr(struct view seen);
uint64_t measure_star_pdf417(struct view seen);

/* pictures.c: the bit image commands of ESC/POS */
void run_bit_image(struct decoder *d, const struct command *c, struct view token);
void run_raster(struct decoder *d, const struct command *c, struct view token);
void run_columns(struct decoder *d, const struct command *c, struct view token);
void run_graphics(struct decoder *d, const struct command *c, struct view token);
void run_download_image(struct decoder *d, const struct command *c, struct view token);
void run_print_download(struct decoder *d, const struct command *c, struct view token);
void run_define_logos(struct decoder *d, const struct command *c, struct view token);
void run_print_logo(struct decoder *d, const struct command *c, struct view token);
uint64_t measure_bit_image(struct view seen);
uint64_t measure_raster(struct view seen);
uint64_t measure_download_image(struct view seen);
uint64_t measure_logos(struct view seen);

#endif
