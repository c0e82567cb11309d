#include "unit.h"

#include "base/mem.h"
#include "firmware_desk.h"

#include <string.h>

static void keep_answer(void *self, struct view bytes)
{
    struct desk *d = self;
    assert_int_equal(buf_add_view(&d->answers, bytes), OK);
}

static void keep_piece(void *self, const struct firmware_cut *piece)
{
    struct desk *d = self;
    assert_true(d->piece_count < PIECES_MOST);
    struct bitmap *paper = &d->papers[d->piece_count];
    *paper = bitmap_new(piece->width_dots, piece->height_dots);
    assert_int_equal(paper->stride, piece->stride);
    memcpy(paper->bits, piece->bits, (size_t)piece->height_dots * piece->stride);
    d->pieces[d->piece_count] = *piece;
    d->pieces[d->piece_count++].bits = paper->bits;
}

struct desk *desk_new(const struct firmware_options *options)
{
    static const struct firmware_options standard;
    struct desk *d = mem_new(sizeof *d);
    buf_init(&d->answers, 1 << 20);
    d->printer = firmware_printer_new(options != NULL ? options : &standard, keep_answer, keep_piece, d);
    assert_non_null(d->printer);
    return d;
}

void desk_free(struct desk *d)
{
    firmware_printer_free(d->printer);
    for (size_t i = 0; i < d->piece_count; i++) {
        bitmap_clear(&d->papers[i]);
    }
    buf_clear(&d->answers);
    mem_free(d);
}

void desk_feed(struct desk *d, const void *bytes, size_t n)
{
    assert_int_equal(firmware_printer_feed(d->printer, (struct view){ bytes, n }), n);
}

void desk_print(struct desk *d, const char *text)
{
    desk_feed(d, text, strlen(text));
}

void desk_tear(struct desk *d)
{
    firmware_printer_tear(d->printer);
}

bool desk_dot(const struct desk *d, size_t piece, unsigned x, unsigned y)
{
    return bitmap_get(&d->papers[piece], (int)x, (int)y);
}

struct area desk_ink(const struct desk *d, size_t piece, unsigned from, unsigned to)
{
    int left = INT32_MAX, right = -1, top = INT32_MAX, bottom = -1;
    for (int y = (int)from; y < (int)to; y++) {
        for (int x = 0; x < (int)d->papers[piece].width; x++) {
            if (bitmap_get(&d->papers[piece], x, y)) {
                left = x < left ? x : left;
                right = x > right ? x : right;
                top = y < top ? y : top;
                bottom = y;
            }
        }
    }
    return right < 0 ? (struct area){ 0, 0, 0, 0 } : (struct area){ left, top, right - left + 1, bottom - top + 1 };
}

bool desk_pieces_equal(const struct desk *a, const struct desk *b)
{
    if (a->piece_count != b->piece_count) {
        return false;
    }
    for (size_t i = 0; i < a->piece_count; i++) {
        const struct bitmap *x = &a->papers[i], *y = &b->papers[i];
        if (x->width != y->width || x->height != y->height || a->pieces[i].crc32 != b->pieces[i].crc32 ||
            memcmp(x->bits, y->bits, (size_t)x->height * x->stride) != 0) {
            return false;
        }
    }
    return true;
}
