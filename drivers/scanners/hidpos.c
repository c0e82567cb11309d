/* Scanners of the USB HID point-of-sale class (usage page 0x8C, "HID Point of Sale Usage Tables" 1.02). The hidraw wire
 * brings frames: 'D' with the report descriptor once, then 'R' with each report; two length bytes, low first. Where the
 * fields of a report lie is read from the descriptor. */
#include "driver/driver.h"

#include "hid_layout.h"

#include <string.h>

enum { FRAME_HEAD = 3, FRAME_CEILING = 4096, CODE_CEILING = 4096 };

struct hidpos {
    unsigned char frame[FRAME_HEAD + FRAME_CEILING];
    size_t frame_n;
    struct hid_layout layout;
    unsigned char code[CODE_CEILING];
    size_t code_n;
    bool is_too_long;
};

static void end_code(struct scanner *s)
{
    struct hidpos *h = scanner_memory(s);
    if (h->code_n > 0 && !h->is_too_long) {
        scanner_read(s, (struct view){ h->code, h->code_n }, CODE_UNKNOWN);
    }
    h->code_n = 0;
    h->is_too_long = false;
}

static void add(struct hidpos *h, struct view bytes)
{
    if (bytes.n > CODE_CEILING - h->code_n) {
        h->is_too_long = true;
        return;
    }
    memcpy(h->code + h->code_n, bytes.at, bytes.n);
    h->code_n += bytes.n;
}

static void hear_report(struct scanner *s, struct view report)
{
    struct hidpos *h = scanner_memory(s);
    struct hid_scan scan;
    if (!hid_layout_read(&h->layout, report, &scan)) {
        return;
    }
    if (h->code_n == 0 && scan.identifier.n == 3) {
        add(h, scan.identifier);
    }
    add(h, scan.data);
    if (!scan.is_continued) {
        end_code(s);
    }
}

static void hear_frame(struct scanner *s, unsigned char kind, struct view body)
{
    struct hidpos *h = scanner_memory(s);
    if (kind == 'D') {
        h->layout = hid_layout_of(body);
    } else if (kind == 'R') {
        hear_report(s, body);
    }
}

static void hear(struct scanner *s, struct view bytes)
{
    struct hidpos *h = scanner_memory(s);
    for (size_t i = 0; i < bytes.n; i++) {
        h->frame[h->frame_n++] = bytes.at[i];
        size_t body = h->frame_n >= FRAME_HEAD ? (size_t)h->frame[1] | (size_t)h->frame[2] << 8 : 0;
        if (body > FRAME_CEILING) {
            h->frame_n = 0;
        } else if (h->frame_n >= FRAME_HEAD && h->frame_n == FRAME_HEAD + body) {
            h->frame_n = 0;
            hear_frame(s, h->frame[0], (struct view){ h->frame + FRAME_HEAD, body });
        }
    }
}

const struct scanner_driver hidpos_scanner;
const struct scanner_driver hidpos_scanner = { .name = "hidpos", .memory = sizeof(struct hidpos), .hear = hear };
