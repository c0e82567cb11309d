/* A file that was built into the program: made by the build from a folder of the source tree. */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name;            /* relative to the folder; NULL ends a table */
    const unsigned char *at;     /* followed by a NUL that is not counted */
    size_t n;
};

#endif
