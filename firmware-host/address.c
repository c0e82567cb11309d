#include "address.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { QUEUE = 16 };

bool address_is(const char *text, const char *scheme)
{
    size_t n = strlen(scheme);
    return strncmp(text, scheme, n) == 0 && text[n] == ':';
}

const char *address_path(const char *text)
{
    const char *colon = strchr(text, ':');
    return colon != NULL ? colon + 1 : text;
}

static err parse_unix(const char *path, struct address *out)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    if (path[0] != '/' || strlen(path) >= sizeof un.sun_path) {
        return ERR_INPUT;
    }
    memcpy(un.sun_path, path, strlen(path) + 1);
    memcpy(&out->at, &un, sizeof un);
    out->size = sizeof un;
    return OK;
}

static bool parse_port(const char *text, in_port_t *out)
{
    char *end = NULL;
    long port = strtol(text, &end, 10);
    if (end == text || *end != '\0' || port < 0 || port > 65535) {
        return false;
    }
    *out = htons((uint16_t)port);
    return true;
}

static err parse_tcp(const char *rest, struct address *out)
{
    struct sockaddr_in in4 = { .sin_family = AF_INET };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
    const char *colon = strrchr(rest, ':');
    char host[64];
    in_port_t port = 0;
    size_t n = colon != NULL ? (size_t)(colon - rest) : sizeof host;
    if (n >= sizeof host || !parse_port(colon + 1, &port)) {
        return ERR_INPUT;
    }
    bool has_brackets = n > 2 && rest[0] == '[' && rest[n - 1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(has_brackets ? n - 2 : n), has_brackets ? rest + 1 : rest);
    in4.sin_port = in6.sin6_port = port;
    if (inet_pton(AF_INET, host, &in4.sin_addr) == 1) {
        memcpy(&out->at, &in4, sizeof in4);
        out->size = sizeof in4;
        return OK;
    }
    if (inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) {
        memcpy(&out->at, &in6, sizeof in6);
        out->size = sizeof in6;
        return OK;
    }
    return ERR_INPUT;
}

err address_parse(const char *text, struct address *out)
{
    memset(out, 0, sizeof *out);
    if (address_is(text, "unix")) {
        return parse_unix(address_path(text), out);
    }
    return address_is(text, "tcp") ? parse_tcp(address_path(text), out) : ERR_INPUT;
}

static int new_socket(const struct address *a)
{
    return socket(a->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* A socket that a dead process left behind is cleared away; anything else of that name is not ours to touch. */
static void clear_socket(const char *text)
{
    struct stat s;
    const char *path = address_path(text);
    if (address_is(text, "unix") && lstat(path, &s) == 0 && S_ISSOCK(s.st_mode)) {
        unlink(path);
    }
}

err address_listen(const char *text, int *out_fd)
{
    struct address a;
    int yes = 1;
    if (address_parse(text, &a) != OK) {
        return ERR_INPUT;
    }
    int fd = new_socket(&a);
    if (fd < 0) {
        return ERR_SYSTEM;
    }
    clear_socket(text);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (const struct sockaddr *)&a.at, a.size) != 0 || listen(fd, QUEUE) != 0) {
        int why = errno;
        close(fd);
        errno = why;
        return ERR_SYSTEM;
    }
    *out_fd = fd;
    return OK;
}

err address_connect(const char *text, int *out_fd)
{
    struct address a;
    if (address_parse(text, &a) != OK) {
        return ERR_INPUT;
    }
    int fd = new_socket(&a);
    if (fd < 0) {
        return ERR_SYSTEM;
    }
    if (connect(fd, (const struct sockaddr *)&a.at, a.size) != 0 && errno != EINPROGRESS) {
        int why = errno;
        close(fd);
        errno = why;
        return ERR_GONE;
    }
    *out_fd = fd;
    return OK;
}
