/* The dialects by name, and the tables that each is made of. */
#include "decoder.h"

#include <string.h>

static const char *const names[] = {
    [DIALECT_AUTO] = "auto",         [DIALECT_ESCPOS] = "escpos", [DIALECT_STAR] = "star",
    [DIALECT_BEMATECH] = "bematech", [DIALECT_DARUMA] = "daruma",
};

enum { DIALECTS = sizeof names / sizeof names[0] };

static const struct command_set sets[DIALECTS] = {
    [DIALECT_ESCPOS] = { { &epson_table }, epson_pages },
    [DIALECT_STAR] = { { &star_table }, star_pages },
    [DIALECT_BEMATECH] = { { &bematech_table, &epson_table }, epson_pages },
    [DIALECT_DARUMA] = { { &daruma_table, &epson_table }, epson_pages },
};
/* When nobody told the dialect, it may still change. */
static const struct command_set changeable_sets[DIALECTS] = {
    [DIALECT_AUTO] = { { &undecided_table, &epson_table }, epson_pages },
    [DIALECT_ESCPOS] = { { &epson_to_star_table, &epson_table }, epson_pages },
    [DIALECT_STAR] = { { &star_table, &star_to_epson_table }, star_pages },
    [DIALECT_BEMATECH] = { { &bematech_table, &epson_table }, epson_pages },
    [DIALECT_DARUMA] = { { &daruma_table, &epson_table }, epson_pages },
};
static const struct command_set star_raster = { { &star_raster_table }, star_pages };

const char *dialect_name(enum dialect d)
{
    return (size_t)d < DIALECTS ? names[d] : "auto";
}

err dialect_from_name(const char *name, enum dialect *out)
{
    for (size_t i = 0; i < DIALECTS; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum dialect)i;
            return OK;
        }
    }
    return ERR_MISSING;
}

const struct command_set *command_set_of(enum dialect dialect, bool is_told)
{
    return is_told ? &sets[dialect] : &changeable_sets[dialect];
}

const struct command_set *command_set_of_star_raster(void)
{
    return &star_raster;
}
