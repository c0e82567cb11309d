/* A keyboard scanner's input events, taken for us alone (EVIOCGRAB), so that what is scanned types nothing anywhere else.
 * Brings whole struct input_event records. Address: evdev:/dev/input/by-id/...[?layout=...]. */
#include "driver/driver.h"
#include "loop/log.h"
#include "loop/loop.h"

#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { EVENTS_AT_ONCE = 64 };

struct evdev {
    int fd;
    struct watch *watch;
};

/* An unplugged device answers ENODEV; what was read before it is delivered first. */
static void readable(void *self, unsigned ready)
{
    (void)ready;
    struct wire *w = self;
    struct evdev *e = wire_memory(w);
    struct input_event events[EVENTS_AT_ONCE];
    ssize_t n = read(e->fd, events, sizeof events);
    if (n > 0) {
        wire_heard(w, (struct view){ (const unsigned char *)events, (size_t)n });
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        wire_is_down(w, ERR_GONE);
    }
}

static err open_device(struct wire *w, const char *rest)
{
    struct evdev *e = wire_memory(w);
    char path[PATH_ROOM];
    if (!path_of(rest, path)) {
        return ERR_INPUT;
    }
    e->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (e->fd < 0) {
        return errno == EACCES ? ERR_REFUSED : ERR_GONE;
    }
    if (ioctl(e->fd, EVIOCGRAB, 1) != 0) {
        log_warn("wire", "%s: somebody else holds it: %s", path, strerror(errno));
        close(e->fd);
        return ERR_REFUSED;
    }
    e->watch = loop_watch(wire_loop(w), e->fd, READY_READ, readable, w);
    if (e->watch == NULL) {
        close(e->fd);
        return ERR_SYSTEM;
    }
    wire_is_up(w);
    return OK;
}

static err push(struct wire *w, struct view bytes, size_t *taken)
{
    (void)w;
    *taken = bytes.n; /* nothing is ever said to a keyboard */
    return OK;
}

static void pause_device(struct wire *w, bool is_paused)
{
    struct evdev *e = wire_memory(w);
    watch_want(e->watch, is_paused ? 0 : READY_READ);
}

static void shut(struct wire *w)
{
    struct evdev *e = wire_memory(w);
    if (e->watch == NULL) {
        return; /* it was never open */
    }
    watch_free(e->watch);
    e->watch = NULL;
    ioctl(e->fd, EVIOCGRAB, 0);
    close(e->fd);
}

const struct wire_kind evdev_wire;
const struct wire_kind evdev_wire = {
    .scheme = "evdev", .memory = sizeof(struct evdev), .open = open_device, .push = push, .pause = pause_device, .shut = shut
};
