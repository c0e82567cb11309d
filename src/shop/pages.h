/* What the handlers of the page's questions share. */
#ifndef SHOP_PAGES_H
#define SHOP_PAGES_H

#include "views.h"

enum { TEXT_MOST = 2000 };

int64_t page_id(const char *text);                                      /* 0: not a number of ours */
cJSON *page_body(const struct web_request *r, struct web_reply *reply); /* NULL: refused already; else the caller's to delete */
/* A text member of at most TEXT_MOST bytes; NULL when it is absent or empty. */
const char *page_text(const cJSON *body, const char *name);
int64_t page_body_id(const cJSON *body, const char *name); /* an id, written as text or number; 0: none */
void page_answer(struct web_reply *reply, unsigned status, cJSON *taken);
void page_refuse_err(struct web_reply *reply, err e, const char *what); /* what the store said, in words for a person */
unsigned page_limit(const struct web_request *r, unsigned standard, unsigned most);

/* pages_people.c */
void page_search(void *self, const struct web_request *r, struct web_reply *reply);
void page_add_customer(void *self, const struct web_request *r, struct web_reply *reply);
void page_customer(void *self, const struct web_request *r, struct web_reply *reply);
void page_change_customer(void *self, const struct web_request *r, struct web_reply *reply);

/* pages_slips.c */
void page_ask_slip(void *self, const struct web_request *r, struct web_reply *reply);
void page_slip(void *self, const struct web_request *r, struct web_reply *reply);
void page_slip_picture(void *self, const struct web_request *r, struct web_reply *reply);
void page_edit_slip(void *self, const struct web_request *r, struct web_reply *reply);

#endif
