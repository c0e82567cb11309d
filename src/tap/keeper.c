#include "keeper.h"

#include "base/mem.h"
#include "loop/clock.h"
#include "loop/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_FD = 3, MOST_FDS = 256, MESSAGE_ROOM = 512, NAME_ROOM = 256, SHORT_LIFE_US = 1000000, MOST_PAUSE_MS = 100 };

struct held {
    char name[NAME_ROOM];
    int fd;
};

struct keeper {
    char **argv;
    struct clock clock;
    struct sockaddr_un address;
    int socket, signals;
    struct held held[MOST_FDS];
    int count;
    pid_t worker;
    int64_t begun_us;
    int pause_ms; /* before the next start: grows while workers die young */
    bool is_stopping;
};

/* --- what is held ------------------------------------------------------------------------------------------------------- */

static int find(const struct keeper *k, const char *name)
{
    for (int i = 0; i < k->count; i++) {
        if (strcmp(k->held[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static void drop(struct keeper *k, const char *name)
{
    int i = find(k, name);
    if (i >= 0) {
        close(k->held[i].fd);
        k->held[i] = k->held[--k->count];
    }
}

static void hold(struct keeper *k, const char *name, int fd)
{
    drop(k, name);
    if (k->count == MOST_FDS || name[0] == '\0') {
        close(fd);
        return;
    }
    k->held[k->count].fd = fd;
    snprintf(k->held[k->count].name, NAME_ROOM, "%s", name);
    k->count++;
}

/* The line of a message that begins with this word, without it; "" if there is none. */
static void read_line(const char *message, const char *word, char out[NAME_ROOM])
{
    size_t n = strlen(word);
    out[0] = '\0';
    for (const char *line = message; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, word, n) == 0) {
            snprintf(out, NAME_ROOM, "%.*s", (int)strcspn(line + n, "\n"), line + n);
            return;
        }
    }
}

static int fd_of_message(struct msghdr *m)
{
    int fd = -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof fd)) {
            memcpy(&fd, CMSG_DATA(c), sizeof fd);
        }
    }
    return fd;
}

/* One message; false: there was none. */
static bool hear(struct keeper *k)
{
    char text[MESSAGE_ROOM], name[NAME_ROOM], wish[NAME_ROOM];
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } rights;
    struct iovec part = { text, sizeof text - 1 };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = rights.room, .msg_controllen = sizeof rights.room };
    ssize_t n = recvmsg(k->socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0) {
        return false;
    }
    text[n] = '\0';
    int fd = fd_of_message(&m);
    read_line(text, "FDNAME=", name);
    read_line(text, "FDSTOREREMOVE=", wish);
    if (wish[0] == '1') {
        drop(k, name);
    }
    if (fd >= 0) {
        hold(k, name, fd);
    }
    return true;
}

/* --- the worker --------------------------------------------------------------------------------------------------------- */

/* Moves what is held to 3, 4, ...: first far up, so that nothing is overwritten. Returns the names, parted by colons. */
static char *line_up(const struct keeper *k)
{
    int high[MOST_FDS];
    char *names = mem_text("");
    for (int i = 0; i < k->count; i++) {
        high[i] = fcntl(k->held[i].fd, F_DUPFD_CLOEXEC, FIRST_FD + MOST_FDS);
    }
    for (int i = 0; i < k->count; i++) {
        dup2(high[i], FIRST_FD + i);
        char *longer = mem_format("%s%s%s", names, i > 0 ? ":" : "", k->held[i].name);
        mem_free(names);
        names = longer;
    }
    return names;
}

static void set_number(const char *name, long number)
{
    char text[24];
    snprintf(text, sizeof text, "%ld", number);
    setenv(name, text, 1);
}

