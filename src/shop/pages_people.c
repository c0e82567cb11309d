/* The page's questions about people. What staff tell us is learned from "counter". */
#include "pages.h"

#include <string.h>

enum { PROMISES_OF_ONE_MOST = 10000 };

struct found {
    struct shop *shop;
    cJSON *list;
};

static void add_found(void *self, const struct customer_row *row)
{
    struct found *f = self;
    cJSON_AddItemToArray(f->list, view_customer_short(f->shop, row));
}

void page_search(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct shop *s = self;
    const char *text = web_query(r, "q");
    cJSON *answer = cJSON_CreateObject();
    struct found f = { .shop = s, .list = cJSON_AddArrayToObject(answer, "customers") };
    err e = people_search(s->parts.store, text ? text : "", page_limit(r, 8, 50), add_found, &f);
    if (e != OK) {
        cJSON_Delete(answer);
        page_refuse_err(reply, e, "a search");
        return;
    }
    page_answer(reply, 200, answer);
}

static void answer_customer(struct shop *s, struct web_reply *reply, unsigned status, int64_t customer)
{
    cJSON *made = view_customer(s, customer);
    made ? page_answer(reply, status, made) : page_refuse_err(reply, ERR_MISSING, "a customer");
}

void page_customer(void *self, const struct web_request *r, struct web_reply *reply)
{
    answer_customer(self, reply, 200, page_id(r->parts[0]));
}

/* One list of a change: each member of `body[name]` is learned by `fn`. */
typedef err learn_fn(struct store *st, int64_t customer, const cJSON *item, const struct learned *from);

static err learn_fact(struct store *st, int64_t customer, const cJSON *item, const struct learned *from)
{
    int64_t id = 0;
    const char *key = page_text(item, "key"), *value = page_text(item, "value");
    return key && value ? people_learn(st, &(struct new_fact){ customer, key, value }, from, &id) : ERR_INPUT;
}

static err learn_identifier(struct store *st, int64_t customer, const cJSON *item, const struct learned *from)
{
    int64_t id = 0;
    const char *kind = page_text(item, "kind"), *value = page_text(item, "value");
    return kind && value ? people_link(st, &(struct new_identifier){ customer, kind, value }, from, &id) : ERR_INPUT;
}

/* Whether a thing that a change names belongs to the customer whose change it is. */
struct belonging {
    int64_t wanted;
    bool is_there;
};

static void see_fact(void *self, const struct fact_row *row)
{
    struct belonging *b = self;
    b->is_there |= row->id == b->wanted;
}

static void see_identifier(void *self, const struct identifier_row *row)
{
    struct belonging *b = self;
    b->is_there |= row->id == b->wanted;
}

static void see_promise(void *self, const struct promise_row *row)
{
    struct belonging *b = self;
    b->is_there |= row->id == b->wanted;
}

static err must_belong(err e, const struct belonging *b)
{
    return e != OK ? e : b->is_there ? OK : ERR_MISSING;
}

static err change_promise(struct store *st, int64_t customer, const struct belonging *asked, const char *state,
                          const struct learned *from)
{
    struct belonging b = *asked;
    err e = people_each_promise(st, customer, PROMISES_OF_ONE_MOST, see_promise, &b);
    e = must_belong(e, &b);
    return e == OK ? people_promise_state(st, b.wanted, state, from) : e;
}

static err learn_promise(struct store *st, int64_t customer, const cJSON *item, const struct learned *from)
{
    int64_t id = page_body_id(item, "id");
    const char *what = page_text(item, "what"), *due = page_text(item, "due"), *state = page_text(item, "state");
    if (id != 0) {
        return state ? change_promise(st, customer, &(struct belonging){ .wanted = id }, state, from) : ERR_INPUT;
    }
    return what && due ? people_promise(st, &(struct new_promise){ customer, what, due }, from, &id) : ERR_INPUT;
}

static err learn_tie(struct store *st, int64_t customer, const cJSON *item, const struct learned *from)
{
    int64_t id = 0, other = page_body_id(item, "other");
    const char *word = page_text(item, "word"), *back_word = page_text(item, "back_word");
    return word && other ? people_tie(st, &(struct new_tie){ customer, word, other, back_word }, from, &id) : ERR_INPUT;
}

static void see_tie(void *self, const struct tie_row *row)
{
    struct belonging *b = self;
    b->is_there |= row->id == b->wanted;
}

