/* Receipts with their items, taxes and tenders; and each time that one came out of the printer. */
#include "room.h"

#include "base/mem.h"
#include "edge/visits.h"

#include <stdio.h>
#include <string.h>

static const int64_t REPRINT_US = (int64_t)2 * 24 * 3600 * 1000000;

static struct value amount(const struct amount *a)
{
    return a->is_known ? number(a->minor) : (struct value){ .kind = VALUE_NOTHING };
}

static err keep_lines(struct store *st, const struct receipt *r, int64_t id)
{
    err e = OK;
    for (size_t i = 0; i < r->item_count && e == OK; i++) {
        const struct receipt_item *it = &r->items[i];
        e = store_run(st,
                      "INSERT INTO receipt_items (receipt, line, quantity, description, amount_minor, kind) "
                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                      VALUES(number(id), number((int64_t)i), decimal(it->quantity), words(it->description), amount(&it->amount),
                             words(it->kind)));
    }
    for (size_t i = 0; i < r->tax_count && e == OK; i++) {
        e = store_run(st, "INSERT INTO receipt_taxes (receipt, line, label, amount_minor) VALUES (?1, ?2, ?3, ?4)",
                      VALUES(number(id), number((int64_t)i), words(r->taxes[i].label), amount(&r->taxes[i].amount)));
    }
    for (size_t i = 0; i < r->tender_count && e == OK; i++) {
        const struct receipt_tender *t = &r->tenders[i];
        e = store_run(st, "INSERT INTO receipt_tenders (receipt, line, type, label, amount_minor) VALUES (?1, ?2, ?3, ?4, ?5)",
                      VALUES(number(id), number((int64_t)i), words(t->type), words(t->label), amount(&t->amount)));
    }
    return e;
}

static err keep_new(struct store *st, const struct receipt *r, const struct receipt_place *place, int64_t *id)
{
    err e = store_new_id(st, "receipts", id);
    if (e != OK) {
        return e;
    }
    e = store_run(
        st,
        "INSERT INTO receipts (id, visit, fingerprint, kind, store, number, datetime, currency, decimals, subtotal_minor, "
        "tax_minor, total_minor, change_minor, confidence, printed_us, text) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        VALUES(number(*id), reference(place->visit), number((int64_t)receipt_fingerprint(r)), words(receipt_kind_name(r->kind)),
               words(r->store), words(r->number), words(r->datetime), words(r->currency), number(r->decimals),
               amount(&r->subtotal), amount(&r->tax), amount(&r->total), amount(&r->change), decimal(r->confidence),
               number(place->printed_us), words(place->text != NULL ? place->text : "")));
    return e == OK ? keep_lines(st, r, *id) : e;
}

static err keep_print(struct store *st, const struct receipt *r, const struct receipt_place *place, int64_t receipt)
{
    return store_run(st,
                     "INSERT INTO receipt_prints (stream_from, stream_to, fingerprint, receipt, printed_us) "
                     "VALUES (?1, ?2, ?3, ?4, ?5)",
                     VALUES(number((int64_t)place->from), number((int64_t)place->to), number((int64_t)receipt_fingerprint(r)),
                            number(receipt), number(place->printed_us)));
}

/* The same bytes of the stream, met again while catching up. */
static err find_same_print(struct store *st, const struct receipt *r, const struct receipt_place *place, int64_t *id)
{
    return store_number(st, "SELECT receipt FROM receipt_prints WHERE stream_from = ?1 AND stream_to = ?2 AND fingerprint = ?3",
                        VALUES(number((int64_t)place->from), number((int64_t)place->to), number((int64_t)receipt_fingerprint(r))),
                        id);
}

