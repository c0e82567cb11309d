/* The serial wire, unchanged, on a tty of umockdev's: a pty carries the data, a handler answers for the modem lines, which
 * a pty does not have. Run under umockdev-wrapper. */
#include "device_test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <umockdev.h>
#include <unistd.h>

#define NODE "/dev/ttyUSB0"

static UMockdevTestbed *bed;
static UMockdevIoctlBase *handler;
static volatile int lines; /* the modem lines, as TIOCMGET says them */

static gboolean handle(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer self)
{
    (void)base;
    (void)self;
    gulong request = umockdev_ioctl_client_get_request(client);
    GError *e = NULL;
    int error = 0, *value = NULL;
    bool is_ours = request == TIOCMGET || request == TIOCMSET || request == TIOCMBIS || request == TIOCMBIC;
    if (!is_ours) {
        long answer = umockdev_ioctl_client_execute(client, &error, &e);
        umockdev_ioctl_client_complete(client, answer, error);
        return TRUE;
    }
    UMockdevIoctlData *d = umockdev_ioctl_data_resolve(umockdev_ioctl_client_get_arg(client), 0, sizeof(int), &e);
    value = (int *)(void *)d->data;
    if (request == TIOCMGET) {
        *value = lines;
    } else if (request == TIOCMBIC) {
        lines &= ~*value;
    } else {
        int ours = TIOCM_DTR | TIOCM_RTS;
        lines = request == TIOCMSET ? (lines & ~ours) | (*value & ours) : lines | *value;
    }
    umockdev_ioctl_client_complete(client, 0, 0);
    return TRUE;
}

static const char device[] =
    "P: /devices/pci0/usb1/1-1\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\nA: idVendor=0403\\n\nA: idProduct=6001\\n\nA: "
    "busnum=1\\n\n"
    "A: devnum=5\\n\nA: product=USB Serial\\n\nA: serial=A1\\n\nA: manufacturer=FTDI\\n\n\n"
    "P: /devices/pci0/usb1/1-1/1-1:1.0\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\n\n"
    "P: /devices/pci0/usb1/1-1/1-1:1.0/ttyUSB0\nE: SUBSYSTEM=usb-serial\n\n"
    "P: /devices/pci0/usb1/1-1/1-1:1.0/ttyUSB0/tty/ttyUSB0\nN: ttyUSB0\nS: serial/by-id/usb-FTDI-A1\nE: DEVNAME=/dev/ttyUSB0\n"
    "E: SUBSYSTEM=tty\nE: MAJOR=188\nE: MINOR=0\nL: device=../../../ttyUSB0\n";

static int plug(void **state)
{
    (void)state;
    GError *e = NULL;
    lines = TIOCM_CTS | TIOCM_DSR;
    bed = umockdev_testbed_new();
    handler = umockdev_ioctl_base_new();
    g_signal_connect(handler, "handle-ioctl", G_CALLBACK(handle), NULL);
    assert_true(umockdev_testbed_add_from_string(bed, device, &e));
    assert_true(umockdev_testbed_attach_ioctl(bed, NODE, handler, &e));
    return 0;
}

static int unplug(void **state)
{
    (void)state;
    g_object_unref(handler);
    g_object_unref(bed);
    return 0;
}

static int other_end(void)
{
    int fd = umockdev_testbed_get_dev_fd(bed, NODE);
    assert_true(fd >= 0);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
}

struct reading {
    int fd;
    char text[256];
    size_t n, wanted;
};

static bool has_read(void *self)
{
    struct reading *r = self;
    ssize_t n = read(r->fd, r->text + r->n, sizeof r->text - 1 - r->n);
    r->n += n > 0 ? (size_t)n : 0;
    r->text[r->n] = '\0';
    return r->n >= r->wanted;
}

static void bytes_go_both_ways(void **state)
{
    (void)state;
    struct heard h;
    heard_open(&h, "serial:" NODE "?baud=38400");
    assert_true(heard_ups(&h, 1));
    struct reading r = { .fd = other_end(), .wanted = 6 };
    assert_int_equal(wire_send(h.wire, view_of("\x1b@Anna")), OK);
    assert_true(heard_until(&h, has_read, &r));
    assert_string_equal(r.text, "\x1b@Anna");
    assert_int_equal(write(r.fd, "4006381333931\r", 14), 14);
    assert_true(heard_bytes(&h, 14));
    assert_string_equal(buf_text(&h.bytes), "4006381333931\r");
    heard_close(&h);
}

static void the_settings_reach_the_line(void **state)
{
    (void)state;
    struct heard h;
    heard_open(&h, "serial:" NODE "?baud=19200&stop=1&flow=rtscts");
    assert_true(heard_ups(&h, 1));
    struct termios t;
    assert_int_equal(tcgetattr(other_end(), &t), 0);
    assert_int_equal(cfgetospeed(&t), B19200);
    assert_true(t.c_cflag & CRTSCTS);
    heard_close(&h);
}

static bool has_passed(void *self)
{
    struct heard *h = self;
    return h->downs > 0;
}

static void a_printer_that_lowers_dsr_is_waited_for(void **state)
{
    (void)state;
    struct heard h;
    heard_open(&h, "serial:" NODE "?flow=dtrdsr");
    assert_true(heard_ups(&h, 1));
    struct reading r = { .fd = other_end(), .wanted = 5 };
    lines &= ~TIOCM_DSR;
    assert_int_equal(wire_send(h.wire, view_of("12345")), OK);
    for (int i = 0; i < 30; i++) {
        loop_turn(h.loop);
        usleep(2000);
    }
    assert_false(has_read(&r));
    assert_int_equal(r.n, 0);
    lines |= TIOCM_DSR;
    assert_true(heard_until(&h, has_read, &r));
    assert_string_equal(r.text, "12345");
    heard_close(&h);
}

static void a_name_that_is_a_link_is_followed(void **state)
{
    (void)state;
    struct heard h;
    heard_open(&h, "serial:/dev/serial/by-id/usb-FTDI-A1");
    assert_true(heard_ups(&h, 1));
    heard_close(&h);
}

static void an_unplugged_port_is_noticed(void **state)
{
    (void)state;
    struct heard h;
    heard_open(&h, "serial:" NODE);
    assert_true(heard_ups(&h, 1));
    close(umockdev_testbed_get_dev_fd(bed, NODE));
    assert_true(heard_until(&h, has_passed, &h));
    heard_close(&h);
}

int main(void)
{
    if (!is_under_umockdev()) {
        puts("needs umockdev-wrapper");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bytes_go_both_ways, plug, unplug),
        cmocka_unit_test_setup_teardown(the_settings_reach_the_line, plug, unplug),
        cmocka_unit_test_setup_teardown(a_printer_that_lowers_dsr_is_waited_for, plug, unplug),
        cmocka_unit_test_setup_teardown(a_name_that_is_a_link_is_followed, plug, unplug),
        cmocka_unit_test_setup_teardown(an_unplugged_port_is_noticed, plug, unplug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
