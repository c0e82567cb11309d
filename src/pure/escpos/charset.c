#include "charset.h"

#include "base/mem.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

/* How the high bytes of one line are read. */
enum coding { BY_PAGE, AS_UTF8, AS_CHINESE, AS_KOREAN, AS_SHIFT_JIS, AS_JIS, AS_TOLD, CODINGS };

static const char *const coding_names[CODINGS] = {
    [AS_CHINESE] = "GB18030", [AS_KOREAN] = "CP949", [AS_SHIFT_JIS] = "CP932", [AS_JIS] = "EUC-JP"
};

enum {
    MAPS_MOST = 64,
    SEQUENCE_MOST = 4,
    KOREA = 13, /* ESC R n: printers of that country take two-byte text */
    CHINA = 15,
    RULE_BYTES = 5,  /* the same byte so often is a drawn line */
    KOREAN_PAIRS = 6 /* so many syllables, none outside the Hangul block, are not Chinese */
};

struct charset {
    const struct code_page *pages;
    struct page_map *maps[MAPS_MOST];
    size_t map_count;
    iconv_t converters[CODINGS];
    bool is_told, is_told_utf8;
    /* What earlier lines have shown. */
    bool has_utf8, has_pairs;
    unsigned hangul_pairs, other_pairs;
};

struct charset *charset_new(const char *charset)
{
    struct charset *t = mem_new(sizeof *t);
    t->pages = epson_pages;
    for (size_t i = 0; i < CODINGS; i++) {
        t->converters[i] = (iconv_t)-1;
    }
    if (charset) {
        t->converters[AS_TOLD] = iconv_open("UTF-32LE", charset);
        t->is_told_utf8 = strcasecmp(charset, "UTF-8") == 0 || strcasecmp(charset, "UTF8") == 0;
        t->is_told = t->is_told_utf8 || t->converters[AS_TOLD] != (iconv_t)-1;
    }
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

static const char *page_name(const struct charset *t, uint8_t number)
{
    for (const struct code_page *p = t->pages; p->name; p++) {
        if (p->number == number) {
            return p->name;
        }
    }
    return NULL;
}

static const struct page_map *page_map_of(struct charset *t, uint8_t number)
{
    const char *name = page_name(t, number);
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

size_t utf8_take(const unsigned char *at, size_t n, uint32_t *out)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t length = n == 0                          ? 0
                    : at[0] < 0x80                  ? 1
                    : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
                    : (at[0] & 0xf0) == 0xe0        ? 3
                    : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
                                                    : 0;
    if (length == 0 || length > n) {
        return 0;
    }
    uint32_t value = length == 1 ? at[0] : at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (at[i] & 0x3f);
    }
    bool is_surrogate = value >= 0xd800 && value < 0xe000;
    if (value < least[length] || value > 0x10ffff || is_surrogate) {
        return 0;
    }
    *out = value;
    return length;
}

