#include "header.h"

#include "items.h"
#include "text.h"
#include "when.h"

enum {
    STORE_ROWS = 8,
    NUMBER_LONGEST = 40,
    SHORT_WORD = 3,
    POINTS_RECEIPT = 10,
    POINTS_ORDER = 6,
    POINTS_AT_START = 4,
    POINTS_MARKED = 2,
    COST_ORIGINAL = 20,
    COST_PRICED = 6,
    COST_SHORT_CODE = 3
};

static const uint64_t NOT_A_NAME = ROLE_BIT(ROLE_BILL) | ROLE_BIT(ROLE_ORDER) | ROLE_BIT(ROLE_FORMAL) | ROLE_BIT(ROLE_SLIP) |
                                   ROLE_BIT(ROLE_REPORT) | ROLE_BIT(ROLE_COPY) | ROLE_BIT(ROLE_HEADING) | ROLE_BIT(ROLE_NUMBER) |
                                   ROLE_BIT(ROLE_TABLE) | ROLE_BIT(ROLE_REFUND) | ROLE_BIT(ROLE_CONTACT) |
                                   ROLE_BIT(ROLE_VOUCHER_TITLE) | ROLE_BIT(ROLE_DATE) | ROLE_BIT(ROLE_TOTAL) |
                                   ROLE_BIT(ROLE_ORDER_NUMBER) | ROLE_BIT(ROLE_CASH) | ROLE_BIT(ROLE_CARD);

static bool is_letter_at(const struct row *r, size_t at)
{
    return at < r->count && text_is_letter(r->folded[at]);
}

static bool can_be_store(const struct row *r)
{
    size_t letters = row_letters(r, 0, r->count), digits = 0;
    for (size_t i = 0; i < r->count; i++) {
        digits += text_is_digit(r->folded[i]);
    }
    uint32_t first = r->folded[r->indent];
    struct columns columns;
    bool is_decorated =
        item_is_order_row(r, false, &columns) || first == '*' || first == '=' || first == '-' || first == '<' || first == '>';
    return !r->is_rule && !is_decorated && letters >= 2 && digits <= letters && r->amount == NO_AMOUNT && !when_is_in(r) &&
           !row_has(r, ROLE_BUYER) && row_share(r, NOT_A_NAME) < 0.6;
}

/* The first line that can be a name; or a larger one close below it. */
char *header_store(const struct row *rows, size_t count, size_t first_item_row)
{
    const struct row *best = NULL;
    size_t end = first_item_row < count ? first_item_row : count;
    end = end < STORE_ROWS ? end : STORE_ROWS;
    for (size_t i = 0; i < end; i++) {
        const struct row *r = &rows[i];
        if (r->amount != NO_AMOUNT || (best != NULL && (r->is_rule || i > 3))) {
            break;
        }
        if (can_be_store(r) && (best == NULL || r->size > best->size)) {
            best = r;
        }
    }
    return best ? text_utf8(best->text + best->indent, best->count - best->indent) : NULL;
}

static bool is_code_letter(uint32_t c)
{
    return text_is_digit(c) || (text_is_letter(c) && !text_is_ideograph(c)) || c == '-' || c == '/' || c == '.' || c == '_';
}

/* ": ", "# ", ".", " No. " between a label and its number; `is_marked` when one of them stands there. */
static size_t skip_label_end(const struct row *r, size_t at, bool *is_marked)
{
    size_t start = at;
    while (at < r->count) {
        uint32_t c = r->folded[at];
        bool is_mark = c == ':' || c == '#' || c == 0x2116 || c == '.' || c == 0xB0 || c == 0xBA || c == '(' || c == '[';
        if (!is_mark && c != ' ' && c != '\t') {
            break;
        }
        *is_marked = *is_marked || is_mark;
        at++;
    }
    size_t word = at;
    while (word < r->count && r->folded[word] >= 'a' && r->folded[word] <= 'z' && word - at < 3) {
        word++;
    }
    bool is_degree = word - at == 1 && word < r->count && (r->folded[word] == 0xB0 || r->folded[word] == 0xBA);
    bool is_no = r->folded[at < r->count ? at : 0] == 'n' &&
                 (is_degree || (word - at == 2 && (r->folded[at + 1] == 'o' || r->folded[at + 1] == 'r')));
    if (is_no && at > start && !is_letter_at(r, word) && !(word < r->count && text_is_digit(r->folded[word]))) {
        *is_marked = true;
        return skip_label_end(r, word, is_marked);
    }
    return at;
}

