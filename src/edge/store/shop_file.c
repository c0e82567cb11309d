/* A whole shop from one JSON file: the demo (packaging/demo/shop.json shows all that may stand in one), or what an owner wrote
 * down before the first day. */
#include "room.h"

#include "base/mem.h"
#include "edge/visits.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_CEILING = 4 * 1024 * 1024, MOST_ITEMS = 100 };

static const int64_t MINUTE_US = (int64_t)60 * 1000000;

struct loading {
    struct store *st;
    const cJSON *shop;
    int64_t now_us, today;
    unsigned visits; /* so far: each a little later in its day */
    const char *at;  /* the key of the customer at hand, for the reason */
    char **reason;
};

static err refuse(struct loading *l, const char *what, const char *value)
{
    if (*l->reason == NULL) {
        *l->reason = mem_format("%s%s%s \"%s\"", l->at != NULL ? l->at : "", l->at != NULL ? ": " : "", what, value);
    }
    return ERR_INPUT;
}

static const char *text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* An error from the store is told with what was being added. */
static err told(struct loading *l, err e, const char *what, const char *value)
{
    return e == OK || e == ERR_SYSTEM ? e : refuse(l, what, value != NULL ? value : "");
}

/* --- dates --- */
/* "-21d", "+2w", "-5m", "-1y", "2026-11-30"; NULL is today. */
static bool read_day(const struct loading *l, const char *text, int64_t *day)
{
    static const struct {
        char letter;
        int days;
    } units[] = { { 'd', 1 }, { 'w', 7 }, { 'm', 30 }, { 'y', 365 } };
    if (text == NULL) {
        *day = l->today;
        return true;
    }
    if (day_read(text, day)) {
        return true;
    }
    char *end = NULL;
    long count = strtol(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (end != text && end[0] == units[i].letter && end[1] == '\0' && labs(count) < 100000) {
            *day = l->today + count * units[i].days;
            return true;
        }
    }
    return false;
}

static err read_learned(struct loading *l, const cJSON *object, const char *date_name, struct learned *out)
{
    const char *date = text_of(object, date_name), *staff = text_of(object, "staff"), *source = text_of(object, "source");
    int64_t day = 0;
    if (!read_day(l, date, &day)) {
        return refuse(l, "not a date:", date);
    }
    int64_t noon_us = day_noon_us(day);
    *out = (struct learned){ noon_us < l->now_us ? noon_us : l->now_us, source != NULL ? source : "counter", 0 };
    if (staff == NULL) {
        return OK;
    }
    return told(l, store_number(l->st, "SELECT id FROM staff WHERE name = ?1", VALUES(words(staff)), &out->staff),
                "nobody on the staff is called", staff);
}

/* --- each kind of entry --- */
typedef err entry_fn(struct loading *l, int64_t customer, const cJSON *entry);

static err each_entry(struct loading *l, const cJSON *object, const char *name, int64_t customer, entry_fn *fn)
{
    const cJSON *entry = NULL;
    err e = OK;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(object, name))
    {
        e = e == OK ? fn(l, customer, entry) : e;
    }
    return e;
}

static err add_staff(struct loading *l, int64_t unused, const cJSON *entry)
{
    (void)unused;
    const char *name = text_of(entry, "name"), *role = text_of(entry, "role");
    int64_t id = 0;
    err e = store_number(l->st, "SELECT id FROM staff WHERE name = ?1", VALUES(words(name)), &id);
    if (e != ERR_MISSING) {
        return e;
    }
    return told(l, store_add_staff(l->st, name, role != NULL ? role : "staff", &id), "cannot add to the staff:", name);
}

static err add_story(struct loading *l, int64_t unused, const cJSON *entry)
{
    (void)unused;
    const char *about = text_of(entry, "about"), *text = text_of(entry, "text");
    int64_t id = 0;
    err e = store_number(l->st, "SELECT id FROM stories WHERE about = ?1 AND text = ?2", VALUES(words(about), words(text)), &id);
    if (e != ERR_MISSING) {
        return e;
    }
    return told(l, store_add_story(l->st, about, text_of(entry, "maker"), text, &id), "cannot add the story about", about);
}

