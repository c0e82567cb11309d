/* Scanners that are HID devices, through the whole of wire, driver and scanner: umockdev's nodes are FIFOs, which can be
 * waited for and hung up, and a handler answers the calls of evdev and hidraw. Run under umockdev-wrapper. */
#include "device_test.h"

#include "edge/scanner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <linux/input.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <umockdev.h>
#include <unistd.h>

#define HIDRAW "/dev/hidraw0"
#define EVENT  "/dev/input/event7"

/* As in a common scanner: report 2, byte count, three bytes of symbology, 58 of data, "continued". */
static const unsigned char descriptor[] = {
    0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x09, 0x12, 0xA1, 0x02, 0x85, 0x02, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x01,
    0x05, 0x01, 0x09, 0x3B, 0x81, 0x02, 0x05, 0x8C, 0x95, 0x03, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD, 0x81, 0x02, 0x95, 0x3A, 0x09,
    0xFE, 0x82, 0x02, 0x01, 0x75, 0x01, 0x95, 0x01, 0x25, 0x01, 0x09, 0xFF, 0x81, 0x02, 0x75, 0x07, 0x81, 0x03, 0xC0, 0xC0,
};

static UMockdevTestbed *bed;
static UMockdevIoctlBase *handler;
static volatile int grabs, releases;
static volatile bool is_held_by_another;

static int answer_hidraw(gulong request, UMockdevIoctlData *arg)
{
    GError *e = NULL;
    if (request == HIDIOCGRDESCSIZE) {
        *(int *)(void *)umockdev_ioctl_data_resolve(arg, 0, sizeof(int), &e)->data = sizeof descriptor;
        return 0;
    }
    UMockdevIoctlData *d = umockdev_ioctl_data_resolve(arg, 0, sizeof(struct hidraw_report_descriptor), &e);
    struct hidraw_report_descriptor *r = (void *)d->data;
    memcpy(r->value, descriptor, sizeof descriptor);
    return 0;
}

static int answer_grab(UMockdevIoctlClient *client)
{
    bool is_grab = umockdev_ioctl_client_get_arg(client) != NULL && ++grabs > releases;
    return is_held_by_another && is_grab ? EBUSY : 0;
}

static gboolean handle(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer self)
{
    (void)base;
    (void)self;
    gulong request = umockdev_ioctl_client_get_request(client);
    int error = ENOTTY;
    if (request == HIDIOCGRDESCSIZE || request == HIDIOCGRDESC) {
        error = answer_hidraw(request, umockdev_ioctl_client_get_arg(client));
    } else if (request == EVIOCGRAB) {
        error = answer_grab(client);
    }
    umockdev_ioctl_client_complete(client, error ? -1 : 0, error);
    return TRUE;
}

static int pipe_behind(const char *node)
{
    char path[512];
    GError *e = NULL;
    char *root = umockdev_testbed_get_root_dir(bed);
    snprintf(path, sizeof path, "%s%s", root, node);
    g_free(root);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_true(umockdev_testbed_attach_ioctl(bed, node, handler, &e));
    int fd = open(path, O_RDWR | O_NONBLOCK); /* so that opening the reading end never waits */
    assert_true(fd >= 0);
    return fd;
}

struct counter {
    struct heard heard; /* for its loop */
    struct scanner *scanner;
    char codes[256];
    unsigned ups, downs, wanted;
};

static void scanned(void *self, const char *code, enum symbology kind)
{
    struct counter *c = self;
    size_t n = strlen(c->codes);
    snprintf(c->codes + n, sizeof c->codes - n, "%s(%d)|", code, (int)kind);
}

static void changed(void *self, bool is_up)
{
    struct counter *c = self;
    *(is_up ? &c->ups : &c->downs) += 1;
}

static const struct scanner_owner owner = { .scanned = scanned, .changed = changed };
static const struct scanner_kinds kinds = { .wires = all_wires, .drivers = all_scanner_drivers };

static void open_scanner(struct counter *c, const char *address)
{
    memset(c, 0, sizeof *c);
    c->heard.clock = clock_real();
    c->heard.loop = loop_new(&c->heard.clock);
    const struct scanner_opening opening = { .loop = c->heard.loop, .kinds = &kinds, .owner = &owner, .self = c };
    assert_int_equal(scanner_open(&opening, address, &c->scanner), OK);
}

static void close_scanner(struct counter *c)
{
    scanner_close(c->scanner);
    loop_free(c->heard.loop);
}

static bool is_up(void *self)
{
    struct counter *c = self;
    return c->ups >= c->wanted;
}

static bool is_down(void *self)
{
    return ((struct counter *)self)->downs > 0;
}

static bool has_codes(void *self)
{
    struct counter *c = self;
    unsigned count = 0;
    for (const char *at = c->codes; *at != '\0'; at++) {
        count += *at == '|';
    }
    return count >= c->wanted;
}

