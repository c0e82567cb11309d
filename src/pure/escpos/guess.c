/* What encoding a line is in, by what the stream announced and by what its bytes can only be. */
#include "charset.h"

#include <string.h>

enum {
    JAPAN = 8, /* ESC R n: what printers of that country take */
    KOREA = 13,
    CHINA = 15,
    PAIRS_LEAST = 2,         /* so many pairs without any announcement are Chinese; */
    PAIRS_LEAST_ON_PAGE = 3, /* so many where page 0 was chosen, which may be no more than a habit */
    KOREAN_PAIRS = 6,        /* so many syllables, none outside the Hangul block, are not Chinese */
    RULE_BYTES = 5           /* the same byte so often is a drawn line */
};

/* What the high bytes of a line look like. */
struct survey {
    uint8_t marks, charset, page;
    size_t high, longer_sequences, pairs, common_pairs, hangul_pairs;
    bool is_utf8, is_paired, is_shift_jis, is_page_told, has_run;
};

size_t cells_bytes(struct cells line, size_t i, unsigned char bytes[SEQUENCE_MOST])
{
    size_t n = 0;
    do {
        bytes[n++] = line.at[i].byte;
        i++;
    } while (n < SEQUENCE_MOST && i < line.n && line.at[i].x == line.at[i - 1].x + line.at[i - 1].width);
    return n;
}

/* Each of these returns how many bytes are dealt with. */
static size_t survey_utf8(struct survey *s, const unsigned char *bytes, size_t n)
{
    uint32_t character;
    size_t length = utf8_take(bytes, n, &character);
    s->is_utf8 = s->is_utf8 && length > 1;
    s->longer_sequences += length > 2;
    return length > 0 ? length : 1;
}

static size_t survey_pair(struct survey *s, const unsigned char *bytes, size_t n)
{
    bool is_pair = n >= 2 && bytes[0] >= 0xa1 && bytes[0] != 0xff && bytes[1] >= 0xa1 && bytes[1] != 0xff;
    s->is_paired = s->is_paired && is_pair;
    if (is_pair) {
        bool is_sign = bytes[0] < 0xb0;
        s->pairs++;
        s->common_pairs += is_sign || bytes[0] <= 0xd7;
        s->hangul_pairs += is_sign || bytes[0] <= 0xc8;
    }
    return 2;
}

static size_t survey_shift_jis(struct survey *s, const unsigned char *bytes, size_t n)
{
    bool is_kana = bytes[0] >= 0xa1 && bytes[0] <= 0xdf;
    bool is_lead = !is_kana && bytes[0] >= 0x81 && bytes[0] <= 0xfc && bytes[0] != 0xa0;
    bool is_trail = n >= 2 && bytes[1] >= 0x40 && bytes[1] <= 0xfc && bytes[1] != 0x7f;
    s->is_shift_jis = s->is_shift_jis && (is_kana || (is_lead && is_trail));
    return is_kana ? 1 : 2;
}

/* Three bytes alike, or each one more than the one before: a drawn line, or somebody prints his code page. */
static bool is_run(struct cells line, size_t i)
{
    if (i < 2) {
        return false;
    }
    int first = line.at[i - 1].byte - line.at[i - 2].byte, second = line.at[i].byte - line.at[i - 1].byte;
    return first == second && (first == 0 || first == 1);
}

static struct survey survey_of(struct cells line)
{
    struct survey s = { .is_utf8 = true, .is_paired = true, .is_shift_jis = true };
    size_t utf8_until = 0, pair_until = 0, shift_jis_until = 0;
    for (size_t i = 0; i < line.n; i++) {
        const struct cell *c = &line.at[i];
        s.marks |= c->marks;
        if (c->byte < 0x80) {
            continue;
        }
        unsigned char bytes[SEQUENCE_MOST];
        size_t n = cells_bytes(line, i, bytes);
        s.high++;
        s.charset = c->charset;
        s.page = c->page;
        s.is_page_told = s.is_page_told || (c->marks & CELL_PAGE_TOLD);
        s.has_run = s.has_run || is_run(line, i);
        utf8_until = i < utf8_until ? utf8_until : i + survey_utf8(&s, bytes, n);
        pair_until = i < pair_until ? pair_until : i + survey_pair(&s, bytes, n);
        shift_jis_until = i < shift_jis_until ? shift_jis_until : i + survey_shift_jis(&s, bytes, n);
    }
    return s;
}

