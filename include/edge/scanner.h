/* A scanner: a driver on a wire, plugged and unplugged at any time. The owner hears whole codes. */
#ifndef EDGE_SCANNER_H
#define EDGE_SCANNER_H

#include "driver/driver.h"
#include "edge/wire.h"

struct scanner_owner {
    void (*scanned)(void *self, const char *code, enum symbology kind);   /* NUL-terminated, no control bytes */
    void (*changed)(void *self, bool is_up);                              /* optional */
};

struct scanner_kinds {
    const struct wire_kind *const *wires;
    const struct scanner_driver *const *drivers;
};

/* Who opens a scanner: `kinds` is needed for the call only, `owner` and `self` as long as the scanner is open. */
struct scanner_opening {
    struct loop *loop;
    const struct scanner_kinds *kinds;
    const char *driver_name;   /* one of kinds->drivers; NULL: what fits the address (evdev: keyboard, hidraw: hidpos, else lines) */
    const struct scanner_owner *owner;
    void *self;
};

/* ERR_INPUT: the address makes no sense; ERR_MISSING: no such driver. A device that is not there yet is waited for. */
MUST_USE err scanner_open(const struct scanner_opening *o, const char *address, struct scanner **out);
void scanner_close(struct scanner *s);

#endif
