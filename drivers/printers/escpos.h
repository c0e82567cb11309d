/* Epson's ESC/POS and its many relatives: the driver, and how a printer's settings are changed and put back. */
#ifndef PRINTERS_ESCPOS_H
#define PRINTERS_ESCPOS_H

#include "driver/driver.h"

extern const struct printer_driver escpos_printer;

/* Writes the fewest commands that lead a printer from `from` to `to`, then makes `from` the same. Settings that a slip never
 * changes (tab stops, barcode settings, motion units, status reports) are not looked at. No ESC @, ever: it would also
 * forget what no command can bring back. */
MUST_USE err escpos_change(struct printer_state *from, const struct printer_state *to, struct buf *out);

/* What a QR code is printed with when no command ever said: Epson's reference, GS ( k functions 165, 167 and 169. */
enum { QR_MODEL_STANDARD = 50, QR_SIZE_STANDARD = 3, QR_LEVEL_STANDARD = 48 };

#endif
