/* The door, and the cutting of the stream into tokens: a byte of text, or a whole command. Nothing here knows a command. */
#include "decoder.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum {
    TOKEN_BYTES_MOST = IMAGE_BYTES_MOST + 64,
    TOKEN_HEAD_BYTES = 64, /* what is kept of a command that is longer than that */
    TOKEN_ROOM_KEPT = 64 << 10,
    GIVE_BACK_MOST = 8
};

void decoder_choose(struct decoder *d, enum dialect dialect)
{
    d->dialect = dialect;
    d->job.dialect = dialect == DIALECT_AUTO ? DIALECT_ESCPOS : dialect;
    d->set = d->is_raster ? command_set_of_star_raster() : command_set_of(dialect, d->options.dialect != DIALECT_AUTO);
    charset_use_pages(d->charset, d->set->pages);
}

struct decoder *decoder_new(const struct decoder_options *options, job_fn *fn, void *self)
{
    struct decoder *d = mem_new(sizeof *d);
    d->options = options ? *options : (struct decoder_options){ 0 };
    d->state = d->options.state ? *d->options.state : printer_state_initial();
    d->sheet.is_open = d->state.is_line_open;
    d->sheet.is_page_told = d->state.code_page != 0;
    d->state.is_inside_command = false;
    d->offset = d->options.offset;
    d->charset = charset_new(d->options.charset);
    d->job = (struct job_builder){ .fn = fn, .self = self, .from = d->offset, .waits_for_tail = d->options.waits_for_tail };
    d->need = 1;
    buf_init(&d->token, TOKEN_BYTES_MOST);
    buf_init(&d->raster, IMAGE_BYTES_MOST);
    for (size_t i = 0; i < SYMBOL_KINDS; i++) {
        buf_init(&d->symbols[i].data, UINT16_MAX);
    }
    decoder_choose(d, d->options.dialect);
    return d;
}

void decoder_free(struct decoder *d)
{
    if (!d) {
        return;
    }
    for (size_t i = 0; i < SYMBOL_KINDS; i++) {
        buf_clear(&d->symbols[i].data);
    }
    buf_clear(&d->raster);
    buf_clear(&d->token);
    job_clear(&d->job);
    shelf_clear(&d->shelf);
    sheet_clear(&d->sheet);
    charset_free(d->charset);
    mem_free(d);
}

enum match { MATCH_NONE, MATCH_PART, MATCH_WHOLE };

static enum match match_row(const struct command *row, struct view token)
{
    size_t n = token.n < row->prefix_bytes ? token.n : row->prefix_bytes;
    if (memcmp(row->prefix, token.at, n) != 0) {
        return MATCH_NONE;
    }
    return token.n < row->prefix_bytes ? MATCH_PART : MATCH_WHOLE;
}

static enum match find_in(const struct command_table *table, struct view token, const struct command **out)
{
    for (size_t i = 0; i < table->count; i++) {
        enum match m = match_row(&table->rows[i], token);
        if (m != MATCH_NONE) {
            *out = m == MATCH_WHOLE ? &table->rows[i] : NULL;
            return m;
        }
    }
    return MATCH_NONE;
}

/* The first row that the token can be: in a table, what is named by more bytes stands above what is named by fewer. */
static enum match find(const struct command_set *set, struct view token, const struct command **out)
{
    enum match m = MATCH_NONE;
    for (size_t i = 0; i < TABLES_MOST && set->tables[i] && m == MATCH_NONE; i++) {
        m = find_in(set->tables[i], token, out);
    }
    return m;
}

/* What a large image took is given back. */
static void begin_token(struct decoder *d)
{
    if (d->token.room > TOKEN_ROOM_KEPT) {
        buf_clear(&d->token);
    }
    d->token.n = 0;
    d->command = NULL;
    d->need = 1;
    d->skip = 0;
}

/* The token is its first `used` bytes. What came after them goes through the stream again. */
static void end_token(struct decoder *d, size_t used)
{
    unsigned char rest[GIVE_BACK_MOST];
    size_t n = d->token.n - used;
    n = n < sizeof rest ? n : sizeof rest;
    memcpy(rest, d->token.at + used, n);
    begin_token(d);
    if (n > 0) {
        d->offset -= n;
        decoder_feed(d, (struct view){ rest, n });
    }
}

/* A printer that hears an unknown letter after ESC, FS or GS ignores both. A prefix in place of the letter begins a
 * command of its own: the one before was cut off. Any other control code that leads nowhere is passed over alone. */
static void drop_unknown(struct decoder *d)
{
    size_t n = d->token.n;
    unsigned char first = d->token.at[0], last = d->token.at[n - 1];
    bool takes_letter = first == ESC || first == FS || first == GS || first == US;
    bool is_prefix = last == ESC || last == FS || last == GS || last == DLE;
    d->job.unknown += n > 1 && takes_letter;
    size_t used = !takes_letter ? 1 : n > 1 && is_prefix ? n - 1 : n;
    end_token(d, used);
}

static void run_token(struct decoder *d, size_t used)
{
    const struct command *c = d->command;
    bool is_heard = !d->is_deselected || c->run == act_select;
    if (c->run && is_heard) {
        c->run(d, c, (struct view){ d->token.at, used });
    }
    end_token(d, used);
}

