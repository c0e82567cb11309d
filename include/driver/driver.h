/* Service door for those who write wires, printers and scanners: what a driver provides, and what it may call.
 * A driver is one const struct plus rows of models; it never waits, opens by itself or reconnects. */
#ifndef DRIVER_DRIVER_H
#define DRIVER_DRIVER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"
#include "pure/escpos.h"
#include "pure/slip.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct loop;
struct wire;
struct scanner;

/* Wires. `memory` is the driver's private state, zeroed at each open, owned by the core.
 * What the driver calls may end in shut(): after wire_heard and its like it returns, or looks at its memory again. */
struct wire_kind {
    const char *scheme;
    size_t memory;
    err (*open)(struct wire *w, const char *rest);             /* OK: wire_is_up follows, now or later; else the core tries again */
    err (*push)(struct wire *w, struct view bytes, size_t *taken);   /* ERR_AGAIN: not all was taken, wire_can_take follows */
    void (*pause)(struct wire *w, bool is_paused);
    void (*shut)(struct wire *w);
    /* Optional: how many of the handed bytes the device surely never got, asked once after wire_is_down. */
    uint64_t (*lost)(struct wire *w);
    void (*finish)(struct wire *w);                            /* optional: shut() will follow; the other side shall see a good end */
    int (*fd)(struct wire *w);                                 /* optional: the descriptor, for those who keep it */
    /* Optional: a listening address. The core accepts; `take` fills a wire's memory with an open descriptor, which it owns
     * from then on, and calls wire_is_up if all is well. With is_accepted it is what a POS shows us, else it is one of our own. */
    err (*listen)(const char *rest, int *fd);
    err (*take)(struct wire *w, int fd, bool is_accepted);
};

/* Memory outside the process (a shared file), in which the kernel itself notes, within the system call, how much it took
 * or gave: so a successor knows what a killed process had really done. Sockets only; other wires ignore it. */
enum { WIRE_READ_BYTES = 65536 };
struct wire_witness {
    struct mmsghdr taken, given;   /* msg_len: of the last push, of the last read; the owner sets them to zero */
    uint64_t reader;               /* the tag of the wire that read last */
    unsigned char bytes[WIRE_READ_BYTES];
};

const struct wire_kind *wire_kind_of(const struct wire_kind *const *kinds, const char *address);   /* NULL: no such scheme */
struct loop *wire_loop(struct wire *w);
void *wire_memory(struct wire *w);
struct wire_witness *wire_witness(struct wire *w, uint64_t *tag);   /* NULL: nobody asked for one */
void wire_is_up(struct wire *w);
void wire_heard(struct wire *w, struct view bytes);
void wire_can_take(struct wire *w);
void wire_has_ended(struct wire *w);
void wire_is_down(struct wire *w, err why);

/* Printers: a driver writes a slip so that the printer is afterwards as `state` says (what the POS had set).
 * ERR_AGAIN: the printer is in the middle of something and no slip can go here; `out` is as it was after any failure. */
enum { PRINTER_HAS_CUTTER = 1, PRINTER_HAS_QR = 2, PRINTER_HAS_STATUS = 4 };

struct printer_model;
struct printer_driver {
    const char *name;
    enum dialect dialect;
    err (*encode)(const struct printer_model *m, const struct slip *s, const struct printer_state *state, struct buf *out);
};

/* A code page that a model is known to have: an iconv name, and the number that the maker gave it. */
struct printer_code_page {
    const char *charset;
    uint8_t number;
};

struct printer_model {
    const char *name;
    const struct printer_driver *driver;
    unsigned width_dots, dpi, has;
    unsigned feed_before_cut_lines;                            /* 0: the cut command feeds up to the knife by itself */
    const struct printer_code_page *code_pages;                /* ended by a row without a charset; NULL: only ASCII is sure */
};

/* Scanners: hear() gets any split of what the wire brings and calls scanner_read once per whole code. */
enum symbology { CODE_UNKNOWN, CODE_EAN13, CODE_EAN8, CODE_UPCA, CODE_CODE39, CODE_CODE128, CODE_ITF, CODE_QR, CODE_DATAMATRIX };

struct scanner_driver {
    const char *name;
    size_t memory;
    err (*greet)(struct scanner *s);                           /* optional */
    void (*hear)(struct scanner *s, struct view bytes);
    void (*quiet)(struct scanner *s);                          /* optional: nothing came for a tenth of a second */
    void (*leave)(struct scanner *s);                          /* optional: gives back what greet took */
};

void *scanner_memory(struct scanner *s);
const char *scanner_option(struct scanner *s, const char *name, char *into, size_t room);   /* ?name=... of the address; NULL */
void scanner_read(struct scanner *s, struct view code, enum symbology kind);

/* drivers/wires.c and drivers/drivers.c: the only lists. Each ends with NULL, or with a row without a name. */
extern const struct wire_kind *const all_wires[];
extern const struct printer_model all_printer_models[];
extern const struct scanner_driver *const all_scanner_drivers[];

#endif
