/* Words that a printer can take: cleaned of what could harm it, put into a code page, wrapped into columns. */
#include "inside.h"

#include "base/mem.h"

#include <iconv.h>
#include <string.h>

enum { MARKS_IN_A_ROW_MOST = 3 };

/* Where the printers that we know agree on more than ASCII, the commonest first. */
static const char *const charsets[] = { "CP858", "CP1252", "CP852", "CP866" };

struct cleaner {
    GString *out;
    unsigned characters, marks_in_a_row;
    bool is_code; /* keep all that can be read: nobody draws it */
};

static bool is_joiner(gunichar c)
{
    return c == 0x200C || c == 0x200D;
}

/* Bidi overrides, byte order marks and the like turn a line's order around or draw nothing: they go. */
static bool is_wanted(const struct cleaner *k, gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    if (k->is_code) {
        return type != G_UNICODE_SURROGATE;
    }
    if (type == G_UNICODE_FORMAT || type == G_UNICODE_PRIVATE_USE || type == G_UNICODE_UNASSIGNED ||
        type == G_UNICODE_SURROGATE || (c >= 0xFE00 && c <= 0xFE0F)) {
        return is_joiner(c);
    }
    return c < 0x80 || fonts_can_draw(c);
}

static bool is_mark(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK;
}

static bool ends_in_space(const GString *s)
{
    return s->len == 0 || s->str[s->len - 1] == ' ';
}

static void take(struct cleaner *k, gunichar c)
{
    bool is_space = g_unichar_iscntrl(c) || (g_unichar_isspace(c) && c != 0xA0 && c != 0x202F);
    if (is_space && k->is_code) {
        return;
    }
    if (is_space || !is_wanted(k, c)) {
        if (is_space && !ends_in_space(k->out)) {
            g_string_append_c(k->out, ' ');
        }
        return;
    }
    k->marks_in_a_row = is_mark(c) ? k->marks_in_a_row + 1 : 0;
    if (k->marks_in_a_row > MARKS_IN_A_ROW_MOST || (ends_in_space(k->out) && is_joiner(c))) {
        return;
    }
    g_string_append_unichar(k->out, c == 0x202F ? 0xA0 : c);
    k->characters++;
}

static char *normalised(const GString *s, bool is_code)
{
    char *same = is_code ? NULL : g_utf8_normalize(s->str, (gssize)s->len, G_NORMALIZE_NFC);
    char *owned = mem_text(same != NULL ? g_strchomp(same) : s->str);
    g_free(same);
    return owned;
}

static char *clean(const char *text, bool is_code, unsigned most)
{
    struct cleaner k = { .out = g_string_new(NULL), .is_code = is_code };
    const char *at = text, *end = text + strlen(text);
    while (at < end && k.characters < most) {
        gunichar c = g_utf8_get_char_validated(at, end - at);
        bool is_broken = c == (gunichar)-1 || c == (gunichar)-2;
        if (!is_broken) {
            take(&k, c);
        }
        at = is_broken ? at + 1 : g_utf8_next_char(at);
    }
    if (at < end && !is_code) {
        g_string_append(k.out, "...");
    }
    char *made = normalised(k.out, is_code);
    g_string_free(k.out, TRUE);
    return made;
}

char *text_clean(const char *text, unsigned most)
{
    return clean(text, false, most);
}

char *text_clean_code(const char *text)
{
    return clean(text, true, QR_BYTES_MOST + 1);
}

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text >= 0x80) {
            return false;
        }
    }
    return true;
}

static bool fits(const char *charset, const char *text)
{
    iconv_t to = iconv_open(charset, "UTF-8");
    if (to == (iconv_t)-1) {
        return false;
    }
    char room[TEXT_CHARACTERS_MOST * 4], *out = room, *in = (char *)text;
    size_t left = strlen(text), space = sizeof room;
    bool is_whole = iconv(to, &in, &left, &out, &space) == 0 && left == 0;
    iconv_close(to);
    return is_whole;
}

const char *text_charset(const char *text)
{
    if (is_ascii(text)) {
        return "";
    }
    for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++) {
        if (fits(charsets[i], text)) {
            return charsets[i];
        }
    }
    return NULL;
}

static const struct fold {
    gunichar from;
    const char *to;
} folds[] = {
    { 0x2018, "'" }, { 0x2019, "'" }, { 0x201A, "'" },   { 0x201C, "\"" }, { 0x201D, "\"" }, { 0x201E, "\"" },
    { 0x2010, "-" }, { 0x2011, "-" }, { 0x2012, "-" },   { 0x2013, "-" },  { 0x2014, "-" },  { 0x2015, "-" },
    { 0x2212, "-" }, { 0x2022, "*" }, { 0x2026, "..." }, { 0x00D7, "x" },  { 0x00AB, "\"" }, { 0x00BB, "\"" },
};

static const char *folded(gunichar c)
{
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
        if (folds[i].from == c) {
            return folds[i].to;
        }
    }
    return NULL;
}

char *text_fold_line(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        const char *plain = folded(g_utf8_get_char(at));
        if (plain != NULL) {
            g_string_append(out, plain);
        } else {
            g_string_append_unichar(out, g_utf8_get_char(at));
        }
    }
    char *made = mem_text(out->str);
    g_string_free(out, TRUE);
    return made;
}

/* How many bytes of `text` go on a line of `columns`; the line is broken at a space, or inside a word that is longer. */
static size_t line_bytes(const char *text, size_t columns)
{
    const char *at = text, *space = NULL;
    for (size_t n = 0; n < columns && *at != '\0'; n++, at = g_utf8_next_char(at)) {
        space = *at == ' ' ? at : space;
    }
    if (*at == '\0' || *at == ' ') {
        return (size_t)(at - text);
    }
    return (size_t)((space != NULL ? space : at) - text);
}

static size_t count_lines(const char *text, size_t columns)
{
    size_t count = 0;
    while (*text != '\0') {
        text += line_bytes(text, columns);
        text += *text == ' ';
        count++;
    }
    return count;
}

static char *plain_spaces(const char *text, size_t n)
{
    GString *s = g_string_new_len(text, (gssize)n);
    g_string_replace(s, "\xC2\xA0", " ", 0);
    char *made = mem_text(s->str);
    g_string_free(s, TRUE);
    return made;
}

size_t text_wrap(const char *text, size_t columns, bool is_even, char **lines, size_t most)
{
    size_t wanted = count_lines(text, columns);
    while (is_even && columns > 1 && count_lines(text, columns - 1) == wanted) {
        columns--;
    }
    size_t count = 0;
    while (*text != '\0' && count < most) {
        size_t n = line_bytes(text, columns);
        lines[count++] = plain_spaces(text, n);
        text += n;
        text += *text == ' ';
    }
    return count;
}
