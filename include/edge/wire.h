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
struct wire_kind; /* driver/driver.h */

struct wire_owner {
    void (*up)(void *self);
    void (*heard)(void *self, struct view bytes);
    void (*drained)(void *self);       /* optional: everything queued was handed over and the device takes more */
    void (*ended)(void *self);         /* optional: the other side will send no more, but still listens; without it: down */
    void (*down)(void *self, err why); /* an opened wire reconnects by itself; an accepted one is over */
};

/* `kinds` is the list of drivers.c, ended by NULL. The owner struct and self are borrowed until wire_close. */
struct wire_calling {
    const char *address;
    const struct wire_owner *owner;
    void *self;
};
MUST_USE err wire_open(struct loop *l, const struct wire_kind *const *kinds, const struct wire_calling *how, struct wire **out);
void wire_close(struct wire *w); /* safe anywhere, also inside heard() */

MUST_USE err wire_send(struct wire *w, struct view bytes); /* copies and queues, never waits; ERR_FULL: nothing was taken */
size_t wire_room(const struct wire *w);                    /* how many bytes wire_send would take now */
size_t wire_queued(const struct wire *w);                  /* accepted, not yet handed to the device */
/* Hands over what the device takes at once and queues nothing; when that is less than all, drained() says when to go on. */
MUST_USE size_t wire_offer(struct wire *w, struct view bytes);
uint64_t wire_handed(const struct wire *w); /* bytes handed to the device since it came up */
uint64_t wire_lost(const struct wire *w);   /* once it is down: how many of those the device surely never got */
size_t wire_waiting(const struct wire *w);  /* bytes that came and were not read yet, as far as one can know */
void wire_drop_queue(struct wire *w);
void wire_pause(struct wire *w, bool is_paused); /* hear nothing for a while: back-pressure */
bool wire_is_open(const struct wire *w);
const char *wire_address(const struct wire *w);
void wire_finish(struct wire *w); /* wire_close in good order: the other side sees an end, not a break */

/* Lets the kernel note, in memory that outlives us, what it took and gave (driver/driver.h). */
struct wire_witness;
void wire_set_witness(struct wire *w, struct wire_witness *witness, uint64_t tag); /* borrowed until wire_close */

/* Descriptors that outlive the process: what a keeper held is used again instead of opening anew. */
int wire_fd(const struct wire *w); /* -1: there is none to keep */
MUST_USE err wire_open_with(struct loop *l, const struct wire_kind *const *kinds, const char *address, int fd, struct wire **out);
MUST_USE err wire_accepted(struct loop *l, const struct wire_kind *const *kinds, const char *address, int fd, struct wire **out);

/* The listening side: a port takes the POS's connections. Only tcp: and unix: can listen; pty: and serial: addresses give
 * one wire that is always there. An accepted wire is paused until its owner is set. */
struct wire_port;
typedef void wire_came_fn(void *self, struct wire *w);
/* `fd` is a listening socket of this address that was kept, or -1. ERR_MISSING: nothing can listen on such an address.
 * ERR_REFUSED: the address is taken or not ours. */
struct wire_listening {
    const char *address;
    int fd;
    wire_came_fn *came;
    void *self;
    void (*keep)(void *self, const char *address, int fd); /* optional: the moment it was accepted, before it came */
};
MUST_USE err wire_port_open(struct loop *l, const struct wire_kind *const *kinds, const struct wire_listening *how,
                            struct wire_port **out);
void wire_port_close(struct wire_port *p);
int wire_port_fd(const struct wire_port *p);
void wire_adopt(struct wire *w, const struct wire_owner *owner, void *self); /* opens the ears; also after wire_open_with */

#endif
