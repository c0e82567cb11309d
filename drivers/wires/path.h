/* The path in front of an address's ?options. */
#ifndef WIRES_PATH_H
#define WIRES_PATH_H

#include <stdbool.h>

enum { PATH_ROOM = 512 };

bool path_of(const char *rest, char path[PATH_ROOM]); /* false: empty or too long */
/* The value of ?name=...; false when it is not there or too long. */
bool path_option(const char *rest, const char *name, char *into, unsigned room);

#endif
