#include "sums.h"

#include "base/mem.h"
#include "items.h"
#include "text.h"

#include <stdlib.h>

enum {
    ENDS_MOST = 24,
    TOTALS_MOST = 24,
    FIRST_ITEMS_MOST = 4,
    LEAST_SCORE = 25,
    SCORE_ITEMS_ADD_UP = 40,
    SCORE_ONE_ITEM_ADDS_UP = 25,
    SCORE_TOTAL_ADDS_UP = 20,
    SCORE_PAYMENT_ADDS_UP = 20,
    SCORE_TOTAL_EITHER_WAY = 20,
    SCORE_LARGE = 3,
    SCORE_SUBTOTAL_FIRST = 4,
    COST_ROW_SKIPPED = 12,
    COST_ROW_UNEXPLAINED = 6,
    COST_ZERO = 20
};

/* How well a part does as the total, and what it costs to take it for goods. */
static const struct part_score {
    int as_total, as_item;
} PARTS[PART_COUNT] = {
    [PART_OTHER] = { 0, 0 },    [PART_SUBTOTAL] = { -50, 60 }, [PART_TOTAL] = { 30, 60 },       [PART_NET] = { -25, 20 },
    [PART_TAX] = { -40, 8 },    [PART_TAX_SUM] = { -40, 20 },  [PART_TENDER] = { -30, 3 },      [PART_CHANGE] = { -50, 25 },
    [PART_ADJUST] = { -40, 1 }, [PART_DISCOUNT] = { -40, 0 },  [PART_INFORMATION] = { -40, 4 },
};

/* Sums of everything before an index, so that each candidate costs the same however long the paper is. */
struct running {
    int64_t plain, taken, tax, adjust, discount, tender, change;
    int cost, unexplained, goods;
};

static uint64_t label_roles(const struct row *label, uint64_t *first)
{
    uint64_t roles = 0;
    *first = 0;
    for (size_t i = 0; i < label->hit_count; i++) {
        bool is_label = label->hits[i].from < label->label_to;
        *first = is_label && *first == 0 ? label->hits[i].roles : *first;
        roles |= is_label ? label->hits[i].roles : 0;
    }
    return roles;
}

static uint64_t same_word_both(const struct row *label)
{
    uint64_t both = ROLE_BIT(ROLE_TOTAL) | ROLE_BIT(ROLE_SUBTOTAL);
    for (size_t i = 0; i < label->hit_count; i++) {
        if ((label->hits[i].roles & both) == both) {
            return both;
        }
    }
    return 0;
}

static enum part total_part(uint64_t roles, uint64_t first)
{
    const uint64_t tender = ROLE_BIT(ROLE_CASH) | ROLE_BIT(ROLE_CARD) | ROLE_BIT(ROLE_VOUCHER) | ROLE_BIT(ROLE_OTHER);
    if ((first & tender) && !(first & ROLE_BIT(ROLE_TOTAL))) {
        return PART_TENDER;
    }
    if (roles & ROLE_BIT(ROLE_TAX)) {
        return roles & ROLE_BIT(ROLE_INCLUDED) ? PART_TOTAL : roles & ROLE_BIT(ROLE_NET) ? PART_NET : PART_TAX_SUM;
    }
    if ((roles & ROLE_BIT(ROLE_NET)) || (roles & ROLE_BIT(ROLE_DISCOUNT))) {
        return roles & ROLE_BIT(ROLE_NET) ? PART_NET : PART_DISCOUNT;
    }
    return PART_TOTAL;
}

static enum part part_of(const struct row *label)
{
    static const struct {
        uint64_t roles;
        enum part part;
    } ORDER[] = {
        { ROLE_BIT(ROLE_SAVED), PART_INFORMATION },
        { ROLE_BIT(ROLE_TAX), PART_TAX },
        { ROLE_BIT(ROLE_CHANGE), PART_CHANGE },
        { ROLE_BIT(ROLE_SUBTOTAL), PART_SUBTOTAL },
        { ROLE_BIT(ROLE_NET), PART_NET },
        { ROLE_BIT(ROLE_ROUNDING) | ROLE_BIT(ROLE_SERVICE), PART_ADJUST },
        { ROLE_BIT(ROLE_CASH) | ROLE_BIT(ROLE_CARD) | ROLE_BIT(ROLE_VOUCHER) | ROLE_BIT(ROLE_OTHER) | ROLE_BIT(ROLE_PAID),
          PART_TENDER },
        { ROLE_BIT(ROLE_DISCOUNT) | ROLE_BIT(ROLE_VOID), PART_DISCOUNT },
    };
    uint64_t first, roles = label_roles(label, &first);
    bool is_worth = !(roles & ORDER[0].roles) && !(first & ROLE_BIT(ROLE_CHANGE));
    bool is_of_tax = (roles & ROLE_BIT(ROLE_TAX)) && same_word_both(label);
    if (is_worth && (is_of_tax || (roles & (ROLE_BIT(ROLE_TOTAL) | ROLE_BIT(ROLE_SUBTOTAL))) == ROLE_BIT(ROLE_TOTAL))) {
        return total_part(roles, first);
    }
    for (size_t i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++) {
        if (roles & ORDER[i].roles) {
            return ORDER[i].part;
        }
    }
    return PART_OTHER;
}

