/* USB printers (class 7) through libusb, taken from usblp and given back. Address: usb:04b8:0e28 (vendor and product),
 * usb:04b8:0e28:SERIAL, or usb:printer for the first one that is there. One transfer each way is under way at a time; a
 * printer that takes nothing (no paper) simply lets the outgoing one wait.
 *
 * The link outlives the wire's memory: transfers can only be given up in steps, and the last step is taken when the kernel
 * has handed them back. */
#include "driver/driver.h"
#include "loop/log.h"
#include "loop/loop.h"

#include "usb_find.h"

#include "base/mem.h"

#include <libusb.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>

enum { OUT_ROOM = 4096, IN_ROOM = 512, MOST_FDS = 16, GIVE_BACK_US = 15 * 1000 };

struct link {
    struct wire *wire; /* NULL: the wire has let go */
    struct loop *loop;
    libusb_context *context;
    libusb_device_handle *device;
    struct usb_place place;
    struct libusb_transfer *out, *in;
    unsigned char out_bytes[OUT_ROOM], in_bytes[IN_ROOM];
    bool is_out_busy, is_in_busy, is_paused, is_in_events, is_gone, is_released;
    struct {
        int fd;
        struct watch *watch;
    } fds[MOST_FDS];
};

struct usb {
    struct link *link;
};

static void run_events(void *self, unsigned ready);

static void add_fd(int fd, short events, void *self)
{
    struct link *k = self;
    unsigned want = ((events & POLLIN) ? READY_READ : 0u) | ((events & POLLOUT) ? READY_WRITE : 0u);
    for (size_t i = 0; i < MOST_FDS; i++) {
        if (k->fds[i].watch == NULL) {
            k->fds[i].fd = fd;
            k->fds[i].watch = loop_watch(k->loop, fd, want, run_events, k);
            return;
        }
    }
}

static void remove_fd(int fd, void *self)
{
    struct link *k = self;
    for (size_t i = 0; i < MOST_FDS; i++) {
        if (k->fds[i].watch != NULL && k->fds[i].fd == fd) {
            watch_free(k->fds[i].watch);
            k->fds[i].watch = NULL;
        }
    }
}

static void watch_fds(struct link *k)
{
    const struct libusb_pollfd **fds = libusb_get_pollfds(k->context);
    for (size_t i = 0; fds != NULL && fds[i] != NULL; i++) {
        add_fd(fds[i]->fd, fds[i]->events, k);
    }
    libusb_free_pollfds(fds);
    libusb_set_pollfd_notifiers(k->context, add_fd, remove_fd, k);
}

static void release(void *self)
{
    struct link *k = self;
    libusb_set_pollfd_notifiers(k->context, NULL, NULL, NULL);
    for (size_t i = 0; i < MOST_FDS; i++) {
        watch_free(k->fds[i].watch);
    }
    if (k->device != NULL) {
        libusb_release_interface(k->device, k->place.interface); /* usblp gets it back here */
        libusb_close(k->device);
    }
    libusb_free_transfer(k->out);
    libusb_free_transfer(k->in);
    libusb_exit(k->context);
    mem_free(k);
}

/* The wire has let go and no transfer is under way: the rest can be given back. */
static void release_if_idle(struct link *k)
{
    if (k->wire == NULL && !k->is_out_busy && !k->is_in_busy && !k->is_released) {
        k->is_released = true;
        loop_later(k->loop, release, k);
    }
}

static void run_events(void *self, unsigned ready)
{
    (void)ready;
    struct link *k = self;
    struct timeval none = { 0 };
    k->is_in_events = true;
    libusb_handle_events_timeout_completed(k->context, &none, NULL);
    k->is_in_events = false;
    release_if_idle(k);
}

static void went_away(struct link *k)
{
    if (!k->is_gone && k->wire != NULL) {
        k->is_gone = true;
        wire_is_down(k->wire, ERR_GONE);
    }
}

/* False: the printer is gone, and took nothing. libusb leaves the count of the transfer before in place until this one is over.
 */
static bool send_out(struct link *k, int length)
{
    k->out->length = length;
    k->out->actual_length = 0;
    k->is_out_busy = libusb_submit_transfer(k->out) == 0;
    return k->is_out_busy;
}

static void out_done(struct libusb_transfer *t)
{
    struct link *k = t->user_data;
    int left = t->length - t->actual_length;
    k->is_out_busy = false;
    if (k->wire == NULL || t->status == LIBUSB_TRANSFER_CANCELLED) {
        return;
    }
    bool may_go_on =
        t->status == LIBUSB_TRANSFER_COMPLETED || t->status == LIBUSB_TRANSFER_STALL || t->status == LIBUSB_TRANSFER_TIMED_OUT;
    if (!may_go_on) {
        went_away(k);
        return;
    }
    if (t->status == LIBUSB_TRANSFER_STALL) {
        libusb_clear_halt(k->device, k->place.out_endpoint);
    }
    if (left > 0) {
        memmove(k->out_bytes, k->out_bytes + t->actual_length, (size_t)left);
        if (!send_out(k, left)) {
            went_away(k);
        }
        return;
    }
    t->length = 0;
    wire_can_take(k->wire);
}

