/* Bar codes as the widths of their bars and spaces, a bar first. */
#ifndef FIRMWARE_HOST_BARS_H
#define FIRMWARE_HOST_BARS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum { BAR_TEXT_MOST = 255 };

struct bars {
    struct buf widths; /* in modules; or 1 for narrow and 2 for wide */
    bool is_two_width;
    char text[BAR_TEXT_MOST + 1]; /* what stands beside the bars */
};

/* `kind` is the number of GS k in its first form: 0 UPC-A, 1 UPC-E, 2 EAN13, 3 EAN8, 4 CODE39, 5 ITF, 6 CODABAR,
 * 7 CODE93, 8 CODE128, 9 GS1-128, 14 CODE128 choosing its code sets. ERR_INPUT: no such kind, or data that it cannot say. */
MUST_USE err bars_encode(struct bars *out, unsigned kind, struct view data);
void bars_clear(struct bars *b);

/* One file each for the families. */
MUST_USE err bars_retail(struct bars *out, unsigned kind, struct view data);
MUST_USE err bars_two_width(struct bars *out, unsigned kind, struct view data);
MUST_USE err bars_code93(struct bars *out, struct view data);
MUST_USE err bars_code128(struct bars *out, unsigned kind, struct view data);
MUST_USE err bars_add(struct bars *out, const char *widths); /* digits */

#endif
