/* Which USB device an address means, and which of its interfaces prints. */
#ifndef WIRES_USB_FIND_H
#define WIRES_USB_FIND_H

#include "base/err.h"

#include <libusb.h>
#include <stdbool.h>
#include <stdint.h>

struct usb_wanted {
    bool is_any; /* "printer": the first one */
    uint16_t vendor, product;
    char serial[64]; /* "": any */
};

struct usb_place {
    int interface;
    unsigned char out_endpoint, in_endpoint; /* in_endpoint 0: it cannot answer */
};

bool usb_wanted_read(const char *rest, struct usb_wanted *out);

/* Opens it. ERR_GONE: not there; ERR_REFUSED: we may not. */
MUST_USE err usb_find(libusb_context *context, const struct usb_wanted *wanted, libusb_device_handle **device,
                      struct usb_place *place);

#endif