/* An amount alone on its line belongs to the words above it: "TOTAL" and, below, "12.00". */
static const struct row *label_row(const struct row *rows, size_t at)
{
    const struct row *r = &rows[at];
    bool is_lonely = row_letters(r, 0, r->label_to) == 0 && r->number_count == 1;
    if (!is_lonely || at == 0 || rows[at - 1].amount != NO_AMOUNT || rows[at - 1].is_rule) {
        return r;
    }
    const uint64_t sums = ROLE_BIT(ROLE_TOTAL) | ROLE_BIT(ROLE_SUBTOTAL) | ROLE_BIT(ROLE_CHANGE) | ROLE_BIT(ROLE_TAX) |
                          ROLE_BIT(ROLE_CASH) | ROLE_BIT(ROLE_CARD) | ROLE_BIT(ROLE_PAID);
    return row_share(&rows[at - 1], sums) >= 0.5 ? &rows[at - 1] : r;
}

/* "Total items 7": a number of things, not of money. */
static bool is_only_a_count(const struct row *r)
{
    const struct number *n = &r->numbers[r->amount];
    return row_has(r, ROLE_COUNT) && n->tail == 0 && n->currencies == 0;
}

static void gather(struct reading *r, const struct row *rows, size_t count)
{
    r->priced = mem_array(PRICED_MOST, sizeof *r->priced);
    for (size_t i = 0; i < count && r->count < PRICED_MOST; i++) {
        if (rows[i].amount == NO_AMOUNT || item_is_quantity_row(&rows[i]) || is_only_a_count(&rows[i])) {
            continue;
        }
        struct priced *p = &r->priced[r->count++];
        p->row = &rows[i];
        p->at = i;
        p->label = label_row(rows, i);
        p->minor = rows[i].minor;
        p->part = part_of(p->label);
        p->part = p->part == PART_INFORMATION && p->minor < 0 ? PART_DISCOUNT : p->part;
        p->may_be_total = p->part == PART_SUBTOTAL && same_word_both(p->label) != 0;
    }
}

static struct running *running_sums(const struct reading *r)
{
    struct running *sums = mem_array((size_t)r->count + 1, sizeof *sums);
    for (int i = 0; i < r->count; i++) {
        const struct priced *p = &r->priced[i];
        struct running now = sums[i];
        bool counts = p->part != PART_INFORMATION;
        now.plain += counts ? p->minor : 0;
        now.taken += !counts ? 0 : p->part == PART_DISCOUNT ? -llabs(p->minor) : p->minor;
        now.tax += p->part == PART_TAX ? p->minor : 0;
        now.adjust += p->part == PART_ADJUST ? p->minor : 0;
        now.discount += p->part == PART_DISCOUNT ? -llabs(p->minor) : 0;
        now.tender += p->part == PART_TENDER ? p->minor : 0;
        now.change += p->part == PART_CHANGE ? llabs(p->minor) : 0;
        now.cost += PARTS[p->part].as_item;
        now.unexplained += p->part == PART_OTHER;
        now.goods += counts;
        sums[i + 1] = now;
    }
    return sums;
}

/* `base` with any of: the taxes on top, the charges, the discounts that stand between the goods and the total. */
static bool leads_to(int64_t base, const struct running *from, const struct running *to, int64_t total)
{
    int64_t tax = to->tax - from->tax, adjust = to->adjust - from->adjust, discount = to->discount - from->discount;
    for (unsigned choice = 0; choice < 8; choice++) {
        int64_t sum = base + (choice & 1 ? tax : 0) + (choice & 2 ? adjust : 0) + (choice & 4 ? discount : 0);
        if (sum == total) {
            return true;
        }
    }
    return false;
}

