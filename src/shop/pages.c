/* What the web page may ask, one row each. */
#include "pages.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DUE = 5, MOST_UNJOINED = 5, UNJOINED_US_HOURS = 12 };

int64_t page_id(const char *text)
{
    char *end = NULL;
    if (text == NULL || text[0] < '0' || text[0] > '9') {
        return 0;
    }
    errno = 0;
    long long id = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' && id > 0 ? id : 0;
}

cJSON *page_body(const struct web_request *r, struct web_reply *reply)
{
    cJSON *body = cJSON_ParseWithLength((const char *)r->body.at, r->body.n);
    if (!cJSON_IsObject(body)) {
        cJSON_Delete(body);
        web_refuse(reply, 400, "bad_body", "This needs a JSON object.");
        return NULL;
    }
    return body;
}

const char *page_text(const cJSON *body, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(body, name);
    if (!cJSON_IsString(member) || member->valuestring[0] == '\0' || strlen(member->valuestring) > TEXT_MOST) {
        return NULL;
    }
    return member->valuestring;
}

int64_t page_body_id(const cJSON *body, const char *name)
{
    return page_id(page_text(body, name));
}

void page_answer(struct web_reply *reply, unsigned status, cJSON *taken)
{
    char *text = view_print(taken);
    reply->status = status;
    if (buf_add_text(&reply->body, text) != OK) {
        web_refuse(reply, 500, "too_long", "The answer is too long.");
    }
    mem_free(text);
}

void page_refuse_err(struct web_reply *reply, err e, const char *what)
{
    shop_complain(what, e == ERR_MISSING || e == ERR_INPUT || e == ERR_REFUSED ? OK : e);
    if (e == ERR_MISSING) {
        web_refuse(reply, 404, "not_found", "That is not here (any more).");
    } else if (e == ERR_INPUT) {
        web_refuse(reply, 422, "not_understood", "Something in this could not be understood.");
    } else if (e == ERR_REFUSED) {
        web_refuse(reply, 409, "taken", "That already belongs to somebody else.");
    } else {
        web_refuse(reply, 500, "not_kept", "This could not be kept. Receipts go on printing; please try again.");
    }
}

unsigned page_limit(const struct web_request *r, unsigned standard, unsigned most)
{
    int64_t wanted = page_id(web_query(r, "limit"));
    return wanted == 0 ? standard : wanted > most ? most : (unsigned)wanted;
}

static void scan(void *self, const struct web_request *r, struct web_reply *reply)
{
    cJSON *body = page_body(r, reply);
    if (body == NULL) {
        return;
    }
    const char *code = page_text(body, "code");
    if (code == NULL) {
        web_refuse(reply, 422, "no_code", "A scan needs its \"code\".");
    } else {
        struct scan_result found = shop_scanned(self, code);
        cJSON *answer = cJSON_CreateObject();
        view_add_id(answer, "visit", found.visit);
        view_add_id(answer, "customer", found.customer);
        cJSON_AddBoolToObject(answer, "known", found.customer != 0);
        page_answer(reply, 202, answer);
    }
    cJSON_Delete(body);
}

static void add_due(void *self, const struct promise_row *row)
{
    cJSON_AddItemToArray(self, view_promise(row));
}

struct unjoined {
    cJSON *list;
    int64_t since_us, open_visit;
};

static void add_unjoined(void *self, const struct receipt_row *row)
{
    struct unjoined *u = self;
    bool is_elsewhere = row->visit == 0 || row->visit != u->open_visit;
    bool is_shown = row->customer == 0 && is_elsewhere && row->printed_us >= u->since_us;
    if (is_shown && stream_is_about_a_visitor(row->receipt) && cJSON_GetArraySize(u->list) < MOST_UNJOINED) {
        cJSON_AddItemToArray(u->list, view_receipt(row));
    }
}

static void current(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)r;
    struct shop *s = self;
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddItemToObject(answer, "visit", view_visit(s, s->visit));
    cJSON *unjoined = cJSON_AddArrayToObject(answer, "unjoined"), *due = cJSON_AddArrayToObject(answer, "due");
    struct unjoined u = { .list = unjoined,
                          .since_us = shop_now_us(s) - (int64_t)UNJOINED_US_HOURS * 3600 * MICROSECONDS,
                          .open_visit = s->visit };
    shop_complain("receipts", visits_each_receipt(s->parts.store, 0, 50, add_unjoined, &u));
    shop_complain("promises", people_each_promise(s->parts.store, 0, MOST_DUE, add_due, due));
    cJSON_AddItemToObject(answer, "status", view_status(s));
    page_answer(reply, 200, answer);
}

static void answer_visit(struct shop *s, struct web_reply *reply, unsigned status, int64_t visit)
{
    page_answer(reply, status, view_visit(s, visit));
}

/* Somebody who exists, or 0 for nobody. */
static bool read_customer(struct shop *s, const cJSON *body, int64_t *out)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(body, "customer");
    *out = page_body_id(body, "customer");
    if (*out == 0) {
        return cJSON_IsNull(member);
    }
    cJSON *known = view_customer(s, *out);
    cJSON_Delete(known);
    return known != NULL;
}

