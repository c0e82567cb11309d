/* Where the counter's cables end: tcp:ADDRESS:PORT, unix:/path or pty:/path (a link to the slave side is made at /path).
 * One guest at a time is served, as printers do; others wait in the queue of the socket. The owner closes what it opened. */
#ifndef FIRMWARE_HOST_PORT_H
#define FIRMWARE_HOST_PORT_H

#include "base/err.h"
#include "base/view.h"
#include "loop/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct port;
struct port_owner {
    size_t (*heard)(void *self, struct view bytes); /* returns how many it took; port_offer brings the rest again */
    void (*vanished)(void *self);                   /* optional: port_vanish_after has come to its end */
};

MUST_USE err port_open(struct loop *l, const char *address, const struct port_owner *owner, void *self, struct port **out);
void port_close(struct port *p);
const char *port_address(const struct port *p); /* as opened; port 0 is replaced by the one that was given */
bool port_has_guest(const struct port *p);

MUST_USE err port_say(struct port *p, struct view bytes); /* ERR_GONE: nobody is there; ERR_FULL: the guest does not read */
void port_offer(struct port *p);

/* Faults. 0 sets each of them back. */
void port_set_speed(struct port *p, unsigned bytes_per_second);
void port_set_read_most(struct port *p, size_t bytes);
void port_vanish(struct port *p);                       /* drops the guest and listens no more */
void port_vanish_after(struct port *p, uint64_t bytes); /* so many from now on */
MUST_USE err port_return(struct port *p);

#endif
