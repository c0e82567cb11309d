/* The page's questions about slips. */
#include "base/mem.h"
#include "pages.h"

#include <string.h>

struct known_slip {
    cJSON *view;
    char *state, *values, *template_name;
    int64_t id, visit;
};

static void take(void *self, const struct slip_record *row)
{
    struct known_slip *k = self;
    *k = (struct known_slip){ .view = view_slip(row),
                              .state = mem_text(row->state),
                              .values = mem_text(row->values_json),
                              .template_name = mem_text(row->template_name),
                              .id = row->id,
                              .visit = row->visit };
}

static void clear(struct known_slip *k)
{
    cJSON_Delete(k->view);
    mem_free(k->state);
    mem_free(k->values);
    mem_free(k->template_name);
}

static void answer_slip(struct shop *s, struct web_reply *reply, unsigned status, int64_t slip)
{
    struct known_slip k = { 0 };
    err e = slip ? visits_get_slip(s->parts.store, slip, take, &k) : ERR_MISSING;
    if (e != OK) {
        page_refuse_err(reply, e, "a slip");
        return;
    }
    page_answer(reply, status, cJSON_Duplicate(k.view, true));
    clear(&k);
}

static void answer_picture(struct shop *s, struct web_reply *reply, const struct known_slip *k)
{
    struct slip slip = { 0 };
    char *reason = NULL;
    err e = slip_make(s, k->values, &slip, &reason);
    if (e == OK) {
        reply->type = "image/png";
        e = slip_to_png(&slip, s->parts.printer->width_dots, &reply->body);
        slip_clear(&slip);
    }
    if (e != OK) {
        reply->type = "application/json";
        web_refuse(reply, 422, "not_drawn", reason ? reason : "This slip could not be drawn.");
    }
    mem_free(reason);
}

void page_slip(void *self, const struct web_request *r, struct web_reply *reply)
{
    answer_slip(self, reply, 200, page_id(r->parts[0]));
}

void page_slip_picture(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct shop *s = self;
    int64_t id = page_id(r->parts[0]);
    struct known_slip k = { 0 };
    err e = id ? visits_get_slip(s->parts.store, id, take, &k) : ERR_MISSING;
    if (e != OK) {
        page_refuse_err(reply, e, "a slip");
        return;
    }
    answer_picture(s, reply, &k);
    clear(&k);
}

/* Another slip for a visit whose first one is over: the words of the last, a new number. */
static err add_another(struct shop *s)
{
    char *values = view_slip_values(s, s->visit, s->customer);
    int64_t id = 0;
    err e = visits_add_slip(s->parts.store, &(struct new_slip){ s->visit, "thankyou", values }, shop_now_us(s), &id);
    mem_free(values);
    if (e == OK) {
        s->slip = id;
        s->is_slip_over = s->is_slip_with_tap = false;
        s->slip_wanted_us = 0;
    }
    return e;
}

static err edit(struct shop *s, int64_t slip, const cJSON *changes)
{
    struct known_slip k = { 0 };
    err e = visits_get_slip(s->parts.store, slip, take, &k);
    if (e == OK && strcmp(k.state, "draft") != 0 && strcmp(k.state, "waiting") != 0) {
        e = ERR_REFUSED;
    }
    if (e == OK) {
        char *values = view_slip_edit(k.values, changes);
        e = visits_slip_values(s->parts.store, slip, values, shop_now_us(s));
        mem_free(values);
    }
    clear(&k);
    return e;
}

static void refuse(struct web_reply *reply, err e)
{
    if (e == ERR_REFUSED) {
        web_refuse(reply, 409, "printed", "This slip is printed; it cannot be changed any more.");
    } else {
        page_refuse_err(reply, e, "a slip");
    }
}

void page_ask_slip(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct shop *s = self;
    cJSON *body = page_body(r, reply);
    if (body == NULL) {
        return;
    }
    const cJSON *changes = cJSON_GetObjectItemCaseSensitive(body, "values");
    err e = s->visit != 0 && page_body_id(body, "visit") == s->visit ? OK : ERR_MISSING;
    e = e == OK && s->is_slip_over ? add_another(s) : e;
    e = e == OK && cJSON_IsObject(changes) ? edit(s, s->slip, changes) : e;
    if (e == OK) {
        slip_want(s, 0);
        visit_tell(s);
        answer_slip(s, reply, 202, s->slip);
    } else {
        refuse(reply, e);
    }
    cJSON_Delete(body);
}

void page_edit_slip(void *self, const struct web_request *r, struct web_reply *reply)
{
    struct shop *s = self;
    int64_t slip = page_id(r->parts[0]);
    cJSON *body = page_body(r, reply);
    if (body == NULL) {
        return;
    }
    const cJSON *changes = cJSON_GetObjectItemCaseSensitive(body, "values");
    err e = slip == 0 ? ERR_MISSING : cJSON_IsObject(changes) ? edit(s, slip, changes) : ERR_INPUT;
    if (e == OK) {
        visit_tell(s);
        answer_slip(s, reply, 200, slip);
    } else {
        refuse(reply, e);
    }
    cJSON_Delete(body);
}
