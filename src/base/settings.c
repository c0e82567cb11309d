#include "base/settings.h"

#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_CEILING = 64 * 1024, MOST_VALUES = 64 };

/* What was written for one row; a file's values replace the default, and repeat. */
struct value {
    const struct setting *row;
    char *standard;
    char *texts[MOST_VALUES];
    size_t count;
};

struct settings {
    struct value *values;
    size_t count;
    bool leaves_other_sections;
};

struct settings *settings_new(const struct setting *const *tables, const size_t *counts, size_t table_count)
{
    struct settings *s = mem_new(sizeof *s);
    for (size_t t = 0; t < table_count; t++) {
        s->values = mem_grow(s->values, s->count + counts[t], sizeof *s->values);
        for (size_t i = 0; i < counts[t]; i++) {
            const char *standard = tables[t][i].standard;
            size_t first = tables[t][i].kind == SETTING_CHOICE ? strcspn(standard, "|") : strlen(standard);
            s->values[s->count++] = (struct value){ .row = &tables[t][i], .standard = mem_text_n(standard, first) };
        }
    }
    return s;
}

void settings_free(struct settings *s)
{
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->count; i++) {
        for (size_t n = 0; n < s->values[i].count; n++) {
            mem_free(s->values[i].texts[n]);
        }
        mem_free(s->values[i].standard);
    }
    mem_free(s->values);
    mem_free(s);
}

void settings_leave_other_sections(struct settings *s)
{
    s->leaves_other_sections = true;
}

static bool is_our_section(const struct settings *s, const char *section)
{
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->values[i].row->section, section) == 0) {
            return true;
        }
    }
    return !s->leaves_other_sections;
}

static struct value *find(const struct settings *s, const char *section, const char *name)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct setting *row = s->values[i].row;
        if (strcmp(row->section, section) == 0 && strcmp(row->name, name) == 0) {
            return &s->values[i];
        }
    }
    return NULL;
}

static bool read_number(const char *text, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0') {
        return false;
    }
    *out = number;
    return true;
}

static bool read_flag(const char *text, bool *out)
{
    static const struct {
        const char *word;
        bool means;
    } words[] = { { "yes", true }, { "true", true },   { "on", true },   { "1", true },
                  { "no", false }, { "false", false }, { "off", false }, { "0", false } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i].word) == 0) {
            *out = words[i].means;
            return true;
        }
    }
    return false;
}

/* What is wrong with a value, or NULL. The caller frees it. */
/* Whether `value` is one of the words between the bars. */
static bool is_choice(const char *words, const char *value)
{
    size_t n = strlen(value);
    for (const char *at = words; n > 0 && at != NULL; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL) {
        if (strncmp(at, value, n) == 0 && (at[n] == '|' || at[n] == '\0')) {
            return true;
        }
    }
    return false;
}

static char *complaint(const struct setting *row, const char *value)
{
    int64_t number = 0;
    bool flag = false;
    if (row->kind == SETTING_CHOICE && !is_choice(row->standard, value)) {
        return mem_format("\"%s\" must be one of %s, not \"%s\"", row->name, row->standard, value);
    }
    if (row->kind == SETTING_FLAG && !read_flag(value, &flag)) {
        return mem_format("\"%s\" must be yes or no, not \"%s\"", row->name, value);
    }
    if (row->kind != SETTING_NUMBER) {
        return NULL;
    }
    if (!read_number(value, &number)) {
        return mem_format("\"%s\" must be a number, not \"%s\"", row->name, value);
    }
    if (number < row->least || number > row->most) {
        return mem_format("\"%s\" must lie between %lld and %lld, not %s", row->name, (long long)row->least, (long long)row->most,
                          value);
    }
    return NULL;
}

static char *keep_value(struct settings *s, const char *section, const char *name, const char *value)
{
    struct value *v = find(s, section, name);
    if (v == NULL) {
        return mem_format("there is no setting \"%s\" in [%s]", name, section);
    }
    char *wrong = complaint(v->row, value);
    if (wrong == NULL && v->count == MOST_VALUES) {
        wrong = mem_format("\"%s\" is given more than %d times", name, (int)MOST_VALUES);
    }
    if (wrong == NULL) {
        v->texts[v->count++] = mem_text(value);
    }
    return wrong;
}

