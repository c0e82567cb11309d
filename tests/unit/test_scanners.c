/* The scanner drivers as pure functions: every recording whole, byte by byte, and cut at random. */
#include "unit.h"

#include "driver/driver.h"

#include <linux/input.h>
#include <stdlib.h>
#include <string.h>

extern const struct scanner_driver lines_scanner, keyboard_scanner, hidpos_scanner;

/* The core's side, as small as it can be. */
struct scanner {
    const struct scanner_driver *driver;
    const char *layout;
    char told[256];
    _Alignas(16) unsigned char memory[16 * 1024];
};

void *scanner_memory(struct scanner *s)
{
    return s->memory;
}

const char *scanner_option(struct scanner *s, const char *name, char *into, size_t room)
{
    if (s->layout == NULL || strcmp(name, "layout") != 0 || strlen(s->layout) >= room) {
        return NULL;
    }
    memcpy(into, s->layout, strlen(s->layout) + 1);
    return into;
}

void scanner_read(struct scanner *s, struct view code, enum symbology kind)
{
    (void)kind;
    size_t n = strlen(s->told);
    assert_true(n + code.n + 2 < sizeof s->told);
    memcpy(s->told + n, code.at, code.n);
    memcpy(s->told + n + code.n, "|", 2);
}

typedef size_t cut_fn(size_t left);

static size_t whole(size_t left)
{
    return left;
}

static size_t one(size_t left)
{
    (void)left;
    return 1;
}

static size_t some(size_t left)
{
    return 1 + (size_t)rand() % left;
}

static void play(struct scanner *s, struct view bytes, cut_fn *cut)
{
    assert_true(s->driver->memory <= sizeof s->memory);
    memset(s->memory, 0, sizeof s->memory);
    s->told[0] = '\0';
    if (s->driver->greet != NULL) {
        assert_int_equal(s->driver->greet(s), OK);
    }
    while (bytes.n > 0) {
        size_t n = cut(bytes.n);
        /* A copy of exactly this size, so that reading past it is seen. */
        unsigned char *piece = malloc(n);
        memcpy(piece, bytes.at, n);
        s->driver->hear(s, (struct view){ piece, n });
        free(piece);
        bytes = view_skip(bytes, n);
    }
    if (s->driver->quiet != NULL) {
        s->driver->quiet(s);
    }
    if (s->driver->leave != NULL) {
        s->driver->leave(s);
    }
}

static void expect(struct scanner *s, struct view bytes, const char *codes)
{
    play(s, bytes, whole);
    assert_string_equal(s->told, codes);
    play(s, bytes, one);
    assert_string_equal(s->told, codes);
    for (int i = 0; i < 20; i++) {
        play(s, bytes, some);
        assert_string_equal(s->told, codes);
    }
}

static void lines_end_in_any_of_the_usual_ways(void **state)
{
    (void)state;
    struct scanner s = { .driver = &lines_scanner };
    expect(&s, view_of("4006381333931\r"), "4006381333931|");
    expect(&s, view_of("\r\n4006381333931\r\nTS-0001\tX"), "4006381333931|TS-0001|X|");
    expect(&s, view_of("mit Leerzeichen\n\n\n"), "mit Leerzeichen|");
}

static void a_line_without_end_is_dropped_not_cut(void **state)
{
    (void)state;
    struct scanner s = { .driver = &lines_scanner };
    char *flood = malloc(5000 + 6);
    memset(flood, 'A', 5000);
    memcpy(flood + 5000, "\r123\r", 6);
    expect(&s, view_of(flood), "123|");
    free(flood);
}

/* Key codes as Linux numbers them (linux/input-event-codes.h): what a real wedge sends. */
struct keys {
    struct input_event events[256];
    size_t count;
};

static void event(struct keys *k, unsigned type, unsigned code, int value)
{
    k->events[k->count++] = (struct input_event){ .type = (__u16)type, .code = (__u16)code, .value = value };
}

static void key(struct keys *k, unsigned code)
{
    event(k, EV_MSC, MSC_SCAN, 0x70004);
    event(k, EV_KEY, code, 1);
    event(k, EV_SYN, SYN_REPORT, 0);
    event(k, EV_KEY, code, 0);
    event(k, EV_SYN, SYN_REPORT, 0);
}

static void shifted(struct keys *k, unsigned code)
{
    event(k, EV_KEY, KEY_LEFTSHIFT, 1);
    key(k, code);
    event(k, EV_KEY, KEY_LEFTSHIFT, 0);
}

static struct view bytes_of(const struct keys *k)
{
    return (struct view){ (const unsigned char *)k->events, k->count * sizeof *k->events };
}

