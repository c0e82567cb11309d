/* Pictures that the stream gave the printer to keep: the graphics buffer, the downloaded image, logos by key. */
#ifndef PURE_ESCPOS_SHELF_H
#define PURE_ESCPOS_SHELF_H

#include "base/view.h"

#include <stdint.h>

enum { SHELF_MOST = 16 };
enum shelf_kind { SHELF_EMPTY, SHELF_BUFFER, SHELF_DOWNLOAD, SHELF_LOGO, SHELF_NV_KEY, SHELF_DOWNLOAD_KEY };

struct shelf_image {
    enum shelf_kind kind;
    unsigned key, width_dots, height_dots;
    unsigned char *bits; /* NULL: it was too large to keep */
    size_t bytes;
};

struct shelf {
    struct shelf_image images[SHELF_MOST];
    size_t bytes;
    unsigned next; /* the place that is used again when all are taken */
};

void shelf_clear(struct shelf *s);
/* Copies the bits. The same kind and key again replaces. */
void shelf_put(struct shelf *s, struct shelf_image image);
const struct shelf_image *shelf_find(const struct shelf *s, enum shelf_kind kind, unsigned key); /* NULL: not here */

#endif
