/* What a person or a test may ask of the devices, one line at a time: "paper end", "scan 4006381333931", "status". */
#ifndef FIRMWARE_HOST_COMMANDS_H
#define FIRMWARE_HOST_COMMANDS_H

#include "base/buf.h"
#include "counter_printer.h"
#include "counter_scanner.h"

struct devices {
    struct loop *loop;
    struct counter_printer *printer; /* NULL: there is none */
    struct counter_scanner *scanner;
};

/* One line in, one line (with its line feed) out: "ok", "error: ...", or what was asked for. */
void devices_command(struct devices *d, const char *line, struct buf *answer);
const char *devices_commands_help(void);

#endif