/* Letters, digits and strokes with at least one digit; not a date, not a time. */
static size_t code_at(const struct row *r, size_t at)
{
    size_t end = at;
    bool has_digit = false;
    while (end < r->count && is_code_letter(r->folded[end]) && end - at < NUMBER_LONGEST) {
        has_digit = has_digit || text_is_digit(r->folded[end]);
        end++;
    }
    bool is_clock = end < r->count && r->folded[end] == ':';
    bool is_percent = end < r->count && r->folded[end] == '%';
    while (end > at && (r->folded[end - 1] == '.' || r->folded[end - 1] == '-')) {
        end--;
    }
    bool is_series = !has_digit && end > at && end - at <= SHORT_WORD && end + 1 < r->count && r->folded[end] == ' ' &&
                     text_is_digit(r->folded[end + 1]) && r->text[at] >= 'A' && r->text[at] <= 'Z';
    if (is_series) {
        size_t rest = code_at(r, end + 1);
        return rest > end + 1 ? rest : at;
    }
    struct row part = {
        .text = r->text + at, .folded = r->folded + at, .count = end - at, .number_count = 1, .label_to = end - at
    };
    return has_digit && !is_clock && !is_percent && !when_is_in(&part) ? end : at;
}

static bool is_after_other_label(const struct row *r, size_t hit)
{
    const uint64_t others =
        ROLE_BIT(ROLE_TABLE) | ROLE_BIT(ROLE_CONTACT) | ROLE_BIT(ROLE_CARD) | ROLE_BIT(ROLE_SLIP) | ROLE_BIT(ROLE_TAX);
    if (hit == 0) {
        return false;
    }
    const struct hit *before = &r->hits[hit - 1];
    return (before->roles & others) && !(before->roles & ROLE_BIT(ROLE_NUMBER)) && before->to + 2 >= r->hits[hit].from;
}

static int points_of(const struct row *r, const struct hit *h, bool is_marked, size_t length)
{
    int points = h->roles & ROLE_BIT(ROLE_NUMBER) ? POINTS_RECEIPT : POINTS_ORDER;
    points += h->from == r->indent ? POINTS_AT_START : 0;
    points += is_marked ? POINTS_MARKED : 0;
    points -= row_has(r, ROLE_ORIGINAL) ? COST_ORIGINAL : 0;
    points -= r->amount != NO_AMOUNT ? COST_PRICED : 0;
    return points - (length < 3 ? COST_SHORT_CODE : 0);
}

struct found_number {
    const struct row *row;
    size_t from, to;
    int points;
};

static void try_label(const struct row *r, size_t h, struct found_number *best)
{
    const uint64_t labels = ROLE_BIT(ROLE_NUMBER) | ROLE_BIT(ROLE_ORDER_NUMBER);
    const struct hit *hit = &r->hits[h];
    bool is_short = hit->to - hit->from <= SHORT_WORD && !text_is_ideograph(r->folded[hit->from]);
    bool is_apart =
        hit->from == r->indent || (hit->from >= 2 && r->folded[hit->from - 1] == ' ' && r->folded[hit->from - 2] == ' ');
    if (!(hit->roles & labels) || is_after_other_label(r, h) || (is_short && !is_apart)) {
        return;
    }
    bool is_marked = false;
    size_t at = skip_label_end(r, hit->to, &is_marked), end = code_at(r, at);
    bool is_apart_from_label = at > hit->to || !text_is_letter(r->folded[at - 1]);
    int points = end > at && is_apart_from_label ? points_of(r, hit, is_marked, end - at) : 0;
    if (points > best->points) {
        *best = (struct found_number){ r, at, end, points };
    }
}

char *header_number(const struct row *rows, size_t count)
{
    struct found_number best = { 0 };
    for (size_t i = 0; i < count; i++) {
        for (size_t h = 0; h < rows[i].hit_count; h++) {
            try_label(&rows[i], h, &best);
        }
    }
    return best.row ? text_utf8(best.row->text + best.from, best.to - best.from) : NULL;
}
