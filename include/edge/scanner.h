/* A scanner: a driver on a wire, plugged and unplugged at any time. The owner hears whole codes. */
#ifndef EDGE_SCANNER_H
#define EDGE_SCANNER_H

#include "driver/driver.h"
#include "edge/wire.h"

struct scanner_owner {
    void (*scanned)(void *self, const char *code, enum symbology kind);   /* NUL-terminated, no control bytes */
    void (*changed)(void *self, bool is_up);                              /* optional */
};

/* `driver_name` from all_scanner_drivers, or NULL to take what fits the address (evdev: keyboard, hidraw: hidpos, else lines). */
MUST_USE err scanner_open(struct loop *l, const struct wire_kind *const *kinds, const struct scanner_driver *const *drivers,
                          const char *address, const char *driver_name, const struct scanner_owner *owner, void *self,
                          struct scanner **out);
void scanner_close(struct scanner *s);

#endif
