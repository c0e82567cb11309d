#include "pure/event.h"

#include "base/mem.h"

#include <cjson/cJSON.h>
#include <stddef.h>

static const char *const names[EV_KIND_COUNT] = {
    [EV_CODE_SCANNED] = "code-scanned", [EV_VISIT_CHANGED] = "visit-changed",     [EV_VISIT_CLOSED] = "visit-closed",
    [EV_RECEIPT_READ] = "receipt-read", [EV_SLIP_CHANGED] = "slip-changed",       [EV_CUSTOMER_CHANGED] = "customer-changed",
    [EV_TAP_CHANGED] = "tap-changed",   [EV_PRINTER_CHANGED] = "printer-changed", [EV_SCANNER_CHANGED] = "scanner-changed",
};

const char *event_name(enum event_kind kind)
{
    return (unsigned)kind < EV_KIND_COUNT ? names[kind] : "unknown";
}

/* Ids travel as text: a till's numbers may pass 2^53, where JSON readers lose digits. */
static void add_id(cJSON *o, const char *name, int64_t id)
{
    if (id == 0) {
        return;
    }
    char *text = mem_format("%lld", (long long)id);
    cJSON_AddStringToObject(o, name, text);
    mem_free(text);
}

char *event_json(const struct event *e)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", event_name(e->kind));
    cJSON_AddNumberToObject(o, "sequence", (double)e->sequence);
    cJSON_AddNumberToObject(o, "time_ms", (double)e->time_ms);
    add_id(o, "visit", e->visit);
    add_id(o, "customer", e->customer);
    add_id(o, "receipt", e->receipt);
    add_id(o, "slip", e->slip);
    if (e->text != NULL) {
        cJSON_AddStringToObject(o, "text", e->text);
    }
    if (e->detail != NULL) {
        cJSON_AddItemToObject(o, "detail", cJSON_CreateRaw(e->detail));
    }
    char *printed = cJSON_PrintUnformatted(o);
    char *text = mem_text(printed ? printed : "{}");
    cJSON_free(printed);
    cJSON_Delete(o);
    return text;
}
