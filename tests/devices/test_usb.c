/* The USB wire, unchanged, against a printer that exists only in umockdev: it answers usbfs's calls one by one, holds
 * data back, stalls, and is pulled out in the middle. Run under umockdev-wrapper. */
#include "device_test.h"

#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <umockdev.h>
#include <unistd.h>

#define NODE  "/dev/bus/usb/001/002"
#define SYSFS "/sys/devices/pci0000:00/usb1/1-1"

/* The printer's side. All of it is touched by umockdev's thread and ours: one lock. */
static struct {
    pthread_mutex_t lock;
    GQueue urbs;
    struct buf got;
    size_t room;
    unsigned char answer[16];
    size_t answer_n;
    bool is_stalled, has_usblp, is_claimed, is_gone;
} printer = { .lock = PTHREAD_MUTEX_INITIALIZER, .urbs = G_QUEUE_INIT };

static UMockdevTestbed *bed;
static UMockdevIoctlBase *handler;

static UMockdevIoctlData *resolve(UMockdevIoctlData *d, size_t at, size_t n)
{
    GError *e = NULL;
    UMockdevIoctlData *found = umockdev_ioctl_data_resolve(d, at, n, &e);
    assert_non_null(found);
    return found;
}

static bool take_out(struct usbdevfs_urb *u, const unsigned char *bytes)
{
    if (printer.is_stalled) {
        u->status = -EPIPE;
        return true;
    }
    size_t left = (size_t)(u->buffer_length - u->actual_length);
    size_t n = left < printer.room ? left : printer.room;
    (void)!buf_add(&printer.got, bytes + u->actual_length, n);
    printer.room -= n;
    u->actual_length += (int)n;
    u->status = u->actual_length == u->buffer_length ? 0 : u->status;
    return u->status == 0;
}

static bool give_in(struct usbdevfs_urb *u, unsigned char *bytes)
{
    if (printer.answer_n == 0) {
        return false;
    }
    memcpy(bytes, printer.answer, printer.answer_n);
    u->actual_length = (int)printer.answer_n;
    u->status = 0;
    printer.answer_n = 0;
    return true;
}

/* Whether this one is finished and may be handed back. */
static bool work_on(struct usbdevfs_urb *u, UMockdevIoctlData *bytes)
{
    if (u->status == -ENOENT) {
        return true;
    }
    if (printer.is_gone) {
        u->status = -ENODEV;
        return true;
    }
    return u->endpoint & 0x80 ? give_in(u, bytes->data) : take_out(u, bytes->data);
}

static int submit(UMockdevIoctlData *arg)
{
    UMockdevIoctlData *d = resolve(arg, 0, sizeof(struct usbdevfs_urb));
    struct usbdevfs_urb *u = (void *)d->data;
    resolve(d, G_STRUCT_OFFSET(struct usbdevfs_urb, buffer), (size_t)u->buffer_length);
    u->status = -EINPROGRESS;
    u->actual_length = 0;
    g_queue_push_tail(&printer.urbs, d);
    return 0;
}

static int reap(UMockdevIoctlData *arg)
{
    for (GList *l = printer.urbs.head; l != NULL; l = l->next) {
        UMockdevIoctlData *d = l->data;
        struct usbdevfs_urb *u = (void *)d->data;
        UMockdevIoctlData *bytes = resolve(d, G_STRUCT_OFFSET(struct usbdevfs_urb, buffer), (size_t)u->buffer_length);
        if (work_on(u, bytes)) {
            GError *e = NULL;
            umockdev_ioctl_data_set_ptr(resolve(arg, 0, sizeof(void *)), 0, d);
            g_clear_error(&e);
            g_queue_delete_link(&printer.urbs, l);
            return 0;
        }
    }
    return printer.is_gone ? ENODEV : EAGAIN;
}

