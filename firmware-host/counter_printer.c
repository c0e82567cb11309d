#include "counter_printer.h"

#include "base/mem.h"
#include "loop/log.h"
#include "printer/paper_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct counter_printer {
    struct loop *loop;
    struct port *port;
    struct firmware_printer *firmware;
    struct paper_folder *folder;
    int raw_fd;
};

static void keep_raw(struct counter_printer *c, struct view bytes)
{
    while (c->raw_fd >= 0 && bytes.n > 0) {
        ssize_t n = write(c->raw_fd, bytes.at, bytes.n);
        if (n < 0) {
            log_error("devices", "the raw file cannot be written: %s", strerror(errno));
            close(c->raw_fd);
            c->raw_fd = -1;
            return;
        }
        bytes = view_skip(bytes, (size_t)n);
    }
}

static size_t heard(void *self, struct view bytes)
{
    struct counter_printer *c = self;
    size_t taken = firmware_printer_feed(c->firmware, bytes);
    keep_raw(c, (struct view){ bytes.at, taken });
    return taken;
}

static void vanished(void *self)
{
    struct counter_printer *c = self;
    log_info("devices", "printer %s vanished", port_address(c->port));
}

static const struct port_owner port_owner = { heard, vanished };

/* An answer that nobody waits for is lost, as on a cable that was pulled. */
static void answered(void *self, struct view bytes)
{
    struct counter_printer *c = self;
    err e = c->port != NULL ? port_say(c->port, bytes) : ERR_GONE;
    if (e != OK) {
        log_debug("devices", "an answer of %zu bytes was lost: %s", bytes.n, err_name(e));
    }
}

static void cut(void *self, const struct firmware_cut *piece)
{
    struct counter_printer *c = self;
    if (c->folder != NULL && paper_folder_add(c->folder, piece, loop_wall_us(c->loop)) != OK) {
        log_error("devices", "piece %u of paper was not saved: %s", piece->number, strerror(errno));
    }
}

static err open_files(struct counter_printer *c, const struct counter_printer_options *o, char **reason)
{
    if (o->paper_folder != NULL && paper_folder_open(o->paper_folder, &c->folder) != OK) {
        *reason = mem_format("paper folder %s: %s", o->paper_folder, strerror(errno));
        return ERR_SYSTEM;
    }
    if (o->raw_file == NULL) {
        return OK;
    }
    c->raw_fd = open(o->raw_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (c->raw_fd < 0) {
        *reason = mem_format("raw file %s: %s", o->raw_file, strerror(errno));
        return ERR_SYSTEM;
    }
    return OK;
}

static err open_all(struct counter_printer *c, const struct counter_printer_options *o, char **reason)
{
    err e = open_files(c, o, reason);
    if (e != OK) {
        return e;
    }
    c->firmware = firmware_printer_new(&o->firmware, answered, cut, c);
    if (c->firmware == NULL) {
        *reason = mem_text("no monospaced font is installed (fonts-dejavu-core has one)");
        return ERR_MISSING;
    }
    e = port_open(c->loop, o->address, &port_owner, c, &c->port);
    if (e != OK) {
        *reason = mem_format("%s: %s", o->address, e == ERR_INPUT ? "not an address" : strerror(errno));
    }
    return e;
}

err counter_printer_open(struct loop *l, const struct counter_printer_options *options, char **reason,
                         struct counter_printer **out)
{
    struct counter_printer *c = mem_new(sizeof *c);
    c->loop = l;
    c->raw_fd = -1;
    err e = open_all(c, options, reason);
    if (e != OK) {
        counter_printer_close(c);
        return e;
    }
    *out = c;
    return OK;
}

void counter_printer_close(struct counter_printer *c)
{
    if (c == NULL) {
        return;
    }
    port_close(c->port);
    c->port = NULL;
    if (c->firmware != NULL) {
        firmware_printer_tear(c->firmware);
    }
    firmware_printer_free(c->firmware);
    paper_folder_close(c->folder);
    if (c->raw_fd >= 0) {
        close(c->raw_fd);
    }
    mem_free(c);
}

struct port *counter_printer_port(struct counter_printer *c)
{
    return c->port;
}

struct firmware_printer *counter_printer_firmware(struct counter_printer *c)
{
    return c->firmware;
}

void counter_printer_set_state(struct counter_printer *c, struct firmware_state state)
{
    firmware_printer_set_state(c->firmware, state);
    port_offer(c->port);
}
