#include "charset.h"
#include "inside.h"

enum {
    CELL_A_DOTS = 12,
    TAB_COLUMNS = 8,
    LINE_SPACING_DOTS = 30,
    BAR_HEIGHT_DOTS = 162,
    BAR_MODULE_DOTS = 3,
    QR_MODULE_DOTS = 3
};

/* A printer of 180 dots per inch counts half dots downwards, the others count dots. */
static void reset_units(struct firmware_printer *p)
{
    p->modes.unit_x = p->dpi;
    p->modes.unit_y = p->dpi == 180 ? 360 : p->dpi;
}

void modes_reset(struct firmware_printer *p)
{
    struct modes *m = &p->modes;
    *m = (struct modes){ .scale_x = 1,
                         .scale_y = 1,
                         .line_spacing = LINE_SPACING_DOTS,
                         .area_width = p->options.width_dots,
                         .bar_height = BAR_HEIGHT_DOTS,
                         .bar_module = BAR_MODULE_DOTS,
                         .is_two_byte = p->options.starts_two_byte,
                         .qr_model = 2,
                         .qr_module = QR_MODULE_DOTS };
    reset_units(p);
    charset_page(0, m->upper);
    for (unsigned i = 0; i < TABS_MOST; i++) {
        m->tabs[i] = (i + 1) * TAB_COLUMNS * CELL_A_DOTS;
    }
    m->tab_count = TABS_MOST;
}

void run_init(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)at;
    (void)n;
    line_forget(p);
    page_close(p);
    modes_reset(p);
    for (unsigned i = 0; i <= USER_LAST - USER_FIRST; i++) {
        p->user[0][i].is_set = p->user[1][i].is_set = false;
    }
}

/* ESC !, ESC E, ESC G, ESC M, ESC - */
void run_style(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    struct modes *m = &p->modes;
    uint8_t v = at[2];
    switch (at[1]) {
    case '!':
        m->is_font_b = (v & 1) != 0;
        m->is_bold = (v & 8) != 0;
        m->scale_y = (v & 0x10) != 0 ? 2 : 1;
        m->scale_x = (v & 0x20) != 0 ? 2 : 1;
        m->underline_dots = (v & 0x80) != 0 ? 1 : 0;
        break;
    case 'E':
        m->is_bold = (v & 1) != 0;
        break;
    case 'G':
        m->is_struck_twice = (v & 1) != 0;
        break;
    case 'M':
        m->is_font_b = v == 1 || v == '1' || v == 2 || v == '2';
        break;
    default:
        m->underline_dots = (v & 0x0F) <= 2 ? v & 0x0F : m->underline_dots;
    }
}

void run_reverse(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    p->modes.is_reverse = (at[2] & 1) != 0;
}

void run_size(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    if ((at[2] & 0x88) == 0) {
        p->modes.scale_x = (unsigned)(at[2] >> 4) + 1;
        p->modes.scale_y = (at[2] & 7u) + 1;
    }
}

void run_spacing(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    p->modes.right_space = dots_x(p, at[2]);
}

void run_line_pitch(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    p->modes.line_spacing = n == 2 ? LINE_SPACING_DOTS : dots_y(p, at[2]);
}

/* What belongs to a whole line is heard only before anything stands in it. */
static bool is_line_free(const struct firmware_printer *p)
{
    return p->sheet.is_open || !p->line.is_started;
}

void run_align(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    unsigned v = at[2] >= '0' ? at[2] - '0' : at[2];
    if (is_line_free(p) && v <= ALIGN_RIGHT) {
        p->modes.align = (enum align)v;
    }
}

void run_upside_down(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    if (is_line_free(p)) {
        p->modes.is_upside_down = (at[2] & 1) != 0;
    }
}

void run_turn(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    p->modes.is_turned = (at[2] & 0x0F) == 1 || (at[2] & 0x0F) == 2;
}

/* GS L, GS W. A print area narrower than one character would print nothing: it is widened to one. */
void run_margins(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    struct modes *m = &p->modes;
    if (!is_line_free(p)) {
        return;
    }
    unsigned dots = dots_x(p, at[2] | (unsigned)at[3] << 8), most = p->options.width_dots;
    if (at[1] == 'L') {
        m->left_margin = dots <= most - CELL_A_DOTS ? dots : most - CELL_A_DOTS;
        return;
    }
    m->area_width = dots < CELL_A_DOTS ? CELL_A_DOTS : dots;
}

/* ESC D: columns of the character width of now, rising, ended by NUL. */
void run_tabs(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    p->modes.tab_count = 0;
    for (size_t i = 2; i < n && p->modes.tab_count < TABS_MOST; i++) {
        if (at[i] == 0 || (i > 2 && at[i] <= at[i - 1])) {
            break;
        }
        p->modes.tabs[p->modes.tab_count++] = at[i] * text_column_dots(p);
    }
}

void run_units(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    reset_units(p);
    p->modes.unit_x = at[2] != 0 ? at[2] : p->modes.unit_x;
    p->modes.unit_y = at[3] != 0 ? at[3] : p->modes.unit_y;
}

/* ESC t, ESC R */
void run_code_page(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    if (at[1] == 'R') {
        p->modes.national_set = at[2] & 0x7F;
        return;
    }
    p->modes.page_number = at[2];
    charset_page(at[2], p->modes.upper);
}

/* GS h, GS w, GS H, GS f */
void run_bar_setting(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    struct modes *m = &p->modes;
    uint8_t v = at[2];
    switch (at[1]) {
    case 'h':
        m->bar_height = v != 0 ? v : m->bar_height;
        break;
    case 'w':
        m->bar_module = v >= 2 && v <= 6 ? v : m->bar_module;
        break;
    case 'H':
        m->bar_text_place = (v & 0x0F) <= 3 ? v & 0x0F : m->bar_text_place;
        break;
    default:
        m->is_bar_text_font_b = (v & 1) != 0;
    }
}

/* ESC =: bit 0 is the printer. */
void run_select(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    p->is_deaf = (at[2] & 1) == 0;
}