static int discard(UMockdevIoctlData *arg)
{
    for (GList *l = printer.urbs.head; l != NULL; l = l->next) {
        UMockdevIoctlData *d = l->data;
        if (*(gpointer *)(void *)arg->data == (gpointer)d->client_addr) {
            ((struct usbdevfs_urb *)(void *)d->data)->status = -ENOENT;
            return 0;
        }
    }
    return EINVAL;
}

static int get_driver(UMockdevIoctlData *arg)
{
    if (!printer.has_usblp) {
        return ENODATA;
    }
    struct usbdevfs_getdriver name = { 0, "usblp" };
    memcpy(resolve(arg, 0, sizeof name)->data, &name, sizeof name);
    return 0;
}

static int claim(void)
{
    if (printer.has_usblp) {
        return EBUSY;
    }
    printer.is_claimed = true;
    return 0;
}

/* The answer of the kernel to one call: 0, or the errno. -1: not ours. */
static int call(gulong request, UMockdevIoctlData *arg)
{
    switch (request) {
    case USBDEVFS_GET_CAPABILITIES:
        *(guint32 *)(void *)resolve(arg, 0, 4)->data = USBDEVFS_CAP_BULK_SCATTER_GATHER | USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
        return 0;
    case USBDEVFS_GETDRIVER:
        return get_driver(arg);
    case USBDEVFS_CLAIMINTERFACE:
        return claim();
    case USBDEVFS_DISCONNECT_CLAIM:
        printer.has_usblp = false;
        return claim();
    case USBDEVFS_RELEASEINTERFACE:
        printer.is_claimed = false;
        return 0;
    case USBDEVFS_IOCTL: /* take the driver off, or put it back */
        printer.has_usblp = !printer.has_usblp;
        return 0;
    case USBDEVFS_CLEAR_HALT:
        printer.is_stalled = false;
        return 0;
    case USBDEVFS_SUBMITURB:
        return submit(arg);
    case USBDEVFS_REAPURB:
    case USBDEVFS_REAPURBNDELAY:
        return reap(arg);
    case USBDEVFS_DISCARDURB:
        return discard(arg);
    default:
        return -1;
    }
}

static gboolean handle(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer self)
{
    (void)base;
    (void)self;
    gulong request = umockdev_ioctl_client_get_request(client);
    UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client);
    pthread_mutex_lock(&printer.lock);
    bool is_allowed = !printer.is_gone || request == USBDEVFS_REAPURBNDELAY || request == USBDEVFS_DISCARDURB;
    int answer = is_allowed ? call(request, arg) : ENODEV;
    pthread_mutex_unlock(&printer.lock);
    if (answer < 0) {
        return FALSE;
    }
    umockdev_ioctl_client_complete(client, answer ? -1 : 0, answer);
    return TRUE;
}

/* A printer-class device with one bulk endpoint each way. */
static const unsigned char descriptors[] = {
    18,   1, 0x00, 0x02, 0, 0, 0, 64, 0xb8, 0x04, 0x02, 0x02, 0x00, 0x01, 1, 2,  3, 1, 9, 2, 32,   0, 1,  1, 0,
    0xc0, 1, 9,    4,    0, 0, 2, 7,  1,    2,    0,    7,    5,    0x01, 2, 64, 0, 0, 7, 5, 0x82, 2, 64, 0, 0,
};

