/* The words of a slip, as JSON that the store keeps: made from what is known, changed by staff, read for the template. */
#include "base/mem.h"
#include "views.h"

#include <string.h>

struct words {
    struct shop *shop;
    cJSON *values;
};

static void set(cJSON *values, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        cJSON_DeleteItemFromObject(values, name);
        cJSON_AddStringToObject(values, name, text);
    }
}

/* "silver hoops" and "hammered by hand ..." become one sentence, as the prompt says them too. */
static void add_story(void *self, const struct story_row *row)
{
    struct words *w = self;
    char *story = mem_format("%s: %s", row->about, row->text);
    if (story[0] >= 'a' && story[0] <= 'z') {
        story[0] = (char)(story[0] - 'a' + 'A');
    }
    set(w->values, "story", story);
    mem_free(story);
    set(w->values, "maker", row->maker);
}

/* The first thing bought that has a story tells it. */
static void look_for_story(void *self, const struct receipt_row *row)
{
    struct words *w = self;
    for (size_t i = 0; i < row->receipt->item_count && !cJSON_HasObjectItem(w->values, "story"); i++) {
        const struct receipt_item *item = &row->receipt->items[i];
        if (item->description != NULL && item->kind == NULL) {
            err e = store_story_for_item(w->shop->parts.store, item->description, add_story, w);
            shop_complain("a story", e == ERR_MISSING ? OK : e);
        }
    }
}

/* What one would say aloud: the nickname if there is one, else the first word of the name. */
static void add_name(void *self, const struct customer_row *row)
{
    struct words *w = self;
    const char *space = row->name ? strchr(row->name, ' ') : NULL;
    char *first = row->name ? mem_text_n(row->name, space ? (size_t)(space - row->name) : strlen(row->name)) : NULL;
    set(w->values, "name", first);
    mem_free(first);
}

static void add_nickname(void *self, const struct fact_row *row)
{
    struct words *w = self;
    if (strcmp(row->key, "nickname") == 0) {
        set(w->values, "name", row->value);
    }
}

char *view_slip_values(struct shop *s, int64_t visit, int64_t customer)
{
    struct words w = { .shop = s, .values = cJSON_CreateObject() };
    if (customer != 0) {
        shop_complain("the customer", people_get(s->parts.store, customer, add_name, &w));
        shop_complain("facts", people_each_fact(s->parts.store, customer, true, add_nickname, &w));
    }
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(w.values, "name");
    char *hand = name ? mem_format("Thank you, %s", name->valuestring) : mem_text("Thank you for coming in");
    set(w.values, "hand", hand);
    mem_free(hand);
    shop_complain("receipts", visits_each_receipt(s->parts.store, visit, 8, look_for_story, &w));
    set(w.values, "shop", settings_text(s->parts.settings, "shop", "name"));
    set(w.values, "code", settings_text(s->parts.settings, "shop", "come_back"));
    return view_print(w.values);
}

/* An empty text takes a row away. */
static void change(cJSON *values, const char *name, const char *text)
{
    cJSON_DeleteItemFromObject(values, name);
    set(values, name, text);
}

static cJSON *parsed(const char *values_json)
{
    cJSON *values = cJSON_Parse(values_json ? values_json : "");
    return values ? values : cJSON_CreateObject();
}

/* What staff wrote stands beside the words that it changed, as "edited", so that it outlives their being made anew. */
char *view_slip_edit(const char *values_json, const cJSON *changes)
{
    static const char *const names[] = { "hand", "story", "maker", "name", "shop", "code", "note" };
    cJSON *values = parsed(values_json);
    cJSON *edited = cJSON_GetObjectItemCaseSensitive(values, "edited");
    edited = edited ? edited : cJSON_AddObjectToObject(values, "edited");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(changes, names[i]));
        if (text != NULL) {
            cJSON_DeleteItemFromObject(edited, names[i]);
            cJSON_AddStringToObject(edited, names[i], text);
            change(values, names[i], text);
        }
    }
    return view_print(values);
}

char *view_slip_renew(const char *values_json, const char *before_json)
{
    cJSON *values = parsed(values_json), *before = parsed(before_json);
    cJSON *edited = cJSON_DetachItemFromObjectCaseSensitive(before, "edited");
    for (const cJSON *word = edited ? edited->child : NULL; word != NULL; word = word->next) {
        change(values, word->string, cJSON_GetStringValue(word));
    }
    if (edited != NULL) {
        cJSON_AddItemToObject(values, "edited", edited);
    }
    cJSON_Delete(before);
    return view_print(values);
}

size_t view_slip_read(const char *values_json, struct slip_value *values, char **texts)
{
    cJSON *read = cJSON_Parse(values_json ? values_json : "");
    size_t count = 0;
    for (const cJSON *v = read ? read->child : NULL; v != NULL && count < VIEW_SLIP_VALUES_MOST; v = v->next) {
        if (cJSON_IsString(v)) {
            texts[count] = mem_text(v->valuestring);
            values[count] = (struct slip_value){ .name = mem_text(v->string), .text = texts[count] };
            count++;
        }
    }
    cJSON_Delete(read);
    return count;
}

void view_slip_free(struct slip_value *values, char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mem_free((char *)values[i].name);
        mem_free(texts[i]);
    }
}
