/* A template's lines, with their placeholders filled. The grammar is in templates/README.md. */
#include "inside.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum takes { TAKES_NOTHING, TAKES_WORDS, TAKES_COUNT, TAKES_NAMES };
enum effect { ADDS_LINE, SETS_CENTRED, SETS_LEFT, OPENS_GROUP };

static const struct word {
    const char *name;
    enum takes takes;
    enum effect effect;
    enum line_kind kind;
} words[] = {
    { "hand", TAKES_WORDS, ADDS_LINE, LINE_HAND },        { "pen", TAKES_WORDS, ADDS_LINE, LINE_PEN },
    { "text", TAKES_WORDS, ADDS_LINE, LINE_TEXT },        { "bold", TAKES_WORDS, ADDS_LINE, LINE_BOLD },
    { "large", TAKES_WORDS, ADDS_LINE, LINE_LARGE },      { "qr", TAKES_WORDS, ADDS_LINE, LINE_QR },
    { "rule", TAKES_NOTHING, ADDS_LINE, LINE_RULE },      { "feed", TAKES_COUNT, ADDS_LINE, LINE_FEED },
    { "centre", TAKES_NOTHING, SETS_CENTRED, LINE_TEXT }, { "left", TAKES_NOTHING, SETS_LEFT, LINE_TEXT },
    { "when", TAKES_NAMES, OPENS_GROUP, LINE_TEXT },
};

enum { PHRASE_BYTES_MOST = 4 * TEMPLATE_BYTES_MOST };

struct filler {
    struct slip_values values;
    struct lines *out;
    unsigned number;          /* of the line being read */
    bool is_centred, is_shut; /* shut: the group's `when` found nothing */
    char **reason;
};

static err complain(struct filler *f, const char *what, struct view culprit)
{
    int shown = culprit.n > 40 ? 40 : (int)culprit.n;
    *f->reason =
        mem_format("line %u: %s%s%.*s", f->number, what, shown > 0 ? ": " : "", shown, shown > 0 ? (const char *)culprit.at : "");
    return ERR_INPUT;
}

static struct view trim(struct view v)
{
    while (v.n > 0 && (v.at[0] == ' ' || v.at[0] == '\t')) {
        v = view_skip(v, 1);
    }
    while (v.n > 0 && (v.at[v.n - 1] == ' ' || v.at[v.n - 1] == '\t' || v.at[v.n - 1] == '\r')) {
        v.n--;
    }
    return v;
}

/* Cuts `v` at the first of `stops`; what follows the stop goes into `rest` (its `at` is NULL when there was no stop). */
static struct view until(struct view v, const char *stops, struct view *rest)
{
    *rest = (struct view){ NULL, 0 };
    for (size_t i = 0; i < v.n; i++) {
        if (strchr(stops, v.at[i]) != NULL && v.at[i] != '\0') {
            *rest = view_skip(v, i + 1);
            return (struct view){ v.at, i };
        }
    }
    return v;
}

static bool is_name(struct view v)
{
    bool is_good = v.n > 0 && v.n <= 32;
    for (size_t i = 0; i < v.n; i++) {
        is_good = is_good && (g_ascii_islower(v.at[i]) || g_ascii_isdigit(v.at[i]) || v.at[i] == '_');
    }
    return is_good;
}

/* The value of a placeholder, cleaned; NULL when there is none, or nothing of it can be printed. */
static char *value_of(const struct filler *f, struct view name, bool is_code)
{
    for (size_t i = 0; i < f->values.count; i++) {
        const struct slip_value *v = &f->values.at[i];
        if (v->text == NULL || !view_equal(view_of(v->name), name)) {
            continue;
        }
        char *clean = is_code ? text_clean_code(v->text) : text_clean(v->text, VALUE_CHARACTERS_MOST);
        if (clean[0] != '\0') {
            return clean;
        }
        mem_free(clean);
    }
    return NULL;
}

struct phrase {
    struct buf text;
    bool is_missing; /* a placeholder had no value */
    bool is_code;
};

static err add_placeholder(struct filler *f, struct phrase *p, struct view *rest)
{
    struct view after, name = until(*rest, "}", &after);
    if (after.at == NULL) {
        return complain(f, "a { is never closed", name);
    }
    if (!is_name(name)) {
        return complain(f, "a placeholder is small letters, digits and _", name);
    }
    *rest = after;
    char *value = value_of(f, name, p->is_code);
    p->is_missing = p->is_missing || value == NULL;
    err e = value != NULL ? buf_add_text(&p->text, value) : OK;
    mem_free(value);
    return e;
}

/* One alternative, up to an unescaped '|'. `*rest` is what follows it; its `at` is NULL after the last one. */
static err read_phrase(struct filler *f, struct phrase *p, struct view *rest)
{
    err e = OK;
    while (rest->n > 0 && e == OK) {
        unsigned char c = rest->at[0];
        *rest = view_skip(*rest, 1);
        if (c == '|') {
            return OK;
        }
        if (c == '{') {
            e = add_placeholder(f, p, rest);
            continue;
        }
        if (c == '\\' && rest->n > 0) {
            c = rest->at[0];
            *rest = view_skip(*rest, 1);
        }
        e = buf_add_byte(&p->text, c);
    }
    if (e == ERR_FULL) {
        *f->reason = mem_format("line %u: there is too much to print in this row", f->number);
    }
    rest->at = rest->n == 0 ? NULL : rest->at;
    return e;
}