static void plug(void)
{
    char hex[2 * sizeof descriptors + 1], text[2048], path[512];
    for (size_t i = 0; i < sizeof descriptors; i++) {
        snprintf(hex + 2 * i, 3, "%02X", descriptors[i]);
    }
    snprintf(
        text, sizeof text,
        "P: /devices/pci0000:00/usb1/1-1\nN: bus/usb/001/002\nE: DEVNAME=" NODE "\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\n"
        "E: BUSNUM=001\nE: DEVNUM=002\nE: MAJOR=189\nE: MINOR=1\nA: busnum=1\\n\nA: devnum=2\\n\nA: speed=12\\n\n"
        "A: bConfigurationValue=1\\n\nA: bNumConfigurations=1\\n\nA: idVendor=04b8\\n\nA: idProduct=0202\\n\nH: descriptors=%s\n",
        hex);
    pthread_mutex_lock(&printer.lock);
    printer.is_gone = printer.is_stalled = printer.is_claimed = false;
    printer.has_usblp = true;
    printer.room = 1 << 20;
    pthread_mutex_unlock(&printer.lock);
    GError *e = NULL;
    assert_true(umockdev_testbed_add_from_string(bed, text, &e));
    /* A plain file cannot be waited for; a FIFO can, as a real usbfs node can. */
    char *root = umockdev_testbed_get_root_dir(bed);
    snprintf(path, sizeof path, "%s" NODE, root);
    g_free(root);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_true(umockdev_testbed_attach_ioctl(bed, NODE, handler, &e));
}

static void unplug(void)
{
    pthread_mutex_lock(&printer.lock);
    printer.is_gone = true;
    pthread_mutex_unlock(&printer.lock);
    umockdev_testbed_uevent(bed, SYSFS, "remove");
}

static void forget_device(void)
{
    GError *e = NULL;
    umockdev_testbed_detach_ioctl(bed, NODE, &e);
    umockdev_testbed_remove_device(bed, SYSFS);
}

static bool has_got(void *self)
{
    pthread_mutex_lock(&printer.lock);
    bool is_there = printer.got.n >= *(size_t *)self;
    pthread_mutex_unlock(&printer.lock);
    return is_there;
}

static unsigned char pattern[100000];

static void send_pattern(struct heard *h, size_t n)
{
    assert_int_equal(wire_send(h->wire, (struct view){ pattern, n }), OK);
}

static void expect_got(struct heard *h, size_t n)
{
    assert_true(heard_until(h, has_got, &n));
    assert_int_equal(printer.got.n, n);
    assert_memory_equal(printer.got.at, pattern, n);
    buf_drop(&printer.got, n);
}

