/* Search as one types. The index gives a few hundred rows, never sorted by it; the best of them are chosen here. */
#include "room.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_FOUND = 400,
    FROM_INDEX = 150,
    FROM_REGULARS = 100,
    BEGINNING = 1,
    PHONE_TAIL = 2,
    WHOLE_WORD = 3,
    LEAST_DIGITS = 3,
    QUERY_CEILING = 1024
};

struct found {
    int64_t customer;
    int score; /* whole words count more than beginnings */
    int64_t last_visit_us;
    char *name;
};

struct findings {
    struct store *st;
    struct cut_words typed;
    struct found rows[MOST_FOUND];
    size_t count;
};

static bool is_found(const struct findings *f, int64_t customer)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->rows[i].customer == customer) {
            return true;
        }
    }
    return false;
}

static int score_of_word(const char *typed, const struct cut_words *has)
{
    int best = 0;
    for (size_t i = 0; i < has->count && best < WHOLE_WORD; i++) {
        if (strncmp(has->at[i], typed, strlen(typed)) == 0) {
            best = has->at[i][strlen(typed)] == '\0' ? WHOLE_WORD : BEGINNING;
        }
    }
    return best;
}

static bool is_number(const char *word)
{
    size_t n = strspn(word, "0123456789");
    return n >= LEAST_DIGITS && n <= PHONE_DIGITS && word[n] == '\0';
}

/* "anna 4567": a number among the words is the tail of a phone. */
static int score_of_number(struct store *st, int64_t customer, const char *typed)
{
    char digits[PHONE_DIGITS + 1];
    int64_t found = 0;
    if (!is_number(typed) || phone_digits_reversed(typed, digits) == 0) {
        return 0;
    }
    err e = store_number(st,
                         "SELECT 1 FROM identifiers WHERE customer = ?1 AND kind = 'phone' AND is_active "
                         "AND substr(finder, 1, length(?2)) = ?2",
                         VALUES(number(customer), words(digits)), &found);
    return e == OK ? PHONE_TAIL : 0;
}

/* 0: not every word fits. */
static int score(struct findings *f, int64_t customer, const char *text)
{
    struct cut_words has;
    words_cut(f->st, text, &has);
    int sum = 0;
    bool all_fit = true;
    for (size_t i = 0; i < f->typed.count && all_fit; i++) {
        int one = score_of_word(f->typed.at[i], &has);
        one = one > 0 ? one : score_of_number(f->st, customer, f->typed.at[i]);
        all_fit = one > 0;
        sum += one;
    }
    words_clear(&has);
    return all_fit ? sum : 0;
}

static void add(struct findings *f, int64_t customer, int points, int64_t last_visit_us, const char *name)
{
    if (points > 0 && f->count < MOST_FOUND && !is_found(f, customer)) {
        f->rows[f->count++] = (struct found){ customer, points, last_visit_us, mem_text(name) };
    }
}

/* --- by words --- */
/* The numbers are left to the score, unless there is nothing else to look for. */
static err write_match(const struct findings *f, const char *ending, struct buf *out)
{
    bool has_words = false;
    for (size_t i = 0; i < f->typed.count; i++) {
        has_words = has_words || !is_number(f->typed.at[i]);
    }
    err e = OK;
    for (size_t i = 0; i < f->typed.count && e == OK; i++) {
        if (!has_words || !is_number(f->typed.at[i])) {
            e = buf_format(out, "\"%s\"%s ", f->typed.at[i], ending);
        }
    }
    return e;
}

static err add_from_index(struct findings *f, const char *ending)
{
    struct buf match;
    buf_init(&match, QUERY_CEILING);
    if (write_match(f, ending, &match) != OK) {
        buf_clear(&match);
        return OK; /* longer than any name: nobody */
    }
    struct query q = store_ask(
        f->st,
        "SELECT p.customer, p.last_visit_us, p.name, t.words FROM search_words "
        "JOIN profiles AS p ON p.customer = search_words.rowid JOIN search_texts AS t ON t.customer = search_words.rowid "
        "WHERE search_words MATCH ?1 ORDER BY search_words.rowid DESC LIMIT ?2",
        VALUES(words(buf_text(&match)), number(FROM_INDEX)));
    while (query_next(&q)) {
        add(f, query_number(&q, 0), score(f, query_number(&q, 0), query_text(&q, 3)), query_number(&q, 1), query_text(&q, 2));
    }
    err e = query_end(&q);
    buf_clear(&match);
    return e;
}

