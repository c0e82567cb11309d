/* The store's counter: visits, receipts, prompts and the answers to them, slips, touches. */
#ifndef EDGE_VISITS_H
#define EDGE_VISITS_H

#include "edge/store.h"
#include "pure/receipt.h"

/* Visits. At most one is open per till. */
struct visit_row { int64_t id, customer; int64_t opened_us, closed_us, touched_us; const char *opened_by; };   /* closed_us 0: open; customer 0: nobody named */
typedef void visit_fn(void *self, const struct visit_row *row);
MUST_USE err visits_open(struct store *st, int64_t customer, const char *opened_by, int64_t now_us, int64_t *id);   /* opened_by: "scan", "page", "receipt" */
MUST_USE err visits_record(struct store *st, const struct visit_row *past, int64_t *id);   /* one that is over already */
MUST_USE err visits_get(struct store *st, int64_t id, visit_fn *fn, void *self);
MUST_USE err visits_current(struct store *st, int64_t *id);                          /* ERR_MISSING: nobody is here */
MUST_USE err visits_set_customer(struct store *st, int64_t visit, int64_t customer, int64_t now_us);   /* 0: nobody after all */
MUST_USE err visits_touch(struct store *st, int64_t visit, int64_t now_us);
MUST_USE err visits_close(struct store *st, int64_t visit, int64_t now_us);
MUST_USE err visits_reopen(struct store *st, int64_t visit, int64_t now_us);
MUST_USE err visits_each_of_customer(struct store *st, int64_t customer, unsigned most, visit_fn *fn, void *self);   /* newest first */

/* Receipts. `from` and `to` are the tap's offsets, `text` the whole paper, cards masked. */
struct receipt_place { int64_t visit; uint64_t from, to; int64_t printed_us; const char *text; };
/* A receipt of the same fingerprint within the last two days is the same purchase printed again: OK with is_new false, its
 * id, and the reprint counted. A receipt whose offsets were kept before is the same row (catching up after a crash). */
MUST_USE err visits_keep_receipt(struct store *st, const struct receipt *r, const struct receipt_place *place, int64_t *id, bool *is_new);
struct receipt_row {
    int64_t id, visit, customer, printed_us;
    unsigned times_printed;
    const struct receipt *receipt;
    const char *customer_name, *text;
};
typedef void receipt_fn(void *self, const struct receipt_row *row);
MUST_USE err visits_get_receipt(struct store *st, int64_t id, receipt_fn *fn, void *self);
MUST_USE err visits_each_receipt(struct store *st, int64_t visit, unsigned most, receipt_fn *fn, void *self);   /* visit 0: all, newest first */
MUST_USE err visits_join_receipt(struct store *st, int64_t receipt, int64_t visit);
MUST_USE err visits_count_receipts(struct store *st, int64_t *count);

/* Prompts. The rules are SQL over the views that src/edge/store/views.md describes; each row is a candidate. */
struct candidate_row {
    const char *rule, *key;            /* the same rule about the same thing has the same key: what was said is remembered by it */
    const char *accent;                /* "owe", "say", "story" */
    const char *text, *why;            /* the sentence and its reason, filled in */
    int warmth;                        /* 0 to 100, the rule's own */
    int64_t since_us;                  /* when the thing was learned; 0: not known */
    int64_t last_said_us, last_put_off_us;   /* 0: never */
    unsigned times_said, times_put_off;
};
typedef void candidate_fn(void *self, const struct candidate_row *row);
MUST_USE err visits_each_candidate(struct store *st, int64_t visit, int64_t now_us, candidate_fn *fn, void *self);
struct prompt_row { int64_t id, visit, shown_us; const char *rule, *key, *accent, *text, *why, *answer; int64_t since_us; };   /* answer NULL: none yet */
typedef void prompt_fn(void *self, const struct prompt_row *row);
MUST_USE err visits_show_prompt(struct store *st, int64_t visit, const struct candidate_row *c, int64_t now_us, int64_t *id);
MUST_USE err visits_answer_prompt(struct store *st, int64_t prompt, const char *answer, int64_t staff, int64_t now_us);   /* "said", "not_now"; NULL takes it back */
MUST_USE err visits_each_prompt(struct store *st, int64_t visit, prompt_fn *fn, void *self);

/* Slips. state: "draft", "waiting", "printing", "printed", "failed". The id is the tap's insertion id. */
struct slip_record { int64_t id, visit; const char *state, *template_name, *values_json; int64_t made_us, changed_us; };
typedef void slip_record_fn(void *self, const struct slip_record *row);
struct new_slip { int64_t visit; const char *template_name, *values_json; };
MUST_USE err visits_add_slip(struct store *st, const struct new_slip *new, int64_t now_us, int64_t *id);
MUST_USE err visits_slip_state(struct store *st, int64_t slip, const char *state, int64_t now_us);
MUST_USE err visits_slip_values(struct store *st, int64_t slip, const char *values_json, int64_t now_us);
MUST_USE err visits_get_slip(struct store *st, int64_t id, slip_record_fn *fn, void *self);
MUST_USE err visits_each_slip(struct store *st, int64_t visit, slip_record_fn *fn, void *self);           /* visit 0: those waiting or printing */

/* Touches: one line on the timeline. way: "in", "out"; channel: "counter", "slip", ... */
struct touch_row { int64_t id, customer, visit, when_us; const char *way, *channel, *text; };
typedef void touch_fn(void *self, const struct touch_row *row);
MUST_USE err visits_add_touch(struct store *st, const struct touch_row *t, int64_t *id);
MUST_USE err visits_each_touch(struct store *st, int64_t customer, unsigned most, touch_fn *fn, void *self);

#endif
