/* A HID device without a keyboard's disguise. Brings frames, as drivers/scanners/hidpos.c wants them: 'D' with the report
 * descriptor once, then 'R' with each report; two length bytes, low first. Address: hidraw:/dev/hidraw0. */
#include "driver/driver.h"
#include "loop/loop.h"

#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { FRAME_HEAD = 3 };

struct hidraw {
    int fd;
    struct watch *watch;
};

static void bring(struct wire *w, unsigned char kind, unsigned char *frame, size_t n)
{
    frame[0] = kind;
    frame[1] = n & 0xFF;
    frame[2] = (unsigned char)(n >> 8);
    wire_heard(w, (struct view){ frame, FRAME_HEAD + n });
}

static void readable(void *self, unsigned ready)
{
    (void)ready;
    struct wire *w = self;
    struct hidraw *h = wire_memory(w);
    unsigned char frame[FRAME_HEAD + HID_MAX_DESCRIPTOR_SIZE];
    ssize_t n = read(h->fd, frame + FRAME_HEAD, sizeof frame - FRAME_HEAD);
    if (n > 0) {
        bring(w, 'R', frame, (size_t)n);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        wire_is_down(w, ERR_GONE);
    }
}

static err read_descriptor(int fd, struct hidraw_report_descriptor *d)
{
    int size = 0;
    memset(d, 0, sizeof *d);
    if (ioctl(fd, HIDIOCGRDESCSIZE, &size) != 0 || size <= 0 || size > HID_MAX_DESCRIPTOR_SIZE) {
        return ERR_GONE;
    }
    d->size = (unsigned)size;
    return ioctl(fd, HIDIOCGRDESC, d) == 0 ? OK : ERR_GONE;
}

static err open_device(struct wire *w, const char *rest)
{
    struct hidraw *h = wire_memory(w);
    char path[PATH_ROOM];
    if (!path_of(rest, path)) {
        return ERR_INPUT;
    }
    h->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (h->fd < 0) {
        return errno == EACCES ? ERR_REFUSED : ERR_GONE;
    }
    struct hidraw_report_descriptor d;
    err e = read_descriptor(h->fd, &d);
    h->watch = e == OK ? loop_watch(wire_loop(w), h->fd, READY_READ, readable, w) : NULL;
    if (h->watch == NULL) {
        close(h->fd);
        return e == OK ? ERR_SYSTEM : e;
    }
    unsigned char frame[FRAME_HEAD + HID_MAX_DESCRIPTOR_SIZE];
    memcpy(frame + FRAME_HEAD, d.value, d.size);
    wire_is_up(w);
    bring(w, 'D', frame, d.size);
    return OK;
}

static err push(struct wire *w, struct view bytes, size_t *taken)
{
    (void)w;
    *taken = bytes.n; /* a scanner is only listened to */
    return OK;
}

static void pause_device(struct wire *w, bool is_paused)
{
    struct hidraw *h = wire_memory(w);
    watch_want(h->watch, is_paused ? 0 : READY_READ);
}

static void shut(struct wire *w)
{
    struct hidraw *h = wire_memory(w);
    if (h->watch == NULL) {
        return; /* it was never open */
    }
    watch_free(h->watch);
    h->watch = NULL;
    close(h->fd);
}

const struct wire_kind hidraw_wire;
const struct wire_kind hidraw_wire = {
    .scheme = "hidraw", .memory = sizeof(struct hidraw), .open = open_device, .push = push, .pause = pause_device, .shut = shut
};
