#include "quantity.h"

#include "text.h"

enum { QUANTITY_MOST = 9999, LEAST_UNIT_PRICE = 100, CYRILLIC_HA = 0x445, MULTIPLY = 0xD7, A_GRAVE = 0xE0, TRAILING_MOST = 2 };

bool quantity_is_times(uint32_t c)
{
    return c == 'x' || c == '*' || c == '@' || c == MULTIPLY || c == CYRILLIC_HA;
}

static bool is_space(uint32_t c)
{
    return c == ' ' || c == '\t';
}

static bool is_inside(size_t at, size_t from, size_t to)
{
    return at >= from && at < to;
}

static bool is_plain(const struct row *r, size_t at)
{
    for (size_t i = 0; i < r->number_count; i++) {
        if (is_inside(at, r->numbers[i].from, r->numbers[i].to)) {
            return false;
        }
    }
    for (size_t i = 0; i < r->hit_count; i++) {
        if ((r->hits[i].roles & ROLE_BIT(ROLE_UNIT)) && is_inside(at, r->hits[i].from, r->hits[i].to)) {
            return false;
        }
    }
    return text_is_letter(r->folded[at]) && !quantity_is_times(r->folded[at]);
}

size_t quantity_plain_letters(const struct row *r, size_t from, size_t to)
{
    size_t letters = 0;
    for (size_t at = from; at < to && at < r->count; at++) {
        letters += is_plain(r, at);
    }
    return letters;
}

static size_t skip_space(const struct row *r, size_t at)
{
    while (at < r->label_to && is_space(r->folded[at])) {
        at++;
    }
    return at;
}

static bool is_count(const struct number *n)
{
    return !n->is_percent && !n->is_negative && n->digit_count <= 6 && number_quantity(n) > 0 &&
           number_quantity(n) <= QUANTITY_MOST && n->currencies == 0;
}

/* The unit that may stand behind a count: "2 pcs", "0,452 kg". Returns where it ends. */
static size_t skip_unit(const struct row *r, size_t at)
{
    size_t word = skip_space(r, at);
    for (size_t i = 0; i < r->hit_count; i++) {
        const struct hit *h = &r->hits[i];
        if (h->from == word && (h->roles & ROLE_BIT(ROLE_UNIT)) && !quantity_is_times(r->folded[word])) {
            return h->to;
        }
    }
    return at;
}

/* "2 x Name", "2x Name", "2 pcs x 1.65 Name". Returns where the name begins, 0 when the line does not start so. */
static size_t after_times(const struct row *r)
{
    const struct number *n = &r->numbers[0];
    size_t at = skip_space(r, skip_unit(r, n->digits_to));
    if (at >= r->label_to || !quantity_is_times(r->folded[at])) {
        return 0;
    }
    bool is_word = at + 1 < r->label_to && text_is_letter(r->folded[at + 1]) && text_is_letter(r->folded[at]);
    at = skip_space(r, at + 1);
    if (r->number_count > 1 && r->numbers[1].from == at && r->numbers[1].to < r->label_to) {
        at = skip_space(r, r->numbers[1].to);
    }
    return is_word || quantity_plain_letters(r, at, r->label_to) == 0 ? 0 : at;
}

static bool starts_with_count(const struct row *r)
{
    return r->number_count > 0 && r->numbers[0].from == r->indent && r->numbers[0].to <= r->label_to &&
           is_count(&r->numbers[0]) && r->amount != 0;
}

static bool read_leading(const struct row *r, const struct block *block, struct columns *c)
{
    if (!starts_with_count(r)) {
        return false;
    }
    const struct number *n = &r->numbers[0];
    size_t name = after_times(r);
    size_t after = skip_space(r, n->digits_to);
    bool is_column =
        n->tail == 0 && n->digits_to < r->label_to &&
        (r->folded[n->digits_to] == '\t' || after > n->digits_to + 1 || (block->has_leading_quantities && after > n->digits_to));
    if (name == 0 && is_column && quantity_plain_letters(r, after, r->label_to) > 0) {
        name = skip_space(r, skip_unit(r, n->digits_to));
    }
    if (name == 0) {
        return false;
    }
    c->name_from = name;
    c->quantity = block->has_line_numbers ? 1 : number_quantity(n);
    c->has_quantity = !block->has_line_numbers;
    return true;
}

/* Nothing but space, units and times signs between two places. */
static bool is_empty_between(const struct row *r, size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        uint32_t c = r->folded[at];
        if (!is_space(c) &&
            (is_plain(r, at) || (!text_is_letter(c) && !quantity_is_times(c) && c != '/' && c != '=' && c != '%'))) {
            return false;
        }
    }
    return true;
}

static bool is_after_times(const struct row *r, const struct number *n, size_t *start)
{
    size_t at = n->from;
    while (at > 0 && r->folded[at - 1] == ' ') {
        at--;
    }
    bool is_each = at > 1 && r->text[at - 1] == A_GRAVE && is_space(r->folded[at - 2]);
    bool is_times = is_each || (at > 0 && quantity_is_times(r->folded[at - 1]) && (at < 2 || !text_is_letter(r->folded[at - 2])));
    *start = is_times ? at - 1 : n->from;
    return is_times;
}

bool quantity_is_before_amount(const struct row *r, const struct number *n)
{
    return n->tail == 0 && n->digit_count <= 3 && !n->is_joined && is_count(n) && n->from > r->indent &&
           is_space(r->folded[n->from - 1]) && n->to < r->label_to && skip_space(r, n->to) == r->label_to;
}

