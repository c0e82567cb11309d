/* The store's people: customers, what finds them, what we know of them, how they are tied, what we promised.
 * Everywhere here: ERR_MISSING: no such customer, fact or member of the staff; ERR_INPUT: a text that is empty, no UTF-8 or too
 * long (4 KB), or a day that is none. `id` may be NULL where somebody is told, linked, tied or promised something. */
#ifndef EDGE_PEOPLE_H
#define EDGE_PEOPLE_H

#include "edge/store.h"

/* Where something was learned. `source` is a word: "counter", "receipt", "import", "demo", "online". */
struct learned { int64_t now_us; const char *source; int64_t staff; };

struct customer_row {
    int64_t id;
    const char *name, *say_as, *language, *relate, *pronouns;   /* NULL: not known; relate: "chat", "thanks", "leave" */
    const char *tag;                                  /* what tells namesakes apart: a town, a tie, the last purchase */
    int64_t visit_count, first_visit_us, last_visit_us;   /* closed visits; 0: none */
};
typedef void customer_fn(void *self, const struct customer_row *row);

MUST_USE err people_add(struct store *st, const char *name, const struct learned *from, int64_t *id);
MUST_USE err people_get(struct store *st, int64_t id, customer_fn *fn, void *self);   /* ERR_MISSING */
/* As one types: every word a prefix of a name, nickname, e-mail or handle (any order, accents optional), or the last digits
 * of a phone. At most `most` rows, the best first; "" gives those seen most recently. */
MUST_USE err people_search(struct store *st, const char *text, unsigned most, customer_fn *fn, void *self);

/* Facts. Keys are words: "name", "say_as", "birthday" ("1984-05-12" or "--05-12"), "likes", "size", "said", "dont_mention",
 * "language", "relate", "nickname", "pronouns", "works_as", "from". A key of `single` kind shows its newest value, others all. */
struct fact_row { int64_t id; const char *key, *value, *source; int64_t learned_us, staff; bool is_current; };
typedef void fact_fn(void *self, const struct fact_row *row);
struct new_fact { int64_t customer; const char *key, *value; };
MUST_USE err people_learn(struct store *st, const struct new_fact *new, const struct learned *from, int64_t *id);
/* A fact that takes one back: the value before it holds again. Also for a promise made by mistake. */
MUST_USE err people_retract(struct store *st, int64_t fact, const struct learned *from);
MUST_USE err people_each_fact(struct store *st, int64_t customer, bool only_current, fact_fn *fn, void *self);

/* Identifiers: links that can be undone. A phone is not unique; a card is. kind: "card", "phone", "email", "handle". */
struct identifier_row { int64_t id, customer; const char *kind, *value; bool is_active; };
typedef void identifier_fn(void *self, const struct identifier_row *row);
struct new_identifier { int64_t customer; const char *kind, *value; };
/* ERR_REFUSED: that card already finds somebody else. */
MUST_USE err people_link(struct store *st, const struct new_identifier *new, const struct learned *from, int64_t *id);
MUST_USE err people_unlink(struct store *st, int64_t identifier, const struct learned *from);
MUST_USE err people_each_identifier(struct store *st, int64_t customer, identifier_fn *fn, void *self);
/* Whom a scanned code finds: cards first, then phones and e-mails that belong to exactly one. ERR_MISSING: nobody. */
MUST_USE err people_find_code(struct store *st, const char *code, int64_t *customer);

/* Ties. One row, read both ways: word "mother of" seen from the other side is `back_word` "child of". */
struct tie_row { int64_t id, other; const char *word, *other_name; int64_t learned_us; };
typedef void tie_fn(void *self, const struct tie_row *row);
struct new_tie { int64_t customer; const char *word; int64_t other; const char *back_word; };
MUST_USE err people_tie(struct store *st, const struct new_tie *new, const struct learned *from, int64_t *id);
MUST_USE err people_untie(struct store *st, int64_t tie, const struct learned *from);
MUST_USE err people_each_tie(struct store *st, int64_t customer, tie_fn *fn, void *self);

/* Promises. `due` is a day, "2026-11-30". state: "open", "kept", "broken", "apologised". */
struct promise_row { int64_t id, customer; const char *customer_name, *what, *due, *state; int64_t made_us; };
typedef void promise_fn(void *self, const struct promise_row *row);
struct new_promise { int64_t customer; const char *what, *due; };   /* due NULL: no day was named */
MUST_USE err people_promise(struct store *st, const struct new_promise *new, const struct learned *from, int64_t *id);
MUST_USE err people_promise_state(struct store *st, int64_t promise, const char *state, const struct learned *from);
/* customer 0: everybody's open ones, the earliest due first. */
MUST_USE err people_each_promise(struct store *st, int64_t customer, unsigned most, promise_fn *fn, void *self);

#endif
