#include "usb_find.h"

#include <stdio.h>
#include <string.h>

enum { PRINTER_CLASS = 7 };

bool usb_wanted_read(const char *rest, struct usb_wanted *out)
{
    unsigned vendor = 0, product = 0;
    int used = 0;
    memset(out, 0, sizeof *out);
    if (strcmp(rest, "printer") == 0) {
        out->is_any = true;
        return true;
    }
    if (sscanf(rest, "%4x:%4x%n", &vendor, &product, &used) != 2) {
        return false;
    }
    const char *serial = rest + used;
    if (*serial != '\0' && (*serial != ':' || strlen(serial) > sizeof out->serial)) {
        return false;
    }
    out->vendor = (uint16_t)vendor;
    out->product = (uint16_t)product;
    snprintf(out->serial, sizeof out->serial, "%s", *serial ? serial + 1 : "");
    return true;
}

/* An interface that prints has a way out; one that can also answer is preferred by its order in the descriptor. */
static bool prints(const struct libusb_interface_descriptor *d, struct usb_place *out)
{
    struct usb_place place = { .interface = d->bInterfaceNumber };
    for (int i = 0; i < d->bNumEndpoints; i++) {
        const struct libusb_endpoint_descriptor *e = &d->endpoint[i];
        if ((e->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK) != LIBUSB_TRANSFER_TYPE_BULK) {
            continue;
        }
        unsigned char *kept = (e->bEndpointAddress & LIBUSB_ENDPOINT_IN) ? &place.in_endpoint : &place.out_endpoint;
        *kept = *kept ? *kept : e->bEndpointAddress;
    }
    if (d->bInterfaceClass != PRINTER_CLASS || d->bAlternateSetting != 0 || place.out_endpoint == 0) {
        return false;
    }
    *out = place;
    return true;
}

static bool find_interface(libusb_device *device, struct usb_place *out)
{
    struct libusb_config_descriptor *config = NULL;
    bool is_found = false;
    if (libusb_get_active_config_descriptor(device, &config) != 0) {
        return false;
    }
    for (int i = 0; i < config->bNumInterfaces && !is_found; i++) {
        for (int a = 0; a < config->interface[i].num_altsetting && !is_found; a++) {
            is_found = prints(&config->interface[i].altsetting[a], out);
        }
    }
    libusb_free_config_descriptor(config);
    return is_found;
}

static bool has_serial(libusb_device_handle *device, uint8_t index, const char *wanted)
{
    unsigned char text[128] = "";
    if (wanted[0] == '\0') {
        return true;
    }
    int n = index ? libusb_get_string_descriptor_ascii(device, index, text, sizeof text - 1) : 0;
    return n > 0 && strcmp((const char *)text, wanted) == 0;
}

static err try_device(libusb_device *device, const struct usb_wanted *wanted, libusb_device_handle **out, struct usb_place *place)
{
    struct libusb_device_descriptor d;
    if (libusb_get_device_descriptor(device, &d) != 0) {
        return ERR_GONE;
    }
    bool is_it = wanted->is_any || (d.idVendor == wanted->vendor && d.idProduct == wanted->product);
    if (!is_it || !find_interface(device, place)) {
        return ERR_GONE;
    }
    int rc = libusb_open(device, out);
    if (rc != 0) {
        return rc == LIBUSB_ERROR_ACCESS ? ERR_REFUSED : ERR_GONE;
    }
    if (!has_serial(*out, d.iSerialNumber, wanted->serial)) {
        libusb_close(*out);
        *out = NULL;
        return ERR_GONE;
    }
    return OK;
}

err usb_find(libusb_context *context, const struct usb_wanted *wanted, libusb_device_handle **device, struct usb_place *place)
{
    libusb_device **list = NULL;
    ssize_t count = libusb_get_device_list(context, &list);
    err e = ERR_GONE;
    for (ssize_t i = 0; i < count && e != OK; i++) {
        err tried = try_device(list[i], wanted, device, place);
        e = tried == ERR_GONE ? e : tried;
    }
    if (count >= 0) {
        libusb_free_device_list(list, 1);
    }
    return e;
}
