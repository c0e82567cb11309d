/* A printer that stands on the counter: the firmware at the end of a port, its paper in a folder, every byte in a file. */
#ifndef FIRMWARE_HOST_COUNTER_PRINTER_H
#define FIRMWARE_HOST_COUNTER_PRINTER_H

#include "port.h"
#include "printer/printer.h"

struct counter_printer;
struct counter_printer_options {
    const char *address;
    const char *paper_folder; /* NULL: the paper goes to the bin */
    const char *raw_file;     /* NULL: not kept; otherwise every byte that the printer took is appended */
    struct firmware_options firmware;
};

/* On failure `reason` is set and freed by the caller with mem_free. */
MUST_USE err counter_printer_open(struct loop *l, const struct counter_printer_options *options, char **reason,
                                  struct counter_printer **out);
void counter_printer_close(struct counter_printer *c); /* what is printed and not cut is torn off first */

struct port *counter_printer_port(struct counter_printer *c);
struct firmware_printer *counter_printer_firmware(struct counter_printer *c);
void counter_printer_set_state(struct counter_printer *c, struct firmware_state state);

#endif
