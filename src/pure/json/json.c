#include "pure/json.h"

#include "base/buf.h"
#include "base/mem.h"

#include <math.h>

static void add_text(cJSON *object, const char *name, const char *text)
{
    bool is_known = text && text[0];
    cJSON_AddItemToObject(object, name, is_known ? cJSON_CreateString(text) : cJSON_CreateNull());
}

static void add_amount(cJSON *object, const char *name, struct amount amount)
{
    cJSON_AddItemToObject(object, name, amount.is_known ? cJSON_CreateNumber((double)amount.minor) : cJSON_CreateNull());
}

static cJSON *item_to_json(const struct receipt_item *item)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "qty", item->quantity);
    add_text(json, "description", item->description);
    add_amount(json, "amount_minor", item->amount);
    if (item->kind) {
        cJSON_AddStringToObject(json, "kind", item->kind);
    }
    return json;
}

static cJSON *tax_to_json(const struct receipt_tax *tax)
{
    cJSON *json = cJSON_CreateObject();
    add_text(json, "label", tax->label);
    add_amount(json, "amount_minor", tax->amount);
    return json;
}

static cJSON *tender_to_json(const struct receipt_tender *tender)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "type", tender->type);
    add_text(json, "label", tender->label);
    add_amount(json, "amount_minor", tender->amount);
    return json;
}

static void add_parts(cJSON *json, const struct receipt *r)
{
    cJSON *items = cJSON_AddArrayToObject(json, "items");
    for (size_t i = 0; i < r->item_count; i++) {
        cJSON_AddItemToArray(items, item_to_json(&r->items[i]));
    }
    cJSON *taxes = cJSON_AddArrayToObject(json, "taxes");
    for (size_t i = 0; i < r->tax_count; i++) {
        cJSON_AddItemToArray(taxes, tax_to_json(&r->taxes[i]));
    }
    cJSON *tenders = cJSON_AddArrayToObject(json, "tender");
    for (size_t i = 0; i < r->tender_count; i++) {
        cJSON_AddItemToArray(tenders, tender_to_json(&r->tenders[i]));
    }
}

cJSON *receipt_to_json(const struct receipt *r)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "kind", receipt_kind_name(r->kind));
    add_text(json, "store", r->store);
    add_text(json, "receipt_no", r->number);
    add_text(json, "datetime", r->datetime);
    add_parts(json, r);
    add_amount(json, "subtotal_minor", r->subtotal);
    add_amount(json, "tax_minor", r->tax);
    add_amount(json, "total_minor", r->total);
    add_text(json, "currency", r->currency);
    cJSON_AddNumberToObject(json, "decimals", r->decimals);
    add_amount(json, "change_minor", r->change);
    cJSON_AddNumberToObject(json, "confidence", round(r->confidence * 100) / 100);
    return json;
}

/* Two-byte and three-byte characters at which some readers of lines would break the line: U+0080 to U+009F, U+2028 and
 * U+2029. Returns the character, 0 for any other. */
static unsigned line_breaker(const unsigned char *at, size_t n)
{
    if (n >= 2 && at[0] == 0xc2 && at[1] < 0xa0) {
        return at[1];
    }
    bool is_separator = n >= 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9);
    return is_separator ? 0x2000u | (at[2] & 0x3fu) : 0;
}

/* Escapes one character and returns how many bytes it had. */
static size_t escape_one(const unsigned char *at, size_t n, struct buf *out, err *e)
{
    unsigned breaker = line_breaker(at, n);
    bool is_plain = breaker == 0 && at[0] >= 0x20 && at[0] != '"' && at[0] != '\\';
    *e = is_plain ? buf_add_byte(out, at[0]) : buf_format(out, "\\u%04x", breaker ? breaker : at[0]);
    return breaker == 0 ? 1 : breaker < 0x100 ? 2 : 3;
}

/* cJSON ends a string at its first NUL; a code may hold some, and any other byte. So its text is escaped here. */
static cJSON *code_data_to_json(const char *text, size_t n)
{
    struct buf out;
    buf_init(&out, 6 * n + 2);
    err e = buf_add_byte(&out, '"');
    for (size_t i = 0; i < n && e == OK;) {
        i += escape_one((const unsigned char *)text + i, n - i, &out, &e);
    }
    e = e == OK ? buf_add_byte(&out, '"') : e;
    cJSON *json = e == OK ? cJSON_CreateRaw(buf_text(&out)) : cJSON_CreateNull();
    buf_clear(&out);
    return json;
}

static cJSON *codes_to_json(const struct print_job *job)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < job->code_count; i++) {
        cJSON *code = cJSON_CreateObject();
        cJSON_AddStringToObject(code, "type", job->codes[i].type);
        cJSON_AddItemToObject(code, "data", code_data_to_json(job->codes[i].data, job->codes[i].data_bytes));
        cJSON_AddItemToArray(array, code);
    }
    return array;
}

static cJSON *images_to_json(const struct print_job *job)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < job->image_count; i++) {
        cJSON *image = cJSON_CreateObject();
        cJSON_AddNumberToObject(image, "w", job->images[i].width_dots);
        cJSON_AddNumberToObject(image, "h", job->images[i].height_dots);
        cJSON_AddItemToArray(array, image);
    }
    return array;
}

static cJSON *lines_to_json(const struct print_job *job)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < job->line_count; i++) {
        char *text = mem_text(job->lines[i].text);
        receipt_mask_cards(text);
        cJSON_AddItemToArray(array, cJSON_CreateString(text));
        mem_free(text);
    }
    return array;
}

cJSON *job_to_json(unsigned number, const struct print_job *job, const struct receipts *receipts)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "job", number);
    const double range[2] = { (double)job->from, (double)job->to };
    cJSON_AddItemToObject(json, "bytes", cJSON_CreateDoubleArray(range, 2));
    cJSON_AddStringToObject(json, "dialect", dialect_name(job->dialect));
    cJSON_AddItemToObject(json, "lines", lines_to_json(job));
    cJSON_AddItemToObject(json, "codes", codes_to_json(job));
    cJSON_AddItemToObject(json, "images", images_to_json(job));
    cJSON_AddBoolToObject(json, "cut", job->is_cut);
    cJSON_AddNumberToObject(json, "drawer", job->drawer_pulses);
    cJSON *array = cJSON_AddArrayToObject(json, "receipts");
    for (size_t i = 0; receipts && i < receipts->count; i++) {
        cJSON_AddItemToArray(array, receipt_to_json(&receipts->at[i]));
    }
    if (job->unknown_commands > 0) {
        cJSON_AddNumberToObject(json, "unknown", job->unknown_commands);
    }
    if (job->is_over_ceiling) {
        cJSON_AddTrueToObject(json, "over_ceiling");
    }
    return json;
}
