/* A serial cable made of a pseudo terminal. */
#ifndef FIRMWARE_HOST_PTY_H
#define FIRMWARE_HOST_PTY_H

#include "base/err.h"

/* Makes a raw pty and a symbolic link to its slave side at `path`; an old link is replaced, anything else there is
 * ERR_REFUSED. The caller closes both descriptors and removes the link. */
MUST_USE err pty_open(const char *path, int *out_master_fd, int *out_slave_fd);

#endif
