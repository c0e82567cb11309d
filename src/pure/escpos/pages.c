/* What the printers' numbers for code pages mean, and what stands on those pages. */
#include "charset.h"

#include <iconv.h>
#include <string.h>

/* Epson, the list of the TM-T88 and TM-m30 families (ESC t n). Makers share 0 to 5 and 16 to 19. */
const struct code_page epson_pages[] = {
    { 0, "CP437" },       { 1, "katakana" },     { 2, "CP850" },   { 3, "CP860" },       { 4, "CP863" },   { 5, "CP865" },
    { 11, "CP851" },      { 13, "CP857" },       { 14, "CP737" },  { 15, "ISO-8859-7" }, { 16, "CP1252" }, { 17, "CP866" },
    { 18, "CP852" },      { 19, "CP858" },       { 21, "CP874" },  { 26, "CP874" },      { 30, "TCVN" },   { 31, "TCVN" },
    { 33, "CP775" },      { 34, "CP855" },       { 35, "CP861" },  { 36, "CP862" },      { 37, "CP864" },  { 38, "CP869" },
    { 39, "ISO-8859-2" }, { 40, "ISO-8859-15" }, { 42, "CP774" },  { 43, "CP772" },      { 44, "CP1125" }, { 45, "CP1250" },
    { 46, "CP1251" },     { 47, "CP1253" },      { 48, "CP1254" }, { 49, "CP1255" },     { 50, "CP1256" }, { 51, "CP1257" },
    { 52, "CP1258" },     { 53, "RK1048" },      { 0, NULL },
};

/* Star (ESC GS t n). */
const struct code_page star_pages[] = {
    { 0, "star" },    { 1, "CP437" },   { 2, "katakana" }, { 3, "CP437" },  { 4, "CP858" },  { 5, "CP852" },  { 6, "CP860" },
    { 7, "CP861" },   { 8, "CP863" },   { 9, "CP865" },    { 10, "CP866" }, { 11, "CP855" }, { 12, "CP857" }, { 13, "CP862" },
    { 14, "CP864" },  { 15, "CP737" },  { 16, "CP851" },   { 17, "CP869" }, { 19, "CP772" }, { 20, "CP774" }, { 21, "CP874" },
    { 32, "CP1252" }, { 33, "CP1250" }, { 34, "CP1251" },  { 97, "CP874" }, { 0, NULL },
};

/* 80 to 9F and E0 to FF of the Katakana page: blocks, rules, card suits and the signs of a Japanese date. */
static const uint16_t katakana_low[32] = {
    0x2581, 0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588, 0x258f, 0x258e, 0x258d,
    0x258c, 0x258b, 0x258a, 0x2589, 0x253c, 0x2534, 0x252c, 0x2524, 0x251c, 0x2594, 0x2500,
    0x2502, 0x2595, 0x250c, 0x2510, 0x2514, 0x2518, 0x256d, 0x256e, 0x2570, 0x256f,
};
static const uint16_t katakana_high[32] = {
    0x2550, 0x255e, 0x256a, 0x2561, 0x25e2, 0x25e3, 0x25e5, 0x25e4, 0x2660, 0x2665, 0x2666,
    0x2663, 0x25cf, 0x25cb, 0x2571, 0x2572, 0x2573, 0x5186, 0x5e74, 0x6708, 0x65e5, 0x6642,
    0x5206, 0x79d2, 0x3012, 0x5e02, 0x533a, 0x753a, 0x6751, 0x4eba, 0x2592, 0x0020,
};

