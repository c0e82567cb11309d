/* The bit image commands of ESC/POS. */
#include "decoder.h"

#include "base/mem.h"

#include <stddef.h>

/* ESC * m n16: 8 dots high in modes 0 and 1, 24 in 32 and 33. Any other mode prints nothing. */
static unsigned bytes_of_mode(unsigned mode)
{
    return mode <= 1 ? 1 : mode == 32 || mode == 33 ? 3 : 0;
}

uint64_t measure_bit_image(struct view seen)
{
    return 5 + (uint64_t)bytes_of_mode(byte_at(seen, 2)) * word_at(seen, 3);
}

void run_bit_image(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    unsigned bytes_each = bytes_of_mode(byte_at(token, 2));
    if (bytes_each > 0) {
        act_column_image(d, word_at(token, 3), bytes_each, view_skip(token, 5));
    }
}

/* GS v 0 m, width in bytes, height in dots; GS Q 0 counts columns and their bytes in the same place. */
uint64_t measure_raster(struct view seen)
{
    return 8 + (uint64_t)word_at(seen, 4) * word_at(seen, 6);
}

void run_raster(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    if (!d->state.is_page_mode) {
        act_print_line(d);
    }
    act_image(d, 8 * word_at(token, 4), word_at(token, 6), view_skip(token, 8));
}

/* GS Q 0: as many columns, each of so many bytes. */
void run_columns(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    act_print_line(d);
    act_column_image(d, word_at(token, 4), word_at(token, 6), view_skip(token, 8));
    act_print_line(d);
}

/* GS ( L and GS 8 L. The payload is m fn and what the function needs. */
enum {
    GRAPHICS_PRINT_OLD = 2,
    GRAPHICS_PRINT = 50,
    GRAPHICS_DEFINE_NV = 67,
    GRAPHICS_DEFINE_NV_COLUMNS = 68,
    GRAPHICS_PRINT_NV = 69,
    GRAPHICS_DEFINE_DOWNLOAD = 83,
    GRAPHICS_DEFINE_DOWNLOAD_COLUMNS = 84,
    GRAPHICS_PRINT_DOWNLOAD = 85,
    GRAPHICS_STORE = 112,
    GRAPHICS_STORE_COLUMNS = 113
};

/* Where a function that brings a picture has it. */
static const struct picture_layout {
    unsigned char function, key_at, size_at, bits_at; /* counted from m; key_at 0: no key */
    enum shelf_kind kind;
    bool is_columns;
} layouts[] = {
    { GRAPHICS_STORE, 0, 6, 10, SHELF_BUFFER, false },
    { GRAPHICS_STORE_COLUMNS, 0, 6, 10, SHELF_BUFFER, true },
    { GRAPHICS_DEFINE_NV, 3, 6, 11, SHELF_NV_KEY, false },
    { GRAPHICS_DEFINE_NV_COLUMNS, 3, 6, 11, SHELF_NV_KEY, true },
    { GRAPHICS_DEFINE_DOWNLOAD, 3, 6, 11, SHELF_DOWNLOAD_KEY, false },
    { GRAPHICS_DEFINE_DOWNLOAD_COLUMNS, 3, 6, 11, SHELF_DOWNLOAD_KEY, true },
};

static void shelve_rows(struct decoder *d, struct shelf_image image, struct view bits)
{
    image.bytes = (size_t)((image.width_dots + 7) / 8) * image.height_dots;
    image.bits = bits.n >= image.bytes ? (unsigned char *)bits.at : NULL;
    shelf_put(&d->shelf, image);
}

static void shelve_columns(struct decoder *d, struct shelf_image image, struct view bits)
{
    unsigned bytes_each = (image.height_dots + 7) / 8;
    image.bytes = (size_t)((image.width_dots + 7) / 8) * bytes_each * 8;
    bool is_whole = bits.n >= (size_t)image.width_dots * bytes_each && image.bytes > 0;
    unsigned char *rows = is_whole ? rows_of_columns(image.width_dots, bytes_each, bits) : NULL;
    image.bits = rows;
    shelf_put(&d->shelf, image);
    mem_free(rows);
}

static void shelve(struct decoder *d, const struct picture_layout *l, struct view payload)
{
    struct shelf_image image = {
        .kind = l->kind,
        .key = l->key_at ? word_at(payload, l->key_at) : 0,
        .width_dots = word_at(payload, l->size_at),
        .height_dots = word_at(payload, l->size_at + 2u),
    };
    struct view bits = view_skip(payload, l->bits_at);
    if (l->is_columns) {
        shelve_columns(d, image, bits);
    } else {
        shelve_rows(d, image, bits);
    }
}

/* A picture that the printer had before we listened has no size that we know. */
static void print_shelved(struct decoder *d, enum shelf_kind kind, unsigned key)
{
    if (!d->state.is_page_mode) {
        act_print_line(d);
    }
    const struct shelf_image *found = shelf_find(&d->shelf, kind, key);
    if (found) {
        act_image(d, found->width_dots, found->height_dots, (struct view){ found->bits, found->bits ? found->bytes : 0 });
    } else if (kind != SHELF_BUFFER) {
        job_add_image(&d->job, (struct print_image){ .from = d->token_from }, 0);
    }
}

void run_graphics(struct decoder *d, const struct command *c, struct view token)
{
    struct view payload = view_skip(token, c->bytes);
    unsigned function = byte_at(payload, 1);
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        if (layouts[i].function == function) {
            shelve(d, &layouts[i], payload);
            return;
        }
    }
    if (function == GRAPHICS_PRINT || function == GRAPHICS_PRINT_OLD) {
        print_shelved(d, SHELF_BUFFER, 0);
    } else if (function == GRAPHICS_PRINT_NV) {
        print_shelved(d, SHELF_NV_KEY, word_at(payload, 2));
    } else if (function == GRAPHICS_PRINT_DOWNLOAD) {
        print_shelved(d, SHELF_DOWNLOAD_KEY, word_at(payload, 2));
    }
}

/* GS * x y: x times 8 columns of y bytes each. */
uint64_t measure_download_image(struct view seen)
{
    return 4 + 8 * (uint64_t)byte_at(seen, 2) * byte_at(seen, 3);
}

void run_download_image(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    struct shelf_image image = { SHELF_DOWNLOAD, 0, 8 * byte_at(token, 2), 8 * byte_at(token, 3), NULL, 0 };
    shelve_columns(d, image, view_skip(token, 4));
}

void run_print_download(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    (void)token;
    print_shelved(d, SHELF_DOWNLOAD, 0);
}

/* FS q n, then n times a size in units of 8 dots and its columns. */
uint64_t measure_logos(struct view seen)
{
    uint64_t at = 3;
    for (unsigned i = 0; i < byte_at(seen, 2); i++) {
        if (at + 4 > seen.n) {
            return at + 4;
        }
        at += 4 + 8 * (uint64_t)word_at(seen, at) * word_at(seen, at + 2);
    }
    return at;
}

void run_define_logos(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    size_t at = 3;
    for (unsigned i = 0; i < byte_at(token, 2) && at + 4 <= token.n; i++) {
        struct shelf_image image = { SHELF_LOGO, i + 1, 8 * word_at(token, at), 8 * word_at(token, at + 2), NULL, 0 };
        shelve_columns(d, image, view_skip(token, at + 4));
        at += 4 + (size_t)image.width_dots * (image.height_dots / 8);
    }
}

void run_print_logo(struct decoder *d, const struct command *c, struct view token)
{
    (void)c;
    print_shelved(d, SHELF_LOGO, byte_at(token, 2));
}
