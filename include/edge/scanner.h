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

/* `driver_name` is one of kinds->drivers, or NULL to take what fits the address (evdev: keyboard, hidraw: hidpos, else lines).
 * ERR_INPUT: the address makes no sense; ERR_MISSING: no such driver. A device that is not there yet is waited for. */
MUST_USE err scanner_open(struct loop *l, const struct scanner_kinds *kinds, const char *address, const char *driver_name,
                          const struct scanner_owner *owner, void *self, struct scanner **out);
void scanner_close(struct scanner *s);

#endif
