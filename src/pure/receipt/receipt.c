#include "pure/receipt.h"

#include "base/mem.h"
#include "header.h"
#include "items.h"
#include "kind.h"
#include "payment.h"
#include "split.h"
#include "text.h"
#include "when.h"

#include <string.h>

static const char *const KIND_NAMES[] = {
    [RECEIPT_SALE] = "sale",           [RECEIPT_REFUND] = "refund",         [RECEIPT_BILL] = "bill",
    [RECEIPT_CARD_SLIP] = "card_slip", [RECEIPT_FORMAL] = "formal_receipt", [RECEIPT_ORDER] = "order",
    [RECEIPT_VOUCHER] = "voucher",     [RECEIPT_NOT_A_SALE] = "not_a_sale", [RECEIPT_TRUNCATED] = "truncated",
};

const char *receipt_kind_name(enum receipt_kind kind)
{
    return KIND_NAMES[kind];
}

static void clear_receipt(struct receipt *r)
{
    for (size_t i = 0; i < r->item_count; i++) {
        mem_free(r->items[i].description);
    }
    for (size_t i = 0; i < r->tax_count; i++) {
        mem_free(r->taxes[i].label);
    }
    for (size_t i = 0; i < r->tender_count; i++) {
        mem_free(r->tenders[i].label);
    }
    mem_free(r->items);
    mem_free(r->taxes);
    mem_free(r->tenders);
    mem_free(r->store);
    mem_free(r->number);
}

void receipts_clear(struct receipts *r)
{
    for (size_t i = 0; i < r->count; i++) {
        clear_receipt(&r->at[i]);
    }
    mem_free(r->at);
    *r = (struct receipts){ 0 };
}

static void mask(char *text)
{
    if (text != NULL) {
        receipt_mask_cards(text);
    }
}

static void mask_all(struct receipt *r)
{
    mask(r->store);
    mask(r->number);
    for (size_t i = 0; i < r->item_count; i++) {
        mask(r->items[i].description);
    }
    for (size_t i = 0; i < r->tax_count; i++) {
        mask(r->taxes[i].label);
    }
    for (size_t i = 0; i < r->tender_count; i++) {
        mask(r->tenders[i].label);
    }
}

static void drop_items(struct receipt *r)
{
    for (size_t i = 0; i < r->item_count; i++) {
        mem_free(r->items[i].description);
    }
    r->item_count = 0;
}

/* A kitchen's paper has quantities and names, and no prices. */
static void read_order_lines(const struct row *rows, size_t count, struct receipt *out)
{
    const uint64_t heads = ROLE_BIT(ROLE_ORDER) | ROLE_BIT(ROLE_TABLE) | ROLE_BIT(ROLE_ORDER_NUMBER);
    size_t first = 0;
    drop_items(out);
    while (first < count && !(rows[first].roles & heads)) {
        first++;
    }
    for (size_t i = first; i < count; i++) {
        struct columns c;
        if (item_is_order_row(&rows[i], true, &c)) {
            items_add(out, c.quantity, text_utf8(rows[i].text + c.name_from, c.name_to - c.name_from), (struct amount){ 0 },
                      NULL);
        }
    }
}

static void read_sums(const struct reading *reading, struct receipt *out)
{
    if (reading->total != NOWHERE) {
        out->total = (struct amount){ reading->priced[reading->total].minor, true };
    }
    if (reading->subtotal != NOWHERE) {
        out->subtotal = (struct amount){ reading->priced[reading->subtotal].minor, true };
    }
}

static bool is_about_one_sum(enum receipt_kind kind)
{
    return kind == RECEIPT_CARD_SLIP || kind == RECEIPT_FORMAL || kind == RECEIPT_VOUCHER;
}

/* A voucher's worth is the only amount on it, whatever the word beside it. */
static void take_the_only_sum(const struct reading *reading, struct receipt *r)
{
    if (!r->total.is_known && reading->count == 1) {
        r->total = (struct amount){ reading->priced[0].minor, true };
    }
    drop_items(r);
}

/* The figures of a report are nobody's purchase. */
static void forget_sums(struct receipt *r)
{
    struct receipt kept = {
        .kind = r->kind, .decimals = r->decimals, .confidence = r->confidence, .store = r->store, .number = r->number
    };
    memcpy(kept.datetime, r->datetime, sizeof kept.datetime);
    r->store = r->number = NULL;
    clear_receipt(r);
    *r = kept;
}

static bool read_part(const struct stretch *part, const struct place *place, int decimals, struct receipt *out)
{
    const struct row *rows = part->rows;
    size_t count = part->count;
    struct reading reading;
    reading_find(&reading, rows, count);
    bool has_items = reading.end_item > reading.first_item;
    *out = (struct receipt){ .decimals = decimals };
    out->store = header_store(rows, count, has_items ? reading.priced[reading.first_item].at : count);
    out->number = header_number(rows, count);
    when_find(rows, count, place, out->datetime);
    memcpy(out->currency, place->currency, sizeof out->currency);
    items_read(rows, count, &reading, decimals, out);
    read_sums(&reading, out);
    payment_read(&reading, decimals, out);
    out->confidence = reading_confidence(&reading);
    bool is_receipt = kind_find(part, &reading, out, &out->kind);
    if (is_receipt && out->kind == RECEIPT_ORDER) {
        read_order_lines(rows, count, out);
    }
    if (is_receipt && is_about_one_sum(out->kind)) {
        take_the_only_sum(&reading, out);
    }
    if (is_receipt && out->kind == RECEIPT_NOT_A_SALE) {
        forget_sums(out);
    }
    mask_all(out);
    reading_clear(&reading);
    return is_receipt;
}

err receipts_read(const struct print_job *job, struct receipts *out)
{
    struct paper paper;
    paper_lay(&paper, job);
    struct place place = place_find(paper.rows, paper.count);
    int decimals = paper_decimals(paper.rows, paper.count, place.decimals);
    paper_price(paper.rows, paper.count, decimals);

    size_t starts[PARTS_MOST + 1];
    size_t parts = split_find(paper.rows, paper.count, starts);
    struct receipts found = { mem_array(parts, sizeof *found.at), 0 };
    for (size_t i = 0; i < parts; i++) {
        struct receipt *r = &found.at[found.count];
        struct stretch part = { paper.rows + starts[i], starts[i + 1] - starts[i], i + 1 < parts || paper.is_cut };
        if (read_part(&part, &place, decimals, r)) {
            found.count++;
        } else {
            clear_receipt(r);
            *r = (struct receipt){ 0 };
        }
    }
    paper_clear(&paper);
    *out = found;
    return OK;
}