static void wait_for(struct counter *c, bool (*what)(void *), unsigned wanted)
{
    c->wanted = wanted;
    assert_true(heard_until(&c->heard, what, c));
}

static int set_up(void **state)
{
    (void)state;
    GError *e = NULL;
    grabs = releases = 0;
    is_held_by_another = false;
    bed = umockdev_testbed_new();
    handler = umockdev_ioctl_base_new();
    g_signal_connect(handler, "handle-ioctl", G_CALLBACK(handle), NULL);
    assert_true(umockdev_testbed_add_from_string(bed,
                                                 "P: /devices/pci0/usb1/1-1/1-1:1.0/0003:0C2E:0710.0001/hidraw/hidraw0\nN: "
                                                 "hidraw0\nE: DEVNAME=/dev/hidraw0\nE: SUBSYSTEM=hidraw\n"
                                                 "E: MAJOR=240\nE: MINOR=0\n\n"
                                                 "P: /devices/virtual/input/input7/event7\nN: input/event7\nE: "
                                                 "DEVNAME=/dev/input/event7\nE: SUBSYSTEM=input\nE: MAJOR=13\nE: MINOR=71\n",
                                                 &e));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    g_object_unref(handler);
    g_object_unref(bed);
    return 0;
}

static void write_report(int fd, const char *code)
{
    unsigned char report[64] = { 2, (unsigned char)strlen(code), ']', 'E', '0' };
    memcpy(report + 5, code, strlen(code));
    assert_int_equal(write(fd, report, sizeof report), sizeof report);
}

static void a_hid_scanner_is_heard_unplugged_and_found_again(void **state)
{
    (void)state;
    int fd = pipe_behind(HIDRAW);
    struct counter c;
    open_scanner(&c, "hidraw:" HIDRAW);
    wait_for(&c, is_up, 1);
    write_report(fd, "4006381333931");
    wait_for(&c, has_codes, 1);
    assert_string_equal(c.codes, "4006381333931(1)|");
    close(fd);
    wait_for(&c, is_down, 1);
    GError *e = NULL;
    assert_true(umockdev_testbed_detach_ioctl(bed, HIDRAW, &e));
    fd = pipe_behind(HIDRAW);
    wait_for(&c, is_up, 2);
    write_report(fd, "4012345678901");
    wait_for(&c, has_codes, 2);
    close_scanner(&c);
    close(fd);
}

static void press(int fd, unsigned code)
{
    struct input_event e[4] = {
        { .type = EV_KEY, .code = (__u16)code, .value = 1 },
        { .type = EV_SYN },
        { .type = EV_KEY, .code = (__u16)code, .value = 0 },
        { .type = EV_SYN },
    };
    assert_int_equal(write(fd, e, sizeof e), sizeof e);
}

static void a_scanner_that_speaks_latin_1_is_understood(void **state)
{
    (void)state;
    int fd = pipe_behind(HIDRAW);
    struct counter c;
    open_scanner(&c, "hidraw:" HIDRAW);
    wait_for(&c, is_up, 1);
    write_report(fd, "M\xfcller");
    wait_for(&c, has_codes, 1);
    write_report(fd, "M\xc3\xbcller");
    wait_for(&c, has_codes, 2);
    assert_string_equal(c.codes, "M\xc3\xbcller(1)|M\xc3\xbcller(1)|");
    close_scanner(&c);
    close(fd);
}

static void a_wedge_is_grabbed_and_what_it_types_is_a_code(void **state)
{
    (void)state;
    int fd = pipe_behind(EVENT);
    struct counter c;
    open_scanner(&c, "evdev:" EVENT "?layout=de");
    wait_for(&c, is_up, 1);
    assert_int_equal(grabs, 1);
    press(fd, KEY_1);
    press(fd, KEY_Y); /* a German scanner's "z" */
    press(fd, KEY_ENTER);
    wait_for(&c, has_codes, 1);
    assert_string_equal(c.codes, "1z(0)|");
    close_scanner(&c);
    close(fd);
}

static void a_code_without_an_ending_is_understood_by_the_silence(void **state)
{
    (void)state;
    int fd = pipe_behind(EVENT);
    struct counter c;
    open_scanner(&c, "evdev:" EVENT);
    wait_for(&c, is_up, 1);
    press(fd, KEY_4);
    press(fd, KEY_2);
    wait_for(&c, has_codes, 1);
    assert_string_equal(c.codes, "42(0)|");
    close_scanner(&c);
    close(fd);
}

int main(void)
{
    if (!is_under_umockdev()) {
        puts("needs umockdev-wrapper");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_hid_scanner_is_heard_unplugged_and_found_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_scanner_that_speaks_latin_1_is_understood, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wedge_is_grabbed_and_what_it_types_is_a_code, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_code_without_an_ending_is_understood_by_the_silence, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
