#include "pure/printer_status.h"

enum { XON = 0x11, XOFF = 0x13 };

static bool may_stand_at(size_t at, unsigned char byte)
{
    return at == 0 ? (byte & 0x93) == 0x10 : (byte & 0x90) == 0;
}

static struct printer_status status_of(const unsigned char b[4])
{
    return (struct printer_status){ .is_offline = b[0] & 0x08,
                                    .is_cover_open = b[0] & 0x20,
                                    .has_error = b[1] & 0x6C,
                                    .is_paper_low = b[2] & 0x03,
                                    .is_paper_out = b[2] & 0x0C };
}

bool printer_status_hear(struct status_reader *r, unsigned char byte, struct printer_status *out)
{
    if (byte == XON || byte == XOFF) {
        return false;
    }
    if (!may_stand_at(r->n, byte)) {
        r->n = 0;
    }
    if (!may_stand_at(r->n, byte)) {
        return false;
    }
    r->bytes[r->n++] = byte;
    if (r->n < sizeof r->bytes) {
        return false;
    }
    r->n = 0;
    *out = status_of(r->bytes);
    return true;
}

/* A printer without paper, or with its cover open, is offline too: the cause says more than the word. */
const char *printer_status_word(const struct printer_status *s)
{
    return s->is_cover_open ? "cover_open" : s->is_paper_out ? "paper_end" : s->is_offline || s->has_error ? "offline" : "ready";
}
