/* Scanners that send each code as a line: serial, USB serial, sockets. CR, LF or TAB ends a code; one that sends no
 * ending at all is understood by the silence after it. */
#include "driver/driver.h"

#include <string.h>

enum { LINE_CEILING = 4096 };

struct lines {
    unsigned char line[LINE_CEILING];
    size_t n;
    bool is_too_long;
};

static void end_line(struct scanner *s)
{
    struct lines *l = scanner_memory(s);
    if (l->n > 0 && !l->is_too_long) {
        scanner_read(s, (struct view){ l->line, l->n }, CODE_UNKNOWN);
    }
    l->n = 0;
    l->is_too_long = false;
}

static void hear(struct scanner *s, struct view bytes)
{
    struct lines *l = scanner_memory(s);
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char byte = bytes.at[i];
        if (byte == '\r' || byte == '\n' || byte == '\t') {
            end_line(s);
        } else if (l->n == LINE_CEILING) {
            l->is_too_long = true;
        } else {
            l->line[l->n++] = byte;
        }
    }
}

const struct scanner_driver lines_scanner;
const struct scanner_driver lines_scanner = { .name = "lines", .memory = sizeof(struct lines), .hear = hear, .quiet = end_line };
