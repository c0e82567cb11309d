/* What the tests of slips share: the faces, a customer, and a filled template. */
#ifndef TESTS_SLIP_FILLED_H
#define TESTS_SLIP_FILLED_H

#include "unit.h"

#include "pure/slip.h"

/* Fontconfig links its patterns by distances, not by pointers, and Pango's thread may still hold some of them when the test
 * ends: to the leak checker they look lost. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libfreetype\n";
}

static const struct slip_value anna[] = {
    { "name", "Anna" },
    { "hand", "Thank you, Anna – and bravo for Sunday!" },
    { "story", "Your hoops were hammered by hand from one strip of recycled silver, two streets from here." },
    { "maker", "Zoë Šimková" },
    { "code", "https://example.org/b/7f3a" },
    { "shop", "Goldsmith & Daughter" },
};
enum { ANNA_VALUES = sizeof anna / sizeof *anna };

static inline struct slip fill(const char *template_text, const struct slip_value *values, size_t count, unsigned width_dots)
{
    struct slip s = { 0 };
    char *reason = NULL;
    err e = slip_fill(template_text, (struct slip_values){ values, count }, width_dots, &s, &reason);
    if (e != OK) {
        fail_msg("%s: %s", err_name(e), reason ? reason : "no reason");
    }
    return s;
}

static inline int open_fonts(void **state)
{
    (void)state;
    if (slip_fonts_init(NULL) != OK) {
        print_error("this face is not installed: %s\n", slip_fonts_missing() ? slip_fonts_missing() : "DejaVu Sans");
        return -1;
    }
    return 0;
}

static inline int close_fonts(void **state)
{
    (void)state;
    slip_fonts_clear();
    return 0;
}

#endif
