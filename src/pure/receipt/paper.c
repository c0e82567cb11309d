#include "paper.h"

#include "base/mem.h"
#include "money.h"
#include "text.h"

#include <string.h>

enum {
    FIRST_BOX = 0x2500,
    LAST_BOX = 0x259F,
    LEAST_RULE = 3,
    LEAST_LEADER = 5,
    BYTES_PER_LINE_MOST = COLUMNS_MOST * 4,
    TAIL_MOST = 2
};

static bool is_box(uint32_t c)
{
    return (c >= FIRST_BOX && c <= LAST_BOX) || c == '|';
}

static bool draws_rule(uint32_t c)
{
    static const char RULE[] = "-=_.*~+#: \t";
    return is_box(c) || (c < 0x80 && c != 0 && strchr(RULE, (int)c) != NULL) || c == 0x2501 || c == 0xB7;
}

/* Dots that lead the eye from a name to its price are space. */
static void clear_leaders(uint32_t *text, size_t count)
{
    for (size_t at = 0, end; at < count; at = end + (end == at)) {
        end = at;
        while (end < count && text[end] == '.') {
            end++;
        }
        bool leads = end - at >= LEAST_LEADER || (end - at >= LEAST_RULE && end < count && text[end] == ' ');
        for (size_t i = at; leads && i < end && at > 0; i++) {
            text[i] = ' ';
        }
    }
}

/* One line into the pool; returns how many code points it took. */
static size_t copy_line(const char *text, uint32_t *to)
{
    size_t n = 0;
    const char *end = text + strnlen(text, BYTES_PER_LINE_MOST);
    while (text < end && n < COLUMNS_MOST) {
        uint32_t c = text_next(&text);
        if (c >= ' ' && c != 0x7F && c != 0xFEFF && (c < 0x80 || c >= 0xA0)) {
            to[n++] = c;
        }
    }
    return n;
}

static bool is_rule(const uint32_t *text, size_t count)
{
    size_t drawn = 0;
    for (size_t i = 0; i < count; i++) {
        if (!draws_rule(text_fold(text[i]))) {
            return false;
        }
        drawn += text[i] != ' ' && text[i] != '\t';
    }
    return drawn >= LEAST_RULE || drawn == 0;
}

/* A space that may not be broken stands between digits only to group them: it is read as the apostrophe of other countries. */
static void mark_groups(const uint32_t *text, uint32_t *folded, size_t count)
{
    for (size_t i = 1; i + 1 < count; i++) {
        bool is_bound = folded[i] == ' ' && text[i] != ' ' && text_is_digit(folded[i - 1]) && text_is_digit(folded[i + 1]);
        folded[i] = is_bound ? '\'' : folded[i];
    }
}

static void lay_row(struct row *r, const struct print_line *line, uint32_t *text, uint32_t *folded, size_t count)
{
    *r = (struct row){ .text = text, .folded = folded, .count = count, .amount = NO_AMOUNT, .is_bold = line->is_bold };
    r->is_centred = line->align == ALIGN_CENTRE;
    r->size = (line->width_times ? line->width_times : 1) * (line->height_times ? line->height_times : 1);
    r->is_rule = is_rule(text, count);
    clear_leaders(text, r->is_rule ? 0 : count);
    for (size_t i = 0; i < count; i++) {
        text[i] = is_box(text[i]) ? '\t' : text[i];
        folded[i] = text[i] == '\t' ? '\t' : text_fold(text[i]);
    }
    mark_groups(text, folded, count);
    while (r->indent < count && (folded[r->indent] == ' ' || folded[r->indent] == '\t')) {
        r->indent++;
    }
    r->label_to = count;
}

/* A double-width total may spill its last characters onto a line of their own, at the right: "61,60 EU" and "R". */
static bool is_spill(const struct row *before, const struct row *r)
{
    size_t visible = r->count - r->indent;
    if (visible == 0 || visible > 3 || before->is_rule || before->count == 0 || r->indent * 3 < before->count * 2) {
        return false;
    }
    uint32_t last = before->folded[before->count - 1], next = r->folded[r->indent];
    bool both_digits = (text_is_digit(last) || last == '.' || last == ',') && (text_is_digit(next) || next == ',' || next == '.');
    if (both_digits) {
        return true;
    }
    uint32_t code[COLUMNS_MOST + 3];
    size_t start = before->count;
    while (start > 0 && before->folded[start - 1] >= 'a' && before->folded[start - 1] <= 'z') {
        start--;
    }
    size_t head = before->count - start;
    memcpy(code, before->folded + start, head * sizeof *code);
    memcpy(code + head, r->folded + r->indent, visible * sizeof *code);
    return head > 0 && money_is_code(code, head + visible);
}