/* 80 to FF of Star's own page, which its manual calls Normal: European letters, blocks and a few signs. */
static const uint16_t star_normal[128] = {
    0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0x251c, 0xfffd, 0xfffd, 0xfffd,
    0xfffd, 0xfffd, 0xfffd, 0x2598, 0x2597, 0x2596, 0x259d, 0x2571, 0x2572, 0x25e5, 0x25e4, 0x250c, 0x2534, 0x252c, 0x2524,
    0xfffd, 0x2573, 0x00c4, 0x00d6, 0x00dc, 0x00df, 0xfffd, 0x00aa, 0x00ba, 0xfffd, 0x00a2, 0x00bd, 0xfffd, 0xfffd, 0x00a5,
    0x00bc, 0x0100, 0x00eb, 0x00e9, 0x00e8, 0x0113, 0x00ea, 0x00ef, 0x00ed, 0x00ec, 0x012b, 0x00ee, 0x00f6, 0x00f3, 0x00f2,
    0x014d, 0x00f4, 0x00fc, 0x00fa, 0x00f9, 0x016b, 0x00fb, 0x00e7, 0x00bf, 0xfffd, 0xfffd, 0x0112, 0x2184, 0x00a1, 0x00c5,
    0x00f8, 0x00d8, 0x00e4, 0x00e1, 0x00e0, 0x0101, 0x00e2, 0x00b0, 0x2103, 0x2109, 0x03a9, 0x00b5, 0x03a3, 0x03c3, 0xfffd,
    0xfffd, 0x03c7, 0x221e, 0x00b1, 0x00f7, 0x03c0, 0x258c, 0x2584, 0x2580, 0x2590, 0x253c, 0x2518, 0x2514, 0x2510, 0x2588,
    0x2592, 0x23ca, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0x256d, 0x23c9, 0xfffd, 0xfffd, 0x2581, 0x258d, 0xfffd, 0xfffd, 0x259a,
    0x259e, 0x25e2, 0x25e3, 0xfffd, 0x23f8, 0x2570, 0x256f, 0x256e,
};

/* Where a printer's page has something else than the page of that name. */
static const struct {
    const char *name;
    unsigned char byte;
    uint16_t character;
} differences[] = {
    { "CP857", 0xd5, 0x20ac }, /* the euro edition */
};

static void fill_katakana(struct page_map *map)
{
    for (unsigned i = 0; i < 32; i++) {
        map->high[i] = katakana_low[i];
        map->high[0x20 + i] = i == 0 ? ' ' : 0xff60 + i; /* A1 to DF are the half-width forms, in their order */
        map->high[0x40 + i] = 0xff80 + i;
        map->high[0x60 + i] = katakana_high[i];
    }
}

static void fill_star(struct page_map *map)
{
    for (unsigned i = 0; i < 128; i++) {
        map->high[i] = star_normal[i];
    }
}

/* Pages that the C library does not have. */
static const struct {
    const char *name;
    void (*fill)(struct page_map *map);
} own_pages[] = {
    { "katakana", fill_katakana },
    { "star", fill_star },
};

static bool fill_own(struct page_map *map)
{
    for (size_t i = 0; map->name && i < sizeof own_pages / sizeof own_pages[0]; i++) {
        if (strcmp(map->name, own_pages[i].name) == 0) {
            own_pages[i].fill(map);
            return true;
        }
    }
    return false;
}

static uint32_t one_character(iconv_t convert, unsigned char byte)
{
    char in[1] = { (char)byte };
    unsigned char out[8] = { 0 };
    char *from = in, *to = (char *)out;
    size_t from_left = sizeof in, to_left = sizeof out;
    iconv(convert, NULL, NULL, NULL, NULL);
    if (iconv(convert, &from, &from_left, &to, &to_left) == (size_t)-1) {
        return NOT_A_CHARACTER;
    }
    iconv(convert, NULL, NULL, &to, &to_left); /* some pages hold a letter back in case an accent follows */
    uint32_t character = (uint32_t)out[0] | (uint32_t)out[1] << 8 | (uint32_t)out[2] << 16 | (uint32_t)out[3] << 24;
    bool is_control = character < 0xa0 && character != ' ';
    return is_control ? 0 : character;
}

