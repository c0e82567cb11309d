#include "tests/store_seed.h"

#include "src/edge/store/room.h"

#include <stdio.h>

/* Facts first and in bulk; what follows from them is derived once at the end. */
struct seeding {
    struct store *st;
    int64_t now_us, customer, fact;
    unsigned n;
};

static void make_name(unsigned n, char *out, size_t room)
{
    static const char *const first[] = { "Anna",  "Béla", "Chidi", "Dóra", "Emre", "Farah", "Gergő", "Hana", "Ilona", "Jun",
                                         "Kwame", "Léa",  "Mira",  "Noor", "Olga", "Pál",   "Quinn", "Réka", "Sam",   "Tomás" };
    static const char *const start[] = { "Ko",   "Szi", "Ba", "Mol", "Hor", "Var", "Ni",
                                         "Okaf", "Pe",  "Ra", "To",  "Wil", "Zie", "Fer" };
    static const char *const middle[] = { "vá", "lá", "to", "na", "ga", "me", "ri", "su", "len", "dan", "bor" };
    static const char *const end[] = { "cs", "gyi", "ri", "nez", "kov", "son", "ska", "or", "bert", "lin", "ng", "dze", "es" };
    unsigned mixed = n * 2654435761u >> 4;
    snprintf(out, room, "%s %s%s%s", first[mixed % 20], start[mixed / 20 % 14], middle[mixed / 280 % 11], end[mixed / 3080 % 13]);
}

static err add_fact(struct seeding *s, const char *kind, const char *key, const char *value, const char *detail)
{
    s->fact++;
    return store_run(s->st,
                     "INSERT INTO facts (id, customer, kind, key, value, detail, hlc, learned_us, source) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'import')",
                     VALUES(number(s->fact), number(s->customer), words(kind), words(key), words(value), words(detail),
                            number(s->fact), number(s->now_us)));
}

static err add_customer(struct seeding *s)
{
    char name[64], card[32], phone[32], finder[32], email[64];
    make_name(s->n, name, sizeof name);
    snprintf(card, sizeof card, "SEED-%u", s->n);
    snprintf(phone, sizeof phone, "+36 20 %07u", s->n);
    snprintf(email, sizeof email, "person%u@example.org", s->n);
    snprintf(finder, sizeof finder, "%07u", s->n);
    for (size_t i = 0; i < 3; i++) {
        char digit = finder[i];
        finder[i] = finder[6 - i];
        finder[6 - i] = digit;
    }
    snprintf(finder + 7, sizeof finder - 7, "0263");
    err e =
        store_run(s->st, "INSERT INTO customers (id, added_us) VALUES (?1, ?2)", VALUES(number(s->customer), number(s->now_us)));
    e = e == OK ? add_fact(s, "fact", "name", name, NULL) : e;
    e = e == OK ? add_fact(s, "link", "card", card, card) : e;
    e = e == OK ? add_fact(s, "link", "phone", phone, finder) : e;
    return e == OK ? add_fact(s, "link", "email", email, email) : e;
}

static err add_visit(struct seeding *s)
{
    int64_t then_us = s->now_us - (int64_t)(1 + s->n * 7919u % 500000u) * 60 * 1000000;
    return store_run(
        s->st,
        "INSERT INTO visits (id, customer, opened_us, closed_us, touched_us, opened_by) VALUES (?1, ?2, ?3, ?3, ?3, 'scan')",
        VALUES(number(s->customer), number(s->customer), number(then_us)));
}

static err keep_sequence(struct seeding *s, const char *name, int64_t last_id)
{
    return store_run(s->st, "INSERT OR REPLACE INTO sequences (name, last) VALUES (?1, ?2)",
                     VALUES(words(name), number(last_id & ((1LL << STORE_TILL_SHIFT) - 1))));
}

err store_seed(struct store *st, unsigned customers, int64_t now_us)
{
    struct seeding s = { .st = st, .now_us = now_us, .fact = (int64_t)st->till << STORE_TILL_SHIFT };
    err e = store_begin(st);
    if (e != OK) {
        return e;
    }
    for (s.n = 1; s.n <= customers && e == OK; s.n++) {
        s.customer = ((int64_t)st->till << STORE_TILL_SHIFT) + s.n;
        e = add_customer(&s);
        if (e == OK && s.n % 4 == 0) {
            e = add_visit(&s);
        }
    }
    e = e == OK ? keep_sequence(&s, "customers", s.customer) : e;
    e = e == OK ? keep_sequence(&s, "visits", s.customer) : e;
    e = e == OK ? keep_sequence(&s, "facts", s.fact) : e;
    e = e == OK ? store_rebuild(st) : e;
    return store_finish(st, e);
}