/* Those seen last are probably meant, and may be older rows than the index gave. */
static err add_from_regulars(struct findings *f)
{
    struct query q = store_ask(f->st,
                               "SELECT p.customer, p.last_visit_us, p.name, t.words FROM profiles AS p "
                               "JOIN search_texts AS t ON t.customer = p.customer "
                               "WHERE p.last_visit_us > 0 ORDER BY p.last_visit_us DESC LIMIT ?1",
                               VALUES(number(FROM_REGULARS)));
    while (query_next(&q)) {
        add(f, query_number(&q, 0), score(f, query_number(&q, 0), query_text(&q, 3)), query_number(&q, 1), query_text(&q, 2));
    }
    return query_end(&q);
}

static err search_words(struct findings *f, const char *text)
{
    /* An address is looked up by what stands before its @, as it was put into the index. */
    const char *at = strrchr(text, '@');
    char *head = at != NULL && at != text ? mem_text_n(text, (size_t)(at - text)) : mem_text(text);
    words_cut(f->st, head, &f->typed);
    mem_free(head);
    if (f->typed.count == 0) {
        return OK;
    }
    err e = add_from_index(f, "");
    if (e == OK) {
        e = add_from_regulars(f);
    }
    return e == OK ? add_from_index(f, "*") : e;
}

/* --- by the tail of a phone --- */
/* A whole number is compared by its last nine digits: what stands before them is written in several ways. */
static err search_phones(struct findings *f, const char *text)
{
    char digits[PHONE_DIGITS + 1], end[PHONE_DIGITS + 2];
    size_t n = phone_digits_reversed(text, digits);
    if (n < LEAST_DIGITS) {
        return OK;
    }
    if (n > PHONE_LOCAL_DIGITS) {
        digits[PHONE_LOCAL_DIGITS] = '\0';
    }
    snprintf(end, sizeof end, "%s:", digits); /* ':' comes after every digit */
    struct query q = store_ask(f->st,
                               "SELECT i.customer, p.last_visit_us, p.name FROM identifiers AS i "
                               "JOIN profiles AS p ON p.customer = i.customer "
                               "WHERE i.kind = 'phone' AND i.is_active AND i.finder >= ?1 AND i.finder < ?2 LIMIT ?3",
                               VALUES(words(digits), words(end), number(FROM_INDEX)));
    while (query_next(&q)) {
        add(f, query_number(&q, 0), PHONE_TAIL, query_number(&q, 1), query_text(&q, 2));
    }
    return query_end(&q);
}

/* --- the best first --- */
static int better(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    if (a->score != b->score) {
        return a->score > b->score ? -1 : 1;
    }
    if (a->last_visit_us != b->last_visit_us) {
        return a->last_visit_us > b->last_visit_us ? -1 : 1;
    }
    int by_name = strcmp(a->name, b->name);
    return by_name != 0 ? by_name : (a->customer > b->customer) - (a->customer < b->customer);
}

static err give(struct findings *f, unsigned most, customer_fn *fn, void *self)
{
    qsort(f->rows, f->count, sizeof *f->rows, better);
    err e = OK;
    for (size_t i = 0; i < f->count && i < most && e == OK; i++) {
        e = people_get(f->st, f->rows[i].customer, fn, self);
    }
    return e;
}

static err give_latest(struct store *st, unsigned most, customer_fn *fn, void *self)
{
    struct query q =
        store_ask(st, "SELECT customer FROM profiles ORDER BY last_visit_us DESC, customer DESC LIMIT ?1", VALUES(number(most)));
    err given = OK;
    while (given == OK && query_next(&q)) {
        given = people_get(st, query_number(&q, 0), fn, self);
    }
    err e = query_end(&q);
    return e != OK ? e : given;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

err people_search(struct store *st, const char *text, unsigned most, customer_fn *fn, void *self)
{
    if (is_blank(text)) {
        return give_latest(st, most, fn, self);
    }
    if (!text_is_sound(text, QUERY_CEILING)) {
        return OK;
    }
    struct findings *f = mem_new(sizeof *f);
    f->st = st;
    err e = search_phones(f, text);
    if (e == OK) {
        e = search_words(f, text);
    }
    if (e == OK) {
        e = give(f, most, fn, self);
    }
    for (size_t i = 0; i < f->count; i++) {
        mem_free(f->rows[i].name);
    }
    words_clear(&f->typed);
    mem_free(f);
    return e;
}