static void a_wedge_is_read_with_its_own_layout(void **state)
{
    (void)state;
    struct keys k = { 0 };
    shifted(&k, KEY_T);
    shifted(&k, KEY_S);
    key(&k, KEY_MINUS);
    key(&k, KEY_0);
    key(&k, KEY_4);
    key(&k, KEY_Z);
    key(&k, KEY_ENTER);
    struct scanner s = { .driver = &keyboard_scanner };
    expect(&s, bytes_of(&k), "TS-04z|");

    struct keys french = { 0 };
    shifted(&french, KEY_1);
    shifted(&french, KEY_9);
    key(&french, KEY_Q);
    key(&french, KEY_KPENTER);
    struct scanner f = { .driver = &keyboard_scanner, .layout = "fr" };
    expect(&f, bytes_of(&french), "19a|");
}

static void caps_lock_does_not_matter(void **state)
{
    (void)state;
    struct keys k = { 0 };
    key(&k, KEY_CAPSLOCK);
    key(&k, KEY_A);
    shifted(&k, KEY_B);
    key(&k, KEY_TAB);
    struct scanner s = { .driver = &keyboard_scanner };
    expect(&s, bytes_of(&k), "aB|");
}

static void a_code_with_lost_keys_is_not_reported(void **state)
{
    (void)state;
    struct keys k = { 0 };
    key(&k, KEY_1);
    event(&k, EV_KEY, KEY_LEFTSHIFT, 1);
    event(&k, EV_SYN, SYN_DROPPED, 0);
    key(&k, KEY_3);
    key(&k, KEY_ENTER);
    key(&k, KEY_7);
    key(&k, KEY_ENTER);
    struct scanner s = { .driver = &keyboard_scanner };
    expect(&s, bytes_of(&k), "7|");
}

/* A descriptor as HID Point of Sale Usage Tables 1.02 lays one out: report 4, 60 bytes of data, a "continued" bit. */
static const unsigned char descriptor[] = {
    0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01,                                     /* bar code scanner, application */
    0x09, 0x15, 0xA1, 0x02, 0x85, 0x03, 0x15, 0x00, 0x25, 0x01, 0x75, 0x08, /* a status report first: to be passed over */
    0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02, 0xC0, 0x05, 0x8C, 0x09,
    0x12, 0xA1, 0x02, 0x85, 0x04, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, /* scanned data report */
    0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02,                         /* byte count */
    0x05, 0x8C, 0x95, 0x03, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD, 0x81, 0x02, /* symbology identifier, three bytes */
    0x95, 0x0A, 0x09, 0xFE, 0x82, 0x02, 0x01,                               /* ten bytes of decoded data */
    0x75, 0x01, 0x95, 0x01, 0x25, 0x01, 0x09, 0xFF, 0x81, 0x02,             /* continued in the next report */
    0x75, 0x07, 0x81, 0x03, 0xC0, 0xC0,
};

static size_t frame(unsigned char *to, unsigned char kind, const unsigned char *body, size_t n)
{
    to[0] = kind;
    to[1] = (unsigned char)n;
    to[2] = (unsigned char)(n >> 8);
    memcpy(to + 3, body, n);
    return n + 3;
}

static void a_hid_code_may_span_reports(void **state)
{
    (void)state;
    static const unsigned char first[] = { 4, 10, ']', 'Q', '3', 'h', 't', 't', 'p', 's', ':', '/', '/', 't', 's', 1 };
    static const unsigned char second[] = { 4, 4, ']', 'Q', '3', '.', 'e', 'x', '/', 'x', 'x', 'x', 'x', 'x', 'x', 0 };
    static const unsigned char status[] = { 3, 1 };
    unsigned char stream[512];
    size_t n = frame(stream, 'D', descriptor, sizeof descriptor);
    n += frame(stream + n, 'R', status, sizeof status);
    n += frame(stream + n, 'R', first, sizeof first);
    n += frame(stream + n, 'R', second, sizeof second);
    struct scanner s = { .driver = &hidpos_scanner };
    expect(&s, (struct view){ stream, n }, "]Q3https://ts.ex/|");
}

static void hostile_descriptors_do_no_harm(void **state)
{
    (void)state;
    struct scanner s = { .driver = &hidpos_scanner };
    srand(7);
    for (int round = 0; round < 2000; round++) {
        unsigned char stream[400], body[120];
        memcpy(body, descriptor, sizeof descriptor);
        for (int i = 0; i < 8; i++) {
            body[(size_t)rand() % sizeof descriptor] = (unsigned char)rand();
        }
        size_t n = frame(stream, 'D', body, sizeof descriptor);
        for (size_t i = 0; i < sizeof body; i++) {
            body[i] = (unsigned char)rand();
        }
        n += frame(stream + n, 'R', body, (size_t)rand() % 64);
        s.told[0] = '\0';
        play(&s, (struct view){ stream, n }, some);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_in_any_of_the_usual_ways),    cmocka_unit_test(a_line_without_end_is_dropped_not_cut),
        cmocka_unit_test(a_wedge_is_read_with_its_own_layout),   cmocka_unit_test(caps_lock_does_not_matter),
        cmocka_unit_test(a_code_with_lost_keys_is_not_reported), cmocka_unit_test(a_hid_code_may_span_reports),
        cmocka_unit_test(hostile_descriptors_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
