#include "inside.h"

#include <qrencode.h>
#include <string.h>

/* GS ( k: data are stored by function 80 and drawn by 81. QR is drawn for real; the other kinds are a frame with their
 * name, in about the size that the symbol would have. */

enum { KIND_FIRST = 48, KIND_QR = 49, KIND_LAST = 54 };

static const char *const names[] = { "PDF417", "QR", "MaxiCode", "GS1 DataBar", "Composite", "Aztec", "DataMatrix" };

static struct bitmap draw_code(const QRcode *code, unsigned module)
{
    struct bitmap picture = bitmap_new((unsigned)code->width * module, (unsigned)code->width * module);
    int dots = (int)module;
    for (int i = 0; i < code->width * code->width; i++) {
        if ((code->data[i] & 1) != 0) {
            bitmap_fill(&picture, (struct area){ i % code->width * dots, i / code->width * dots, dots, dots });
        }
    }
    return picture;
}

static void print_qr(struct firmware_printer *p, const struct buf *data)
{
    const struct modes *m = &p->modes;
    QRecLevel level = (QRecLevel)m->qr_level;
    QRcode *code = m->qr_model == 3 ? QRcode_encodeDataMQR((int)data->n, data->at, 4, level)
                                    : QRcode_encodeData((int)data->n, data->at, 0, level);
    if (code == NULL || (unsigned)code->width * m->qr_module > line_width(p)) {
        p->counts.refused_symbols++;
        QRcode_free(code);
        return;
    }
    struct bitmap picture = draw_code(code, m->qr_module);
    block_put(p, &picture);
    bitmap_clear(&picture);
    QRcode_free(code);
}

static void print_frame(struct firmware_printer *p, unsigned kind, size_t data_bytes)
{
    unsigned side = 48;
    while ((size_t)side * side < data_bytes * 200 && side < line_width(p) / 2) {
        side += 8;
    }
    struct bitmap picture = bitmap_new(kind == KIND_FIRST ? side * 2 : side, side);
    struct area all = { 0, 0, (int)picture.width, (int)picture.height };
    bitmap_fill(&picture, all);
    bitmap_invert(&picture, (struct area){ 2, 2, all.width - 4, all.height - 4 });
    struct bitmap name = text_plain(p, true, names[kind - KIND_FIRST]);
    bitmap_or(&picture, &name, 6, (all.height - (int)name.height) / 2);
    bitmap_clear(&name);
    block_put(p, &picture);
    bitmap_clear(&picture);
}

static void set_qr(struct modes *m, unsigned function, uint8_t value)
{
    switch (function) {
    case 65:
        m->qr_model = value >= 49 && value <= 51 ? value - 48u : m->qr_model;
        break;
    case 67:
        m->qr_module = value >= 1 && value <= 16 ? value : m->qr_module;
        break;
    case 69:
        m->qr_level = value >= 48 && value <= 51 ? value - 48u : m->qr_level;
        break;
    default:
        break;
    }
}

static void store(struct firmware_printer *p, unsigned kind, struct view data)
{
    struct buf *kept = &p->symbol_data[kind - KIND_FIRST];
    buf_drop(kept, kept->n);
    if (buf_add_view(kept, data) != OK) {
        p->counts.refused_symbols++;
    }
}

static void print_symbol(struct firmware_printer *p, unsigned kind)
{
    const struct buf *data = &p->symbol_data[kind - KIND_FIRST];
    if (data->n == 0) {
        return;
    }
    if (kind == KIND_QR) {
        print_qr(p, data);
    } else {
        print_frame(p, kind, data->n);
    }
}

void run_square_code(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    if (n < 8 || at[5] < KIND_FIRST || at[5] > KIND_LAST) {
        p->counts.unknown_commands++;
        return;
    }
    unsigned kind = at[5], function = at[6];
    if (function == 80) {
        store(p, kind, (struct view){ at + 8, n - 8 });
    } else if (function == 81) {
        print_symbol(p, kind);
    } else if (kind == KIND_QR) {
        set_qr(&p->modes, function, at[7]);
    }
}
