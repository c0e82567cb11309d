/* Reads the head of a rule file. The SQL keeps the whole text, so that its lines have the numbers that they have in the file. */
#include "pure/prompt.h"

#include "base/err.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIELD_CEILING = 1024 };

struct head {
    const char *file_name;
    struct prompt_rule *rule;
    char *warmth;
    char **reason;
    int line;
};

static err refuse(struct head *h, const char *what, const char *about)
{
    *h->reason = mem_format("%s:%d: %s%s", h->file_name, h->line, what, about);
    return ERR_INPUT;
}

static char **field_named(struct head *h, const char *name)
{
    const struct {
        const char *name;
        char **field;
    } fields[] = {
        { "rule", &h->rule->name },         { "accent", &h->rule->accent }, { "warmth", &h->warmth },
        { "sentence", &h->rule->sentence }, { "why", &h->rule->why },
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return fields[i].field;
        }
    }
    return NULL;
}

/* "-- name: value"; any other comment is prose. Returns the length of the name, 0 for prose. */
static size_t name_in(const char *line, const char **name, const char **value, size_t n)
{
    size_t at = 2;
    while (at < n && line[at] == ' ') {
        at++;
    }
    size_t from = at;
    while (at < n && (islower((unsigned char)line[at]) || line[at] == '_')) {
        at++;
    }
    if (at == from || at + 1 >= n || line[at] != ':' || line[at + 1] != ' ') {
        return 0;
    }
    *name = line + from;
    *value = line + at + 2;
    return at - from;
}

static err read_comment(struct head *h, const char *line, size_t n)
{
    const char *name_at = NULL, *value_at = NULL;
    size_t name_length = name_in(line, &name_at, &value_at, n);
    if (name_length == 0) {
        return OK;
    }
    char *name = mem_text_n(name_at, name_length);
    char **field = field_named(h, name);
    size_t length = n - (size_t)(value_at - line);
    err e = OK;
    if (field == NULL) {
        e = refuse(h, "there is no field named ", name);
    } else if (*field != NULL) {
        e = refuse(h, "a second ", name);
    } else if (length >= FIELD_CEILING) {
        e = refuse(h, "too long: ", name);
    } else {
        *field = mem_text_n(value_at, length);
    }
    mem_free(name);
    return e;
}

static err read_warmth(struct head *h)
{
    char *end = NULL;
    long warmth = strtol(h->warmth, &end, 10);
    if (end == h->warmth || *end != '\0' || warmth < 0 || warmth > 100) {
        return refuse(h, "warmth must be a number from 0 to 100, not ", h->warmth);
    }
    h->rule->warmth = (int)warmth;
    return OK;
}

static bool is_accent(const char *accent)
{
    return strcmp(accent, "owe") == 0 || strcmp(accent, "say") == 0 || strcmp(accent, "story") == 0;
}

static bool braces_match(const char *sentence)
{
    bool is_open = false;
    for (const char *p = sentence; *p != '\0'; p++) {
        if ((*p == '{' && is_open) || (*p == '}' && !is_open)) {
            return false;
        }
        is_open = *p == '{' || (*p != '}' && is_open);
    }
    return !is_open;
}

static err check_head(struct head *h)
{
    static const char *const names[] = { "rule", "accent", "warmth", "sentence", "why" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char **field = field_named(h, names[i]);
        if (*field == NULL) {
            return refuse(h, "missing before the query: -- ", names[i]);
        }
    }
    if (!is_accent(h->rule->accent)) {
        return refuse(h, "accent must be owe, say or story, not ", h->rule->accent);
    }
    if (!braces_match(h->rule->sentence) || !braces_match(h->rule->why)) {
        return refuse(h, "a { without its } in ", "sentence or why");
    }
    return read_warmth(h);
}

static bool is_question(const char *sql)
{
    return strncasecmp(sql, "SELECT", 6) == 0 || strncasecmp(sql, "WITH", 4) == 0;
}

/* Reads comments up to the first line of SQL, which must ask and not do. */
static err read_lines(struct head *h, const char *text)
{
    for (const char *line = text, *next; *line != '\0'; line = next, h->line++) {
        size_t n = strcspn(line, "\n"), blank = strspn(line, " \t\r");
        next = line + n + (line[n] == '\n');
        while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == ' ')) {
            n--;
        }
        bool is_comment = strncmp(line, "--", 2) == 0;
        if (!is_comment && blank < n) {
            return is_question(line + blank) ? OK : refuse(h, "expected a SELECT", "");
        }
        err e = is_comment ? read_comment(h, line, n) : OK;
        if (e != OK) {
            return e;
        }
    }
    return refuse(h, "there is no query", "");
}

int prompt_rule_read(const char *file_name, const char *text, struct prompt_rule *out, char **reason)
{
    struct prompt_rule rule = { 0 };
    struct head h = { .file_name = file_name, .rule = &rule, .reason = reason, .line = 1 };
    err e = read_lines(&h, text);
    if (e == OK) {
        e = check_head(&h);
    }
    mem_free(h.warmth);
    if (e != OK) {
        prompt_rule_clear(&rule);
        return e;
    }
    rule.sql = mem_text(text);
    *out = rule;
    return OK;
}

void prompt_rule_clear(struct prompt_rule *r)
{
    mem_free(r->name);
    mem_free(r->accent);
    mem_free(r->sentence);
    mem_free(r->why);
    mem_free(r->sql);
    *r = (struct prompt_rule){ 0 };
}
