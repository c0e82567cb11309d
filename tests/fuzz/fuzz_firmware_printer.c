/* Any bytes, in two cuts that differ, print the same paper and are answered with the same bytes. */
#include "../../firmware-host/printer/printer.h"
#include "base/buf.h"

#include <stdlib.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct seen {
    uLong paper, answers;
    unsigned pieces;
};

static void heard(void *self, struct view bytes)
{
    struct seen *s = self;
    s->answers = crc32(s->answers, bytes.at, (uInt)bytes.n);
}

static void cut(void *self, const struct firmware_cut *c)
{
    struct seen *s = self;
    s->pieces++;
    s->paper = crc32(s->paper, c->bits, (uInt)(c->height_dots * c->stride));
}

static struct seen printed(const uint8_t *bytes, size_t n, size_t step)
{
    static const struct firmware_options options = { .width_dots = 384, .cutter_distance_dots = 20 };
    struct seen s = { 0 };
    struct firmware_printer *p = firmware_printer_new(&options, heard, cut, &s);
    for (size_t i = 0; p != NULL && i < n; i += step) {
        if (firmware_printer_feed(p, (struct view){ bytes + i, n - i < step ? n - i : step }) == 0) {
            abort();
        }
    }
    if (p != NULL) {
        firmware_printer_tear(p);
    }
    firmware_printer_free(p);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct seen whole = printed(bytes, n, n > 0 ? n : 1), pieces = printed(bytes, n, n % 7 + 1);
    if (whole.paper != pieces.paper || whole.answers != pieces.answers || whole.pieces != pieces.pieces) {
        abort();
    }
    return 0;
}
