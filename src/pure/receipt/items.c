#include "items.h"

#include "base/mem.h"
#include "quantity.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>

enum { ROWS_ABOVE_FIRST = 2 };

/* The walk down the goods: what was seen and not yet used. */
struct walk {
    const struct row *rows;
    struct receipt *out;
    const struct reading *reading;
    struct block block;
    size_t widest_name, widest_row, usual_indent;
    const struct row *pending;          /* a name that waits for its amount */
    const struct row *pending_above;    /* its first line, when it was broken */
    const struct row *pending_quantity; /* "2 x 1.65" that waits for its amount */
    const struct row *last;             /* the row of the last item, or the last part of its name */
    size_t last_name_length;
};

static bool has_times_between(const struct row *r, size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        if (quantity_is_times(r->folded[at]) || (r->folded[at] == 'a' && at > from && r->folded[at - 1] == ' ')) {
            return true;
        }
    }
    return false;
}

bool item_is_quantity_row(const struct row *r)
{
    if (r->number_count != 2 || r->numbers[0].from != r->indent || quantity_plain_letters(r, 0, r->count) > 0) {
        return false;
    }
    const struct number *price = &r->numbers[1];
    return has_times_between(r, r->numbers[0].to, price->from) && price->from <= r->numbers[0].to + 12 &&
           r->numbers[0].currencies == 0 && !r->numbers[0].is_percent;
}

static bool has_times_at(const struct row *r, size_t at)
{
    while (at < r->count && (r->folded[at] == ' ' || r->folded[at] == '\t')) {
        at++;
    }
    return at < r->count && quantity_is_times(r->folded[at]);
}

bool item_is_counted_row(const struct row *r)
{
    if (r->amount == NO_AMOUNT || quantity_plain_letters(r, 0, r->label_to) == 0) {
        return false;
    }
    const struct number *n = &r->numbers[r->amount];
    return n->tail == 0 && n->digit_count <= 2 && n->currencies == 0 && !n->is_negative && n->digits > 0;
}

bool item_is_order_row(const struct row *r, bool is_loose, struct columns *found)
{
    struct block block = { .has_leading_quantities = is_loose };
    if (r->number_count == 0 || r->is_rule) {
        return false;
    }
    if (item_is_counted_row(r)) {
        *found = (struct columns){ r->indent, r->label_to, .quantity = number_quantity(&r->numbers[r->amount]) };
        return true;
    }
    *found = quantity_read(r, &block);
    bool is_in_front = r->numbers[0].from == r->indent;
    return found->has_quantity && found->quantity < 100 && found->name_to > found->name_from &&
           (is_in_front || has_times_at(r, found->name_to)) && quantity_plain_letters(r, found->name_from, r->count) > 1;
}

void items_add(struct receipt *out, double quantity, char *description, struct amount amount, const char *kind)
{
    out->items = mem_grow(out->items, out->item_count + 1, sizeof *out->items);
    out->items[out->item_count++] = (struct receipt_item){ quantity, description, amount, kind };
}

static bool starts_aside(const struct walk *w, const struct row *r)
{
    uint32_t first = r->folded[r->indent];
    return first == '+' || first == '-' || first == '*' || first == '(' || first == '>' || r->indent > w->usual_indent + 1;
}

static bool is_quantity_of(const struct row *quantity, int64_t minor, int decimals, double *count)
{
    int64_t one;
    *count = number_quantity(&quantity->numbers[0]);
    if (!number_minor(&quantity->numbers[1], decimals, &one)) {
        return false;
    }
    double other = number_quantity(&quantity->numbers[1]);
    int64_t swapped;
    bool is_price_first =
        number_minor(&quantity->numbers[0], decimals, &swapped) && fabs(other * (double)swapped - (double)llabs(minor)) < 1;
    bool is_count_first = fabs(*count * (double)one - (double)llabs(minor)) < 1;
    *count = is_count_first ? *count : other;
    return is_count_first || is_price_first;
}

static const char *kind_of(const struct walk *w, const struct priced *p)
{
    int64_t total = w->reading->total == NOWHERE ? 0 : w->reading->priced[w->reading->total].minor;
    if (row_has(p->row, ROLE_VOID) && p->minor < 0) {
        return "void";
    }
    if (p->part == PART_DISCOUNT && (p->minor < 0 || w->reading->are_discounts_positive) && total >= 0) {
        return "discount";
    }
    if (row_has(p->row, ROLE_REFUND) && p->minor < 0 && total >= 0) {
        return "refund";
    }
    if (p->minor < 0 && total >= 0) {
        return "credit";
    }
    return NULL;
}

static char *joined(char *first_owned, const char *between, char *second_owned)
{
    char *text = mem_format("%s%s%s", first_owned, between, second_owned);
    mem_free(first_owned);
    mem_free(second_owned);
    return text;
}

