/* Settings: one file of [sections] and `name = value`. Each module declares a table of its own settings;
 * the reader, --help-settings and the manual page are made from those tables. */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_kind { SETTING_TEXT, SETTING_NUMBER, SETTING_FLAG, SETTING_CHOICE };

struct setting {
    const char *section, *name;
    enum setting_kind kind;
    const char *standard;   /* the default, as it would be written in the file; of a choice all words, "first|other" */
    int64_t least, most;    /* for numbers */
    const char *help;       /* one line */
};

struct settings;

struct settings *settings_new(const struct setting *const *tables, const size_t *counts, size_t table_count);
void settings_free(struct settings *s);

/* The file also belongs to other programs: sections of which no table speaks are left to them. */
void settings_leave_other_sections(struct settings *s);

/* Reads a file over the defaults. ERR_INPUT: `reason` (freed by the caller with mem_free) names file, line and key;
 * a key may be repeated, then settings_text_at tells them apart. ERR_MISSING: no such file. */
MUST_USE err settings_read(struct settings *s, const char *path, char **reason);
MUST_USE err settings_set(struct settings *s, const char *section, const char *name, const char *value, char **reason);

/* A name that no table has is a programming mistake and stops the process. */
const char *settings_text(const struct settings *s, const char *section, const char *name);
const char *settings_text_at(const struct settings *s, const char *section, const char *name, size_t nth);   /* NULL past the end */
int64_t settings_number(const struct settings *s, const char *section, const char *name);
bool settings_flag(const struct settings *s, const char *section, const char *name);

char *settings_help(const struct settings *s);   /* the caller frees it with mem_free */

#endif