/* Two coffees are two coffees: without a number or a time on the paper, nothing says that a receipt is a copy. */
static err find_same_purchase(struct store *st, const struct receipt *r, const struct receipt_place *place, int64_t *id)
{
    if (r->number == NULL && r->datetime[0] == '\0') {
        return ERR_MISSING;
    }
    return store_number(st,
                        "SELECT id FROM receipts WHERE fingerprint = ?1 AND printed_us BETWEEN ?2 AND ?3 "
                        "ORDER BY printed_us DESC LIMIT 1",
                        VALUES(number((int64_t)receipt_fingerprint(r)), number(place->printed_us - REPRINT_US),
                               number(place->printed_us + REPRINT_US)),
                        id);
}

static err keep(struct store *st, const struct receipt *r, const struct receipt_place *place, int64_t *id, bool *is_new)
{
    err e = find_same_print(st, r, place, id);
    if (e != ERR_MISSING) {
        return e;
    }
    e = find_same_purchase(st, r, place, id);
    if (e == ERR_MISSING) {
        *is_new = true;
        e = keep_new(st, r, place, id);
    }
    return e == OK ? keep_print(st, r, place, *id) : e;
}

err visits_keep_receipt(struct store *st, const struct receipt *r, const struct receipt_place *place, int64_t *id, bool *is_new)
{
    if (place->text != NULL && strnlen(place->text, STORE_PAPER_CEILING + 1) > STORE_PAPER_CEILING) {
        return ERR_FULL;
    }
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    int64_t kept = 0;
    bool was_new = false;
    e = store_finish(st, keep(st, r, place, &kept, &was_new));
    if (e == OK) {
        *id = kept;
        *is_new = was_new;
    }
    return e;
}

/* --- reading back --- */
static struct amount read_amount(struct query *q, int column)
{
    return (struct amount){ query_number(q, column), !query_is_null(q, column) };
}

static enum receipt_kind read_kind(const char *name)
{
    for (int k = RECEIPT_SALE; k < RECEIPT_TRUNCATED; k++) {
        if (strcmp(receipt_kind_name((enum receipt_kind)k), name) == 0) {
            return (enum receipt_kind)k;
        }
    }
    return RECEIPT_TRUNCATED;
}

static err read_items(struct store *st, int64_t id, struct receipt *r)
{
    struct query q =
        store_ask(st, "SELECT quantity, description, amount_minor, kind FROM receipt_items WHERE receipt = ?1 ORDER BY line",
                  VALUES(number(id)));
    while (query_next(&q)) {
        r->items = mem_grow(r->items, r->item_count + 1, sizeof *r->items);
        r->items[r->item_count++] = (struct receipt_item){ query_decimal(&q, 0), mem_text(query_text(&q, 1)), read_amount(&q, 2),
                                                           mem_text(query_text(&q, 3)) };
    }
    return query_end(&q);
}

static err read_taxes(struct store *st, int64_t id, struct receipt *r)
{
    struct query q =
        store_ask(st, "SELECT label, amount_minor FROM receipt_taxes WHERE receipt = ?1 ORDER BY line", VALUES(number(id)));
    while (query_next(&q)) {
        r->taxes = mem_grow(r->taxes, r->tax_count + 1, sizeof *r->taxes);
        r->taxes[r->tax_count++] = (struct receipt_tax){ mem_text(query_text(&q, 0)), read_amount(&q, 1) };
    }
    return query_end(&q);
}

static err read_tenders(struct store *st, int64_t id, struct receipt *r)
{
    struct query q = store_ask(st, "SELECT type, label, amount_minor FROM receipt_tenders WHERE receipt = ?1 ORDER BY line",
                               VALUES(number(id)));
    while (query_next(&q)) {
        r->tenders = mem_grow(r->tenders, r->tender_count + 1, sizeof *r->tenders);
        r->tenders[r->tender_count++] =
            (struct receipt_tender){ mem_text(query_text(&q, 0)), mem_text(query_text(&q, 1)), read_amount(&q, 2) };
    }
    return query_end(&q);
}