static char *whole_name(const struct row *r)
{
    return text_utf8(r->text + r->indent, r->count - r->indent);
}

/* A name broken in the middle of a word fills its line. */
static char *pending_name(const struct walk *w)
{
    if (w->pending_above == NULL) {
        return whole_name(w->pending);
    }
    const struct row *above = w->pending_above, *below = w->pending;
    bool is_mid_word =
        above->count * 10 >= w->widest_row * 9 && below->text[below->indent] >= 'a' && below->text[below->indent] <= 'z';
    return joined(whole_name(above), is_mid_word ? "" : " ", whole_name(below));
}

/* The name of a priced row: its own, or the line that stood above and waited; or both, when the upper one was broken off. */
static char *name_of(struct walk *w, const struct row *r, const struct columns *c)
{
    bool is_nameless = quantity_plain_letters(r, c->name_from, c->name_to) == 0;
    if (w->pending != NULL && is_nameless) {
        return pending_name(w);
    }
    char *name = text_utf8(r->text + c->name_from, c->name_to - c->name_from);
    bool is_broken_off = w->pending != NULL && w->pending == r - 1 && w->pending->indent == r->indent && !c->has_quantity &&
                         text_is_letter(r->folded[r->indent]) && r->text[r->indent] == r->folded[r->indent] &&
                         w->pending->count * 5 >= r->count * 3;
    return is_broken_off ? joined(whole_name(w->pending), " ", name) : name;
}

static void add_priced(struct walk *w, const struct priced *p)
{
    const struct row *r = p->row;
    struct columns c = quantity_read(r, &w->block);
    double count;
    if (w->pending_quantity != NULL && !c.has_quantity &&
        is_quantity_of(w->pending_quantity, r->minor, w->block.decimals, &count)) {
        c.quantity = count;
    }
    const char *kind = kind_of(w, p);
    bool is_turned = w->reading->are_discounts_positive && p->part == PART_DISCOUNT;
    struct amount amount = { is_turned ? -llabs(p->minor) : p->minor, true };
    char *name = name_of(w, r, &c);
    bool is_free_extra = p->minor == 0 && starts_aside(w, r);
    if (name[0] != 0 && !is_free_extra) {
        items_add(w->out, c.quantity, name, amount, kind);
        w->last = r;
        w->last_name_length = c.name_to - c.name_from;
    } else {
        mem_free(name);
    }
    w->pending = w->pending_above = w->pending_quantity = NULL;
}

static void add_quantity_row(struct walk *w, const struct row *r)
{
    double count;
    bool has_item = w->out->item_count > 0 && w->pending == NULL && w->last == r - 1;
    if (has_item && is_quantity_of(r, w->out->items[w->out->item_count - 1].amount.minor, w->block.decimals, &count)) {
        w->out->items[w->out->item_count - 1].quantity = count;
        w->last = r;
        return;
    }
    w->pending_quantity = r;
}

/* A name that filled its column goes on below, in the same column, without a space: it was cut wherever the column ended. */
static bool goes_on(const struct walk *w, const struct row *r)
{
    bool is_next = w->last != NULL && w->last == r - 1 && w->out->item_count > 0;
    return is_next && w->last_name_length > 0 && w->last_name_length >= w->widest_name && !starts_aside(w, r) &&
           r->count - r->indent <= w->widest_name;
}

static bool waits_for_amount(const struct row *r, size_t rows_left)
{
    const struct row *next = r + 1, *end = r + rows_left;
    while (next < end && next->amount == NO_AMOUNT && row_letters(next, 0, next->count) == 0 && !next->is_rule) {
        next++; /* the bar code's digits */
    }
    return next < end &&
           (item_is_quantity_row(next) || (next->amount != NO_AMOUNT && quantity_plain_letters(next, 0, next->label_to) == 0));
}

static void add_text_row(struct walk *w, const struct row *r, size_t rows_left)
{
    if (goes_on(w, r) && !waits_for_amount(r, rows_left)) {
        struct receipt_item *item = &w->out->items[w->out->item_count - 1];
        item->description = joined(item->description, "", whole_name(r));
        w->last = r;
        w->last_name_length = r->count - r->indent;
    } else if (row_letters(r, 0, r->count) > 0 && (!starts_aside(w, r) || waits_for_amount(r, rows_left))) {
        bool is_broken = w->pending == r - 1 && w->pending != NULL && r->indent == w->pending->indent &&
                         w->pending->count * 5 >= w->widest_row * 4 && waits_for_amount(r, rows_left);
        w->pending_above = is_broken ? w->pending : NULL;
        w->pending = r;
    }
}