static void join_spill(struct row *before, const struct row *r, uint32_t *room_text, uint32_t *room_folded)
{
    size_t more = r->count - r->indent;
    memcpy(room_text, before->text, before->count * sizeof *room_text);
    memcpy(room_folded, before->folded, before->count * sizeof *room_folded);
    memcpy(room_text + before->count, r->text + r->indent, more * sizeof *room_text);
    memcpy(room_folded + before->count, r->folded + r->indent, more * sizeof *room_folded);
    before->text = room_text;
    before->folded = room_folded;
    before->count += more;
}

static void note_words_and_numbers(struct row *r)
{
    r->number_count = numbers_find(r->folded, r->count, r->numbers, NUMBERS_PER_LINE);
    r->hit_count = words_find(r->folded, r->count, r->hits, HITS_PER_ROW);
    for (size_t i = 0; i < r->hit_count; i++) {
        r->roles |= r->hits[i].roles;
    }
}

void paper_lay(struct paper *p, const struct print_job *job)
{
    size_t lines = job->line_count < ROWS_MOST ? job->line_count : ROWS_MOST;
    size_t room = COLUMNS_MOST + 4;
    *p = (struct paper){ .is_cut = job->is_cut };
    p->rows = mem_array(lines, sizeof *p->rows);
    p->pool = mem_array(lines * 2, room * sizeof *p->pool);
    for (size_t i = 0; i < lines; i++) {
        uint32_t *text = p->pool + 2 * i * room, *folded = text + room;
        size_t count = copy_line(job->lines[i].text, text);
        struct row *r = &p->rows[p->count];
        lay_row(r, &job->lines[i], text, folded, count);
        bool has_room = p->count > 0 && r[-1].count + 3 <= COLUMNS_MOST;
        if (has_room && is_spill(&r[-1], r)) {
            uint32_t moved[COLUMNS_MOST];
            memcpy(moved, text, count * sizeof *moved);
            struct row spilled = *r;
            spilled.text = moved;
            uint32_t moved_folded[COLUMNS_MOST];
            memcpy(moved_folded, folded, count * sizeof *moved_folded);
            spilled.folded = moved_folded;
            join_spill(&r[-1], &spilled, text, folded);
            continue;
        }
        p->count += r->indent < count;
    }
    for (size_t i = 0; i < p->count; i++) {
        note_words_and_numbers(&p->rows[i]);
    }
}

void paper_clear(struct paper *p)
{
    mem_free(p->rows);
    mem_free(p->pool);
    *p = (struct paper){ 0 };
}

bool row_has(const struct row *r, enum role role)
{
    return (r->roles & ROLE_BIT(role)) != 0;
}

size_t row_letters(const struct row *r, size_t from, size_t to)
{
    size_t letters = 0;
    for (size_t i = from; i < to && i < r->count; i++) {
        letters += text_is_letter(r->folded[i]);
    }
    return letters;
}

double row_share(const struct row *r, uint64_t roles)
{
    size_t all = row_letters(r, 0, r->label_to), meant = 0;
    for (size_t i = 0; i < r->hit_count; i++) {
        const struct hit *h = &r->hits[i];
        meant +=
            (h->roles & roles) && h->from < r->label_to ? row_letters(r, h->from, h->to < r->label_to ? h->to : r->label_to) : 0;
    }
    return all > 0 ? (double)meant / (double)all : 0;
}

bool row_is_same(const struct row *a, const struct row *b)
{
    size_t letters_a = a->count - a->indent, letters_b = b->count - b->indent;
    return letters_a == letters_b && memcmp(a->folded + a->indent, b->folded + b->indent, letters_a * sizeof *a->folded) == 0;
}

/* After the last number only a tax class, a star or a sign of the like may stand. */
static bool is_at_line_end(const struct row *r, const struct number *n)
{
    size_t visible = 0;
    for (size_t i = n->to; i < r->count; i++) {
        uint32_t c = r->folded[i];
        if (c == ':' || c == '/' || c == '%') {
            return false;
        }
        visible += c != ' ' && c != '\t' && c != '*' && c != ')' && c != '#';
    }
    return visible <= TAIL_MOST;
}