bool guess_is_rule(struct cells line)
{
    size_t high = 0;
    uint8_t last = 0;
    for (size_t i = 0; i < line.n; i++) {
        uint8_t byte = line.at[i].byte;
        if (byte >= 0x80 && high > 0 && byte != last) {
            return false;
        }
        last = byte >= 0x80 ? byte : last;
        high += byte >= 0x80;
    }
    return high >= RULE_BYTES;
}

static bool is_announced(const struct survey *s)
{
    return (s->marks & (CELL_TWO_BYTE | CELL_SHIFT_JIS)) || s->charset == KOREA || s->charset == CHINA;
}

static enum coding two_byte_coding(struct evidence *e, const struct survey *s)
{
    if (s->marks & CELL_SHIFT_JIS) {
        return AS_SHIFT_JIS;
    }
    if (s->charset == KOREA || s->charset == CHINA) {
        return s->charset == KOREA ? AS_KOREAN : AS_CHINESE;
    }
    e->hangul_pairs += (unsigned)s->hangul_pairs;
    e->other_pairs += (unsigned)(s->pairs - s->hangul_pairs);
    return e->other_pairs == 0 && e->hangul_pairs >= KOREAN_PAIRS ? AS_KOREAN : AS_CHINESE;
}

/* Nothing announced two-byte text. Cheap printers of the Far East boot in that mode, so software need not. The text
 * must be pairs throughout, mostly of common characters, and nothing drawn. */
static bool looks_paired(const struct evidence *e, const struct survey *s)
{
    bool is_likely = s->is_paired && !s->has_run && s->common_pairs * 10 >= s->pairs * 7;
    if (!is_likely || e->has_pairs) {
        return is_likely && s->pairs > 0;
    }
    return s->is_page_told ? s->page == 0 && s->pairs >= PAIRS_LEAST_ON_PAGE : s->pairs >= PAIRS_LEAST;
}

/* A Japanese printer with two-byte text that nothing switched on. */
static bool looks_shift_jis(const struct survey *s)
{
    return s->charset == JAPAN && s->is_shift_jis && !s->has_run;
}

/* Half-width Katakana and Thai words can happen to be valid two-byte UTF-8. */
static bool is_crowded_page(const char *name)
{
    return name && (strcmp(name, "katakana") == 0 || strcmp(name, "CP874") == 0);
}

static bool looks_utf8(const struct evidence *e, const struct survey *s, const struct code_page *pages)
{
    bool has_rival = is_announced(s) || is_crowded_page(page_name(pages, s->page));
    return s->is_utf8 && (s->longer_sequences > 0 || e->has_utf8 || !has_rival);
}

enum coding guess_coding(struct evidence *e, struct cells line, const struct code_page *pages)
{
    struct survey s = survey_of(line);
    if (s.high == 0) {
        return s.marks & CELL_JIS ? AS_JIS : BY_PAGE;
    }
    if ((s.marks & CELL_UTF8) || looks_utf8(e, &s, pages)) {
        e->has_utf8 = true;
        return AS_UTF8;
    }
    if (guess_is_rule(line)) {
        return BY_PAGE;
    }
    if (is_announced(&s) || looks_paired(e, &s)) {
        e->has_pairs = true;
        return two_byte_coding(e, &s);
    }
    return looks_shift_jis(&s) ? AS_SHIFT_JIS : BY_PAGE;
}