static err add_fact(struct loading *l, int64_t customer, const cJSON *entry)
{
    struct learned from;
    const char *key = text_of(entry, "key"), *value = text_of(entry, "value");
    err e = read_learned(l, entry, "learned", &from);
    if (e != OK) {
        return e;
    }
    if (key == NULL || value == NULL) {
        return refuse(l, "a fact needs a key and a value:", key != NULL ? key : "");
    }
    return told(l, people_learn(l->st, &(struct new_fact){ customer, key, value }, &from, NULL), "cannot learn", value);
}

static err add_promise(struct loading *l, int64_t customer, const cJSON *entry)
{
    struct learned from;
    int64_t due = 0, id = 0;
    char due_text[DAY_TEXT];
    const char *what = text_of(entry, "what"), *state = text_of(entry, "state");
    err e = read_learned(l, entry, "made", &from);
    if (e != OK) {
        return e;
    }
    if (!read_day(l, text_of(entry, "due"), &due)) {
        return refuse(l, "not a date:", text_of(entry, "due"));
    }
    day_text(due, due_text);
    e = told(l, people_promise(l->st, &(struct new_promise){ customer, what, due_text }, &from, &id), "cannot promise", what);
    if (e == OK && state != NULL) {
        e = told(l, people_promise_state(l->st, id, state, &from), "a promise cannot be", state);
    }
    return e;
}

/* Birthdays may be relative as well, so that a demo always has some near: with "born" the year is known, too. */
static err add_birthday(struct loading *l, int64_t customer, const cJSON *entry, const struct learned *from)
{
    const char *given = text_of(entry, "birthday");
    const cJSON *born = cJSON_GetObjectItemCaseSensitive(entry, "born");
    char value[32];
    int64_t day = 0, unused = 0;
    if (given == NULL) {
        return OK;
    }
    if (given[0] == '-' && given[1] == '-') {
        snprintf(value, sizeof value, "%s", given);
    } else if (read_day(l, given, &day)) {
        char date[DAY_TEXT];
        day_text(day, date);
        snprintf(value, sizeof value, "%04d%.6s", cJSON_IsNumber(born) ? born->valueint : 0, date + 4);
        if (!cJSON_IsNumber(born) || !day_read(value, &unused)) {
            snprintf(value, sizeof value, "-%.6s", date + 4);
        }
    } else {
        return refuse(l, "not a birthday:", given);
    }
    return told(l, people_learn(l->st, &(struct new_fact){ customer, "birthday", value }, from, NULL), "not a birthday:", value);
}

/* --- visits with what was bought --- */
static err read_items(struct loading *l, const cJSON *entries, struct receipt *r)
{
    const cJSON *entry = NULL;
    r->total.is_known = true;
    cJSON_ArrayForEach(entry, entries)
    {
        const char *description = text_of(entry, "description");
        const cJSON *price = cJSON_GetObjectItemCaseSensitive(entry, "price_minor");
        if (description == NULL || !cJSON_IsNumber(price) || r->item_count == MOST_ITEMS) {
            return refuse(l, "an item needs a description and a price_minor:", description != NULL ? description : "");
        }
        r->items[r->item_count++] = (struct receipt_item){ 1, (char *)description, { (int64_t)price->valuedouble, true }, NULL };
        r->total.minor += (int64_t)price->valuedouble;
    }
    return OK;
}

static err keep_purchase(struct loading *l, const cJSON *entry, int64_t visit, int64_t when_us)
{
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(entry, "items");
    const char *number_text = text_of(entry, "number"), *currency = text_of(l->shop, "currency");
    if (items == NULL) {
        return OK;
    }
    struct receipt_item room[MOST_ITEMS] = { 0 };
    struct receipt r = { .kind = RECEIPT_SALE,
                         .store = (char *)text_of(l->shop, "name"),
                         .number = (char *)number_text,
                         .decimals = 2,
                         .items = room,
                         .confidence = 1 };
    char day[DAY_TEXT];
    day_text(day_of(when_us), day);
    snprintf(r.datetime, sizeof r.datetime, "%sT12:%02d:%02d", day, (int)(visit / 60 % 60), (int)(visit % 60));
    snprintf(r.currency, sizeof r.currency, "%s", currency != NULL ? currency : "");
    err e = read_items(l, items, &r);
    if (e != OK) {
        return e;
    }
    struct receipt_place place = { .visit = visit, .printed_us = when_us, .text = "" };
    int64_t id = 0;
    bool is_new = false;
    return visits_keep_receipt(l->st, &r, &place, &id, &is_new);
}

