/* unix:/run/tillside/printer: a stream socket with a name in the file system. */
#include "fd.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 64, SOCKET_MODE = 0660 };

static err read_address(const char *rest, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    size_t n = strlen(rest);
    if (n == 0 || n >= sizeof out->sun_path) {
        return ERR_INPUT;
    }
    memcpy(out->sun_path, rest, n);
    return OK;
}

static int stream_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Connecting to a name on this machine is settled at once. */
static err call(const struct sockaddr_un *to, int *out)
{
    int fd = stream_socket();
    if (fd < 0) {
        return fd_error(errno);
    }
    if (connect(fd, (const struct sockaddr *)to, sizeof *to) != 0) {
        err e = fd_error(errno);
        close(fd);
        return e;
    }
    *out = fd;
    return OK;
}

static err unix_take(struct wire *w, int fd, bool is_accepted)
{
    (void)is_accepted;
    err e = fd_start(w, fd, true);
    if (e == OK) {
        wire_is_up(w);
    }
    return e;
}

static err unix_open(struct wire *w, const char *rest)
{
    struct sockaddr_un to;
    int fd = -1;
    err e = read_address(rest, &to);
    e = e == OK ? call(&to, &fd) : e;
    return e == OK ? unix_take(w, fd, false) : e;
}

static void unix_finish(struct wire *w)
{
    shutdown(fd_of(w), SHUT_RDWR);
}

/* A name that nobody answers any more was left behind by a process that died. */
static void remove_stale(const struct sockaddr_un *at)
{
    struct stat about;
    int fd = -1;
    if (lstat(at->sun_path, &about) != 0 || !S_ISSOCK(about.st_mode)) {
        return;
    }
    if (call(at, &fd) == OK) {
        close(fd);
        return;
    }
    unlink(at->sun_path);
}

static err unix_listen(const char *rest, int *out)
{
    struct sockaddr_un at;
    err e = read_address(rest, &at);
    if (e != OK) {
        return e;
    }
    int fd = stream_socket();
    if (fd < 0) {
        return fd_error(errno);
    }
    remove_stale(&at);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || chmod(at.sun_path, SOCKET_MODE) != 0 || listen(fd, BACKLOG) != 0) {
        e = fd_error(errno);
        close(fd);
        return e;
    }
    *out = fd;
    return OK;
}

const struct wire_kind unix_wire = {
    .scheme = "unix",
    .memory = sizeof(struct fd_wire),
    .open = unix_open,
    .push = fd_push,
    .pause = fd_pause,
    .shut = fd_shut,
    .finish = unix_finish,
    .fd = fd_of,
    .listen = unix_listen,
    .take = unix_take,
};
