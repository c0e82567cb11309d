#include "target.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "body.h"

#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place; what comes out is never longer. */
static err decode(char *text, bool plus_is_space)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (*from != '%') {
            *to++ = plus_is_space && *from == '+' ? ' ' : *from;
            continue;
        }
        int high = hex_value(from[1]);
        int low = high < 0 ? -1 : hex_value(from[2]);
        if (low < 0 || (high == 0 && low == 0)) {
            return ERR_INPUT;
        }
        *to++ = (char)(high * 16 + low);
        from += 2;
    }
    *to = '\0';
    return utf8_is_valid(view_of(text)) ? OK : ERR_INPUT;
}

/* Cuts `text` at the first `mark`; what follows it, or NULL. */
static char *cut(char *text, char mark)
{
    char *at = strchr(text, mark);
    if (at == NULL) {
        return NULL;
    }
    *at = '\0';
    return at + 1;
}

static err read_path(char *path, struct target *out)
{
    for (char *segment = path; segment != NULL;) {
        char *next = cut(segment, '/');
        if (out->segment_count == SEGMENTS_AT_MOST) {
            return ERR_FULL;
        }
        err e = decode(segment, false);
        if (e != OK) {
            return e;
        }
        out->segments[out->segment_count++] = segment;
        segment = next;
    }
    return OK;
}

static err read_pair(char *pair, struct target *out)
{
    if (*pair == '\0') {
        return OK;
    }
    if (out->pair_count == PAIRS_AT_MOST) {
        return ERR_FULL;
    }
    char *value = cut(pair, '=');
    err e = decode(pair, true);
    if (e == OK && value != NULL) {
        e = decode(value, true);
    }
    if (e != OK) {
        return e;
    }
    out->pairs[out->pair_count].name = pair;
    out->pairs[out->pair_count++].value = value ? value : "";
    return OK;
}

static err read_query(char *query, struct target *out)
{
    for (char *pair = query; pair != NULL;) {
        char *next = cut(pair, '&');
        err e = read_pair(pair, out);
        if (e != OK) {
            return e;
        }
        pair = next;
    }
    return OK;
}

err target_read(const char *raw, struct target *out)
{
    if (raw[0] != '/') {
        return ERR_INPUT;
    }
    struct target t = { .text = mem_text(raw + 1), .path = mem_text_n(raw, strcspn(raw, "?")) };
    char *query = cut(t.text, '?');
    err e = read_path(t.text, &t);
    if (e == OK) {
        e = read_query(query, &t);
    }
    if (e != OK) {
        target_clear(&t);
        return e;
    }
    *out = t;
    return OK;
}

void target_clear(struct target *t)
{
    mem_free(t->text);
    mem_free(t->path);
    *t = (struct target){ 0 };
}

const char *target_query(const struct target *t, const char *name)
{
    for (size_t i = 0; i < t->pair_count; i++) {
        if (strcmp(t->pairs[i].name, name) == 0) {
            return t->pairs[i].value;
        }
    }
    return NULL;
}
