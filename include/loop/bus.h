/* Whatever happens is posted here once; the shop, the page and the tests listen to the same bus.
 * An event is delivered at once, in the order of posting; what a listener posts meanwhile comes after. */
#ifndef LOOP_BUS_H
#define LOOP_BUS_H

#include "pure/event.h"

struct bus;
struct bus_listener;
typedef void bus_fn(void *self, const struct event *e);   /* the event is borrowed until return */

struct bus *bus_new(void);
void bus_free(struct bus *b);
struct bus_listener *bus_listen(struct bus *b, bus_fn *fn, void *self);
void bus_leave(struct bus_listener *l);                    /* safe inside a delivery */
void bus_post(struct bus *b, const struct event *e);       /* gives the event its sequence number */

#endif