/* "Name 9,50     19,00": a price that a long name has pushed against itself, told by dividing the amount. */
static bool is_price_of_one(const struct row *r, const struct number *n, int decimals)
{
    int64_t one;
    bool is_apart = n->from > 0 && is_space(r->folded[n->from - 1]) && n->to < r->label_to && is_space(r->folded[n->to]);
    return is_apart && decimals > 0 && n->tail == (unsigned)decimals && number_minor(n, decimals, &one) && one > 0 &&
           r->minor % one == 0;
}

/* "%10" behind a name is the tax rate of Turkish receipts. */
static bool is_rate(const struct row *r, const struct number *n)
{
    return n->is_percent && n->digits_from > 0 && r->folded[n->digits_from - 1] == '%';
}

static bool is_column_of_its_own(const struct row *r, const struct number *n, const struct block *block, size_t *start)
{
    if (is_after_times(r, n, start)) {
        return true;
    }
    bool is_under_others =
        block->quantity_column != 0 && n->digits_to == block->quantity_column && n->from > 0 && is_space(r->folded[n->from - 1]);
    bool is_usual_place = block->has_trailing_quantities && quantity_is_before_amount(r, n);
    return n->is_after_gap || is_under_others || is_usual_place || is_price_of_one(r, n, block->decimals) || is_rate(r, n);
}

/* The numbers between the name and the amount, the nearest to the amount first. */
static size_t trailing_numbers(const struct row *r, const struct block *block, struct columns *c, const struct number **found)
{
    size_t n = 0, border = r->label_to;
    for (size_t i = r->number_count; i-- > 0 && n < TRAILING_MOST;) {
        const struct number *number = &r->numbers[i];
        size_t start = number->from;
        if (number->to > border || (int)i == r->amount) {
            continue;
        }
        bool is_before_times = n > 0 && border < r->label_to && quantity_is_times(r->folded[border]);
        bool stands_free = is_column_of_its_own(r, number, block, &start) || is_before_times;
        if (number->from < c->name_from || !stands_free || !is_empty_between(r, number->to, border)) {
            break;
        }
        border = start;
        if (!number->is_percent) {
            found[n++] = number;
        }
        c->name_to = start;
    }
    return n;
}

static bool makes(const struct number *count, const struct number *price, int decimals, int64_t amount)
{
    int64_t one;
    if (!is_count(count) || !number_minor(price, decimals, &one)) {
        return false;
    }
    double product = number_quantity(count) * (double)one, difference = product - (double)(amount < 0 ? -amount : amount);
    return difference > -1 && difference < 1;
}

/* One number beside the amount is a price when it looks like one, else a count. */
static void read_single(const struct number *n, int64_t amount, int decimals, struct columns *c)
{
    int64_t one = 0;
    bool is_money =
        number_minor(n, decimals, &one) && one > 0 && (decimals > 0 ? n->tail == (unsigned)decimals : one >= LEAST_UNIT_PRICE);
    int64_t times = is_money && amount % one == 0 ? amount / one : 0;
    if (times >= 1 && times <= QUANTITY_MOST) {
        c->quantity = (double)times;
        c->has_quantity = true;
    } else if (!is_money && is_count(n)) {
        c->quantity = number_quantity(n);
        c->has_quantity = true;
        c->quantity_column = n->digits_to;
    }
}

/* Of two numbers that make the amount the first is the count, unless it looks like money and the second does not. */
static bool is_price_first(const struct number *first, const struct number *second, int decimals, int64_t amount)
{
    bool is_money = decimals > 0 && first->tail == (unsigned)decimals && first->has_point;
    bool is_either_way = makes(second, first, decimals, amount) && makes(first, second, decimals, amount);
    bool is_only_way = makes(second, first, decimals, amount) && !makes(first, second, decimals, amount);
    return (is_either_way || is_only_way) && (is_money ? second->tail == 0 : is_only_way);
}

static void read_trailing(const struct row *r, const struct block *block, struct columns *c)
{
    const struct number *found[TRAILING_MOST];
    size_t n = trailing_numbers(r, block, c, found);
    if (c->has_quantity || n == 0) {
        return;
    }
    if (n == 1) {
        read_single(found[0], r->minor, block->decimals, c);
        return;
    }
    const struct number *count = is_price_first(found[1], found[0], block->decimals, r->minor) ? found[0] : found[1];
    if (is_count(count)) {
        c->quantity = number_quantity(count);
        c->has_quantity = true;
        c->quantity_column = count->digits_to;
        c->is_proved =
            makes(found[0], found[1], block->decimals, r->minor) || makes(found[1], found[0], block->decimals, r->minor);
    }
}

static void trim_name(const struct row *r, struct columns *c)
{
    while (c->name_from < c->name_to && !text_is_letter(r->folded[c->name_from]) && !text_is_digit(r->folded[c->name_from]) &&
           r->folded[c->name_from] != '(' && r->folded[c->name_from] != '"' && r->folded[c->name_from] != '*') {
        c->name_from++;
    }
    while (c->name_to > c->name_from && (is_space(r->folded[c->name_to - 1]) || r->folded[c->name_to - 1] == ':')) {
        c->name_to--;
    }
    while (c->name_to > c->name_from + 3 && r->folded[c->name_to - 1] == '.' && r->folded[c->name_to - 2] == '.') {
        c->name_to--;
    }
}

struct columns quantity_read(const struct row *r, const struct block *block)
{
    struct columns behind = { .name_from = r->indent, .name_to = r->label_to, .quantity = 1 }, c = behind;
    read_trailing(r, block, &behind);
    read_leading(r, block, &c);
    read_trailing(r, block, &c);
    c = behind.is_proved ? behind : c; /* "789 BREAD  2 x 0.50  1.00": what leads is a code */
    if (c.name_to < c.name_from) {
        c.name_to = c.name_from;
    }
    trim_name(r, &c);
    return c;
}
