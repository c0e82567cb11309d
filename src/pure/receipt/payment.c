#include "payment.h"

#include "base/mem.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    enum role role;
    const char *type;
} TYPES[] = { { ROLE_VOUCHER, "voucher" }, { ROLE_CASH, "cash" }, { ROLE_CARD, "card" }, { ROLE_OTHER, "other" } };

static char *label_of(const struct priced *p)
{
    size_t to = p->label->label_to, from = p->label->indent;
    for (size_t i = 0; i < p->label->number_count; i++) {
        const struct number *n = &p->label->numbers[i];
        bool is_column = n->is_after_gap && !n->is_percent && n->from > from && n->to <= to;
        to = is_column && row_letters(p->label, from, n->from) > 0 ? n->from : to;
    }
    while (to > from && p->label->folded[to - 1] < 0x80 && strchr(" :\t=*", (int)p->label->folded[to - 1])) {
        to--;
    }
    return text_utf8(p->label->text + from, to - from);
}

static double percent_of(const struct row *r)
{
    for (size_t i = 0; i < r->number_count; i++) {
        if (r->numbers[i].is_percent) {
            return number_quantity(&r->numbers[i]);
        }
    }
    return 0;
}

static bool is_near(double a, double b)
{
    return a - b < 1.01 && b - a < 1.01;
}

/* "19%  8,40  1,60  10,00": of net, tax and gross in one line, the tax is the one that the rate makes of another. */
static bool tax_in_table_row(const struct row *r, int decimals, int64_t *tax)
{
    double rate = percent_of(r);
    int64_t amounts[NUMBERS_PER_LINE];
    size_t n = 0;
    for (size_t i = 0; i < r->number_count; i++) {
        bool is_amount = !r->numbers[i].is_percent && !r->numbers[i].is_joined && (decimals == 0 || r->numbers[i].has_point);
        n += is_amount && number_minor(&r->numbers[i], decimals, &amounts[n]);
    }
    for (size_t pair = 0; pair < n * n && rate > 0; pair++) {
        size_t i = pair / n, j = pair % n;
        double of = (double)amounts[j], is = (double)amounts[i];
        if (i != j && is > 0 && (is_near(is, of * rate / 100) || is_near(is, of * rate / (100 + rate)))) {
            *tax = amounts[i];
            return true;
        }
    }
    return false;
}

static bool has_tax(const struct receipt *out, const char *label, int64_t minor)
{
    for (size_t i = 0; i < out->tax_count; i++) {
        if (out->taxes[i].amount.minor == minor || strcmp(out->taxes[i].label, label) == 0) {
            return true;
        }
    }
    return false;
}

static void add_tax(struct receipt *out, char *label, int64_t minor)
{
    out->taxes = mem_grow(out->taxes, out->tax_count + 1, sizeof *out->taxes);
    out->taxes[out->tax_count++] = (struct receipt_tax){ label, { minor, true } };
    out->tax = (struct amount){ out->tax.minor + minor, true };
}

/* Each printed tax once: a table below the total often repeats what stood above it. */
static void read_taxes(const struct reading *reading, int decimals, struct receipt *out)
{
    const struct priced *sum = NULL;
    size_t before_total = 0;
    for (int i = reading->end_item; i < reading->count; i++) {
        const struct priced *p = &reading->priced[i];
        int64_t minor = p->minor;
        bool is_row = tax_in_table_row(p->row, decimals, &minor);
        bool is_tax = p->part == PART_TAX || (is_row && p->part != PART_TOTAL && p->part != PART_TENDER);
        sum = p->part == PART_TAX_SUM && sum == NULL ? p : sum;
        before_total = i == reading->total ? out->tax_count : before_total;
        bool is_repeat = i > reading->total && before_total > 0;
        if (i == reading->total || !is_tax || is_repeat) {
            continue;
        }
        char *label = label_of(p);
        if (has_tax(out, label, minor) && i > reading->total) {
            mem_free(label);
            continue;
        }
        add_tax(out, label, minor);
    }
    if (sum != NULL && out->tax_count == 0) {
        add_tax(out, label_of(sum), sum->minor);
    }
}

static const char *type_of(const struct row *label)
{
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        if (row_has(label, TYPES[i].role)) {
            return TYPES[i].type;
        }
    }
    return NULL;
}

static void add_tender(struct receipt *out, const struct priced *p, const char *type)
{
    out->tenders = mem_grow(out->tenders, out->tender_count + 1, sizeof *out->tenders);
    out->tenders[out->tender_count++] = (struct receipt_tender){ type, label_of(p), { p->minor, true } };
}

static bool has_change_after(const struct reading *reading, int at)
{
    for (int i = at + 1; i < reading->count; i++) {
        if (reading->priced[i].part == PART_CHANGE) {
            return reading->priced[i].minor != 0;
        }
    }
    return false;
}

/* Until the total is covered; what comes after is a repetition, such as the card terminal's own lines. */
static void read_tenders(const struct reading *reading, struct receipt *out)
{
    int64_t due = reading->priced[reading->total].minor, paid = 0;
    for (int i = reading->total + 1; i < reading->count; i++) {
        const struct priced *p = &reading->priced[i];
        bool is_covered = due >= 0 ? paid >= due : paid <= due;
        if (p->part == PART_CHANGE && !out->change.is_known) {
            out->change = (struct amount){ llabs(p->minor), true };
        }
        bool is_unnamed = p->part == PART_OTHER && reading->is_payment_proved && p->minor == due &&
                          row_letters(p->label, 0, p->label->label_to) > 0;
        bool is_worth = p->minor != 0 && !(is_covered && out->tender_count > 0);
        if ((p->part != PART_TENDER && !is_unnamed) || !is_worth) {
            continue;
        }
        const char *type = type_of(p->label);
        type = type ? type : has_change_after(reading, i) ? "cash" : "other";
        add_tender(out, p, type);
        paid += p->minor;
    }
}

/* Words of no known language, but below the total one amount less another comes to it: paid, and given back. */
static void read_unnamed_payment(const struct reading *reading, struct receipt *out)
{
    const struct priced *all = reading->priced;
    for (int i = reading->total + 1; i + 1 < reading->count && out->tender_count == 0 && reading->is_items_proved; i++) {
        bool are_unnamed = all[i].part == PART_OTHER && all[i + 1].part == PART_OTHER;
        if (are_unnamed && all[i + 1].minor > 0 && all[i].minor - all[i + 1].minor == all[reading->total].minor) {
            add_tender(out, &all[i], "other");
            out->change = (struct amount){ all[i + 1].minor, true };
        }
    }
}

/* Nothing was given back when no more was paid than was due, whether or not the paper spends a line on saying so. */
static void read_change(const struct reading *reading, struct receipt *out)
{
    int64_t due = reading->priced[reading->total].minor, paid = 0;
    for (size_t i = 0; i < out->tender_count; i++) {
        paid += out->tenders[i].amount.minor;
    }
    if (!out->change.is_known && (out->tender_count == 0 || paid == due)) {
        out->change = (struct amount){ 0, true };
    }
}

void payment_read(const struct reading *reading, int decimals, struct receipt *out)
{
    if (reading->total == NOWHERE) {
        return;
    }
    read_taxes(reading, decimals, out);
    read_tenders(reading, out);
    read_unnamed_payment(reading, out);
    read_change(reading, out);
}