/* The first alternative that has all its values, or NULL. All of them are read, so that a mistake shows at once. */
static err choose(struct filler *f, struct view source, bool is_code, char **out)
{
    char *chosen = NULL;
    err e = OK;
    for (struct view rest = source; rest.at != NULL && e == OK;) {
        struct phrase p = { .is_code = is_code };
        buf_init(&p.text, PHRASE_BYTES_MOST);
        e = read_phrase(f, &p, &rest);
        if (e == OK && !p.is_missing && chosen == NULL) {
            struct view words_only = trim(buf_view(&p.text));
            char *raw = mem_text_n((const char *)words_only.at, words_only.n);
            chosen = is_code ? text_clean_code(raw) : text_clean(raw, TEXT_CHARACTERS_MOST);
            mem_free(raw);
        }
        buf_clear(&p.text);
    }
    if (e != OK) {
        mem_free(chosen);
        chosen = NULL;
    }
    if (chosen != NULL && chosen[0] == '\0') {
        mem_free(chosen);
        chosen = NULL;
    }
    *out = chosen;
    return e;
}

static err add_line(struct filler *f, struct line line)
{
    if (f->out->count >= ROWS_MOST) {
        mem_free(line.text);
        *f->reason = mem_format("line %u: a slip has at most %d rows", f->number, ROWS_MOST);
        return ERR_FULL;
    }
    f->out->at = mem_grow(f->out->at, f->out->count + 1, sizeof *f->out->at);
    f->out->at[f->out->count++] = line;
    return OK;
}

static err add_words(struct filler *f, const struct word *w, struct view rest)
{
    if (trim(rest).n == 0) {
        return complain(f, "nothing stands after the colon", view_of(w->name));
    }
    struct line line = { .kind = w->kind, .number = f->number, .is_centred = f->is_centred };
    err e = choose(f, rest, w->kind == LINE_QR, &line.text);
    if (e != OK || line.text == NULL) {
        return e;
    }
    if (f->is_shut) {
        mem_free(line.text);
        return OK;
    }
    return add_line(f, line);
}

static err add_feed(struct filler *f, struct view rest)
{
    unsigned lines = rest.n == 0 ? 1 : 0;
    for (size_t i = 0; i < rest.n; i++) {
        if (!g_ascii_isdigit(rest.at[i]) || lines > FEED_LINES_MOST) {
            return complain(f, "feed takes a number from 1 to 20", rest);
        }
        lines = lines * 10 + (unsigned)(rest.at[i] - '0');
    }
    if (lines == 0 || lines > FEED_LINES_MOST) {
        return complain(f, "feed takes a number from 1 to 20", rest);
    }
    return f->is_shut ? OK : add_line(f, (struct line){ .kind = LINE_FEED, .number = f->number, .feed_lines = lines });
}

/* `when {a} {b}`: the rows down to the next empty line are printed only if all of these have values. */
static err open_group(struct filler *f, struct view rest)
{
    if (rest.n == 0 || rest.at[0] != '{') {
        return complain(f, "when takes placeholders, as in: when {story}", rest);
    }
    char *found = NULL;
    err e = choose(f, rest, false, &found);
    f->is_shut = found == NULL;
    mem_free(found);
    return e;
}

static err add_rule(struct filler *f)
{
    return f->is_shut ? OK : add_line(f, (struct line){ .kind = LINE_RULE, .number = f->number });
}

static err obey(struct filler *f, const struct word *w, struct view rest)
{
    if (w->takes == TAKES_NOTHING && rest.n > 0) {
        return complain(f, "nothing may stand after this word", rest);
    }
    switch (w->effect) {
    case SETS_CENTRED:
    case SETS_LEFT:
        f->is_centred = w->effect == SETS_CENTRED;
        return OK;
    case OPENS_GROUP:
        return open_group(f, rest);
    case ADDS_LINE:
        break;
    }
    if (w->takes == TAKES_WORDS) {
        return add_words(f, w, rest);
    }
    return w->takes == TAKES_COUNT ? add_feed(f, rest) : add_rule(f);
}

static err read_line(struct filler *f, struct view line)
{
    line = trim(line);
    if (line.n == 0) {
        f->is_shut = false;
    }
    if (line.n == 0 || line.at[0] == '#') {
        return OK;
    }
    if (!g_utf8_validate((const char *)line.at, (gssize)line.n, NULL)) {
        return complain(f, "this is not UTF-8 text", (struct view){ NULL, 0 });
    }
    struct view rest, name = until(line, ": \t", &rest);
    bool has_colon = rest.at != NULL && rest.at[-1] == ':';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (view_equal(name, view_of(words[i].name)) && has_colon == (words[i].takes == TAKES_WORDS)) {
            return obey(f, &words[i], trim(rest));
        }
        if (view_equal(name, view_of(words[i].name))) {
            return complain(f, has_colon ? "no colon belongs after this word" : "a colon is missing after this word", name);
        }
    }
    return complain(f, "no such word", name);
}

err template_fill(const char *text, struct slip_values values, struct lines *out, char **reason)
{
    struct lines made = { 0 };
    struct filler f = { .values = values, .out = &made, .reason = reason };
    struct view rest = view_of(text);
    if (rest.n > TEMPLATE_BYTES_MOST) {
        *reason = mem_format("the template is longer than %d bytes", TEMPLATE_BYTES_MOST);
        return ERR_INPUT;
    }
    err e = OK;
    while (rest.at != NULL && e == OK) {
        f.number++;
        struct view line = until(rest, "\n", &rest);
        e = read_line(&f, line);
    }
    if (e != OK) {
        lines_clear(&made);
        return e;
    }
    *out = made;
    return OK;
}

void lines_clear(struct lines *l)
{
    for (size_t i = 0; i < l->count; i++) {
        mem_free(l->at[i].text);
    }
    mem_free(l->at);
    *l = (struct lines){ 0 };
}
