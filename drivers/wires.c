/* Every wire that there is. A new one: a file in drivers/wires, and a row here. */
#include "driver/driver.h"

extern const struct wire_kind tcp_wire, unix_wire, pty_wire;

const struct wire_kind *const all_wires[] = { &tcp_wire, &unix_wire, &pty_wire, NULL };
