/* What a printer says of itself without being asked: ESC/POS automatic status back (GS a), four bytes at each change.
 * Source: Epson's command reference, "GS a"; the masks are those by which Epson tells its answers apart. */
#ifndef PURE_PRINTER_STATUS_H
#define PURE_PRINTER_STATUS_H

#include <stdbool.h>
#include <stddef.h>

struct printer_status {
    bool is_offline, is_cover_open, is_paper_out, is_paper_low, has_error;
};

/* Zeroed before the first byte. */
struct status_reader {
    unsigned char bytes[4];
    size_t n;
};

/* true: this byte completed a status. Other answers between, and XON or XOFF within, are passed over. */
bool printer_status_hear(struct status_reader *r, unsigned char byte, struct printer_status *out);

/* One word for the page, the worst first: "offline", "cover_open", "paper_end", "ready". */
const char *printer_status_word(const struct printer_status *s);

#endif