/* "3  Pens box   2   9.98": the third line, and a count in a column of its own. */
static bool is_numbered(const struct row *r, int line)
{
    const struct number *first = &r->numbers[0];
    return r->amount >= 2 && first->from == r->indent && first->digits == line && first->tail == 0 &&
           r->numbers[r->amount - 1].tail == 0 && r->numbers[r->amount - 1].is_after_gap;
}

/* What the block's lines have in common, seen before any of them is read. */
static void survey(struct walk *w, int from, int to)
{
    int leading = 0, trailing = 0, numbered = 0, lines = 0;
    w->usual_indent = COLUMNS_MOST;
    for (int i = from; i < to; i++) {
        const struct row *r = w->reading->priced[i].row;
        struct columns c = quantity_read(r, &w->block);
        size_t length = c.name_to - c.name_from;
        bool has_name = quantity_plain_letters(r, c.name_from, c.name_to) > 0;
        bool is_goods = w->reading->priced[i].part == PART_OTHER && has_name;
        w->widest_row = r->count > w->widest_row ? r->count : w->widest_row;
        w->widest_name = has_name && length > w->widest_name ? length : w->widest_name;
        w->usual_indent = has_name && r->indent < w->usual_indent ? r->indent : w->usual_indent;
        w->block.quantity_column = c.quantity_column && !w->block.quantity_column ? c.quantity_column : w->block.quantity_column;
        lines += is_goods;
        numbered += is_goods && is_numbered(r, lines);
        trailing += is_goods && r->amount > 0 && !r->numbers[r->amount].is_after_gap &&
                    quantity_is_before_amount(r, &r->numbers[r->amount - 1]);
        leading += is_goods && r->number_count > 1 && r->numbers[0].from == r->indent && r->numbers[0].tail == 0 &&
                   !r->numbers[0].is_joined && r->numbers[0].digit_count < 4;
    }
    w->block.has_line_numbers = lines > 1 && numbered == lines;
    w->block.has_leading_quantities = lines > 0 && leading == lines;
    w->block.has_trailing_quantities = lines > 1 && trailing == lines;
}

static size_t first_row(const struct row *rows, const struct reading *reading)
{
    size_t at = reading->priced[reading->first_item].at;
    const uint64_t header = ROLE_BIT(ROLE_NUMBER) | ROLE_BIT(ROLE_DATE) | ROLE_BIT(ROLE_CONTACT) | ROLE_BIT(ROLE_TABLE);
    for (int above = 0; above < ROWS_ABOVE_FIRST && at > 0; above++) {
        const struct row *r = &rows[at - 1];
        if (r->is_rule || (r->amount != NO_AMOUNT && !item_is_quantity_row(r)) || (row_share(r, header) > 0.3) ||
            row_share(r, ROLE_BIT(ROLE_HEADING)) > 0.6) {
            break;
        }
        at--;
    }
    return at;
}

static void walk_down(struct walk *w, size_t from, size_t to, int priced_to)
{
    int next = w->reading->first_item;
    for (size_t at = from; at < to; at++) {
        const struct row *r = &w->rows[at];
        while (next < priced_to && w->reading->priced[next].at < at) {
            next++;
        }
        bool is_priced = next < priced_to && w->reading->priced[next].at == at;
        bool is_silent = is_priced && (next == w->reading->left_out || w->reading->priced[next].part == PART_INFORMATION);
        if (r->is_rule || is_silent) {
            w->pending = w->pending_above = NULL;
        } else if (is_priced) {
            add_priced(w, &w->reading->priced[next]);
        } else if (item_is_quantity_row(r)) {
            add_quantity_row(w, r);
        } else if (r->amount == NO_AMOUNT) {
            add_text_row(w, r, to - at);
        }
    }
}

/* A discount on the whole stands after the goods, on its way to the total. */
static void add_late_discounts(struct walk *w)
{
    const struct reading *reading = w->reading;
    for (int i = reading->end_item; reading->total != NOWHERE && i < reading->total; i++) {
        if (reading->priced[i].part == PART_DISCOUNT && reading->is_total_proved) {
            struct priced late = reading->priced[i];
            late.minor = -llabs(late.minor);
            w->pending = NULL;
            add_priced(w, &late);
        }
    }
}

void items_read(const struct row *rows, size_t count, const struct reading *reading, int decimals, struct receipt *out)
{
    struct walk w = { .rows = rows, .out = out, .reading = reading, .block.decimals = decimals };
    if (reading->end_item > reading->first_item) {
        survey(&w, reading->first_item, reading->end_item);
        survey(&w, reading->first_item, reading->end_item);
        size_t end = reading->end_item < reading->count ? reading->priced[reading->end_item].at : count;
        size_t last = reading->priced[reading->end_item - 1].at;
        end = end > last + 3 && reading->end_item == reading->count ? last + 3 : end;
        walk_down(&w, first_row(rows, reading), end < count ? end : count, reading->end_item);
    }
    add_late_discounts(&w);
}
