/* The service's end of the tap's control socket: follow the POS's stream from an offset, and ask for one insertion.
 * It reconnects by itself and asks again from the last offset heard, so the owner hears every byte once. */
#ifndef EDGE_TAP_H
#define EDGE_TAP_H

#include "base/err.h"
#include "base/view.h"
#include "loop/loop.h"

#include <stdbool.h>
#include <stdint.h>

enum tap_direction { TAP_TO_PRINTER, TAP_FROM_PRINTER };

struct tap_record {
    enum tap_direction direction;
    uint64_t offset;       /* of its first byte in that direction's stream, over all connections since the journal began */
    uint64_t connection;   /* which POS connection; rises */
    int64_t wall_us;       /* when it came */
    bool is_last;          /* with no bytes: the POS closed this connection in good order, and all of it was printed */
    bool is_broken;        /* with no bytes: this connection broke */
    struct view bytes;
};

struct tap_status {
    bool is_connected;             /* to the tap; the rest is the last heard */
    bool is_printer_up, is_journal_writing;
    uint64_t end_offset;           /* where the POS's stream stands */
    uint64_t printed_offset;       /* how much of it was handed to the printer */
    uint32_t waiting_connections;
};

enum insertion_verdict {
    INSERTION_DONE,        /* every byte was handed to the printer */
    INSERTION_POS_FASTER,  /* the POS has sent more since; nothing was printed */
    INSERTION_BUSY,        /* another one runs, or the printer is away; nothing was printed */
    INSERTION_BROKEN,      /* the printer went away in the middle: some of it may be on paper; never repeated by the tap */
    INSERTION_UNKNOWN      /* the tap was never asked with this id; nothing was printed, and with this id never will be */
};

struct tap_owner {
    void (*heard)(void *self, const struct tap_record *r);
    void (*skipped)(void *self, uint64_t from, uint64_t to);       /* the journal does not have these; to < from: it began anew at `to` */
    void (*changed)(void *self, const struct tap_status *now);
    void (*inserted)(void *self, uint64_t id, enum insertion_verdict verdict);
};

struct tap_client;
struct tap_following {
    const char *socket_path;
    uint64_t from_offset;
    const struct tap_owner *owner; /* borrowed, as self is, until tap_client_close */
    void *self;
};
MUST_USE err tap_client_open(struct loop *l, const struct tap_following *how, struct tap_client **out);
void tap_client_close(struct tap_client *t);

/* Print these bytes if the POS has sent nothing since `offset`. `id` is the caller's and is remembered by the tap: the same id
 * is never printed twice, a second request with it is answered with what came of the first (a busy one may be tried again).
 * The verdict comes to inserted(), also when the tap was restarted meanwhile. ERR_GONE: the tap is not there, ask later.
 * ERR_FULL: too many bytes, or too many verdicts are still open. */
enum { TAP_INSERTION_CEILING = 192 * 1024 };
MUST_USE err tap_client_insert(struct tap_client *t, uint64_t id, uint64_t offset, struct view bytes);

/* What came of an insertion that an earlier life of the caller asked for? The verdict comes to inserted(). */
MUST_USE err tap_client_ask(struct tap_client *t, uint64_t id);

#endif
