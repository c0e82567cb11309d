/* What commands do on the paper, whatever the dialect that named them. */
#include "decoder.h"

#include "base/mem.h"

#include <string.h>

enum {
    TAB_COLUMNS = 8, /* where tabs stand until ESC D says otherwise */
    TABS_UNSET = 255,
    LINE_DOTS = 30, /* line spacing of a printer just switched on */
};

void act_print_line(struct decoder *d)
{
    sheet_print(&d->sheet, &d->job, d->charset, &d->state);
    d->sheet.is_open = false;
}

static void move_down(struct decoder *d, int32_t lines)
{
    int32_t line_dots = d->state.is_line_space_set ? d->state.line_space : LINE_DOTS;
    sheet_move_down_to(&d->sheet, d->sheet.y + lines * line_dots);
}

static void break_line(struct decoder *d)
{
    if (!d->state.is_page_mode) {
        act_print_line(d);
        return;
    }
    d->sheet.x = 0;
    move_down(d, 1);
}

void act_character(struct decoder *d, unsigned char byte)
{
    sheet_put(&d->sheet, &d->job, &d->state, byte, d->offset);
}

void act_initialise(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    (void)token;
    sheet_forget(&d->sheet);
    state_reset(&d->state);
    d->sheet.is_page_told = false;
    job_initialise(&d->job, d->token_from);
}

void act_code_page(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->state.code_page = (uint8_t)byte_at(token, token.n - 1);
    d->sheet.is_page_told = true;
}

void act_cut(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    act_print_line(d);
    /* Who hears of the job may keep the state with it. */
    d->state.is_line_open = d->state.is_inside_command = 0;
    d->state.paper_back /= 2;
    job_cut(&d->job, d->token_from + token.n);
}

void act_pulse(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    job_pulse(&d->job, d->token_from + token.n);
}

void act_new_line(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    (void)token;
    break_line(d);
    d->sheet.is_open = d->state.is_page_mode;
}

/* Printers ignore CR unless they were switched to feed on it. Software that sends it alone counts on that switch, and
 * next to LF it makes no difference to the text. */
void act_return(struct decoder *d, const struct command *c, struct view token)
{
    bool is_open = d->sheet.is_open;
    if (!d->state.is_page_mode) {
        act_new_line(d, c, token);
    }
    d->sheet.is_open = is_open;
}

void act_feed(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    if (!d->state.is_page_mode) {
        act_print_line(d);
        return;
    }
    d->sheet.x = 0;
    move_down(d, (int32_t)byte_at(token, token.n - 1));
}

void act_feed_dots(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    if (!d->state.is_page_mode) {
        act_print_line(d);
        return;
    }
    d->sheet.x = 0;
    sheet_move_down_to(&d->sheet, d->sheet.y + (int32_t)byte_at(token, token.n - 1));
}

/* Tabs count in characters of the size that was in force when they were set; nearly always the plain one. */
void act_tab(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    (void)token;
    int32_t column = sheet_cell_dots(&d->state);
    if (d->state.tab_count == TABS_UNSET) {
        sheet_move_to(&d->sheet, (d->sheet.x / (TAB_COLUMNS * column) + 1) * TAB_COLUMNS * column);
        return;
    }
    for (size_t i = 0; i < d->state.tab_count; i++) {
        if (d->state.tabs[i] * column > d->sheet.x) {
            sheet_move_to(&d->sheet, d->state.tabs[i] * column);
            return;
        }
    }
}

void act_set_tabs(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    size_t count = 0;
    for (size_t i = 2; i < token.n && count < sizeof d->state.tabs; i++) {
        bool is_rising = token.at[i] > (count ? d->state.tabs[count - 1] : 0);
        if (!is_rising) {
            break;
        }
        d->state.tabs[count++] = token.at[i];
    }
    memset(d->state.tabs + count, 0, sizeof d->state.tabs - count);
    d->state.tab_count = (uint8_t)count;
}

/* A line on which a place was chosen has begun, be it the first one: what holds only at a line's beginning is too late. */
static void begin_line(struct decoder *d)
{
    d->sheet.is_open = d->sheet.is_open || !d->state.is_page_mode;
}

