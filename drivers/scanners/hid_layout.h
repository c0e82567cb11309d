/* Where a HID report keeps a scanned code, read from its report descriptor (HID 1.11, section 6.2.2). Pure. */
#ifndef SCANNERS_HID_LAYOUT_H
#define SCANNERS_HID_LAYOUT_H

#include "base/view.h"

#include <stdbool.h>

struct hid_field {
    unsigned bit, bits; /* bits 0: the report has no such field */
};

struct hid_layout {
    unsigned char report_id; /* 0: reports carry no id */
    struct hid_field count, identifier, data, continued;
};

struct hid_scan {
    struct view identifier, data; /* into the report */
    bool is_continued;
};

struct hid_layout hid_layout_of(struct view descriptor); /* data.bits 0: not a scanner */
bool hid_layout_read(const struct hid_layout *layout, struct view report, struct hid_scan *out);

#endif
