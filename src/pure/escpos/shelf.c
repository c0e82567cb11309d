#include "shelf.h"

#include "base/mem.h"

#include <string.h>

enum { SHELF_BYTES_MOST = 8 << 20 };

static void drop(struct shelf *s, struct shelf_image *image)
{
    s->bytes -= image->bits ? image->bytes : 0;
    mem_free(image->bits);
    *image = (struct shelf_image){ 0 };
}

void shelf_clear(struct shelf *s)
{
    for (size_t i = 0; i < SHELF_MOST; i++) {
        drop(s, &s->images[i]);
    }
    s->next = 0;
}

static struct shelf_image *place_of(struct shelf *s, enum shelf_kind kind, unsigned key)
{
    struct shelf_image *empty = NULL;
    for (size_t i = 0; i < SHELF_MOST; i++) {
        struct shelf_image *image = &s->images[i];
        if (image->kind == kind && image->key == key) {
            return image;
        }
        empty = !empty && image->kind == SHELF_EMPTY ? image : empty;
    }
    if (empty) {
        return empty;
    }
    s->next = (s->next + 1) % SHELF_MOST;
    return &s->images[s->next];
}

void shelf_put(struct shelf *s, struct shelf_image image)
{
    struct shelf_image *place = place_of(s, image.kind, image.key);
    drop(s, place);
    *place = image;
    place->bits = NULL;
    if (!image.bits || image.bytes == 0 || image.bytes > SHELF_BYTES_MOST - s->bytes) {
        return;
    }
    place->bits = mem_array(image.bytes, 1);
    memcpy(place->bits, image.bits, image.bytes);
    s->bytes += image.bytes;
}

const struct shelf_image *shelf_find(const struct shelf *s, enum shelf_kind kind, unsigned key)
{
    for (size_t i = 0; i < SHELF_MOST; i++) {
        if (s->images[i].kind == kind && s->images[i].key == key) {
            return &s->images[i];
        }
    }
    return NULL;
}