static int set_up(void **state)
{
    (void)state;
    buf_init(&printer.got, 1 << 22);
    for (size_t i = 0; i < sizeof pattern; i++) {
        pattern[i] = (unsigned char)(i * 7 + i / 251);
    }
    bed = umockdev_testbed_new();
    handler = umockdev_ioctl_base_new();
    g_signal_connect(handler, "handle-ioctl", G_CALLBACK(handle), NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    g_object_unref(handler);
    g_object_unref(bed);
    buf_clear(&printer.got);
    return 0;
}

static void a_printer_is_taken_from_usblp_and_given_back(void **state)
{
    (void)state;
    plug();
    struct heard h;
    heard_open(&h, "usb:04b8:0202");
    assert_true(heard_ups(&h, 1));
    assert_true(printer.is_claimed);
    assert_false(printer.has_usblp);
    send_pattern(&h, sizeof pattern);
    expect_got(&h, sizeof pattern);
    heard_close(&h);
    assert_false(printer.is_claimed);
    assert_true(printer.has_usblp);
    forget_device();
}

static void what_the_printer_says_is_heard(void **state)
{
    (void)state;
    plug();
    struct heard h;
    heard_open(&h, "usb:printer");
    assert_true(heard_ups(&h, 1));
    pthread_mutex_lock(&printer.lock);
    memcpy(printer.answer, "\x14\x00\x00\x0f", 4);
    printer.answer_n = 4;
    pthread_mutex_unlock(&printer.lock);
    assert_true(heard_bytes(&h, 4));
    assert_memory_equal(h.bytes.at, "\x14\x00\x00\x0f", 4);
    heard_close(&h);
    forget_device();
}

static void a_printer_without_paper_holds_the_bytes_and_gets_each_once(void **state)
{
    (void)state;
    plug();
    struct heard h;
    heard_open(&h, "usb:04b8:0202");
    assert_true(heard_ups(&h, 1));
    printer.room = 1024;
    send_pattern(&h, 20000);
    size_t some = 1024;
    assert_true(heard_until(&h, has_got, &some));
    pthread_mutex_lock(&printer.lock);
    printer.room = 1 << 20;
    pthread_mutex_unlock(&printer.lock);
    expect_got(&h, 20000);
    heard_close(&h);
    forget_device();
}

static void a_stall_is_cleared_and_nothing_is_lost(void **state)
{
    (void)state;
    plug();
    struct heard h;
    heard_open(&h, "usb:04b8:0202");
    assert_true(heard_ups(&h, 1));
    pthread_mutex_lock(&printer.lock);
    printer.is_stalled = true;
    pthread_mutex_unlock(&printer.lock);
    send_pattern(&h, 5000);
    expect_got(&h, 5000);
    heard_close(&h);
    forget_device();
}

static void a_plug_pulled_in_the_middle_is_noticed_and_the_printer_found_again(void **state)
{
    (void)state;
    plug();
    struct heard h;
    heard_open(&h, "usb:04b8:0202");
    assert_true(heard_ups(&h, 1));
    printer.room = 512;
    send_pattern(&h, 4096);
    size_t some = 512;
    assert_true(heard_until(&h, has_got, &some));
    unplug();
    assert_true(heard_downs(&h, 1));
    assert_true(wire_lost(h.wire) <= 4096);
    forget_device();
    wire_drop_queue(h.wire);
    buf_drop(&printer.got, printer.got.n);
    plug();
    assert_true(heard_ups(&h, 2));
    send_pattern(&h, 3000);
    expect_got(&h, 3000);
    heard_close(&h);
    forget_device();
}

static void what_was_under_way_when_the_plug_was_pulled_counts_as_lost(void **state)
{
    (void)state;
    plug();
    struct heard h;
    heard_open(&h, "usb:04b8:0202");
    assert_true(heard_ups(&h, 1));
    send_pattern(&h, 4096);
    expect_got(&h, 4096);
    pthread_mutex_lock(&printer.lock);
    printer.room = 0;
    pthread_mutex_unlock(&printer.lock);
    send_pattern(&h, 2000);
    unplug();
    assert_true(heard_downs(&h, 1));
    assert_int_equal(wire_lost(h.wire), 2000);
    heard_close(&h);
    forget_device();
}

static void a_printer_that_is_gone_when_bytes_are_sent_is_used_again_when_it_is_back(void **state)
{
    (void)state;
    plug();
    struct heard h;
    heard_open(&h, "usb:04b8:0202");
    assert_true(heard_ups(&h, 1));
    unplug();
    send_pattern(&h, 100); /* before anything of the unplugging was heard */
    assert_true(heard_downs(&h, 1));
    assert_int_equal(wire_lost(h.wire), 0);
    forget_device();
    wire_drop_queue(h.wire);
    plug();
    assert_true(heard_ups(&h, 2));
    send_pattern(&h, 3000);
    expect_got(&h, 3000);
    heard_close(&h);
    forget_device();
}

int main(void)
{
    if (!is_under_umockdev()) {
        puts("needs umockdev-wrapper");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_printer_is_taken_from_usblp_and_given_back),
        cmocka_unit_test(what_the_printer_says_is_heard),
        cmocka_unit_test(a_printer_without_paper_holds_the_bytes_and_gets_each_once),
        cmocka_unit_test(a_stall_is_cleared_and_nothing_is_lost),
        cmocka_unit_test(a_plug_pulled_in_the_middle_is_noticed_and_the_printer_found_again),
        cmocka_unit_test(what_was_under_way_when_the_plug_was_pulled_counts_as_lost),
        cmocka_unit_test(a_printer_that_is_gone_when_bytes_are_sent_is_used_again_when_it_is_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