/* The line between the end of the goods and the total, that one included, which says what the goods come to. */
static int line_worth(const struct reading *r, int end, int total, int64_t sum)
{
    for (int i = end; i <= total; i++) {
        enum part part = r->priced[i].part;
        bool may_sum = part == PART_SUBTOTAL || part == PART_TOTAL || part == PART_OTHER || part == PART_NET;
        if (may_sum && r->priced[i].minor == sum) {
            return i;
        }
    }
    return NOWHERE;
}

static int line_of_part(const struct reading *r, int from, int to, enum part part)
{
    for (int i = from; i < to; i++) {
        if (r->priced[i].part == part) {
            return i;
        }
    }
    return NOWHERE;
}

/* Cards and notes handed over, one after the other, until they cover the total: what follows repeats it. */
static bool is_paid(const struct reading *r, int total)
{
    int64_t paid = 0, change = 0, due = r->priced[total].minor;
    for (int i = total + 1; i < r->count; i++) {
        const struct priced *p = &r->priced[i];
        paid += p->part == PART_TENDER || p->part == PART_OTHER ? p->minor : 0;
        change += p->part == PART_CHANGE ? llabs(p->minor) : 0;
        bool is_payment = p->part == PART_TENDER || p->part == PART_CHANGE;
        if (is_payment && paid != 0 && paid - change == due) {
            return true;
        }
    }
    return false;
}

/* No word says so, but the line above the total is what the goods come to. */
static int unnamed_subtotal(const struct reading *c, int64_t goods)
{
    int line = c->is_items_proved ? line_worth(c, c->end_item, c->total - 1, goods) : NOWHERE;
    return line != NOWHERE && c->priced[line].part == PART_OTHER ? line : NOWHERE;
}

static void prove(struct reading *c, const struct running *sums)
{
    const struct running *start = &sums[c->first_item], *end = &sums[c->end_item], *total = &sums[c->total];
    int64_t due = c->priced[c->total].minor;
    int64_t goods[] = { end->plain - start->plain, end->taken - start->taken };
    for (int way = 0; way < 2 && !c->is_items_proved; way++) {
        int line = line_worth(c, c->end_item, c->total, goods[way]);
        c->is_items_proved = end->goods > start->goods && (line != NOWHERE || leads_to(goods[way], end, total, due));
        c->is_total_proved = c->is_items_proved && leads_to(goods[way], end, total, due);
        c->are_discounts_positive = c->is_items_proved && way == 1;
    }
    int subtotal = line_of_part(c, c->end_item, c->total, PART_SUBTOTAL);
    c->subtotal = subtotal != NOWHERE ? subtotal : unnamed_subtotal(c, c->are_discounts_positive ? goods[1] : goods[0]);
    if (subtotal != NOWHERE && leads_to(c->priced[subtotal].minor, &sums[subtotal], total, due)) {
        c->is_total_proved = true;
    }
    c->is_payment_proved = is_paid(c, c->total);
    c->has_total_word = c->priced[c->total].part == PART_TOTAL || c->priced[c->total].may_be_total;
}

static int score(const struct reading *c, const struct running *sums)
{
    const struct running *start = &sums[c->first_item], *end = &sums[c->end_item];
    const struct priced *total = &c->priced[c->total];
    int goods = end->goods - start->goods;
    int points = total->may_be_total ? SCORE_TOTAL_EITHER_WAY : PARTS[total->part].as_total;
    points += !c->is_items_proved ? 0 : goods > 1 ? SCORE_ITEMS_ADD_UP : c->has_total_word ? SCORE_ONE_ITEM_ADDS_UP : 0;
    points += c->is_total_proved ? SCORE_TOTAL_ADDS_UP : 0;
    points += c->is_payment_proved ? SCORE_PAYMENT_ADDS_UP : 0;
    points += total->row->size > 1 || total->row->is_bold ? SCORE_LARGE : 0;
    points += c->end_item < c->total && c->priced[c->end_item].part == PART_SUBTOTAL ? SCORE_SUBTOTAL_FIRST : 0;
    points -= end->cost - start->cost;
    points -= COST_ROW_SKIPPED * c->first_item;
    points -= COST_ROW_UNEXPLAINED * (sums[c->total].unexplained - end->unexplained);
    return points - (total->minor == 0 ? COST_ZERO : 0);
}

