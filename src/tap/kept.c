#include "kept.h"

#include "base/mem.h"
#include "loop/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_FD = 3, MOST_FDS = 256, MESSAGE_ROOM = 512 };

struct held {
    char *name;
    int fd;
};

struct kept {
    int socket; /* -1: nobody keeps anything */
    struct sockaddr_un keeper;
    socklen_t keeper_size;
    struct held held[MOST_FDS];
    size_t count;
};

static void connect_keeper(struct kept *k, const char *path)
{
    size_t n = path != NULL ? strlen(path) : 0;
    if (n < 2 || n >= sizeof k->keeper.sun_path || (path[0] != '/' && path[0] != '@')) {
        return;
    }
    k->keeper.sun_family = AF_UNIX;
    memcpy(k->keeper.sun_path, path, n);
    if (path[0] == '@') {
        k->keeper.sun_path[0] = '\0';
    }
    k->keeper_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    k->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void take_over(struct kept *k, const char *names, int count)
{
    for (int i = 0; i < count && i < MOST_FDS; i++) {
        size_t n = strcspn(names, ":");
        int fd = FIRST_FD + i;
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        k->held[k->count++] = (struct held){ .name = mem_text_n(names, n), .fd = fd };
        names += names[n] == ':' ? n + 1 : n;
    }
}

struct kept *kept_open(void)
{
    struct kept *k = mem_new(sizeof *k);
    k->socket = -1;
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
    if (pid != NULL && count != NULL && names != NULL && strtol(pid, NULL, 10) == getpid()) {
        take_over(k, names, (int)strtol(count, NULL, 10));
    }
    connect_keeper(k, getenv("NOTIFY_SOCKET"));
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return k;
}

void kept_close(struct kept *k)
{
    if (k == NULL) {
        return;
    }
    for (size_t i = 0; i < k->count; i++) {
        if (k->held[i].fd >= 0) {
            close(k->held[i].fd);
        }
        mem_free(k->held[i].name);
    }
    if (k->socket >= 0) {
        close(k->socket);
    }
    mem_free(k);
}

/* A colon parts names from each other, so there is none in a name. */
char *kept_name(const char *role, uint64_t number, const char *address)
{
    char *name = mem_format("%s.%" PRIu64 ".%s", role, number, address);
    for (char *c = strchr(name, ':'); c != NULL; c = strchr(c, ':')) {
        *c = ';';
    }
    return name;
}

int kept_take(struct kept *k, const char *name)
{
    for (size_t i = 0; i < k->count; i++) {
        if (k->held[i].fd >= 0 && strcmp(k->held[i].name, name) == 0) {
            int fd = k->held[i].fd;
            k->held[i].fd = -1;
            return fd;
        }
    }
    return -1;
}

static bool read_name(const char *name, const char *role, uint64_t *number, char **address)
{
    size_t n = strlen(role);
    char *end = NULL;
    if (strncmp(name, role, n) != 0 || name[n] != '.') {
        return false;
    }
    *number = strtoull(name + n + 1, &end, 10);
    if (*end != '.') {
        return false;
    }
    *address = mem_text(end + 1);
    for (char *c = strchr(*address, ';'); c != NULL; c = strchr(c, ';')) {
        *c = ':';
    }
    return true;
}

int kept_take_any(struct kept *k, const char *role, uint64_t *number, char **address)
{
    for (size_t i = 0; i < k->count; i++) {
        if (k->held[i].fd >= 0 && read_name(k->held[i].name, role, number, address)) {
            int fd = k->held[i].fd;
            k->held[i].fd = -1;
            return fd;
        }
    }
    return -1;
}

void kept_drop_rest(struct kept *k)
{
    for (size_t i = 0; i < k->count; i++) {
        if (k->held[i].fd >= 0) {
            close(k->held[i].fd);
            k->held[i].fd = -1;
            kept_remove(k, k->held[i].name);
        }
    }
}

/* Sending waits for a keeper that is behind; it has nothing else to do than to read. */
static void say(struct kept *k, const char *text, int fd)
{
    if (k->socket < 0) {
        return;
    }
    struct iovec part = { (void *)(uintptr_t)text, strlen(text) };
    struct msghdr message = { .msg_name = &k->keeper, .msg_namelen = k->keeper_size, .msg_iov = &part, .msg_iovlen = 1 };
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof fd)];
    } rights = { 0 };
    if (fd >= 0) {
        rights.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd) };
        memcpy(CMSG_DATA(&rights.header), &fd, sizeof fd);
        message.msg_control = rights.room;
        message.msg_controllen = sizeof rights.room;
    }
    if (sendmsg(k->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) { /* a keeper that is stuck must not stop the printing */
        log_warn("tap", "the keeper does not answer: %s", strerror(errno));
    }
}

void kept_store(struct kept *k, const char *name, int fd)
{
    char text[MESSAGE_ROOM];
    snprintf(text, sizeof text, "FDSTORE=1\nFDNAME=%s", name);
    say(k, text, fd);
}

void kept_remove(struct kept *k, const char *name)
{
    char text[MESSAGE_ROOM];
    snprintf(text, sizeof text, "FDSTOREREMOVE=1\nFDNAME=%s", name);
    say(k, text, -1);
}

void kept_ready(struct kept *k)
{
    say(k, "READY=1", -1);
}