static err add_visit(struct loading *l, int64_t customer, const cJSON *entry)
{
    const char *when = text_of(entry, "when");
    int64_t day = 0, visit = 0;
    if (when == NULL || !read_day(l, when, &day) || day >= l->today) {
        return refuse(l, "a visit's day must lie in the past:", when != NULL ? when : "");
    }
    int64_t when_us = day_noon_us(day) + (int64_t)(l->visits % 180) * MINUTE_US;
    struct visit_row past = {
        .customer = customer, .opened_us = when_us, .closed_us = when_us + 10 * MINUTE_US, .opened_by = "page"
    };
    err e = visits_record(l->st, &past, &visit);
    l->visits++;
    return e == OK ? keep_purchase(l, entry, visit, when_us) : e;
}

static err add_touch(struct loading *l, int64_t customer, const cJSON *entry)
{
    const char *text = text_of(entry, "text"), *way = text_of(entry, "way"), *channel = text_of(entry, "channel");
    int64_t day = 0;
    if (text == NULL || way == NULL || channel == NULL || !read_day(l, text_of(entry, "when"), &day)) {
        return refuse(l, "a touch needs when, way, channel and text:", text != NULL ? text : "");
    }
    struct touch_row touch = { .customer = customer, .when_us = day_noon_us(day), .way = way, .channel = channel, .text = text };
    return told(l, visits_add_touch(l->st, &touch, NULL), "cannot keep the touch", text);
}

/* --- customers --- */
static err customer_of_key(struct loading *l, const char *key, int64_t *id)
{
    return store_number(l->st, "SELECT CAST(value AS TEXT) FROM named_values WHERE name = 'shop.customer.' || ?1",
                        VALUES(words(key)), id);
}

static err remember_key(struct loading *l, const char *key, int64_t id)
{
    char *name = mem_format("shop.customer.%s", key), *value = mem_format("%lld", (long long)id);
    err e = store_keep_value(l->st, name, view_of(value));
    mem_free(name);
    mem_free(value);
    return e;
}

static const char *const fact_names[] = { "say_as", "nickname", "pronouns", "language", "relate", "works_as", "from", NULL };
static const char *const identifier_names[] = { "card", "phone", "email", "handle", NULL };
static const char *const other_names[] = { "key",      "name",   "known_since", "birthday", "born",   "facts", "ties",
                                           "promises", "visits", "touches",     "staff",    "source", NULL };

static bool is_among(const char *const *names, const char *name)
{
    while (*names != NULL && strcmp(*names, name) != 0) {
        names++;
    }
    return *names != NULL;
}

static err refuse_unknown_names(struct loading *l, const cJSON *customer)
{
    const cJSON *part = NULL;
    cJSON_ArrayForEach(part, customer)
    {
        const char *name = part->string;
        if (name == NULL || !(is_among(fact_names, name) || is_among(identifier_names, name) || is_among(other_names, name))) {
            return refuse(l, "a customer has no", name != NULL ? name : "");
        }
    }
    return OK;
}

static err add_plain_facts(struct loading *l, int64_t customer, const cJSON *entry, const struct learned *from)
{
    err e = OK;
    for (const char *const *name = fact_names; *name != NULL && e == OK; name++) {
        struct new_fact fact = { customer, *name, text_of(entry, *name) };
        e = fact.value == NULL ? OK : told(l, people_learn(l->st, &fact, from, NULL), "cannot learn", fact.value);
    }
    for (const char *const *name = identifier_names; *name != NULL && e == OK; name++) {
        struct new_identifier link = { customer, *name, text_of(entry, *name) };
        e = link.value == NULL ? OK : told(l, people_link(l->st, &link, from, NULL), "cannot link", link.value);
    }
    return e == OK ? add_birthday(l, customer, entry, from) : e;
}