/* Goods may end at a line with a sum's word on it, or at a line that is the sum of all before it. */
static bool may_end_items(const struct reading *r, const struct running *sums, int at)
{
    switch (r->priced[at].part) {
    case PART_SUBTOTAL:
    case PART_TOTAL:
    case PART_NET:
    case PART_TAX:
    case PART_TAX_SUM:
        return true;
    default:
        break;
    }
    for (int first = 0; first < FIRST_ITEMS_MOST && first < at; first++) {
        int64_t sum = r->priced[at].minor;
        bool adds_up = sum == sums[at].plain - sums[first].plain || sum == sums[at].taken - sums[first].taken;
        if (adds_up && sums[at].goods - sums[first].goods > 1) {
            return true;
        }
    }
    return false;
}

struct search {
    const struct running *sums;
    struct reading best;
    int best_score;
};

static void try_totals(struct search *s, const struct reading *r, int first, int end)
{
    for (int total = end; total < r->count && total < end + TOTALS_MOST; total++) {
        struct reading c = *r;
        c.first_item = first;
        c.end_item = end;
        c.total = total;
        c.subtotal = c.left_out = NOWHERE;
        prove(&c, s->sums);
        int points = score(&c, s->sums);
        if (points > s->best_score) {
            s->best_score = points;
            s->best = c;
        }
    }
}

/* Without a total the goods are all lines up to the first that is clearly none. */
static void take_what_there_is(struct reading *r)
{
    r->total = r->subtotal = r->left_out = NOWHERE;
    r->first_item = 0;
    r->end_item = 0;
    while (r->end_item < r->count && PARTS[r->priced[r->end_item].part].as_item < PARTS[PART_NET].as_item) {
        r->end_item++;
    }
    int subtotal = r->end_item < r->count && r->priced[r->end_item].part == PART_SUBTOTAL ? r->end_item : NOWHERE;
    r->subtotal = subtotal;
}

static bool is_aside(const struct priced *p, size_t usual_indent)
{
    uint32_t first = p->row->folded[p->row->indent];
    return first == '+' || first == '(' || first == '*' || p->row->indent > usual_indent || p->part != PART_OTHER;
}

/* "incl. deposit 0.25" among the goods: a line whose absence makes the sum right is no part of it. */
static void leave_out_one(struct reading *r)
{
    int64_t goods = 0, due = r->priced[r->subtotal != NOWHERE ? r->subtotal : r->total].minor;
    size_t usual_indent = COLUMNS_MOST;
    for (int i = r->first_item; i < r->end_item; i++) {
        goods += r->priced[i].part == PART_INFORMATION ? 0 : r->priced[i].minor;
        usual_indent = r->priced[i].row->indent < usual_indent ? r->priced[i].row->indent : usual_indent;
    }
    for (int i = r->first_item; i < r->end_item; i++) {
        if (is_aside(&r->priced[i], usual_indent) && goods - r->priced[i].minor == due) {
            r->left_out = i;
            r->is_items_proved = true;
            return;
        }
    }
}

void reading_find(struct reading *r, const struct row *rows, size_t count)
{
    *r = (struct reading){ .total = NOWHERE, .subtotal = NOWHERE, .left_out = NOWHERE };
    gather(r, rows, count);
    struct running *sums = running_sums(r);
    struct search search = { sums, *r, LEAST_SCORE - 1 };
    int ends = 0;
    for (int end = 0; end < r->count && ends < ENDS_MOST; end++) {
        if (!may_end_items(r, sums, end)) {
            continue;
        }
        ends++;
        for (int first = 0; first <= end && first < FIRST_ITEMS_MOST; first++) {
            try_totals(&search, r, first, end);
        }
    }
    *r = search.best;
    if (search.best_score < LEAST_SCORE) {
        take_what_there_is(r);
    } else if (!r->is_items_proved && r->end_item > r->first_item) {
        leave_out_one(r);
    }
    mem_free(sums);
}

void reading_clear(struct reading *r)
{
    mem_free(r->priced);
    *r = (struct reading){ 0 };
}

double reading_confidence(const struct reading *r)
{
    if (r->total == NOWHERE) {
        return 0.1;
    }
    double sure =
        0.15 + 0.2 * r->has_total_word + 0.35 * r->is_items_proved + 0.2 * r->is_total_proved + 0.1 * r->is_payment_proved;
    return sure > 1 ? 1 : sure;
}
