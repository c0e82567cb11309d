#include "views.h"

#include "base/mem.h"
#include "pure/json.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MOST_TIES = 12, MOST_RECEIPTS = 20, MOST_TIMELINE = 50, MOST_VISITS = 20, MOST_PROMISES = 20 };

void view_add_text(cJSON *object, const char *name, const char *text)
{
    cJSON_AddItemToObject(object, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

void view_add_id(cJSON *object, const char *name, int64_t id)
{
    char *text = id ? mem_format("%lld", (long long)id) : NULL;
    view_add_text(object, name, text);
    mem_free(text);
}

void view_add_time(cJSON *object, const char *name, int64_t when_us)
{
    char text[32] = "";
    time_t seconds = (time_t)(when_us / MICROSECONDS);
    struct tm parts;
    if (when_us == 0 || gmtime_r(&seconds, &parts) == NULL || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        view_add_text(object, name, NULL);
        return;
    }
    view_add_text(object, name, text);
}

char *view_print(cJSON *taken)
{
    char *printed = cJSON_PrintUnformatted(taken);
    char *text = mem_text(printed ? printed : "null");
    cJSON_free(printed);
    cJSON_Delete(taken);
    return text;
}

static bool starts_character(unsigned char byte)
{
    return (byte & 0xC0) != 0x80;
}

static int first_character_bytes(const char *text)
{
    int n = text[0] != '\0';
    while (text[n] != '\0' && !starts_character((unsigned char)text[n])) {
        n++;
    }
    return n;
}

/* The first letters of the first and the last word. */
static char *initials(const char *name)
{
    const char *space = strrchr(name, ' '), *last = space != NULL ? space + 1 : "";
    return mem_format("%.*s%.*s", first_character_bytes(name), name, first_character_bytes(last), last);
}

static void add_tie(void *self, const struct tie_row *row)
{
    cJSON *ties = self, *tie = cJSON_CreateObject();
    if (cJSON_GetArraySize(ties) >= MOST_TIES) {
        cJSON_Delete(tie);
        return;
    }
    view_add_id(tie, "id", row->id);
    view_add_text(tie, "word", row->word);
    view_add_text(tie, "name", row->other_name);
    view_add_id(tie, "customer", row->other);
    cJSON_AddItemToArray(ties, tie);
}

cJSON *view_customer_short(struct shop *s, const struct customer_row *row)
{
    cJSON *c = cJSON_CreateObject();
    char *letters = initials(row->name ? row->name : "");
    view_add_id(c, "id", row->id);
    view_add_text(c, "name", row->name);
    view_add_text(c, "say_as", row->say_as);
    view_add_text(c, "initials", letters);
    view_add_text(c, "tag", row->tag);
    view_add_text(c, "relate", row->relate);
    view_add_text(c, "language", row->language);
    view_add_text(c, "pronouns", row->pronouns);
    cJSON_AddNumberToObject(c, "visit_count", (double)row->visit_count);
    view_add_time(c, "last_visit_at", row->last_visit_us);
    cJSON *ties = cJSON_AddArrayToObject(c, "ties");
    shop_complain("ties", people_each_tie(s->parts.store, row->id, add_tie, ties));
    mem_free(letters);
    return c;
}

struct customer_view {
    struct shop *shop;
    cJSON *made;
};

static void make_customer(void *self, const struct customer_row *row)
{
    struct customer_view *v = self;
    v->made = view_customer_short(v->shop, row);
}

static void add_fact(void *self, const struct fact_row *row)
{
    cJSON *fact = cJSON_CreateObject();
    view_add_id(fact, "id", row->id);
    view_add_text(fact, "key", row->key);
    view_add_text(fact, "value", row->value);
    view_add_text(fact, "source", row->source);
    view_add_time(fact, "learned_at", row->learned_us);
    cJSON_AddItemToArray(self, fact);
}

static void add_identifier(void *self, const struct identifier_row *row)
{
    if (!row->is_active) {
        return;
    }
    cJSON *identifier = cJSON_CreateObject();
    view_add_id(identifier, "id", row->id);
    view_add_text(identifier, "kind", row->kind);
    view_add_text(identifier, "value", row->value);
    cJSON_AddItemToArray(self, identifier);
}

cJSON *view_promise(const struct promise_row *row)
{
    cJSON *promise = cJSON_CreateObject();
    view_add_id(promise, "id", row->id);
    view_add_id(promise, "customer", row->customer);
    view_add_text(promise, "customer_name", row->customer_name);
    view_add_text(promise, "what", row->what);
    view_add_text(promise, "due", row->due);
    view_add_text(promise, "state", row->state);
    view_add_time(promise, "made_at", row->made_us);
    return promise;
}

static void add_promise(void *self, const struct promise_row *row)
{
    cJSON_AddItemToArray(self, view_promise(row));
}

static void add_visit_line(void *self, const struct visit_row *row)
{
    cJSON *visit = cJSON_CreateObject();
    view_add_id(visit, "id", row->id);
    view_add_time(visit, "opened_at", row->opened_us);
    view_add_time(visit, "closed_at", row->closed_us);
    cJSON_AddItemToArray(self, visit);
}

static void add_touch(void *self, const struct touch_row *row)
{
    cJSON *touch = cJSON_CreateObject();
    view_add_time(touch, "when", row->when_us);
    view_add_text(touch, "way", row->way);
    view_add_text(touch, "channel", row->channel);
    view_add_text(touch, "text", row->text);
    cJSON_AddItemToArray(self, touch);
}

cJSON *view_customer(struct shop *s, int64_t customer)
{
    struct customer_view v = { .shop = s };
    if (people_get(s->parts.store, customer, make_customer, &v) != OK || v.made == NULL) {
        return NULL;
    }
    struct store *st = s->parts.store;
    cJSON *facts = cJSON_AddArrayToObject(v.made, "facts");
    cJSON *identifiers = cJSON_AddArrayToObject(v.made, "identifiers");
    cJSON *promises = cJSON_AddArrayToObject(v.made, "promises");
    cJSON *visits = cJSON_AddArrayToObject(v.made, "visits");
    cJSON *timeline = cJSON_AddArrayToObject(v.made, "timeline");
    shop_complain("facts", people_each_fact(st, customer, true, add_fact, facts));
    shop_complain("identifiers", people_each_identifier(st, customer, add_identifier, identifiers));
    shop_complain("promises", people_each_promise(st, customer, MOST_PROMISES, add_promise, promises));
    shop_complain("visits", visits_each_of_customer(st, customer, MOST_VISITS, add_visit_line, visits));
    shop_complain("the timeline", visits_each_touch(st, customer, MOST_TIMELINE, add_touch, timeline));
    return v.made;
}

cJSON *view_receipt(const struct receipt_row *row)
{
    cJSON *r = receipt_to_json(row->receipt);
    view_add_id(r, "id", row->id);
    view_add_id(r, "visit", row->visit);
    view_add_id(r, "customer", row->customer);
    view_add_text(r, "customer_name", row->customer_name);
    view_add_time(r, "printed_at", row->printed_us);
    cJSON_AddNumberToObject(r, "times_printed", row->times_printed);
    return r;
}

static void make_receipt(void *self, const struct receipt_row *row)
{
    *(cJSON **)self = view_receipt(row);
}

char *view_receipt_text(struct shop *s, int64_t receipt)
{
    cJSON *made = NULL;
    shop_complain("a receipt", visits_get_receipt(s->parts.store, receipt, make_receipt, &made));
    return view_print(made ? made : cJSON_CreateNull());
}

cJSON *view_slip(const struct slip_record *row)
{
    cJSON *slip = cJSON_CreateObject();
    view_add_id(slip, "id", row->id);
    view_add_id(slip, "visit", row->visit);
    view_add_text(slip, "state", row->state);
    view_add_text(slip, "template", row->template_name);
    cJSON *values = cJSON_Parse(row->values_json ? row->values_json : "{}");
    cJSON_DeleteItemFromObject(values, "edited");
    cJSON_AddItemToObject(slip, "values", values ? values : cJSON_CreateObject());
    /* The picture changes with the words: its address does too, so that no page shows an old one. */
    char *picture = mem_format("/api/v1/slips/%lld.png?v=%lld", (long long)row->id, (long long)row->changed_us);
    view_add_text(slip, "picture", picture);
    mem_free(picture);
    return slip;
}

static void replace_slip(void *self, const struct slip_record *row)
{
    cJSON_ReplaceItemInObject(self, "slip", view_slip(row));
}

static void add_prompt(void *self, const struct prompt_row *row)
{
    cJSON *prompt = cJSON_CreateObject();
    view_add_id(prompt, "id", row->id);
    view_add_text(prompt, "rule", row->rule);
    view_add_text(prompt, "accent", row->accent);
    view_add_text(prompt, "text", row->text);
    view_add_text(prompt, "why", row->why);
    view_add_text(prompt, "answer", row->answer);
    cJSON_AddItemToArray(self, prompt);
}

static void add_receipt(void *self, const struct receipt_row *row)
{
    cJSON_AddItemToArray(self, view_receipt(row));
}

static void make_visit(void *self, const struct visit_row *row)
{
    struct customer_view *v = self;
    struct store *st = v->shop->parts.store;
    struct customer_view customer = { .shop = v->shop };
    if (row->customer != 0) {
        shop_complain("the customer", people_get(st, row->customer, make_customer, &customer));
    }
    v->made = cJSON_CreateObject();
    view_add_id(v->made, "id", row->id);
    view_add_text(v->made, "state", row->closed_us ? "closed" : "open");
    view_add_text(v->made, "opened_by", row->opened_by);
    view_add_time(v->made, "opened_at", row->opened_us);
    view_add_time(v->made, "closed_at", row->closed_us);
    cJSON_AddItemToObject(v->made, "customer", customer.made ? customer.made : cJSON_CreateNull());
    cJSON *prompts = cJSON_AddArrayToObject(v->made, "prompts");
    cJSON *receipts = cJSON_AddArrayToObject(v->made, "receipts");
    cJSON_AddNullToObject(v->made, "slip");
    shop_complain("prompts", visits_each_prompt(st, row->id, add_prompt, prompts));
    shop_complain("receipts", visits_each_receipt(st, row->id, MOST_RECEIPTS, add_receipt, receipts));
    shop_complain("slips", visits_each_slip(st, row->id, replace_slip, v->made));
}

cJSON *view_visit(struct shop *s, int64_t visit)
{
    struct customer_view v = { .shop = s };
    if (visit != 0) {
        shop_complain("the visit", visits_get(s->parts.store, visit, make_visit, &v));
    }
    return v.made ? v.made : cJSON_CreateNull();
}

char *view_visit_text(struct shop *s, int64_t visit)
{
    return view_print(view_visit(s, visit));
}

cJSON *view_status(const struct shop *s)
{
    cJSON *status = cJSON_CreateObject();
    view_add_text(status, "tap", s->tap.is_connected ? "up" : "down");
    view_add_text(status, "printer", shop_printer_word(s));
    view_add_text(status, "journal", s->tap.is_journal_writing || !s->tap.is_connected ? "writing" : "stopped");
    view_add_text(status, "scanner", !s->has_scanner ? "none" : s->is_scanner_up ? "up" : "down");
    return status;
}