/* A position off the printing area is ignored. */
void act_move_to(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    int32_t x = sheet_dots(&d->state, (int32_t)word_at(token, token.n - 2));
    if (sheet_is_on_paper(&d->state, x)) {
        sheet_move_to(&d->sheet, x);
    }
    begin_line(d);
}

void act_move_by(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    sheet_advance(&d->sheet, sheet_dots(&d->state, (int16_t)word_at(token, token.n - 2)));
    begin_line(d);
}

/* The page is printed: ESC FF stays in page mode, FF leaves it. */
void act_page_print(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    bool stays = token.at[0] == ESC;
    act_print_line(d);
    if (!stays) {
        d->state.is_page_mode = 0;
        sheet_forget(&d->sheet);
    }
}

/* ESC = n: bit 0 clear sends what follows to a customer display on the same line. */
void act_select(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    d->is_deselected = (byte_at(token, token.n - 1) & 1) == 0;
}

static size_t bits_bytes(unsigned width_dots, unsigned height_dots)
{
    return (size_t)((width_dots + 7) / 8) * height_dots;
}

void act_image(struct decoder *d, unsigned width_dots, unsigned height_dots, struct view bits)
{
    if (width_dots == 0 || height_dots == 0) {
        return;
    }
    size_t bytes = bits_bytes(width_dots, height_dots);
    bool is_whole = bits.n >= bytes;
    struct print_image image = { width_dots, height_dots, is_whole ? bits.at : NULL, d->token_from };
    job_add_image(&d->job, image, bytes);
}

/* Columns of dots, highest bit on top, to rows. */
unsigned char *rows_of_columns(unsigned columns, unsigned bytes_each, struct view bits)
{
    size_t row_bytes = (columns + 7) / 8;
    unsigned char *rows = mem_array(row_bytes * bytes_each, 8);
    size_t height = (size_t)bytes_each * 8;
    for (size_t i = 0; i < columns * height; i++) {
        size_t column = i / height, y = i % height;
        unsigned dot = bits.at[column * bytes_each + y / 8] >> (7 - y % 8) & 1;
        rows[y * row_bytes + column / 8] |= (unsigned char)(dot << (7 - column % 8));
    }
    return rows;
}

/* A band stands in the line like a wide character. */
void act_column_image(struct decoder *d, unsigned columns, unsigned bytes_each, struct view bits)
{
    if (columns == 0) {
        return;
    }
    struct print_image image = { columns, bytes_each * 8, NULL, d->token_from };
    unsigned char *rows = bits.n >= (size_t)columns * bytes_each ? rows_of_columns(columns, bytes_each, bits) : NULL;
    image.bits = rows;
    job_add_image(&d->job, image, bits_bytes(image.width_dots, image.height_dots));
    mem_free(rows);
    sheet_advance(&d->sheet, (int32_t)columns);
    d->sheet.is_open = true;
}

static void add_code(struct decoder *d, const char *type, struct view data, uint64_t from)
{
    struct buf text;
    buf_init(&text, JOB_TEXT_MOST);
    if (utf8_of_data(data, &text) == OK) {
        job_add_code(&d->job, type, buf_view(&text), from);
    }
    buf_clear(&text);
}

void act_code(struct decoder *d, const char *type, struct view data)
{
    if (!d->state.is_page_mode) {
        act_print_line(d);
    }
    add_code(d, type, data, d->token_from);
}

void store_symbol(struct decoder *d, unsigned kind, struct view data)
{
    struct buf *store = &d->symbols[kind].data;
    store->n = 0;
    d->state.is_qr_stored = d->state.is_qr_stored || kind == SYMBOL_QR;
    if (buf_add_view(store, data) != OK) {
        d->job.is_over_ceiling = true;
    }
}

/* A printer keeps what was stored and prints it as often as it is asked. */
void print_symbol(struct decoder *d, unsigned kind, const char *type)
{
    struct view data = buf_view(&d->symbols[kind].data);
    if (data.n > 0) {
        act_code(d, type, data);
    }
}
