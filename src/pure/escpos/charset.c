#include "charset.h"

#include "base/mem.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

static const char *const coding_names[CODINGS] = {
    [AS_CHINESE] = "GB18030", [AS_KOREAN] = "CP949", [AS_SHIFT_JIS] = "CP932", [AS_JIS] = "EUC-JP"
};

enum { MAPS_MOST = 64 };

struct charset {
    const struct code_page *pages;
    struct page_map *maps[MAPS_MOST];
    size_t map_count;
    iconv_t converters[CODINGS];
    bool is_told_utf8;
    struct evidence evidence;
};

/* Other spellings, and for the narrow editions of an encoding the wide one that printers hold. */
static const struct {
    const char *spelt, *name;
} spellings[] = {
    { "gbk", "GB18030" }, { "gb2312", "GB18030" },       { "ksc5601", "CP949" },   { "euc-kr", "CP949" },
    { "euckr", "CP949" }, { "shiftjis", "CP932" },       { "shift-jis", "CP932" }, { "sjis", "CP932" },
    { "utf8", "UTF-8" },  { "big5hkscs", "BIG5-HKSCS" }, { "eucjp", "EUC-JP" },    { "tis620", "TIS-620" },
};

enum { CHARSET_NAME_MOST = 40 };

static iconv_t open_charset(const char *charset)
{
    char name[CHARSET_NAME_MOST] = "";
    for (size_t i = 0; charset[i] && i < sizeof name - 1; i++) {
        name[i] = (char)(charset[i] == '_' ? '-' : charset[i]);
    }
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        if (strcasecmp(name, spellings[i].spelt) == 0) {
            return iconv_open("UTF-32LE", spellings[i].name);
        }
    }
    return iconv_open("UTF-32LE", name);
}

bool charset_is_known(const char *name)
{
    iconv_t convert = open_charset(name);
    if (convert == (iconv_t)-1) {
        return false;
    }
    iconv_close(convert);
    return true;
}

struct charset *charset_new(const char *charset)
{
    struct charset *t = mem_new(sizeof *t);
    t->pages = epson_pages;
    for (size_t i = 0; i < CODINGS; i++) {
        t->converters[i] = (iconv_t)-1;
    }
    t->converters[AS_TOLD] = charset ? open_charset(charset) : (iconv_t)-1;
    t->is_told_utf8 = charset && (strcasecmp(charset, "UTF-8") == 0 || strcasecmp(charset, "UTF8") == 0);
    return t;
}

void charset_free(struct charset *t)
{
    if (!t) {
        return;
    }
    for (size_t i = 0; i < CODINGS; i++) {
        if (t->converters[i] != (iconv_t)-1) {
            iconv_close(t->converters[i]);
        }
    }
    for (size_t i = 0; i < t->map_count; i++) {
        mem_free(t->maps[i]);
    }
    mem_free(t);
}

void charset_use_pages(struct charset *t, const struct code_page *pages)
{
    t->pages = pages;
}

static const struct page_map *page_map_of(struct charset *t, uint8_t number)
{
    const char *name = page_name(t->pages, number);
    for (size_t i = 0; i < t->map_count; i++) {
        if (t->maps[i]->name == name) {
            return t->maps[i];
        }
    }
    size_t place = t->map_count < MAPS_MOST ? t->map_count++ : MAPS_MOST - 1;
    t->maps[place] = t->maps[place] ? t->maps[place] : mem_new(sizeof *t->maps[place]);
    page_map_fill(t->maps[place], name);
    return t->maps[place];
}

static iconv_t converter_of(struct charset *t, enum coding coding)
{
    if (t->converters[coding] == (iconv_t)-1 && coding_names[coding]) {
        t->converters[coding] = iconv_open("UTF-32LE", coding_names[coding]);
    }
    return t->converters[coding];
}

/* The shortest run of bytes that is a character. 0: none begins here. */
static size_t convert_one(iconv_t convert, const unsigned char *bytes, size_t n, uint32_t *character)
{
    for (size_t length = 1; convert != (iconv_t)-1 && length <= n; length++) {
        char in[SEQUENCE_MOST];
        unsigned char out[8];
        memcpy(in, bytes, length);
        char *from = in, *to = (char *)out;
        size_t from_left = length, to_left = sizeof out;
        iconv(convert, NULL, NULL, NULL, NULL);
        bool is_done = iconv(convert, &from, &from_left, &to, &to_left) != (size_t)-1;
        iconv(convert, NULL, NULL, &to, &to_left);
        if (is_done && to_left < sizeof out) {
            *character = (uint32_t)out[0] | (uint32_t)out[1] << 8 | (uint32_t)out[2] << 16 | (uint32_t)out[3] << 24;
            return length;
        }
        if (!is_done && errno == EILSEQ) {
            return 0;
        }
    }
    return 0;
}

