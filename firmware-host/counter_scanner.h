/* A bar code scanner that sends each code as a line, and may read its codes from a file, one a line. */
#ifndef FIRMWARE_HOST_COUNTER_SCANNER_H
#define FIRMWARE_HOST_COUNTER_SCANNER_H

#include "port.h"

struct counter_scanner;
struct counter_scanner_options {
    const char *address;
    const char *suffix;     /* sent after each code */
    const char *codes_file; /* optional */
    unsigned every_ms;      /* between the codes of the file */
};

/* On failure `reason` is set and freed by the caller with mem_free. */
MUST_USE err counter_scanner_open(struct loop *l, const struct counter_scanner_options *options, char **reason,
                                  struct counter_scanner **out);
void counter_scanner_close(struct counter_scanner *s);
struct port *counter_scanner_port(struct counter_scanner *s);
MUST_USE err counter_scanner_scan(struct counter_scanner *s, const char *code); /* ERR_GONE: nobody listens */

#endif
