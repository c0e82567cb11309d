#include "printer.h"

#include "base/mem.h"
#include "inside.h"

enum { RECEIVE_BYTES = 65536, WIDTH_DOTS = 576, WIDTH_DOTS_MOST = 2048 };

static void set_options(struct firmware_printer *p, const struct firmware_options *o)
{
    p->options = *o;
    if (p->options.width_dots == 0 || p->options.width_dots > WIDTH_DOTS_MOST) {
        p->options.width_dots = WIDTH_DOTS;
    }
    if (p->options.receive_bytes == 0) {
        p->options.receive_bytes = RECEIVE_BYTES;
    }
    p->model = mem_text(o->model != NULL ? o->model : "TM-T20II");
    p->two_byte_charset = mem_text(o->two_byte_charset != NULL ? o->two_byte_charset : "GB18030");
    p->dpi = p->options.width_dots == 512 ? 180 : 203;
}

struct firmware_printer *firmware_printer_new(const struct firmware_options *options, firmware_answers_fn *answers,
                                              firmware_cut_fn *cut, void *self)
{
    struct glyphs *glyphs = glyphs_new();
    if (glyphs == NULL) {
        return NULL;
    }
    struct firmware_printer *p = mem_new(sizeof *p);
    set_options(p, options);
    p->glyphs = glyphs;
    p->answers = answers;
    p->cut = cut;
    p->self = self;
    buf_init(&p->waiting, p->options.receive_bytes);
    buf_init(&p->command, COMMAND_BYTES_MOST);
    for (size_t i = 0; i < sizeof p->symbol_data / sizeof *p->symbol_data; i++) {
        buf_init(&p->symbol_data[i], 8192);
    }
    p->paper = bitmap_new(p->options.width_dots, 0);
    p->paper_y = p->options.cutter_distance_dots;
    p->graphic_scale_x = p->graphic_scale_y = 1;
    line_init(p);
    modes_reset(p);
    answer_changes(p);
    return p;
}

static void clear_pictures(struct firmware_printer *p)
{
    for (size_t i = 0; i < PICTURES_MOST; i++) {
        bitmap_clear(&p->pictures[i].dots);
    }
    bitmap_clear(&p->download);
    bitmap_clear(&p->graphic);
}

void firmware_printer_free(struct firmware_printer *p)
{
    if (p == NULL) {
        return;
    }
    clear_pictures(p);
    for (size_t i = 0; i < sizeof p->symbol_data / sizeof *p->symbol_data; i++) {
        buf_clear(&p->symbol_data[i]);
    }
    bitmap_clear(&p->line.band);
    bitmap_clear(&p->sheet.dots);
    bitmap_clear(&p->paper);
    buf_clear(&p->waiting);
    buf_clear(&p->command);
    glyphs_free(p->glyphs);
    mem_free(p->model);
    mem_free(p->two_byte_charset);
    mem_free(p);
}

static void execute(struct firmware_printer *p, uint8_t byte)
{
    paper_count(p, byte);
    commands_byte(p, byte);
}

/* Clearing the buffers throws away what waited and what was half understood; the bytes still went by. */
void waiting_forget(struct firmware_printer *p, uint8_t last)
{
    for (size_t i = 0; i < p->waiting.n; i++) {
        paper_count(p, p->waiting.at[i]);
    }
    paper_count(p, last);
    buf_drop(&p->waiting, p->waiting.n);
    commands_forget(p);
    line_forget(p);
}

static bool has_room(const struct firmware_printer *p)
{
    return !firmware_printer_is_offline(p) || p->waiting.n < p->options.receive_bytes;
}

/* A real-time command may bring the printer back, so what becomes of the byte is decided after it. */
static void take(struct firmware_printer *p, uint8_t byte)
{
    p->counts.received_bytes++;
    if (realtime_byte(p, byte)) {
        return;
    }
    if (firmware_printer_is_offline(p) && buf_add_byte(&p->waiting, byte) == OK) {
        return;
    }
    execute(p, byte);
}

size_t firmware_printer_feed(struct firmware_printer *p, struct view bytes)
{
    size_t taken = 0;
    while (taken < bytes.n && has_room(p)) {
        take(p, bytes.at[taken++]);
    }
    return taken;
}

void firmware_printer_tear(struct firmware_printer *p)
{
    line_finish(p);
    if (paper_has_ink(p)) {
        paper_feed(p, p->options.cutter_distance_dots);
        paper_cut(p, FIRMWARE_CUT_TORN);
    }
}

struct firmware_state firmware_printer_state(const struct firmware_printer *p)
{
    return p->state;
}

void firmware_printer_set_state(struct firmware_printer *p, struct firmware_state state)
{
    p->state = state;
    answer_changes(p);
    size_t done = 0;
    while (done < p->waiting.n && !firmware_printer_is_offline(p)) {
        execute(p, p->waiting.at[done++]);
    }
    buf_drop(&p->waiting, done);
}

bool firmware_printer_is_offline(const struct firmware_printer *p)
{
    const struct firmware_state *s = &p->state;
    return s->is_cover_open || s->is_switched_offline || s->is_cutter_jammed || s->paper == FIRMWARE_PAPER_END;
}

struct firmware_counts firmware_printer_counts(const struct firmware_printer *p)
{
    struct firmware_counts c = p->counts;
    c.waiting_bytes = p->waiting.n;
    return c;
}