static void become_worker(const struct keeper *k, pid_t keeper)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper) {
        _exit(1);
    }
    char *names = line_up(k);
    set_number("LISTEN_PID", (long)getpid());
    set_number("LISTEN_FDS", k->count);
    setenv("LISTEN_FDNAMES", names, 1);
    setenv("NOTIFY_SOCKET", k->address.sun_path, 1);
    execv("/proc/self/exe", k->argv);
    log_error("keeper", "cannot start the worker: %s", strerror(errno));
    _exit(1);
}

static void start(struct keeper *k)
{
    pid_t self = getpid();
    k->begun_us = k->clock.steady_us(&k->clock);
    k->worker = fork();
    if (k->worker == 0) {
        become_worker(k, self);
    }
    if (k->worker < 0) {
        log_error("keeper", "cannot start the worker: %s", strerror(errno));
        k->worker = 0;
    }
}

/* True: it ended by itself, and so do we. Its last messages are heard before the next one is started. */
static bool bury(struct keeper *k, int *code)
{
    int status = 0;
    if (waitpid(k->worker, &status, WNOHANG) != k->worker) {
        return false;
    }
    while (hear(k)) {
    }
    k->worker = 0;
    if (WIFEXITED(status) || k->is_stopping) {
        *code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        return true;
    }
    bool was_short = k->clock.steady_us(&k->clock) - k->begun_us <= SHORT_LIFE_US;
    log_error("keeper", "the worker was killed by signal %d; the next one goes on with its connections", WTERMSIG(status));
    k->pause_ms = !was_short ? 0 : k->pause_ms == 0 ? 1 : k->pause_ms * 2;
    k->pause_ms = k->pause_ms < MOST_PAUSE_MS ? k->pause_ms : MOST_PAUSE_MS;
    return false;
}

static bool heard_signal(struct keeper *k, int *code)
{
    struct signalfd_siginfo s;
    if (read(k->signals, &s, sizeof s) != (ssize_t)sizeof s) {
        return false;
    }
    if (s.ssi_signo == SIGCHLD) {
        return k->worker != 0 && bury(k, code);
    }
    k->is_stopping = true;
    *code = 0;
    if (k->worker != 0) {
        kill(k->worker, (int)s.ssi_signo);
    }
    return k->worker == 0;
}

static int run(struct keeper *k)
{
    int code = 0;
    for (;;) {
        struct pollfd fds[] = { { .fd = k->socket, .events = POLLIN }, { .fd = k->signals, .events = POLLIN } };
        int ready = poll(fds, 2, k->worker == 0 ? k->pause_ms : -1);
        if (ready == 0 && k->worker == 0) {
            start(k);
        }
        if (fds[0].revents != 0) {
            hear(k);
        }
        if (fds[1].revents != 0 && heard_signal(k, &code)) {
            return code;
        }
    }
}

static bool open_socket(struct keeper *k, const char *folder)
{
    int n = snprintf(k->address.sun_path, sizeof k->address.sun_path, "%s/keeper", folder);
    k->address.sun_family = AF_UNIX;
    if (n < 0 || (size_t)n >= sizeof k->address.sun_path) {
        log_error("keeper", "%s: the path is too long for a socket", folder);
        return false;
    }
    k->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    unlink(k->address.sun_path); /* the lock is ours: nobody uses it */
    if (k->socket < 0 || bind(k->socket, (struct sockaddr *)&k->address, sizeof k->address) != 0 ||
        chmod(k->address.sun_path, 0600) != 0) {
        log_error("keeper", "%s: %s", k->address.sun_path, strerror(errno));
        return false;
    }
    return true;
}

int keeper_run(const char *folder, int lock_fd, char **argv)
{
    struct keeper *k = mem_new(sizeof *k);
    k->argv = argv;
    k->clock = clock_real();
    if (!open_socket(k, folder)) {
        mem_free(k);
        return 1;
    }
    hold(k, "lock.0.", lock_fd);
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGCHLD);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGHUP);
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    k->signals = signalfd(-1, &wanted, SFD_CLOEXEC);
    start(k);
    int code = run(k);
    unlink(k->address.sun_path);
    mem_free(k);
    return code;
}