static err untie_one(struct store *st, int64_t customer, const cJSON *item, const struct learned *from)
{
    struct belonging b = { .wanted = cJSON_IsString(item) ? page_id(item->valuestring) : 0 };
    err e = b.wanted ? people_each_tie(st, customer, see_tie, &b) : ERR_INPUT;
    e = must_belong(e, &b);
    return e == OK ? people_untie(st, b.wanted, from) : e;
}

static err take_back(struct store *st, int64_t customer, const cJSON *item, const struct learned *from)
{
    struct belonging b = { .wanted = cJSON_IsString(item) ? page_id(item->valuestring) : 0 };
    err e = b.wanted ? people_each_fact(st, customer, false, see_fact, &b) : ERR_INPUT;
    e = must_belong(e, &b);
    return e == OK ? people_retract(st, b.wanted, from) : e;
}

static err unlink_one(struct store *st, int64_t customer, const cJSON *item, const struct learned *from)
{
    struct belonging b = { .wanted = cJSON_IsString(item) ? page_id(item->valuestring) : 0 };
    err e = b.wanted ? people_each_identifier(st, customer, see_identifier, &b) : ERR_INPUT;
    e = must_belong(e, &b);
    return e == OK ? people_unlink(st, b.wanted, from) : e;
}

static const struct {
    const char *name;
    learn_fn *fn;
} lists[] = {
    { "facts", learn_fact },       { "identifiers", learn_identifier },
    { "promises", learn_promise }, { "ties", learn_tie },
    { "retract", take_back },      { "unlink", unlink_one },
    { "untie", untie_one },
};

/* A member that is empty says nothing; one that is too long, or no text, must not be lost without a word. */
static err learn_plain(struct store *st, int64_t customer, const cJSON *body, const char *name, const struct learned *from)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(body, name);
    const char *value = page_text(body, name);
    int64_t id = 0;
    if (value == NULL) {
        bool says_nothing = member == NULL || cJSON_IsNull(member) || (cJSON_IsString(member) && member->valuestring[0] == '\0');
        return says_nothing ? OK : ERR_INPUT;
    }
    return people_learn(st, &(struct new_fact){ customer, name, value }, from, &id);
}

static err learn_all(struct store *st, int64_t customer, const cJSON *body, const struct learned *from)
{
    static const char *const plain[] = { "say_as", "nickname", "pronouns", "language", "relate" };
    err e = OK;
    for (size_t i = 0; i < sizeof plain / sizeof *plain && e == OK; i++) {
        e = learn_plain(st, customer, body, plain[i], from);
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists && e == OK; i++) {
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(body, lists[i].name);
        for (const cJSON *item = cJSON_IsArray(list) ? list->child : NULL; item != NULL && e == OK; item = item->next) {
            e = lists[i].fn(st, customer, item, from);
        }
    }
    return e;
}

/* All of a change, or none of it. A customer of 0 is somebody new. */
static err change(struct shop *s, const cJSON *body, int64_t *customer)
{
    struct store *st = s->parts.store;
    struct learned from = { .now_us = shop_now_us(s), .source = "counter" };
    const char *name = page_text(body, "name");
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    if (*customer == 0) {
        e = name ? people_add(st, name, &from, customer) : ERR_INPUT;
    } else {
        e = learn_plain(st, *customer, body, "name", &from);
    }
    e = e == OK ? learn_all(st, *customer, body, &from) : e;
    if (e != OK) {
        store_rollback(st);
        return e;
    }
    return store_commit(st);
}

static void tell(struct shop *s, int64_t customer)
{
    bus_post(s->parts.bus,
             &(struct event){ .kind = EV_CUSTOMER_CHANGED, .time_ms = shop_now_us(s) / 1000, .customer = customer });
    if (customer == s->customer) {
        slip_prepare(s);
        visit_tell(s);
    }
}

static void change_and_answer(struct shop *s, const struct web_request *r, struct web_reply *reply, int64_t customer)
{
    unsigned status = customer ? 200 : 201;
    cJSON *body = page_body(r, reply);
    if (body == NULL) {
        return;
    }
    err e = change(s, body, &customer);
    if (e == OK) {
        tell(s, customer);
        answer_customer(s, reply, status, customer);
    } else {
        page_refuse_err(reply, e, "a change to a customer");
    }
    cJSON_Delete(body);
}

void page_add_customer(void *self, const struct web_request *r, struct web_reply *reply)
{
    change_and_answer(self, r, reply, 0);
}

void page_change_customer(void *self, const struct web_request *r, struct web_reply *reply)
{
    int64_t customer = page_id(r->parts[0]);
    if (customer == 0) {
        page_refuse_err(reply, ERR_MISSING, "a customer");
        return;
    }
    change_and_answer(self, r, reply, customer);
}