/* The library reports a bad line's number only at the end; counting as it reads names the right one. */
struct reading {
    FILE *file;
    struct settings *settings;
    char *wrong;
    int line;
};

static char *read_line(char *into, int room, void *self)
{
    struct reading *r = self;
    if (r->wrong != NULL) {
        return NULL;
    }
    r->line++;
    return fgets(into, room, r->file);
}

static int heard_pair(void *self, const char *section, const char *name, const char *value)
{
    struct reading *r = self;
    if (r->wrong == NULL && is_our_section(r->settings, section)) {
        r->wrong = keep_value(r->settings, section, name, value);
    }
    return 1;
}

err settings_read(struct settings *s, const char *path, char **reason)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        *reason = mem_format("%s: %s", path, strerror(errno));
        return errno == ENOENT ? ERR_MISSING : ERR_SYSTEM;
    }
    struct reading r = { .file = file, .settings = s };
    int bad_line = ini_parse_stream(read_line, &r, heard_pair, &r);
    fclose(file);
    if (r.wrong != NULL && (bad_line == 0 || bad_line >= r.line)) {
        *reason = mem_format("%s:%d: %s", path, r.line, r.wrong);
        mem_free(r.wrong);
        return ERR_INPUT;
    }
    if (bad_line != 0) {
        mem_free(r.wrong);
        *reason = mem_format("%s:%d: expected \"name = value\" or \"[section]\"", path, bad_line);
        return ERR_INPUT;
    }
    return OK;
}

err settings_set(struct settings *s, const char *section, const char *name, const char *value, char **reason)
{
    struct value *v = find(s, section, name);
    for (; v != NULL && v->count > 0; v->count--) {
        mem_free(v->texts[v->count - 1]);
    }
    *reason = keep_value(s, section, name, value);
    return *reason == NULL ? OK : ERR_INPUT;
}

static struct value *must_find(const struct settings *s, const char *section, const char *name)
{
    struct value *v = find(s, section, name);
    if (v == NULL) {
        fprintf(stderr, "settings: [%s] %s is in no table\n", section, name);
        abort();
    }
    return v;
}

/* The last one written counts. */
const char *settings_text(const struct settings *s, const char *section, const char *name)
{
    const struct value *v = must_find(s, section, name);
    return v->count > 0 ? v->texts[v->count - 1] : v->standard;
}

const char *settings_text_at(const struct settings *s, const char *section, const char *name, size_t nth)
{
    const struct value *v = must_find(s, section, name);
    if (v->count > 0) {
        return nth < v->count ? v->texts[nth] : NULL;
    }
    return nth == 0 && v->standard[0] != '\0' ? v->standard : NULL;
}

int64_t settings_number(const struct settings *s, const char *section, const char *name)
{
    int64_t number = 0;
    return read_number(settings_text(s, section, name), &number) ? number : 0;
}

bool settings_flag(const struct settings *s, const char *section, const char *name)
{
    bool flag = false;
    return read_flag(settings_text(s, section, name), &flag) && flag;
}

/* A section is shown once, with what every table has in it. */
static bool is_shown_already(const struct settings *s, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (strcmp(s->values[k].row->section, s->values[i].row->section) == 0) {
            return true;
        }
    }
    return false;
}

static err show_section(const struct settings *s, const char *section, struct buf *b)
{
    err e = buf_format(b, "%s[%s]\n", b->n == 0 ? "" : "\n", section);
    for (size_t i = 0; i < s->count && e == OK; i++) {
        const struct setting *row = s->values[i].row;
        if (strcmp(row->section, section) == 0) {
            e = buf_format(b, "# %s\n%s = %s\n", row->help, row->name, s->values[i].standard);
        }
    }
    return e;
}

char *settings_help(const struct settings *s)
{
    struct buf b;
    buf_init(&b, HELP_CEILING);
    err e = OK;
    for (size_t i = 0; i < s->count && e == OK; i++) {
        if (!is_shown_already(s, i)) {
            e = show_section(s, s->values[i].row->section, &b);
        }
    }
    char *text = mem_text(buf_text(&b));
    buf_clear(&b);
    return text;
}
