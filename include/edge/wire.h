/* Bytes to and from one device, whatever carries them. The wire queues, reconnects and reports; the driver under it
 * (drivers/wires) only opens, pushes and shuts. Addresses: "tcp:192.168.1.40:9100", "unix:/run/tillside/printer",
 * "pty:/run/tillside/scanner", "serial:/dev/serial/by-id/...?baud=38400&flow=rtscts", "usb:04b8:0e28", "usb:printer",
 * "evdev:/dev/input/by-id/...", "hidraw:/dev/hidraw0". */
#ifndef EDGE_WIRE_H
#define EDGE_WIRE_H

#include "base/err.h"
#include "base/view.h"
#include "loop/loop.h"

#include <stdbool.h>

struct wire;
struct wire_kind;   /* driver/driver.h */

struct wire_owner {
    void (*up)(void *self);
    void (*heard)(void *self, struct view bytes);
    void (*drained)(void *self);             /* optional: everything queued was handed to the device */
    void (*ended)(void *self);               /* optional: the other side will send no more, but still listens */
    void (*down)(void *self, err why);       /* an opened wire reconnects by itself; an accepted one is over */
};

/* `kinds` is the list of drivers.c, ended by NULL. The owner struct and self are borrowed until wire_close. */
MUST_USE err wire_open(struct loop *l, const struct wire_kind *const *kinds, const char *address,
                       const struct wire_owner *owner, void *self, struct wire **out);
void wire_close(struct wire *w);                              /* safe anywhere, also inside heard() */

MUST_USE err wire_send(struct wire *w, struct view bytes);    /* copies and queues, never waits; ERR_FULL: nothing was taken */
size_t wire_room(const struct wire *w);                       /* how many bytes wire_send would take now */
size_t wire_queued(const struct wire *w);                     /* accepted, not yet handed to the device */
uint64_t wire_handed(const struct wire *w);                   /* bytes handed to the device since it came up */
uint64_t wire_lost(const struct wire *w);                      /* once it is down: how many of those the device surely never got */
void wire_drop_queue(struct wire *w);
void wire_pause(struct wire *w, bool is_paused);              /* hear nothing for a while: back-pressure */
bool wire_is_open(const struct wire *w);
const char *wire_address(const struct wire *w);

/* The listening side: a port takes the POS's connections. Only tcp: and unix: can listen; pty: and serial: addresses give
 * one wire that is always there. An accepted wire is paused until its owner is set. */
struct wire_port;
typedef void wire_came_fn(void *self, struct wire *w);
MUST_USE err wire_port_open(struct loop *l, const struct wire_kind *const *kinds, const char *address, wire_came_fn *came,
                            void *self, struct wire_port **out);
void wire_port_close(struct wire_port *p);
void wire_adopt(struct wire *w, const struct wire_owner *owner, void *self);

#endif
