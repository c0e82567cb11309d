/* pty:/run/tillside/scanner opens a terminal that another program made; pty:/run/tillside/pos?make makes one and puts a link
 * to its other end there. Plain termios: real serial ports, with their modem lines, are serial.c's. */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static const char MAKE[] = "?make";

struct pty_wire {
    struct fd_wire fd;
    int other_end; /* of one that we made: held open, or we would hear a hang-up whenever nobody is there; else -1 */
    char link[PATH_MAX];
};

static err set_raw(int fd)
{
    struct termios t;
    if (tcgetattr(fd, &t) != 0) {
        return ERR_REFUSED;
    }
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    return tcsetattr(fd, TCSANOW, &t) == 0 ? OK : ERR_REFUSED;
}

static err start(struct wire *w, int fd)
{
    err e = fd_start(w, fd, false);
    if (e == OK) {
        wire_is_up(w);
    }
    return e;
}

static err open_theirs(struct wire *w, const char *path)
{
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return fd_error(errno);
    }
    err e = set_raw(fd);
    if (e != OK) {
        close(fd);
        return e;
    }
    return start(w, fd);
}

/* Replaces a link that was left behind, and nothing else. */
static err put_link(const char *name, const char *path)
{
    struct stat about;
    if (lstat(path, &about) == 0 && S_ISLNK(about.st_mode)) {
        unlink(path);
    }
    return symlink(name, path) == 0 ? OK : fd_error(errno);
}

static err open_own(struct wire *w, const char *path)
{
    struct pty_wire *p = wire_memory(w);
    char name[PATH_MAX];
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return fd_error(errno);
    }
    bool is_named = grantpt(fd) == 0 && unlockpt(fd) == 0 && ptsname_r(fd, name, sizeof name) == 0;
    p->other_end = is_named ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
    err e = p->other_end >= 0 ? set_raw(p->other_end) : ERR_SYSTEM;
    e = e == OK ? put_link(name, path) : e;
    if (e != OK) {
        close(fd);
        return e;
    }
    memcpy(p->link, path, strlen(path) + 1);
    return start(w, fd);
}

static err pty_open(struct wire *w, const char *rest)
{
    struct pty_wire *p = wire_memory(w);
    char path[PATH_MAX];
    size_t n = strlen(rest), tail = sizeof MAKE - 1;
    p->other_end = -1;
    if (n == 0 || n >= sizeof path) {
        return ERR_INPUT;
    }
    memcpy(path, rest, n + 1);
    if (n > tail && strcmp(rest + n - tail, MAKE) == 0) {
        path[n - tail] = '\0';
        return open_own(w, path);
    }
    return open_theirs(w, path);
}

static void pty_shut(struct wire *w)
{
    struct pty_wire *p = wire_memory(w);
    if (p->other_end >= 0) {
        close(p->other_end);
    }
    if (p->link[0] != '\0') {
        unlink(p->link);
    }
    fd_shut(w);
}

const struct wire_kind pty_wire = {
    .scheme = "pty",
    .memory = sizeof(struct pty_wire),
    .open = pty_open,
    .push = fd_push,
    .pause = fd_pause,
    .shut = pty_shut,
};
