/* The scanner drivers: one row each. */
#include "driver/driver.h"

extern const struct scanner_driver lines_scanner, keyboard_scanner, hidpos_scanner;

const struct scanner_driver *const all_scanner_drivers[] = { &lines_scanner, &keyboard_scanner, &hidpos_scanner, NULL };
