#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* Opens the slave and leaves the link to it at `path`. */
static err open_slave(int master_fd, const char *path, int *out)
{
    char name[64];
    struct termios raw;
    if (grantpt(master_fd) != 0 || unlockpt(master_fd) != 0 || ptsname_r(master_fd, name, sizeof name) != 0) {
        return ERR_SYSTEM;
    }
    int fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return ERR_SYSTEM;
    }
    bool is_raw = tcgetattr(fd, &raw) == 0;
    cfmakeraw(&raw);
    if (!is_raw || tcsetattr(fd, TCSANOW, &raw) != 0 || symlink(name, path) != 0) {
        int why = errno;
        close(fd);
        errno = why;
        return ERR_SYSTEM;
    }
    *out = fd;
    return OK;
}

err pty_open(const char *path, int *out_master_fd, int *out_slave_fd)
{
    struct stat s;
    if (lstat(path, &s) == 0 && !S_ISLNK(s.st_mode)) {
        errno = EEXIST;
        return ERR_REFUSED;
    }
    unlink(path);
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return ERR_SYSTEM;
    }
    err e = open_slave(fd, path, out_slave_fd);
    if (e != OK) {
        int why = errno;
        close(fd);
        errno = why;
        return e;
    }
    *out_master_fd = fd;
    return OK;
}
