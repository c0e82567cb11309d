/* Whatever a scanner may send: the first byte chooses the driver, the rest is heard in two pieces. */
#include "driver/driver.h"

#include <stdlib.h>
#include <string.h>

extern const struct scanner_driver lines_scanner, keyboard_scanner, hidpos_scanner;

struct scanner {
    _Alignas(16) unsigned char memory[16 * 1024];
};

void *scanner_memory(struct scanner *s)
{
    return s->memory;
}

const char *scanner_option(struct scanner *s, const char *name, char *into, size_t room)
{
    (void)s;
    (void)name;
    (void)into;
    (void)room;
    return NULL;
}

/* Every byte of a code must be there to be read. */
void scanner_read(struct scanner *s, struct view code, enum symbology kind)
{
    static unsigned char copy[16 * 1024];
    (void)s;
    (void)kind;
    if (code.n > sizeof copy) {
        abort();
    }
    memcpy(copy, code.at, code.n);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const struct scanner_driver *const drivers[] = { &lines_scanner, &hidpos_scanner, &keyboard_scanner };
    static struct scanner s;
    if (size < 2) {
        return 0;
    }
    const struct scanner_driver *driver = drivers[data[0] % 3];
    memset(s.memory, 0, driver->memory);
    if (driver->greet != NULL && driver->greet(&s) != OK) {
        abort();
    }
    size_t cut = data[1] % size;
    driver->hear(&s, (struct view){ data + 2, cut > size - 2 ? size - 2 : cut });
    driver->hear(&s, view_skip((struct view){ data + 2, size - 2 }, cut));
    if (driver->quiet != NULL) {
        driver->quiet(&s);
    }
    if (driver->leave != NULL) {
        driver->leave(&s);
    }
    return 0;
}