static void open_visit(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct shop *s = self;
    cJSON *body = page_body(r, reply);
    if (body == NULL) {
        return;
    }
    int64_t customer = 0;
    if (!read_customer(s, body, &customer)) {
        page_refuse_err(reply, ERR_MISSING, "a visit");
    } else {
        err e = visit_open(s, customer, "page");
        e == OK ? answer_visit(s, reply, 201, s->visit) : page_refuse_err(reply, e, "a visit");
    }
    cJSON_Delete(body);
}

static void name_visit(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct shop *s = self;
    cJSON *body = page_body(r, reply);
    if (body == NULL) {
        return;
    }
    int64_t customer = 0, visit = page_id(r->parts[0]);
    err e = visit != 0 && read_customer(s, body, &customer) ? visit_name(s, visit, customer) : ERR_MISSING;
    e == OK ? answer_visit(s, reply, 200, visit) : page_refuse_err(reply, e, "naming a visit");
    cJSON_Delete(body);
}

static void close_visit(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct shop *s = self;
    int64_t visit = page_id(r->parts[0]);
    err e = visit != 0 ? visit_end(s, visit) : ERR_MISSING;
    e == OK ? answer_visit(s, reply, 200, visit) : page_refuse_err(reply, e, "closing a visit");
}

static bool is_an_answer(const cJSON *answer)
{
    return cJSON_IsNull(answer) ||
           (cJSON_IsString(answer) && (strcmp(answer->valuestring, "said") == 0 || strcmp(answer->valuestring, "not_now") == 0));
}

static void answer_prompt(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct shop *s = self;
    cJSON *body = page_body(r, reply);
    if (body == NULL) {
        return;
    }
    const cJSON *answer = cJSON_GetObjectItemCaseSensitive(body, "answer");
    int64_t prompt = page_id(r->parts[0]);
    err e = !is_an_answer(answer) ? ERR_INPUT : prompt == 0 ? ERR_MISSING : OK;
    if (e == OK) {
        e = visits_answer_prompt(s->parts.store, prompt, cJSON_GetStringValue(answer), 0, shop_now_us(s));
    }
    if (e == OK) {
        visit_tell(s);
        answer_visit(s, reply, 200, s->visit);
    } else {
        page_refuse_err(reply, e, "an answer to a prompt");
    }
    cJSON_Delete(body);
}

static void add_receipt(void *self, const struct receipt_row *row)
{
    cJSON_AddItemToArray(self, view_receipt(row));
}

static void list_receipts(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct shop *s = self;
    cJSON *answer = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(answer, "receipts");
    err e = visits_each_receipt(s->parts.store, page_id(web_query(r, "visit")), page_limit(r, 20, 500), add_receipt, list);
    if (e != OK) {
        cJSON_Delete(answer);
        page_refuse_err(reply, e, "receipts");
        return;
    }
    page_answer(reply, 200, answer);
}

static void name_receipt(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct shop *s = self;
    cJSON *body = page_body(r, reply);
    if (body == NULL) {
        return;
    }
    int64_t customer = 0, receipt = page_id(r->parts[0]);
    err e = receipt != 0 && read_customer(s, body, &customer) ? visit_name_receipt(s, receipt, customer) : ERR_MISSING;
    if (e == OK) {
        char *text = view_receipt_text(s, receipt);
        page_answer(reply, 200, cJSON_CreateRaw(text));
        mem_free(text);
    } else {
        page_refuse_err(reply, e, "naming a receipt");
    }
    cJSON_Delete(body);
}

/* What is wrong, in words; nothing is: "ok". */
static void health(void *self, const struct web_request *r, struct web_reply *reply)
{
    (void)r;
    const struct shop *s = self;
    cJSON *answer = cJSON_CreateObject();
    const char *wrong = !s->tap.is_connected         ? "The printer tap does not answer; receipts print without us."
                        : !s->tap.is_printer_up      ? "The printer is away; receipts wait for it."
                        : !s->tap.is_journal_writing ? "The tap's disk is full or broken; receipts print, but are not kept."
                        : s->is_behind               ? "The store's disk is full or broken; what was printed is read later."
                                                     : NULL;
    view_add_text(answer, "status", wrong ? "degraded" : "ok");
    view_add_text(answer, "wrong", wrong);
    page_answer(reply, 200, answer);
}

const struct web_row shop_rows[] = {
    { "POST", "/api/v1/scans", scan },
    { "GET", "/api/v1/visits/current", current },
    { "POST", "/api/v1/visits", open_visit },
    { "POST", "/api/v1/visits/{id}/customer", name_visit },
    { "POST", "/api/v1/visits/{id}/close", close_visit },
    { "POST", "/api/v1/prompts/{id}/answer", answer_prompt },
    { "GET", "/api/v1/customers", page_search },
    { "POST", "/api/v1/customers", page_add_customer },
    { "GET", "/api/v1/customers/{id}", page_customer },
    { "PATCH", "/api/v1/customers/{id}", page_change_customer },
    { "GET", "/api/v1/receipts", list_receipts },
    { "POST", "/api/v1/receipts/{id}/customer", name_receipt },
    { "POST", "/api/v1/slips", page_ask_slip },
    { "GET", "/api/v1/slips/{id}", page_slip },
    { "GET", "/api/v1/slips/{id}.png", page_slip_picture },
    { "PATCH", "/api/v1/slips/{id}", page_edit_slip },
    { "GET", "/healthz", health },
    { NULL, NULL, NULL },
};