void page_map_fill(struct page_map *map, const char *name)
{
    *map = (struct page_map){ .name = name };
    if (fill_own(map)) {
        return;
    }
    iconv_t convert = name ? iconv_open("UTF-32LE", name) : (iconv_t)-1;
    for (unsigned i = 0; i < 128; i++) {
        map->high[i] = convert == (iconv_t)-1 ? NOT_A_CHARACTER : one_character(convert, (unsigned char)(0x80 + i));
    }
    if (convert != (iconv_t)-1) {
        iconv_close(convert);
    }
    for (size_t i = 0; name && i < sizeof differences / sizeof differences[0]; i++) {
        if (strcmp(name, differences[i].name) == 0) {
            map->high[differences[i].byte - 0x80] = differences[i].character;
        }
    }
}

/* ESC R n, Epson: what stands in place of # $ @ [ \ ] ^ ` { | } ~. */
static const char replaced[] = "#$@[\\]^`{|}~";
static const uint16_t sets[][12] = {
    { '#', '$', '@', '[', '\\', ']', '^', '`', '{', '|', '}', '~' },                    /* 0 USA */
    { '#', '$', 0xe0, 0xb0, 0xe7, 0xa7, '^', '`', 0xe9, 0xf9, 0xe8, 0xa8 },             /* 1 France */
    { '#', '$', 0xa7, 0xc4, 0xd6, 0xdc, '^', '`', 0xe4, 0xf6, 0xfc, 0xdf },             /* 2 Germany */
    { 0xa3, '$', '@', '[', '\\', ']', '^', '`', '{', '|', '}', '~' },                   /* 3 United Kingdom */
    { '#', '$', '@', 0xc6, 0xd8, 0xc5, '^', '`', 0xe6, 0xf8, 0xe5, '~' },               /* 4 Denmark I */
    { '#', 0xa4, 0xc9, 0xc4, 0xd6, 0xc5, 0xdc, 0xe9, 0xe4, 0xf6, 0xe5, 0xfc },          /* 5 Sweden */
    { '#', '$', '@', 0xb0, '\\', 0xe9, '^', 0xf9, 0xe0, 0xf2, 0xe8, 0xec },             /* 6 Italy */
    { 0x20a7, '$', '@', 0xa1, 0xd1, 0xbf, '^', '`', 0xa8, 0xf1, '}', '~' },             /* 7 Spain I */
    { '#', '$', '@', '[', 0xa5, ']', '^', '`', '{', '|', '}', '~' },                    /* 8 Japan */
    { '#', 0xa4, 0xc9, 0xc6, 0xd8, 0xc5, 0xdc, 0xe9, 0xe6, 0xf8, 0xe5, 0xfc },          /* 9 Norway */
    { '#', '$', 0xc9, 0xc6, 0xd8, 0xc5, 0xdc, 0xe9, 0xe6, 0xf8, 0xe5, 0xfc },           /* 10 Denmark II */
    { '#', '$', 0xe1, 0xa1, 0xd1, 0xbf, 0xe9, '`', 0xed, 0xf1, 0xf3, 0xfa },            /* 11 Spain II */
    { '#', '$', 0xe1, 0xa1, 0xd1, 0xbf, 0xe9, 0xfc, 0xed, 0xf1, 0xf3, 0xfa },           /* 12 Latin America */
    { '#', '$', '@', '[', 0x20a9, ']', '^', '`', '{', '|', '}', '~' },                  /* 13 Korea */
    { '#', '$', 0x17d, 0x160, 0x110, 0x106, 0x10c, 0x17e, 0x161, 0x111, 0x107, 0x10d }, /* 14 Slovenia, Croatia */
    { '#', 0xa5, '@', '[', '\\', ']', '^', '`', '{', '|', '}', '~' },                   /* 15 China */
};

uint32_t international(uint8_t set, unsigned char byte)
{
    const char *place = strchr(replaced, byte);
    if (byte == 0 || !place || set >= sizeof sets / sizeof sets[0]) {
        return byte;
    }
    return sets[set][place - replaced];
}

const char *page_name(const struct code_page *pages, uint8_t number)
{
    for (const struct code_page *p = pages; p->name; p++) {
        if (p->number == number) {
            return p->name;
        }
    }
    return NULL;
}
