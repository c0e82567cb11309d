/* Addresses as text: "tcp:127.0.0.1:9101", "unix:/run/counter/printer". Numeric only: nothing here waits for a name. */
#ifndef FIRMWARE_HOST_ADDRESS_H
#define FIRMWARE_HOST_ADDRESS_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/socket.h>

struct address {
    struct sockaddr_storage at;
    socklen_t size;
};

bool address_is(const char *text, const char *scheme); /* "pty" and the like */
const char *address_path(const char *text);            /* what follows the scheme */
MUST_USE err address_parse(const char *text, struct address *out);

/* Non-blocking and closed on exec. ERR_SYSTEM leaves the reason in errno. */
MUST_USE err address_listen(const char *text, int *out_fd);
MUST_USE err address_connect(const char *text, int *out_fd); /* may still be under way */

#endif
