/* Every wire that there is. A new one: a file in drivers/wires, and a row here. */
#include "driver/driver.h"

extern const struct wire_kind tcp_wire, unix_wire, pty_wire, serial_wire, usb_wire, evdev_wire, hidraw_wire;

const struct wire_kind *const all_wires[] = { &tcp_wire, &unix_wire,  &pty_wire,    &serial_wire,
                                              &usb_wire, &evdev_wire, &hidraw_wire, NULL };
