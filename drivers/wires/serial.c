/* Serial ports through libserialport. Address: serial:/dev/serial/by-id/...?baud=38400&bits=8&parity=none&stop=1&flow=rtscts
 * (flow: none, rtscts, xonxoff, dtrdsr). What the library does not do on Linux is done here: RTS/CTS is set in termios,
 * DTR/DSR is watched by hand, symbolic links are followed first, and an unplugged port is noticed (its reads just say 0). */
#include "driver/driver.h"
#include "loop/log.h"
#include "loop/loop.h"

#include "path.h"

#include <errno.h>
#include <libserialport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { READ_ROOM = 4096, DSR_POLL_MS = 20, MOST_LINKS = 4 };

enum flow { FLOW_NONE, FLOW_RTSCTS, FLOW_XONXOFF, FLOW_DTRDSR };

struct serial {
    struct sp_port *port;
    struct watch *watch;
    struct timer *dsr_poll;
    enum flow flow;
    bool is_paused, is_full;
};

struct line_settings {
    int baud, bits, stop;
    enum sp_parity parity;
    enum flow flow;
};

static bool is_unplugged(struct serial *s)
{
    return sp_input_waiting(s->port) < 0;
}

static void rearm(struct serial *s)
{
    watch_want(s->watch, (s->is_paused ? 0u : READY_READ) | (s->is_full ? READY_WRITE : 0u));
}

static void ready(void *self, unsigned what)
{
    struct wire *w = self;
    struct serial *s = wire_memory(w);
    if (what & READY_WRITE) {
        s->is_full = false;
        rearm(s);
        wire_can_take(w);
        return;
    }
    unsigned char bytes[READ_ROOM];
    int n = sp_nonblocking_read(s->port, bytes, sizeof bytes);
    if (n > 0) {
        wire_heard(w, (struct view){ bytes, (size_t)n });
    } else if (n < 0 || is_unplugged(s)) {
        wire_is_down(w, ERR_GONE);
    }
}

static int number_option(const char *rest, const char *name, int standard)
{
    char text[16];
    return path_option(rest, name, text, sizeof text) ? (int)strtol(text, NULL, 10) : standard;
}

/* The row whose word the option is; -1: none. */
static int word_option(const char *rest, const char *name, const char *const *words, int count)
{
    char text[16];
    if (!path_option(rest, name, text, sizeof text)) {
        return 0;
    }
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], text) == 0) {
            return i;
        }
    }
    return -1;
}

static err read_settings(const char *rest, struct line_settings *out)
{
    static const char *const parities[] = { "none", "odd", "even" };
    static const char *const flows[] = { "none", "rtscts", "xonxoff", "dtrdsr" };
    int parity = word_option(rest, "parity", parities, 3), flow = word_option(rest, "flow", flows, 4);
    *out = (struct line_settings){ .baud = number_option(rest, "baud", 9600),
                                   .bits = number_option(rest, "bits", 8),
                                   .stop = number_option(rest, "stop", 1) };
    bool is_right =
        parity >= 0 && flow >= 0 && out->baud > 0 && out->bits >= 5 && out->bits <= 8 && out->stop >= 1 && out->stop <= 2;
    if (!is_right) {
        return ERR_INPUT;
    }
    out->parity = (enum sp_parity[]){ SP_PARITY_NONE, SP_PARITY_ODD, SP_PARITY_EVEN }[parity];
    out->flow = (enum flow)flow;
    return OK;
}

/* libserialport 0.1.1 puts CRTSCTS where the kernel does not look; it is set and cleared here. */
static bool set_rtscts(struct serial *s, bool is_on)
{
    int fd = -1;
    struct termios t;
    if (sp_get_port_handle(s->port, &fd) != SP_OK || tcgetattr(fd, &t) != 0) {
        return false;
    }
    t.c_cflag = is_on ? t.c_cflag | CRTSCTS : t.c_cflag & ~(tcflag_t)CRTSCTS;
    return tcsetattr(fd, TCSANOW, &t) == 0;
}

static bool configure(struct serial *s, const struct line_settings *line)
{
    s->flow = line->flow;
    bool is_set = sp_set_baudrate(s->port, line->baud) == SP_OK && sp_set_bits(s->port, line->bits) == SP_OK &&
                  sp_set_parity(s->port, line->parity) == SP_OK && sp_set_stopbits(s->port, line->stop) == SP_OK;
    enum sp_flowcontrol flow = line->flow == FLOW_XONXOFF ? SP_FLOWCONTROL_XONXOFF : SP_FLOWCONTROL_NONE;
    return is_set && sp_set_flowcontrol(s->port, flow) == SP_OK && set_rtscts(s, line->flow == FLOW_RTSCTS);
}

