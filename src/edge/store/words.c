/* The search's own tokenizer, for our own use: "Kovács" and "KOVACS" become the same word here as they do in the index. */
#include "room.h"

#include "base/mem.h"

#include <string.h>

enum { MOST_ENDING = 2, LEAST_STEM = 4, MOST_BYTES = 2000 };

struct word_cutter {
    fts5_tokenizer functions;
    Fts5Tokenizer *tokenizer;
};

static fts5_api *find_api(sqlite3 *db)
{
    fts5_api *api = NULL;
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(s, 1, (void *)&api, "fts5_api_ptr", NULL);
        sqlite3_step(s);
    }
    sqlite3_finalize(s);
    return api;
}

static void is_about(sqlite3_context *c, int count, sqlite3_value **given)
{
    (void)count;
    const char *about = (const char *)sqlite3_value_text(given[0]);
    const char *description = (const char *)sqlite3_value_text(given[1]);
    bool is = about != NULL && description != NULL && words_are_about(sqlite3_user_data(c), about, description);
    sqlite3_result_int(c, is);
}

err words_open(struct store *st)
{
    static const char *arguments[] = { "remove_diacritics", "2" };
    struct word_cutter *w = mem_new(sizeof *w);
    void *context = NULL;
    fts5_api *api = find_api(st->db);
    if (api == NULL || api->xFindTokenizer(api, "unicode61", &context, &w->functions) != SQLITE_OK ||
        w->functions.xCreate(context, arguments, 2, &w->tokenizer) != SQLITE_OK) {
        mem_free(w);
        return ERR_SYSTEM;
    }
    st->cutter = w;
    int code =
        sqlite3_create_function_v2(st->db, "is_about", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, st, is_about, NULL, NULL, NULL);
    return code == SQLITE_OK ? OK : ERR_SYSTEM;
}

void words_close(struct store *st)
{
    if (st->cutter != NULL) {
        st->cutter->functions.xDelete(st->cutter->tokenizer);
        mem_free(st->cutter);
        st->cutter = NULL;
    }
}

/* NOLINTNEXTLINE(readability-function-size): SQLite says what is told of each word */
static int keep_word(void *self, int flags, const char *token, int n, int from, int to)
{
    (void)from;
    (void)to;
    struct cut_words *out = self;
    if ((flags & FTS5_TOKEN_COLOCATED) != 0 || out->count == sizeof out->at / sizeof *out->at) {
        return SQLITE_OK;
    }
    out->at[out->count++] = mem_text_n(token, (size_t)n);
    return SQLITE_OK;
}

/* Long texts are cut by their beginning only. */
void words_cut(struct store *st, const char *text, struct cut_words *out)
{
    *out = (struct cut_words){ 0 };
    size_t n = strnlen(text, MOST_BYTES);
    st->cutter->functions.xTokenize(st->cutter->tokenizer, out, FTS5_TOKENIZE_AUX, text, (int)n, keep_word);
}

void words_clear(struct cut_words *w)
{
    for (size_t i = 0; i < w->count; i++) {
        mem_free(w->at[i]);
    }
    w->count = 0;
}

/* "hoop" is also "hoops", but "ring" is not "ringing". */
static bool is_same_word(const char *word, const char *seen)
{
    size_t n = strlen(word), m = strlen(seen);
    if (m < n || memcmp(word, seen, n) != 0) {
        return false;
    }
    return m == n || (n >= LEAST_STEM && m - n <= MOST_ENDING);
}

static bool has_word(const struct cut_words *words_seen, const char *word)
{
    for (size_t i = 0; i < words_seen->count; i++) {
        if (is_same_word(word, words_seen->at[i])) {
            return true;
        }
    }
    return false;
}

bool words_are_about(struct store *st, const char *about, const char *description)
{
    struct cut_words wanted, seen;
    words_cut(st, about, &wanted);
    words_cut(st, description, &seen);
    bool is = wanted.count > 0;
    for (size_t i = 0; i < wanted.count && is; i++) {
        is = has_word(&seen, wanted.at[i]);
    }
    words_clear(&wanted);
    words_clear(&seen);
    return is;
}
