/* The control channel: lines of commands.h on standard input or on a unix socket, each answered with a line. */
#ifndef FIRMWARE_HOST_CONTROL_H
#define FIRMWARE_HOST_CONTROL_H

#include "commands.h"

struct control;

/* `address` is "-" for standard input and output, or "unix:/path". */
MUST_USE err control_open(struct devices *d, const char *address, struct control **out);
void control_close(struct control *c);

#endif
