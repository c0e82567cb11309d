/* What the page is told, as JSON: each thing in one shape, wherever it appears. Texts are freed with mem_free. */
#ifndef SHOP_VIEWS_H
#define SHOP_VIEWS_H

#include "counter.h"

#include <cjson/cJSON.h>

enum { VIEW_SLIP_VALUES_MOST = 16 };

void view_add_id(cJSON *object, const char *name, int64_t id);         /* as text; null when 0 */
void view_add_time(cJSON *object, const char *name, int64_t when_us);  /* ISO 8601, UTC; null when 0 */
void view_add_text(cJSON *object, const char *name, const char *text); /* null when NULL */
char *view_print(cJSON *taken);                                        /* one line; frees what it is given */

cJSON *view_visit(struct shop *s, int64_t visit); /* null when there is none */
cJSON *view_customer_short(struct shop *s, const struct customer_row *row);
cJSON *view_customer(struct shop *s, int64_t customer); /* NULL: no such person */
cJSON *view_receipt(const struct receipt_row *row);
cJSON *view_promise(const struct promise_row *row);
cJSON *view_slip(const struct slip_record *row);
cJSON *view_status(const struct shop *s);
char *view_visit_text(struct shop *s, int64_t visit);
char *view_receipt_text(struct shop *s, int64_t receipt);

/* The words of a slip: {"hand":..,"story":..,...}, made for a visit, or edited by staff ("edited":{..}: what they wrote). */
char *view_slip_values(struct shop *s, int64_t visit, int64_t customer);
char *view_slip_renew(const char *values_json, const char *before_json); /* new words, and what staff had changed */
char *view_slip_edit(const char *values_json, const cJSON *changes);
size_t view_slip_read(const char *values_json, struct slip_value *values, char **texts);
void view_slip_free(struct slip_value *values, char **texts, size_t count);

#endif