static err add_customer(struct loading *l, int64_t unused, const cJSON *entry)
{
    (void)unused;
    const char *key = text_of(entry, "key"), *name = text_of(entry, "name");
    int64_t id = 0;
    l->at = key;
    if (key == NULL || name == NULL) {
        return refuse(l, "a customer needs a key and a name:", name != NULL ? name : "");
    }
    err e = customer_of_key(l, key, &id);
    if (e != ERR_MISSING) {
        return e;
    }
    struct learned from;
    e = refuse_unknown_names(l, entry);
    if (e == OK) {
        e = read_learned(l, entry, "known_since", &from);
    }
    if (e == OK) {
        e = told(l, people_add(l->st, name, &from, &id), "cannot add", name);
    }
    if (e == OK) {
        e = add_plain_facts(l, id, entry, &from);
    }
    static const struct {
        const char *name;
        entry_fn *add;
    } parts[] = { { "facts", add_fact }, { "promises", add_promise }, { "visits", add_visit }, { "touches", add_touch } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts && e == OK; i++) {
        e = each_entry(l, entry, parts[i].name, id, parts[i].add);
    }
    return e == OK ? remember_key(l, key, id) : e;
}

static err add_tie(struct loading *l, int64_t customer, const cJSON *entry)
{
    const char *to = text_of(entry, "to"), *word = text_of(entry, "word"), *back = text_of(entry, "back");
    int64_t other = 0, known = 0;
    struct learned from;
    if (to == NULL || word == NULL || back == NULL) {
        return refuse(l, "a tie needs to, word and back:", to != NULL ? to : "");
    }
    err e = told(l, customer_of_key(l, to, &other), "there is no customer", to);
    if (e == OK) {
        e = read_learned(l, entry, "learned", &from);
    }
    if (e != OK) {
        return e;
    }
    struct new_tie tie = { customer, word, other, back };
    e = store_number(l->st, "SELECT tie FROM tied WHERE customer = ?1 AND other = ?2 AND word = ?3",
                     VALUES(number(customer), number(other), words(word)), &known);
    return e == ERR_MISSING ? told(l, people_tie(l->st, &tie, &from, NULL), "cannot tie to", to) : e;
}

static err add_ties(struct loading *l, int64_t unused, const cJSON *entry)
{
    (void)unused;
    int64_t id = 0;
    l->at = text_of(entry, "key");
    err e = customer_of_key(l, l->at, &id);
    return e == OK ? each_entry(l, entry, "ties", id, add_tie) : e;
}

/* Everybody first, then what lies between them. */
static err load(struct loading *l)
{
    static const struct {
        const char *name;
        entry_fn *add;
    } parts[] = { { "staff", add_staff }, { "stories", add_story }, { "customers", add_customer }, { "customers", add_ties } };
    err e = store_begin(l->st);
    if (e != OK) {
        return e;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts && e == OK; i++) {
        l->at = NULL;
        e = each_entry(l, l->shop, parts[i].name, 0, parts[i].add);
    }
    return store_finish(l->st, e);
}

static char *read_file(const char *path, char **reason)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        *reason = mem_format("%s cannot be opened", path);
        return NULL;
    }
    char *text = mem_new(FILE_CEILING + 1);
    size_t n = fread(text, 1, FILE_CEILING + 1, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed || n > FILE_CEILING || strlen(text) != n) {
        *reason = mem_format("%s cannot be read as a text of at most %d bytes", path, FILE_CEILING);
        mem_free(text);
        return NULL;
    }
    return text;
}

static int line_of(const char *text, const char *at)
{
    int line = 1;
    for (const char *p = text; p < at; p++) {
        line += *p == '\n';
    }
    return line;
}

err store_load_shop(struct store *st, const char *path, int64_t now_us, char **reason)
{
    *reason = NULL;
    char *text = read_file(path, reason);
    if (text == NULL) {
        return ERR_INPUT;
    }
    const char *end = NULL;
    cJSON *shop = cJSON_ParseWithOpts(text, &end, true);
    err e = ERR_INPUT;
    if (shop == NULL) {
        *reason = mem_format("%s:%d: this is not JSON", path, line_of(text, end));
    } else {
        struct loading l = { .st = st, .shop = shop, .now_us = now_us, .today = day_of(now_us), .reason = reason };
        e = load(&l);
        if (e != OK) {
            char *said = *reason;
            *reason = mem_format("%s: %s", path, said != NULL ? said : "the store could not take it");
            mem_free(said);
        }
    }
    cJSON_Delete(shop);
    mem_free(text);
    return e;
}