/* JIS codes have the high bits clear; EUC-JP is the same codes with them set. */
static size_t take_jis(struct charset *t, const unsigned char *bytes, size_t n, uint32_t *character)
{
    if (n < 2 || bytes[0] < 0x21 || bytes[0] > 0x7e || bytes[1] < 0x21 || bytes[1] > 0x7e) {
        return 0;
    }
    const unsigned char pair[2] = { bytes[0] | 0x80, bytes[1] | 0x80 };
    return convert_one(converter_of(t, AS_JIS), pair, 2, character);
}

/* ASCII, or a byte of the code page. */
static uint32_t single_byte(struct charset *t, enum coding coding, const struct cell *c)
{
    if (c->byte >= 0x80) {
        return page_map_of(t, c->page)->high[c->byte - 0x80];
    }
    bool is_plain_ascii = coding == AS_UTF8 || (coding == AS_TOLD && t->is_told_utf8);
    return c->byte == 0x7f ? 0 : is_plain_ascii ? c->byte : international(c->charset, c->byte);
}

static size_t take(struct charset *t, enum coding coding, struct cells line, size_t i, uint32_t *character)
{
    unsigned char bytes[SEQUENCE_MOST];
    size_t n = cells_bytes(line, i, bytes);
    size_t length = coding == AS_JIS && (line.at[i].marks & CELL_JIS) ? take_jis(t, bytes, n, character) : 0;
    if (length == 0 && bytes[0] >= 0x80 && coding != BY_PAGE) {
        length = coding == AS_UTF8 ? utf8_take(bytes, n, character) : convert_one(converter_of(t, coding), bytes, n, character);
    }
    if (length == 0) {
        *character = single_byte(t, coding, &line.at[i]);
        length = 1;
    }
    return length;
}

/* Control codes, halves of a pair and separators of lines put nothing on the paper. */
static bool has_shape(uint32_t character)
{
    bool is_control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    bool is_half = character >= 0xd800 && character < 0xe000;
    bool is_separator = character == 0x2028 || character == 0x2029;
    return character <= 0x10ffff && !is_control && !is_half && !is_separator;
}

/* What was told is for the text; a drawn line is the code page's, where single bytes have more than two bytes' meaning. */
static enum coding coding_of(struct charset *t, struct cells line)
{
    if (t->converters[AS_TOLD] == (iconv_t)-1) {
        return guess_coding(&t->evidence, line, t->pages);
    }
    return guess_is_rule(line) ? BY_PAGE : AS_TOLD;
}

/* East Asian letters are as wide as two others. */
static bool is_wide(uint32_t character)
{
    static const uint32_t ranges[][2] = {
        { 0x1100, 0x115f }, { 0x2e80, 0xa4cf }, { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },   { 0xfe30, 0xfe4f },
        { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (character >= ranges[i][0] && character <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

/* The cells were laid out one to a byte. Where a character of several bytes takes less room, what stands right behind
 * it moves up; `surplus` is by how much. */
static struct glyph glyph_of(struct cells bytes, uint32_t character, int32_t *surplus)
{
    const struct cell *first = &bytes.at[0], *last = &bytes.at[bytes.n - 1];
    int32_t width = last->x + last->width - first->x;
    int32_t room = bytes.n > 1 ? first->width * (is_wide(character) ? 2 : 1) : width;
    struct glyph glyph = { .x = first->x - *surplus,
                           .order = first->after,
                           .width = (uint32_t)room,
                           .character = has_shape(character) ? character : 0 };
    *surplus += width - room;
    return glyph;
}

size_t charset_glyphs(struct charset *t, struct cells line, struct glyph *glyphs)
{
    enum coding coding = coding_of(t, line);
    size_t made = 0;
    int32_t surplus = 0;
    for (size_t i = 0, length; i < line.n; i += length) {
        uint32_t character = 0;
        length = take(t, coding, line, i, &character);
        bool is_moved = i > 0 && line.at[i].x != line.at[i - 1].x + line.at[i - 1].width;
        surplus = is_moved ? 0 : surplus;
        glyphs[made++] = glyph_of((struct cells){ line.at + i, length }, character, &surplus);
    }
    return made;
}