/* The kernel's own name of the port: udev's stable names are links to it, which libserialport 0.1.1 does not take. */
static bool real_name(const char *path, char name[PATH_ROOM])
{
    char at[PATH_ROOM], known[PATH_ROOM + sizeof "/sys/class/tty/"];
    snprintf(at, sizeof at, "%s", path);
    for (int links = 0; links < MOST_LINKS; links++) {
        const char *slash = strrchr(at, '/');
        snprintf(known, sizeof known, "/sys/class/tty/%s", slash ? slash + 1 : at);
        if (access(known, F_OK) == 0) {
            snprintf(name, PATH_ROOM, "/dev/%s", known + sizeof "/sys/class/tty/" - 1);
            return true;
        }
        ssize_t n = readlink(at, name, PATH_ROOM - 1);
        if (n <= 0) {
            return false;
        }
        name[n] = '\0';
        memcpy(at, name, (size_t)n + 1);
    }
    return false;
}

static struct sp_port *find_port(const char *path)
{
    char name[PATH_ROOM];
    struct sp_port *port = NULL;
    if (!real_name(path, name) || sp_get_port_by_name(name, &port) != SP_OK) {
        return NULL;
    }
    if (sp_open(port, SP_MODE_READ_WRITE) != SP_OK) {
        sp_free_port(port);
        return NULL;
    }
    return port;
}

static void give_back(struct serial *s)
{
    sp_close(s->port);
    sp_free_port(s->port);
}

static err open_port(struct wire *w, const char *rest)
{
    struct serial *s = wire_memory(w);
    char path[PATH_ROOM];
    struct line_settings line;
    if (!path_of(rest, path) || read_settings(rest, &line) != OK) {
        return ERR_INPUT;
    }
    s->port = find_port(path);
    if (s->port == NULL) {
        return errno == EACCES ? ERR_REFUSED : ERR_GONE;
    }
    int fd = -1;
    bool is_ready = configure(s, &line) && sp_get_port_handle(s->port, &fd) == SP_OK;
    s->watch = is_ready ? loop_watch(wire_loop(w), fd, READY_READ, ready, w) : NULL;
    if (s->watch == NULL) {
        log_warn("wire", "%s: the port does not take these settings", path);
        give_back(s);
        return ERR_GONE;
    }
    wire_is_up(w);
    return OK;
}

static void look_at_dsr(void *self)
{
    struct wire *w = self;
    struct serial *s = wire_memory(w);
    s->dsr_poll = NULL;
    wire_can_take(w);
}

/* With DTR/DSR the printer lowers DSR while it can take no more. */
static bool is_held_by_dsr(struct wire *w)
{
    struct serial *s = wire_memory(w);
    enum sp_signal signals = 0;
    if (s->flow != FLOW_DTRDSR || sp_get_signals(s->port, &signals) != SP_OK || (signals & SP_SIG_DSR)) {
        return false;
    }
    if (s->dsr_poll == NULL) {
        s->dsr_poll = loop_after(wire_loop(w), DSR_POLL_MS, look_at_dsr, w);
    }
    return true;
}

static err push(struct wire *w, struct view bytes, size_t *taken)
{
    struct serial *s = wire_memory(w);
    *taken = 0;
    if (is_held_by_dsr(w)) {
        return ERR_AGAIN;
    }
    int n = sp_nonblocking_write(s->port, bytes.at, bytes.n);
    if (n < 0) {
        return ERR_GONE;
    }
    *taken = (size_t)n;
    if (*taken < bytes.n) {
        s->is_full = true;
        rearm(s);
        return ERR_AGAIN;
    }
    return OK;
}

static void pause_port(struct wire *w, bool is_paused)
{
    struct serial *s = wire_memory(w);
    s->is_paused = is_paused;
    rearm(s);
}

static void shut(struct wire *w)
{
    struct serial *s = wire_memory(w);
    if (s->watch == NULL) {
        return; /* it was never open */
    }
    timer_free(s->dsr_poll);
    watch_free(s->watch);
    s->dsr_poll = NULL;
    s->watch = NULL;
    give_back(s);
}

/* What still waits in the kernel when a port goes away never reached the printer. */
static uint64_t lost(struct wire *w)
{
    struct serial *s = wire_memory(w);
    int n = s->watch ? sp_output_waiting(s->port) : 0;
    return n > 0 ? (uint64_t)n : 0;
}

const struct wire_kind serial_wire;
const struct wire_kind serial_wire = { .scheme = "serial",
                                       .memory = sizeof(struct serial),
                                       .open = open_port,
                                       .push = push,
                                       .pause = pause_port,
                                       .shut = shut,
                                       .lost = lost };
