#include "text.h"

#include "base/mem.h"

enum { LATIN_FIRST = 0xC0, LATIN_LAST = 0x17F };

/* The plain letter under each accented one, U+00C0 to U+017F, in lower case. A blank keeps the character. */
static const char LATIN[] = "aaaaaaaceeeeiiiidnooooo ouuuuypsaaaaaaaceeeeiiiidnooooo ouuuuypy"  /* C0 to FF */
                            "aaaaaaccccccccdd  eeeeeeeeeegggggggghhhhiiiiiiiiii  jjkkklllllll"  /* 100 to 13F */
                            "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"; /* 140 to 17F */

static const struct fold_row {
    uint32_t first, last;
    int32_t move;
} FOLDS[] = {
    { 'A', 'Z', 32 },
    { 0x386, 0x386, 38 },
    { 0x388, 0x38A, 37 },
    { 0x391, 0x3A9, 32 },
    { 0x3AC, 0x3AC, 5 },
    { 0x3AD, 0x3AF, 8 },
    { 0x410, 0x42F, 32 },
    { 0x451, 0x451, -28 },
    { 0x401, 0x401, 52 },
    { 0x400, 0x40F, 80 },
    { 0xFF01, 0xFF20, -0xFEE0 },
    { 0xFF21, 0xFF3A, -0xFEC0 },
    { 0xFF3B, 0xFF5E, -0xFEE0 },
};

/* Characters with a plain twin and no rule to it. */
static const struct twin_row {
    uint32_t from, to;
} TWINS[] = {
    { 0x110, 0x111 }, { 0xA0, ' ' },   { 0x2007, ' ' },  { 0x2008, ' ' },  { 0x2009, ' ' },  { 0x200A, ' ' },    { 0x202F, ' ' },
    { 0x3000, ' ' },  { 0x2212, '-' }, { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x2011, '-' },  { 0x2012, '-' },    { 0x2010, '-' },
    { 0x2013, '-' },  { 0x2014, '-' }, { 0x2015, '-' },  { 0xFFE5, 0xA5 }, { 0xFFE1, 0xA3 }, { 0xFFE6, 0x20A9 }, { 0x2715, 0xD7 },
    { 0x25B2, '-' },  { 0x25B3, '-' }, { 0xFF0D, '-' },  { 0x3C2, 0x3C3 }, { 0xFFE0, 0xA2 },
};

static const struct range {
    uint32_t first, last;
} IDEOGRAPHS[] = { { 0x2E80, 0x2FFF }, { 0x3005, 0x3007 }, { 0x3041, 0x30FF }, { 0x3400, 0x9FFF },
                   { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF }, { 0xFF66, 0xFF9F }, { 0x0E00, 0x0E7F } },
  WIDE[] = { { 0x1100, 0x115F }, { 0x2E80, 0xA4CF }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF },
             { 0xFE30, 0xFE6F }, { 0xFF01, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x20000, 0x3FFFD } },
  SIGNS[] = { { 0, '@' },         { '[', '`' },       { '{', 0xA9 },       { 0xAB, 0xB4 },     { 0xB6, 0xB9 },
              { 0xBB, 0xBF },     { 0xD7, 0xD7 },     { 0xF7, 0xF7 },      { 0x2000, 0x2BFF }, { 0x3000, 0x3004 },
              { 0x3008, 0x3020 }, { 0xFE30, 0xFE6F }, { 0xFFE0, 0x10FFFF } };

static bool is_in(uint32_t point, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (point >= ranges[i].first && point <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

static unsigned bytes_after(unsigned char lead)
{
    return lead >= 0xF0 && lead < 0xF5 ? 3 : lead >= 0xE0 && lead < 0xF0 ? 2 : lead >= 0xC2 && lead < 0xE0 ? 1 : 0;
}

uint32_t text_next(const char **at)
{
    static const uint32_t LEAST[] = { 0, 0x80, 0x800, 0x10000 };
    unsigned char lead = (unsigned char)*(*at)++;
    unsigned more = bytes_after(lead);
    if (lead < 0x80 || more == 0) {
        return lead < 0x80 ? lead : POINT_INVALID;
    }
    uint32_t point = lead & (0x3Fu >> more);
    for (unsigned i = 0; i < more; i++) {
        unsigned char next = (unsigned char)(*at)[i];
        if ((next & 0xC0) != 0x80) {
            return POINT_INVALID;
        }
        point = point << 6 | (next & 0x3F);
    }
    if (point < LEAST[more] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
        return POINT_INVALID;
    }
    *at += more;
    return point;
}

uint32_t text_fold(uint32_t point)
{
    if (point < 0x80 && (point < 'A' || point > 'Z')) {
        return point;
    }
    if (point >= LATIN_FIRST && point <= LATIN_LAST) {
        char plain = LATIN[point - LATIN_FIRST];
        return plain == ' ' ? point : (uint32_t)plain;
    }
    for (size_t i = 0; i < sizeof TWINS / sizeof TWINS[0]; i++) {
        if (TWINS[i].from == point) {
            return TWINS[i].to;
        }
    }
    for (size_t i = 0; i < sizeof FOLDS / sizeof FOLDS[0]; i++) {
        if (point >= FOLDS[i].first && point <= FOLDS[i].last) {
            return (uint32_t)((int32_t)point + FOLDS[i].move);
        }
    }
    return point;
}

unsigned text_columns(uint32_t point)
{
    return is_in(point, WIDE, sizeof WIDE / sizeof WIDE[0]) ? 2 : 1;
}

bool text_is_digit(uint32_t folded)
{
    return folded >= '0' && folded <= '9';
}

bool text_is_letter(uint32_t folded)
{
    return !is_in(folded, SIGNS, sizeof SIGNS / sizeof SIGNS[0]);
}

bool text_is_ideograph(uint32_t folded)
{
    return is_in(folded, IDEOGRAPHS, sizeof IDEOGRAPHS / sizeof IDEOGRAPHS[0]);
}

static size_t put(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char LEAD[] = { 0, 0xC0, 0xE0, 0xF0 };
    to[0] = (char)(LEAD[more] | c >> 6 * more);
    for (size_t i = 1; i <= more; i++) {
        to[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3F));
    }
    return more + 1;
}

char *text_utf8(const uint32_t *points, size_t count)
{
    char *out = mem_array(count + 1, 4);
    size_t n = 0;
    bool is_after_space = true;
    for (size_t i = 0; i < count; i++) {
        bool is_space = text_fold(points[i]) == ' ' || points[i] == '\t';
        if (is_space && !is_after_space) {
            out[n++] = ' ';
        } else if (!is_space) {
            n += put(out + n, points[i]);
        }
        is_after_space = is_space;
    }
    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }
    out[n] = 0;
    return out;
}
