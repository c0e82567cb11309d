#include "charset.h"

#include <iconv.h>
#include <string.h>

/* The numbers are those of the TM series. The single bytes of Shift-JIS are the katakana page. */
static const struct page {
    unsigned number;
    const char *name;
} pages[] = {
    { 0, "CP437" },       { 1, "SHIFT_JIS" },    { 2, "CP850" },    { 3, "CP860" },       { 4, "CP863" },   { 5, "CP865" },
    { 11, "CP851" },      { 13, "CP857" },       { 14, "CP737" },   { 15, "ISO-8859-7" }, { 16, "CP1252" }, { 17, "CP866" },
    { 18, "CP852" },      { 19, "CP858" },       { 20, "TIS-620" }, { 21, "CP874" },      { 26, "CP874" },  { 30, "TCVN" },
    { 33, "CP775" },      { 34, "CP855" },       { 35, "CP861" },   { 36, "CP862" },      { 37, "CP864" },  { 38, "CP869" },
    { 39, "ISO-8859-2" }, { 40, "ISO-8859-15" }, { 45, "CP1250" },  { 46, "CP1251" },     { 47, "CP1253" }, { 48, "CP1254" },
    { 49, "CP1255" },     { 50, "CP1256" },      { 51, "CP1257" },  { 52, "CP1258" },     { 53, "RK1048" },
};

/* What the TM series adds to the katakana page: blocks, lines, and a few words of Japanese receipts. */
static const uint16_t around_katakana[][33] = {
    { 0x80,   0x2581, 0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588, 0x258F, 0x258E,
      0x258D, 0x258C, 0x258B, 0x258A, 0x2589, 0x253C, 0x2534, 0x252C, 0x2524, 0x251C, 0x2594,
      0x2500, 0x2502, 0x2595, 0x250C, 0x2510, 0x2514, 0x2518, 0x256D, 0x256E, 0x2570, 0x256F },
    { 0xE0,   0x2550, 0x255E, 0x256A, 0x2561, 0x25E2, 0x25E3, 0x25E5, 0x25E4, 0x2660, 0x2665,
      0x2666, 0x2663, 0x25CF, 0x25CB, 0x2571, 0x2572, 0x2573, 0x5186, 0x5E74, 0x6708, 0x65E5,
      0x6642, 0x5206, 0x79D2, 0x3012, 0x5E02, 0x533A, 0x753A, 0x6751, 0x4EBA, 0x2592, 0 },
};

static uint32_t converted(iconv_t to_ucs4, const uint8_t *at, size_t n)
{
    uint8_t out[8];
    char *in_at = (char *)(uintptr_t)at, *out_at = (char *)out;
    size_t in_left = n, out_left = sizeof out;
    iconv(to_ucs4, NULL, NULL, NULL, NULL);
    /* Some converters hold a letter back for a combining mark: the second call asks for it. */
    if (iconv(to_ucs4, &in_at, &in_left, &out_at, &out_left) == (size_t)-1 || in_left > 0 ||
        iconv(to_ucs4, NULL, NULL, &out_at, &out_left) == (size_t)-1 || sizeof out - out_left < 4) {
        return 0;
    }
    return (uint32_t)out[0] << 24 | (uint32_t)out[1] << 16 | (uint32_t)out[2] << 8 | out[3];
}

static const char *page_name(unsigned number)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (pages[i].number == number) {
            return pages[i].name;
        }
    }
    return pages[0].name;
}

void charset_page(unsigned number, uint32_t upper[128])
{
    memset(upper, 0, 128 * sizeof *upper);
    iconv_t cd = iconv_open("UCS-4BE", page_name(number));
    if (cd == (iconv_t)-1) {
        return;
    }
    for (unsigned i = 0; i < 128; i++) {
        uint8_t byte = (uint8_t)(128 + i);
        upper[i] = converted(cd, &byte, 1);
    }
    iconv_close(cd);
    for (size_t i = 0; number == 1 && i < 2; i++) {
        for (unsigned j = 0; j < 32; j++) {
            upper[around_katakana[i][0] - 128 + j] = around_katakana[i][1 + j];
        }
    }
    if (number == 13) {
        upper[0xD5 - 128] = 0x20AC; /* the makers' 857 has the euro where IBM's has nothing */
    }
}

static const char PLACES[] = "#$@[\\]^`{|}~";

