#include "hid_layout.h"

#include <stdint.h>
#include <string.h>

enum { MOST_USAGES = 16, MOST_REPORTS_BITS = 4096 * 8 };
enum { USAGE_BYTE_COUNT = 0x0001003B, USAGE_IDENTIFIER_1 = 0x008C00FB, USAGE_DATA = 0x008C00FE, USAGE_CONTINUED = 0x008C00FF };

/* The parser's state while it walks over the items of a descriptor. */
struct walk {
    struct hid_layout layout;
    uint32_t usage_page, report_size, report_count;
    unsigned char report_id;
    uint32_t usages[MOST_USAGES];
    unsigned usage_count, bit;
};

/* A field belongs to the report that carries the decoded data; an earlier report's fields are forgotten then. */
static void place(struct walk *w, uint32_t usage, unsigned bit, unsigned bits)
{
    struct hid_layout *l = &w->layout;
    struct hid_field field = { bit, bits };
    if (l->data.bits != 0 && w->report_id != l->report_id) {
        return;
    }
    l->report_id = w->report_id;
    switch (usage) {
    case USAGE_BYTE_COUNT:
        l->count = field;
        break;
    case USAGE_IDENTIFIER_1:
        l->identifier = field;
        break;
    case USAGE_DATA:
        l->data = field;
        break;
    case USAGE_CONTINUED:
        l->continued = field;
        break;
    default:
        break;
    }
}

static void input_item(struct walk *w)
{
    if (w->report_size > 32 || w->report_count > MOST_REPORTS_BITS / 8) {
        w->usage_count = 0;
        return;
    }
    for (uint32_t i = 0; i < w->report_count && w->bit < MOST_REPORTS_BITS; i++) {
        bool has_usage = i < w->usage_count;
        bool is_last = i + 1 == w->usage_count;
        /* The last usage stands for all that are left: that is how an array of data bytes is described. */
        unsigned bits = has_usage && is_last ? (w->report_count - i) * w->report_size : w->report_size;
        if (has_usage) {
            place(w, w->usages[i], w->bit, bits);
        }
        w->bit += w->report_size;
    }
    w->usage_count = 0;
}

static void new_report(struct walk *w, unsigned char id)
{
    w->report_id = id;
    w->bit = 8; /* the id itself */
    if (w->layout.data.bits == 0) {
        memset(&w->layout, 0, sizeof w->layout);
    }
}

static void add_usage(struct walk *w, uint32_t usage, unsigned size)
{
    if (w->usage_count < MOST_USAGES) {
        w->usages[w->usage_count++] = size == 4 ? usage : w->usage_page << 16 | usage;
    }
}

/* Item tags with their type, as in the specification's table: the byte without its two size bits. */
static void item(struct walk *w, unsigned tag, uint32_t value, unsigned size)
{
    switch (tag) {
    case 0x04:
        w->usage_page = value;
        break;
    case 0x74:
        w->report_size = value;
        break;
    case 0x94:
        w->report_count = value;
        break;
    case 0x84:
        new_report(w, (unsigned char)value);
        break;
    case 0x08:
        add_usage(w, value, size);
        break;
    case 0x80:
        input_item(w);
        break;
    case 0x90: /* output, feature, collection: their usages are not the input's */
    case 0xB0:
    case 0xA0:
    case 0xC0:
        w->usage_count = 0;
        break;
    default:
        break;
    }
}

struct hid_layout hid_layout_of(struct view descriptor)
{
    struct walk w = { 0 };
    for (size_t i = 0; i < descriptor.n;) {
        unsigned char head = descriptor.at[i];
        unsigned size = (head & 3) == 3 ? 4 : head & 3;
        if (head == 0xFE || i + 1 + size > descriptor.n) {
            break; /* a long item is never used, and a cut one ends it */
        }
        uint32_t value = 0;
        for (unsigned b = 0; b < size; b++) {
            value |= (uint32_t)descriptor.at[i + 1 + b] << (8 * b);
        }
        item(&w, head & 0xFCu, value, size);
        i += 1 + size;
    }
    return w.layout;
}

/* A field of whole bytes; others are not used for text. */
static struct view bytes_of(struct hid_field field, struct view report)
{
    size_t at = field.bit / 8, n = field.bits / 8;
    if (field.bits == 0 || field.bit % 8 != 0 || at + n > report.n) {
        return (struct view){ report.at, 0 };
    }
    return (struct view){ report.at + at, n };
}

static bool bit_of(struct hid_field field, struct view report)
{
    return field.bits != 0 && field.bit / 8 < report.n && (report.at[field.bit / 8] >> (field.bit % 8) & 1);
}

bool hid_layout_read(const struct hid_layout *layout, struct view report, struct hid_scan *out)
{
    if (layout->data.bits == 0 || (layout->report_id != 0 && (report.n == 0 || report.at[0] != layout->report_id))) {
        return false;
    }
    struct view data = bytes_of(layout->data, report), count = bytes_of(layout->count, report);
    if (count.n == 1 && count.at[0] < data.n) {
        data.n = count.at[0];
    }
    struct hid_field three = layout->identifier;
    three.bits = three.bits ? 24 : 0;
    struct view identifier = bytes_of(three, report);
    bool has_identifier = identifier.n == 3 && identifier.at[0] == ']';
    *out = (struct hid_scan){ .identifier = { identifier.at, has_identifier ? 3 : 0 },
                              .data = data,
                              .is_continued = bit_of(layout->continued, report) };
    return true;
}
