/* Lines become rows: what the printer can say by itself stays text, the rest is drawn. */
#include "inside.h"

#include "base/mem.h"

#include <string.h>

struct page {
    unsigned width_dots, height_dots;
    struct slip *slip;
    char **reason;
};

static err too_long(struct page *p, const struct line *l, const char *what)
{
    *p->reason = mem_format("line %u: %s", l->number, what);
    return ERR_FULL;
}

static unsigned height_of(const struct slip_row *row)
{
    unsigned cell = row->is_large ? SLIP_CELL_HEIGHT_DOTS * 2 : SLIP_LINE_DOTS;
    switch (row->kind) {
    case SLIP_TEXT:
        return cell;
    case SLIP_FEED:
        return row->lines * SLIP_LINE_DOTS;
    case SLIP_RULE:
        return SLIP_RULE_DOTS;
    case SLIP_PICTURE:
    case SLIP_QR:
        break;
    }
    return row->height_dots;
}

/* Takes the row over, also when it fails. */
static err add_row(struct page *p, const struct line *l, struct slip_row row)
{
    p->height_dots += height_of(&row);
    if (p->height_dots > HEIGHT_DOTS_MOST || p->slip->count >= ROWS_MOST) {
        slip_row_clear(&row);
        return too_long(p, l, "the slip would be longer than 30 cm");
    }
    p->slip->rows = mem_grow(p->slip->rows, p->slip->count + 1, sizeof row);
    p->slip->rows[p->slip->count++] = row;
    return OK;
}

/* How each kind of line looks when it is drawn; x heights are for 576 dots and shrink with the paper. */
static const struct look {
    enum hand hand;
    unsigned x_height_dots, lines_most, air_dots;
} looks[] = {
    [LINE_TEXT] = { HAND_PLAIN, 11, 30, 3 }, [LINE_BOLD] = { HAND_PLAIN, 11, 30, 3 }, [LINE_LARGE] = { HAND_PLAIN, 22, 15, 4 },
    [LINE_HAND] = { HAND_BRUSH, 26, 6, 8 },  [LINE_PEN] = { HAND_PEN, 15, 20, 8 },
};

static double x_height(const struct page *p, const struct line *l)
{
    double full = looks[l->kind].x_height_dots;
    bool is_written = l->kind == LINE_HAND || l->kind == LINE_PEN;
    return is_written && p->width_dots < 576 ? full * (0.4 + 0.6 * p->width_dots / 576) : full;
}

/* White above and below. */
static struct slip_row framed(struct slip_row *tight, unsigned air_dots)
{
    size_t stride = (tight->width_dots + 7) / 8;
    struct slip_row row = dots_blank(tight->width_dots, tight->height_dots + 2 * air_dots);
    memcpy(row.bits + stride * air_dots, tight->bits, stride * tight->height_dots);
    slip_row_clear(tight);
    return row;
}

static err add_drawn(struct page *p, const struct line *l)
{
    const struct look *look = &looks[l->kind];
    const struct drawing d = { .hand = look->hand,
                               .x_height_dots = x_height(p, l),
                               .width_dots = p->width_dots,
                               .lines_most = look->lines_most,
                               .is_centred = l->is_centred,
                               .is_bold = l->kind == LINE_BOLD };
    struct slip_row tight;
    err e = dots_text(&d, l->text, &tight);
    if (e != OK) {
        return e == ERR_FULL ? too_long(p, l, "the slip would be longer than 30 cm") : e;
    }
    if (tight.height_dots == 0) {
        slip_row_clear(&tight);
        return OK;
    }
    struct slip_row row = framed(&tight, look->air_dots);
    row.text = mem_text(l->text);
    return add_row(p, l, row);
}

static err add_wrapped(struct page *p, const struct line *l, const char *text, const char *charset)
{
    bool is_large = l->kind == LINE_LARGE;
    char *lines[ROWS_MOST];
    size_t columns = p->width_dots / (SLIP_CELL_WIDTH_DOTS * (is_large ? 2u : 1u));
    size_t count = text_wrap(text, columns, l->is_centred, lines, ROWS_MOST);
    err e = OK;
    for (size_t i = 0; i < count; i++) {
        struct slip_row row = { .kind = SLIP_TEXT,
                                .text = lines[i],
                                .charset = charset[0] != '\0' ? charset : NULL,
                                .is_bold = l->kind == LINE_BOLD,
                                .is_centred = l->is_centred,
                                .is_large = is_large };
        if (e == OK) {
            e = add_row(p, l, row);
        } else {
            slip_row_clear(&row);
        }
    }
    return e;
}

/* The printer's own letters where one of its code pages has them all, if need be with plainer quotes and dashes. */
static err add_text(struct page *p, const struct line *l)
{
    const char *charset = text_charset(l->text);
    if (charset != NULL) {
        return add_wrapped(p, l, l->text, charset);
    }
    char *plainer = text_fold_line(l->text);
    charset = text_charset(plainer);
    err e = charset != NULL ? add_wrapped(p, l, plainer, charset) : add_drawn(p, l);
    mem_free(plainer);
    return e;
}

static err add_code(struct page *p, const struct line *l)
{
    struct slip_row row = { .kind = SLIP_QR, .is_centred = l->is_centred };
    if (code_measure(l->text, p->width_dots, &row) != OK) {
        return too_long(p, l, "this is too long for a code");
    }
    row.text = mem_text(l->text);
    return add_row(p, l, row);
}

static err add_line(struct page *p, const struct line *l)
{
    switch (l->kind) {
    case LINE_TEXT:
    case LINE_BOLD:
    case LINE_LARGE:
        return add_text(p, l);
    case LINE_HAND:
    case LINE_PEN:
        return add_drawn(p, l);
    case LINE_QR:
        return add_code(p, l);
    case LINE_RULE:
        return add_row(p, l, (struct slip_row){ .kind = SLIP_RULE });
    case LINE_FEED:
        break;
    }
    return add_row(p, l, (struct slip_row){ .kind = SLIP_FEED, .lines = l->feed_lines });
}

err slip_fill(const char *template_text, struct slip_values values, unsigned width_dots, struct slip *out, char **reason)
{
    *reason = NULL;
    if (width_dots < WIDTH_DOTS_LEAST || width_dots > WIDTH_DOTS_MOST) {
        *reason = mem_format("no slip is %u dots wide", width_dots);
        return ERR_INPUT;
    }
    struct lines lines;
    err e = template_fill(template_text, values, &lines, reason);
    if (e != OK) {
        return e;
    }
    struct slip made = { 0 };
    struct page page = { .width_dots = width_dots, .slip = &made, .reason = reason };
    for (size_t i = 0; i < lines.count && e == OK; i++) {
        e = add_line(&page, &lines.at[i]);
    }
    lines_clear(&lines);
    if (e != OK) {
        slip_clear(&made);
        return e;
    }
    *out = made;
    return OK;
}

void slip_row_clear(struct slip_row *row)
{
    mem_free(row->text);
    mem_free(row->bits);
    *row = (struct slip_row){ 0 };
}

void slip_clear(struct slip *s)
{
    for (size_t i = 0; i < s->count; i++) {
        slip_row_clear(&s->rows[i]);
    }
    mem_free(s->rows);
    *s = (struct slip){ 0 };
}

const char *slip_template(const char *name)
{
    size_t n = strlen(name);
    for (const struct embedded_file *f = slip_templates; f->name != NULL; f++) {
        if (strncmp(f->name, name, n) == 0 && strcmp(f->name + n, ".slip") == 0) {
            return (const char *)f->at;
        }
    }
    return NULL;
}