/* One row per set, in the order of PLACES. */
static const uint16_t national[][12] = {
    { '#', '$', '@', '[', '\\', ']', '^', '`', '{', '|', '}', '~' },
    { '#', '$', 0xE0, 0xB0, 0xE7, 0xA7, '^', '`', 0xE9, 0xF9, 0xE8, 0xA8 },             /* France */
    { '#', '$', 0xA7, 0xC4, 0xD6, 0xDC, '^', '`', 0xE4, 0xF6, 0xFC, 0xDF },             /* Germany */
    { 0xA3, '$', '@', '[', '\\', ']', '^', '`', '{', '|', '}', '~' },                   /* United Kingdom */
    { '#', '$', '@', 0xC6, 0xD8, 0xC5, '^', '`', 0xE6, 0xF8, 0xE5, '~' },               /* Denmark I */
    { '#', 0xA4, 0xC9, 0xC4, 0xD6, 0xC5, 0xDC, 0xE9, 0xE4, 0xF6, 0xE5, 0xFC },          /* Sweden */
    { '#', '$', '@', 0xB0, '\\', 0xE9, '^', 0xF9, 0xE0, 0xF2, 0xE8, 0xEC },             /* Italy */
    { 0x20A7, '$', '@', 0xA1, 0xD1, 0xBF, '^', '`', 0xA8, 0xF1, '}', '~' },             /* Spain I */
    { '#', '$', '@', '[', 0xA5, ']', '^', '`', '{', '|', '}', '~' },                    /* Japan */
    { '#', 0xA4, 0xC9, 0xC6, 0xD8, 0xC5, 0xDC, 0xE9, 0xE6, 0xF8, 0xE5, 0xFC },          /* Norway */
    { '#', '$', 0xC9, 0xC6, 0xD8, 0xC5, 0xDC, 0xE9, 0xE6, 0xF8, 0xE5, 0xFC },           /* Denmark II */
    { '#', '$', 0xE1, 0xA1, 0xD1, 0xBF, 0xE9, '`', 0xED, 0xF1, 0xF3, 0xFA },            /* Spain II */
    { '#', '$', 0xE1, 0xA1, 0xD1, 0xBF, 0xE9, 0xFC, 0xED, 0xF1, 0xF3, 0xFA },           /* Latin America */
    { '#', '$', '@', '[', 0x20A9, ']', '^', '`', '{', '|', '}', '~' },                  /* Korea */
    { '#', '$', 0x17D, 0x160, 0x110, 0x106, 0x10C, 0x17E, 0x161, 0x111, 0x107, 0x10D }, /* Slovenia, Croatia */
    { '#', 0xA5, '@', '[', '\\', ']', '^', '`', '{', '|', '}', '~' },                   /* China */
};

uint32_t charset_national(unsigned set, uint8_t byte)
{
    const char *place = byte != 0 ? strchr(PLACES, byte) : NULL;
    if (place == NULL || set >= sizeof national / sizeof *national) {
        return byte;
    }
    return national[set][place - PLACES];
}

uint32_t charset_pair(const char *name, uint8_t lead, uint8_t trail)
{
    iconv_t cd = iconv_open("UCS-4BE", name);
    if (cd == (iconv_t)-1) {
        return 0;
    }
    uint8_t pair[2] = { lead, trail };
    uint32_t character = converted(cd, pair, 2);
    iconv_close(cd);
    return character;
}

unsigned charset_utf8_length(uint8_t lead)
{
    return lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
}

uint32_t charset_utf8(const uint8_t *at, size_t n)
{
    static const uint8_t lead_mask[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    if (n == 0 || n > 4 || (n == 1 && at[0] >= 0x80)) {
        return 0xFFFD;
    }
    uint32_t character = at[0] & lead_mask[n];
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 0xFFFD;
        }
        character = character << 6 | (at[i] & 0x3F);
    }
    return character;
}

int charset_is_wide(uint32_t c)
{
    static const uint32_t wide[][2] = { { 0x1100, 0x115F }, { 0x2E80, 0xA4CF }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF },
                                        { 0xFE30, 0xFE6F }, { 0xFF01, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x20000, 0x3FFFD } };
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        if (c >= wide[i][0] && c <= wide[i][1]) {
            return 1;
        }
    }
    return 0;
}