err utf8_add(struct buf *out, uint32_t character)
{
    unsigned char bytes[4];
    size_t n = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = n - 1; i > 0; i--) {
        bytes[i] = (unsigned char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    bytes[0] = (unsigned char)(lead[n] | character);
    return buf_add(out, bytes, n);
}

err utf8_of_data(struct view data, struct buf *out)
{
    bool is_utf8 = true;
    uint32_t character;
    for (size_t i = 0, n; is_utf8 && i < data.n; i += n) {
        n = utf8_take(data.at + i, data.n - i, &character);
        is_utf8 = n > 0;
    }
    if (is_utf8) {
        return buf_add_view(out, data);
    }
    err e = OK;
    for (size_t i = 0; i < data.n && e == OK; i++) {
        e = utf8_add(out, data.at[i]);
    }
    return e;
}

/* The bytes from cell i on that stand side by side, as far as one character can reach. */
static size_t bytes_from(struct cells line, size_t i, unsigned char *bytes)
{
    size_t n = 0;
    do {
        bytes[n++] = line.at[i].byte;
        i++;
    } while (n < SEQUENCE_MOST && i < line.n && line.at[i].x == line.at[i - 1].x + line.at[i - 1].width);
    return n;
}

/* What the high bytes of a line look like. */
struct survey {
    uint8_t marks, charset, page, last;
    size_t high, longer_sequences, pairs, common_pairs, hangul_pairs;
    bool is_utf8, is_paired, is_page_told, has_run, is_rule;
};

/* Returns how many bytes are dealt with. */
static size_t survey_utf8(struct survey *s, const unsigned char *bytes, size_t n)
{
    uint32_t character;
    size_t length = utf8_take(bytes, n, &character);
    s->is_utf8 = s->is_utf8 && length > 1;
    s->longer_sequences += length > 2;
    return length > 0 ? length : 1;
}

static void survey_pair(struct survey *s, const unsigned char *bytes, size_t n)
{
    bool is_pair = n >= 2 && bytes[0] >= 0xa1 && bytes[0] != 0xff && bytes[1] >= 0xa1 && bytes[1] != 0xff;
    s->is_paired = s->is_paired && is_pair;
    if (!is_pair) {
        return;
    }
    bool is_sign = bytes[0] < 0xb0;
    s->pairs++;
    s->common_pairs += is_sign || bytes[0] <= 0xd7;
    s->hangul_pairs += is_sign || bytes[0] <= 0xc8;
}

static void survey_byte(struct survey *s, struct cells line, size_t i)
{
    const struct cell *c = &line.at[i];
    s->is_rule = s->is_rule && (s->high == 0 || c->byte == s->last);
    s->has_run = s->has_run || (i >= 2 && c->byte == line.at[i - 1].byte && c->byte == line.at[i - 2].byte);
    s->is_page_told = s->is_page_told || (c->marks & CELL_PAGE_TOLD);
    s->charset = c->charset;
    s->page = c->page;
    s->last = c->byte;
    s->high++;
}

static struct survey survey_of(struct cells line)
{
    struct survey s = { .is_utf8 = true, .is_paired = true, .is_rule = true };
    size_t utf8_until = 0, pair_until = 0;
    for (size_t i = 0; i < line.n; i++) {
        s.marks |= line.at[i].marks;
        if (line.at[i].byte < 0x80) {
            continue;
        }
        survey_byte(&s, line, i);
        unsigned char bytes[SEQUENCE_MOST];
        size_t n = bytes_from(line, i, bytes);
        if (i >= utf8_until) {
            utf8_until = i + survey_utf8(&s, bytes, n);
        }
        if (i >= pair_until) {
            survey_pair(&s, bytes, n);
            pair_until = i + 2;
        }
    }
    return s;
}

static enum coding two_byte_coding(struct charset *t, const struct survey *s)
{
    if (s->marks & CELL_SHIFT_JIS) {
        return AS_SHIFT_JIS;
    }
    if (s->charset == KOREA || s->charset == CHINA) {
        return s->charset == KOREA ? AS_KOREAN : AS_CHINESE;
    }
    t->hangul_pairs += (unsigned)s->hangul_pairs;
    t->other_pairs += (unsigned)(s->pairs - s->hangul_pairs);
    return t->other_pairs == 0 && t->hangul_pairs >= KOREAN_PAIRS ? AS_KOREAN : AS_CHINESE;
}

/* Nothing announced two-byte text. Cheap printers of the Far East boot in that mode, so software need not. The text
 * must be pairs throughout, mostly of common characters, and no drawn line, which is one byte over and over. */
static bool looks_paired(const struct charset *t, const struct survey *s)
{
    return s->is_paired && (!s->is_page_told || t->has_pairs) && !s->has_run && s->pairs >= (t->has_pairs ? 1 : 2) &&
           s->common_pairs * 10 >= s->pairs * 7;
}

/* Half-width Katakana and Thai words can happen to be valid two-byte UTF-8. */
static bool is_crowded_page(const struct charset *t, uint8_t page)
{
    const char *name = page_name(t, page);
    return name && (strcmp(name, "katakana") == 0 || strcmp(name, "CP874") == 0);
}

static bool looks_utf8(const struct charset *t, const struct survey *s)
{
    if (!s->is_utf8) {
        return false;
    }
    bool has_rival = (s->marks & (CELL_TWO_BYTE | CELL_SHIFT_JIS)) || s->charset == KOREA || s->charset == CHINA ||
                     is_crowded_page(t, s->page);
    return s->longer_sequences > 0 || t->has_utf8 || !has_rival;
}

static enum coding coding_of(struct charset *t, struct cells line)
{
    struct survey s = survey_of(line);
    if (t->is_told) {
        return AS_TOLD;
    }
    if (s.high == 0) {
        return s.marks & CELL_JIS ? AS_JIS : BY_PAGE;
    }
    if ((s.marks & CELL_UTF8) || looks_utf8(t, &s)) {
        t->has_utf8 = true;
        return AS_UTF8;
    }
    if (s.is_rule && s.high >= RULE_BYTES) {
        return BY_PAGE;
    }
    bool is_announced = (s.marks & (CELL_TWO_BYTE | CELL_SHIFT_JIS)) || s.charset == KOREA || s.charset == CHINA;
    if (is_announced || looks_paired(t, &s)) {
        t->has_pairs = true;
        return two_byte_coding(t, &s);
    }
    return BY_PAGE;
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

static size_t take_sequence(struct charset *t, enum coding coding, const unsigned char *bytes, size_t n, uint32_t *character)
{
    if (coding == AS_UTF8 || (coding == AS_TOLD && t->is_told_utf8)) {
        return utf8_take(bytes, n, character);
    }
    return convert_one(converter_of(t, coding), bytes, n, character);
}

/* ASCII, or a byte of the code page. */
static uint32_t single_byte(struct charset *t, enum coding coding, const struct cell *c)
{
    if (c->byte >= 0x80) {
        return page_map_of(t, c->page)->high[c->byte - 0x80];
    }
    bool is_plain_ascii = coding == AS_UTF8 || coding == AS_TOLD;
    return c->byte == 0x7f ? 0 : is_plain_ascii ? c->byte : international(c->charset, c->byte);
}

static size_t take(struct charset *t, enum coding coding, struct cells line, size_t i, uint32_t *character)
{
    unsigned char bytes[SEQUENCE_MOST];
    size_t n = bytes_from(line, i, bytes);
    size_t length = coding == AS_JIS && (line.at[i].marks & CELL_JIS) ? take_jis(t, bytes, n, character) : 0;
    if (length == 0 && bytes[0] >= 0x80 && coding != BY_PAGE) {
        length = take_sequence(t, coding, bytes, n, character);
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

size_t charset_glyphs(struct charset *t, struct cells line, struct glyph *glyphs)
{
    enum coding coding = coding_of(t, line);
    size_t made = 0;
    for (size_t i = 0, length; i < line.n; i += length) {
        uint32_t character = 0;
        length = take(t, coding, line, i, &character);
        const struct cell *first = &line.at[i], *last = &line.at[i + length - 1];
        glyphs[made++] = (struct glyph){
            .x = first->x,
            .width = (uint32_t)(last->x + last->width - first->x),
            .character = has_shape(character) ? character : 0,
        };
    }
    return made;
}