/* A whole number is an amount only where amounts stand: in a column of its own, or with a currency. */
static bool is_trusted(const struct row *r, const struct number *n, int decimals, uint32_t point)
{
    bool is_finer = decimals > 0 && n->tail != (unsigned)decimals && n->separator != 0 && n->separator == point;
    if (n->is_joined || n->is_percent || is_finer) {
        return false;
    }
    if (n->tail > 0 && decimals > 0 && n->has_point) {
        return true;
    }
    uint64_t sums = ROLE_BIT(ROLE_TOTAL) | ROLE_BIT(ROLE_SUBTOTAL) | ROLE_BIT(ROLE_CHANGE);
    if (n->currencies != 0 || (decimals == 0 && n->tail == 3)) {
        return true;
    }
    bool is_code = row_has(r, ROLE_NUMBER) || row_has(r, ROLE_TABLE) || row_has(r, ROLE_ORDER_NUMBER) || row_has(r, ROLE_COUNT);
    return n->is_after_gap && n->tail == 0 && ((decimals == 0 && (!is_code || (r->roles & sums))) || (r->roles & sums)) &&
           n->digit_count <= 9;
}

/* A line with a time of day holds no amount, unless one stands in its own column: "Parking 09:12-11:47    6.00". */
static bool is_date_like(const struct row *r)
{
    const struct number *last = &r->numbers[r->number_count - 1];
    bool has_amount = last->is_after_gap && last->has_point && last->tail >= 2 && row_letters(r, 0, last->from) > 2;
    for (size_t i = 1; i + 1 < r->count && !has_amount; i++) {
        if (r->folded[i] == ':' && text_is_digit(r->folded[i - 1]) && text_is_digit(r->folded[i + 1])) {
            return true;
        }
    }
    return false;
}

static void price_row(struct row *r, int decimals, uint32_t point)
{
    r->amount = NO_AMOUNT;
    r->label_to = r->count;
    if (r->number_count == 0 || r->is_rule || is_date_like(r)) {
        return;
    }
    size_t last = r->number_count - 1;
    /* "3.30 A1": the tax class may bring a digit of its own. */
    while (last > 0 && r->numbers[last].is_joined && r->numbers[last].digit_count == 1 && r->number_count - last < 2) {
        last--;
    }
    const struct number *n = &r->numbers[last];
    if (is_at_line_end(r, n) && is_trusted(r, n, decimals, point) && number_minor(n, decimals, &r->minor)) {
        r->amount = (int)last;
        r->label_to = n->from;
    }
}

/* The decimal point of this paper, as most lines end with it; 0 when there is none. */
static uint32_t decimal_point(const struct row *rows, size_t count, int decimals)
{
    size_t points = 0, commas = 0;
    for (size_t i = 0; i < count; i++) {
        const struct number *n = rows[i].number_count ? &rows[i].numbers[rows[i].number_count - 1] : NULL;
        bool votes = n != NULL && n->has_point && n->tail == (unsigned)decimals && !n->is_joined;
        points += votes && n->separator == '.';
        commas += votes && n->separator == ',';
    }
    return points + commas == 0 ? 0 : points >= commas ? '.' : ',';
}

void paper_price(struct row *rows, size_t count, int decimals)
{
    uint32_t point = decimal_point(rows, count, decimals);
    for (size_t i = 0; i < count; i++) {
        price_row(&rows[i], decimals, point);
    }
}

int paper_decimals(const struct row *rows, size_t count, int usual)
{
    size_t votes[4] = { 0 };
    for (size_t i = 0; i < count; i++) {
        const struct row *r = &rows[i];
        const struct number *n = r->number_count ? &r->numbers[r->number_count - 1] : NULL;
        if (n == NULL || n->is_joined || n->is_percent || r->is_rule || is_date_like(r) || !is_at_line_end(r, n)) {
            continue;
        }
        bool is_whole = n->is_grouped || (n->tail == 0 && (n->is_after_gap || n->currencies != 0));
        votes[0] += is_whole && !(usual == 3 && n->has_point);
        votes[2] += n->has_point && n->tail == 2;
        votes[3] += n->has_point && n->tail == 3 && (usual == 3 || !n->is_grouped);
    }
    if (votes[2] > 0 && votes[2] * 3 >= votes[0] && votes[2] >= votes[3]) {
        return 2;
    }
    if (votes[3] > 0 && votes[3] > votes[0] && usual == 3) {
        return 3;
    }
    return votes[2] == 0 && usual > 0 && votes[0] > 0 && usual < 3 ? usual : votes[0] > 0 ? 0 : 2;
}