/* Unlike the reader's own, every text in a receipt that comes from here is a copy. */
static void free_lines(struct receipt *r)
{
    for (size_t i = 0; i < r->item_count; i++) {
        mem_free(r->items[i].description);
        mem_free((char *)r->items[i].kind);
    }
    for (size_t i = 0; i < r->tax_count; i++) {
        mem_free(r->taxes[i].label);
    }
    for (size_t i = 0; i < r->tender_count; i++) {
        mem_free((char *)r->tenders[i].type);
        mem_free(r->tenders[i].label);
    }
    mem_free(r->items);
    mem_free(r->taxes);
    mem_free(r->tenders);
}

static void read_head(struct query *q, struct receipt *r)
{
    r->kind = read_kind(query_text(q, 5));
    r->store = (char *)query_text(q, 6);
    r->number = (char *)query_text(q, 7);
    snprintf(r->datetime, sizeof r->datetime, "%s", query_text(q, 8));
    snprintf(r->currency, sizeof r->currency, "%s", query_text(q, 9));
    r->decimals = (int)query_number(q, 10);
    r->subtotal = read_amount(q, 11);
    r->tax = read_amount(q, 12);
    r->total = read_amount(q, 13);
    r->change = read_amount(q, 14);
    r->confidence = query_decimal(q, 15);
}

static err give_row(struct query *q, receipt_fn *fn, void *self)
{
    struct receipt r = { 0 };
    struct receipt_row row = { .id = query_number(q, 0),
                               .visit = query_number(q, 1),
                               .customer = query_number(q, 2),
                               .printed_us = query_number(q, 3),
                               .times_printed = (unsigned)query_number(q, 4),
                               .receipt = &r,
                               .customer_name = query_text(q, 16),
                               .text = query_text(q, 17) };
    read_head(q, &r);
    err e = read_items(q->st, row.id, &r);
    if (e == OK) {
        e = read_taxes(q->st, row.id, &r);
    }
    if (e == OK) {
        e = read_tenders(q->st, row.id, &r);
    }
    if (e == OK) {
        fn(self, &row);
    }
    free_lines(&r);
    return e;
}

#define RECEIPT_COLUMNS                                                                                                          \
    "SELECT r.id, r.visit, v.customer, r.printed_us, (SELECT count(*) FROM receipt_prints WHERE receipt = r.id), r.kind, "       \
    "r.store, "                                                                                                                  \
    "r.number, r.datetime, r.currency, r.decimals, r.subtotal_minor, r.tax_minor, r.total_minor, r.change_minor, r.confidence, " \
    "p.name, r.text FROM receipts AS r LEFT JOIN visits AS v ON v.id = r.visit LEFT JOIN profiles AS p ON p.customer = "         \
    "v.customer "

err visits_get_receipt(struct store *st, int64_t id, receipt_fn *fn, void *self)
{
    struct query q = store_ask(st, RECEIPT_COLUMNS "WHERE r.id = ?1", VALUES(number(id)));
    err found = query_next(&q) ? give_row(&q, fn, self) : ERR_MISSING;
    err e = query_end(&q);
    return e != OK ? e : found;
}

err visits_each_receipt(struct store *st, int64_t visit, unsigned most, receipt_fn *fn, void *self)
{
    static const char all[] = RECEIPT_COLUMNS "WHERE ?1 = 0 ORDER BY r.printed_us DESC, r.id DESC LIMIT ?2";
    static const char of_visit[] = RECEIPT_COLUMNS "WHERE r.visit = ?1 ORDER BY r.printed_us DESC, r.id DESC LIMIT ?2";
    struct query q = store_ask(st, visit == 0 ? all : of_visit, VALUES(number(visit), number(most)));
    err given = OK;
    while (given == OK && query_next(&q)) {
        given = give_row(&q, fn, self);
    }
    err e = query_end(&q);
    return e != OK ? e : given;
}

err visits_join_receipt(struct store *st, int64_t receipt, int64_t visit)
{
    int64_t id = 0;
    return store_number(st, "UPDATE receipts SET visit = ?2 WHERE id = ?1 RETURNING id",
                        VALUES(number(receipt), reference(visit)), &id);
}

err visits_count_receipts(struct store *st, int64_t *count)
{
    return store_number(st, "SELECT count(*) FROM receipts", NO_VALUES, count);
}