/* Whether the row tells us a dialect that we did not know. The rows that `least` marks must see more first. */
static bool decides(const struct decoder *d, const struct command *c)
{
    bool is_open = d->dialect == DIALECT_AUTO || d->dialect == DIALECT_ESCPOS || d->dialect == DIALECT_STAR;
    return d->options.dialect == DIALECT_AUTO && is_open && c->decides != DIALECT_AUTO && c->decides != (uint8_t)d->dialect &&
           c->least == 0;
}

static void advance(struct decoder *d);

/* The token tells the dialect, and is read again as a command of that. */
static void change_dialect(struct decoder *d)
{
    assert(d->command->decides != (uint8_t)d->dialect);
    decoder_choose(d, (enum dialect)d->command->decides);
    d->command = NULL;
    advance(d);
}

/* Knows the token's length, or how many bytes more must be seen. */
static void advance(struct decoder *d)
{
    struct view seen = buf_view(&d->token);
    if (!d->command) {
        enum match m = find(d->set, seen, &d->command);
        if (m == MATCH_NONE) {
            drop_unknown(d);
            return;
        }
        if (m == MATCH_WHOLE && decides(d, d->command)) {
            change_dialect(d);
            return;
        }
        d->need = m == MATCH_PART ? seen.n + 1 : d->command->bytes;
    }
    if (!d->command || seen.n < d->need) {
        return;
    }
    uint64_t whole = d->command->measure ? d->command->measure(seen) : d->command->bytes;
    if (whole == 0) {
        change_dialect(d);
        return;
    }
    if (whole <= seen.n) {
        run_token(d, whole);
        return;
    }
    d->need = whole;
    d->skip = whole > TOKEN_BYTES_MOST ? whole - seen.n : 0;
}

static size_t take_token(struct decoder *d, struct view bytes)
{
    if (d->token.n == 0) {
        d->token_from = d->offset;
    }
    size_t want = d->need - d->token.n;
    size_t n = want < bytes.n ? want : bytes.n;
    if (buf_add(&d->token, bytes.at, n) != OK) {
        begin_token(d);
    }
    d->offset += n;
    if (d->token.n == d->need) {
        advance(d);
    }
    return n;
}

/* The payload of a command that is too long to keep. */
static size_t take_skipped(struct decoder *d, struct view bytes)
{
    size_t n = d->skip < bytes.n ? d->skip : bytes.n;
    d->skip -= n;
    d->offset += n;
    if (d->skip == 0) {
        d->job.is_over_ceiling = true;
        run_token(d, d->token.n);
    }
    return n;
}

static bool is_text(const struct decoder *d, unsigned char byte)
{
    return d->token.n == 0 && byte >= 0x20 && !d->is_raster;
}

static void put(struct decoder *d, unsigned char byte)
{
    if (!d->is_deselected) {
        act_character(d, byte);
    }
    d->offset++;
}

static size_t take_some(struct decoder *d, struct view bytes)
{
    if (d->skip > 0) {
        return take_skipped(d, bytes);
    }
    if (!is_text(d, bytes.at[0])) {
        return take_token(d, bytes);
    }
    put(d, bytes.at[0]);
    return 1;
}

static bool is_inside_command(const struct decoder *d)
{
    return d->token.n > 0;
}

/* A place that was moved to on an empty line is lost like letters if something else is printed first. */
static bool is_line_open(const struct decoder *d)
{
    return d->sheet.is_open || (d->sheet.x != 0 && !d->state.is_page_mode);
}

static void note_what_is_open(struct decoder *d)
{
    d->state.is_line_open = is_line_open(d);
    d->state.is_inside_command = is_inside_command(d);
}

void decoder_feed(struct decoder *d, struct view bytes)
{
    while (bytes.n > 0) {
        bytes = view_skip(bytes, take_some(d, bytes));
    }
    note_what_is_open(d);
}

/* A command that would have been complete, had nothing followed. What is still missing of any other may yet come. */
static void finish_token(struct decoder *d)
{
    const struct command *c = d->command;
    if (c && c->least > 0 && d->token.n >= c->least && d->skip == 0) {
        run_token(d, d->token.n);
    }
}

/* A job ends before a command that is not whole: whoever reads on from there reads it from its beginning. The line that
 * is reported stays in the printer's buffer. */
void decoder_end(struct decoder *d)
{
    finish_token(d);
    bool is_open = d->sheet.is_open;
    act_print_line(d);
    d->sheet.is_open = is_open;
    note_what_is_open(d);
    job_end(&d->job, is_inside_command(d) ? d->token_from : d->offset);
}

uint64_t decoder_offset(const struct decoder *d)
{
    return d->offset;
}

const struct printer_state *decoder_state(const struct decoder *d)
{
    return &d->state;
}

bool decoder_is_between_jobs(const struct decoder *d)
{
    return job_is_empty(&d->job) && d->sheet.count == 0 && !is_line_open(d) && !is_inside_command(d) && !d->state.is_page_mode &&
           !d->is_raster && !d->is_deselected;
}
