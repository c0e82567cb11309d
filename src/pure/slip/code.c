/* QR codes: how large the printer will make one, and how it will look. */
#include "inside.h"

#include <qrencode.h>
#include <string.h>

/* About 22 mm wide on 80 mm paper: easily read by a telephone at arm's length. */
enum { CODE_SHARE_OF_WIDTH = 3, MODULE_DOTS_LEAST = 3, MODULE_DOTS_MOST = 8 };

static QRcode *encode(const char *text)
{
    return QRcode_encodeData((int)strlen(text), (const unsigned char *)text, 0, QR_ECLEVEL_M);
}

err code_measure(const char *text, unsigned width_dots, struct slip_row *row)
{
    QRcode *code = strlen(text) <= QR_BYTES_MOST ? encode(text) : NULL;
    if (code == NULL) {
        return ERR_FULL;
    }
    unsigned modules = (unsigned)code->width, dots = width_dots / CODE_SHARE_OF_WIDTH / modules;
    QRcode_free(code);
    dots = dots < MODULE_DOTS_LEAST ? MODULE_DOTS_LEAST : dots > MODULE_DOTS_MOST ? MODULE_DOTS_MOST : dots;
    if (modules * dots > width_dots) {
        return ERR_FULL;
    }
    row->module_dots = dots;
    row->width_dots = row->height_dots = modules * dots;
    return OK;
}

static void fill_module(struct slip_row *picture, unsigned left, unsigned top, unsigned dots)
{
    for (unsigned i = 0; i < dots * dots; i++) {
        dots_set(picture, left + i % dots, top + i / dots);
    }
}

err code_draw(const struct slip_row *row, unsigned width_dots, struct slip_row *out)
{
    QRcode *code = encode(row->text);
    if (code == NULL) {
        return ERR_FULL;
    }
    unsigned modules = (unsigned)code->width, side = modules * row->module_dots;
    unsigned left = row->is_centred && side < width_dots ? (width_dots - side) / 2 : 0;
    struct slip_row picture = dots_blank(width_dots, side);
    for (unsigned i = 0; i < modules * modules; i++) {
        if (code->data[i] & 1) {
            fill_module(&picture, left + i % modules * row->module_dots, i / modules * row->module_dots, row->module_dots);
        }
    }
    QRcode_free(code);
    *out = picture;
    return OK;
}