static void listen_in(struct link *k)
{
    if (k->in == NULL || k->is_in_busy || k->is_paused || k->wire == NULL || k->is_gone) {
        return;
    }
    k->is_in_busy = libusb_submit_transfer(k->in) == 0;
    if (!k->is_in_busy) {
        went_away(k);
    }
}

static void in_done(struct libusb_transfer *t)
{
    struct link *k = t->user_data;
    k->is_in_busy = false;
    if (k->wire == NULL || t->status == LIBUSB_TRANSFER_CANCELLED) {
        return;
    }
    if (t->status == LIBUSB_TRANSFER_STALL) {
        libusb_clear_halt(k->device, k->place.in_endpoint);
    } else if (t->status != LIBUSB_TRANSFER_COMPLETED && t->status != LIBUSB_TRANSFER_TIMED_OUT) {
        went_away(k);
        return;
    }
    if (t->actual_length > 0) {
        wire_heard(k->wire, (struct view){ t->buffer, (size_t)t->actual_length });
    }
    listen_in(k);
}

static void prepare_transfers(struct link *k)
{
    k->out = libusb_alloc_transfer(0);
    libusb_fill_bulk_transfer(k->out, k->device, k->place.out_endpoint, k->out_bytes, 0, out_done, k, 0);
    if (k->place.in_endpoint != 0) {
        k->in = libusb_alloc_transfer(0);
        libusb_fill_bulk_transfer(k->in, k->device, k->place.in_endpoint, k->in_bytes, IN_ROOM, in_done, k, 0);
    }
}

static err claim(struct link *k, const struct usb_wanted *wanted)
{
    err e = usb_find(k->context, wanted, &k->device, &k->place);
    if (e != OK) {
        return e;
    }
    libusb_set_auto_detach_kernel_driver(k->device, 1);
    int rc = libusb_claim_interface(k->device, k->place.interface);
    if (rc != 0) {
        log_warn("wire", "the USB printer cannot be taken: %s", libusb_error_name(rc));
        libusb_close(k->device);
        k->device = NULL;
        return rc == LIBUSB_ERROR_NO_DEVICE ? ERR_GONE : ERR_REFUSED;
    }
    return OK;
}

static err open_printer(struct wire *w, const char *rest)
{
    struct usb *u = wire_memory(w);
    struct usb_wanted wanted;
    if (!usb_wanted_read(rest, &wanted)) {
        return ERR_INPUT;
    }
    struct link *k = mem_new(sizeof *k);
    k->loop = wire_loop(w);
    if (libusb_init(&k->context) != 0) {
        mem_free(k);
        return ERR_SYSTEM;
    }
    err e = claim(k, &wanted);
    if (e != OK) {
        libusb_exit(k->context);
        mem_free(k);
        return e;
    }
    k->wire = w;
    u->link = k;
    prepare_transfers(k);
    watch_fds(k);
    wire_is_up(w);
    listen_in(k);
    return OK;
}

static err push(struct wire *w, struct view bytes, size_t *taken)
{
    struct link *k = ((struct usb *)wire_memory(w))->link;
    *taken = 0;
    if (k->is_out_busy) {
        return ERR_AGAIN;
    }
    size_t n = bytes.n < OUT_ROOM ? bytes.n : OUT_ROOM;
    memcpy(k->out_bytes, bytes.at, n);
    if (!send_out(k, (int)n)) {
        k->out->length = 0;
        return ERR_GONE;
    }
    *taken = n;
    return n < bytes.n ? ERR_AGAIN : OK;
}

static void pause_printer(struct wire *w, bool is_paused)
{
    struct link *k = ((struct usb *)wire_memory(w))->link;
    k->is_paused = is_paused;
    listen_in(k);
}

/* What was under way when the printer left. How much of it arrived, the host controller does not say reliably. */
static uint64_t lost(struct wire *w)
{
    struct link *k = ((struct usb *)wire_memory(w))->link;
    return k != NULL && k->out->length > k->out->actual_length ? (uint64_t)(k->out->length - k->out->actual_length) : 0;
}

/* Outside of libusb's own callbacks the last steps are taken at once, so that a program that ends gives usblp its printer. */
static void finish_now(struct link *k)
{
    struct timeval wait = { .tv_usec = GIVE_BACK_US };
    if (k->is_out_busy || k->is_in_busy) {
        libusb_handle_events_timeout_completed(k->context, &wait, NULL);
    }
}

static void shut(struct wire *w)
{
    struct usb *u = wire_memory(w);
    struct link *k = u->link;
    if (k == NULL) {
        return; /* it was never open */
    }
    u->link = NULL;
    k->wire = NULL;
    if (k->is_out_busy) {
        libusb_cancel_transfer(k->out);
    }
    if (k->is_in_busy) {
        libusb_cancel_transfer(k->in);
    }
    if (!k->is_in_events) {
        finish_now(k);
        release_if_idle(k);
    }
}

const struct wire_kind usb_wire;
const struct wire_kind usb_wire = { .scheme = "usb",
                                    .memory = sizeof(struct usb),
                                    .open = open_printer,
                                    .push = push,
                                    .pause = pause_printer,
                                    .shut = shut,
                                    .lost = lost };
