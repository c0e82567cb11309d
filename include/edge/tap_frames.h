/* What the tap and its followers say to each other on the control socket: frames of one layout, little-endian.
 *   u32 bytes that follow, u8 type, u8 flags, u16 zero, u64 subject, u64 offset, u64 answer_offset, i64 wall_us, u64 to,
 *   then the frame's bytes.
 * Nothing in here waits or owns; both ends use it. */
#ifndef EDGE_TAP_FRAMES_H
#define EDGE_TAP_FRAMES_H

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"
#include "edge/tap.h"

#include <stdint.h>

enum tap_frame_type {
    FRAME_FOLLOW = 1, /* to the tap: the stream from `offset` on */
    FRAME_INSERT,     /* to the tap: insertion `subject`, if the POS's stream stands at `offset`; its bytes */
    FRAME_ASK,        /* to the tap: what came of insertion `subject`? */
    FRAME_STATUS,     /* from the tap: `offset` is the stream's end, `to` what was printed, `subject` connections wait */
    FRAME_RECORD,     /* from the tap: bytes of connection `subject`, with where both streams stood before them */
    FRAME_VERDICT     /* from the tap: `to` came of insertion `subject` */
};

enum { FRAME_PRINTER_UP = 1, FRAME_JOURNAL_WRITES = 2 };                 /* flags of a status */
enum { FRAME_FROM_PRINTER = 1, FRAME_IS_LAST = 2, FRAME_IS_BROKEN = 4 }; /* flags of a record */

enum { FRAME_HEADER_BYTES = 48, FRAME_BYTES_CEILING = TAP_INSERTION_CEILING };

struct tap_frame {
    enum tap_frame_type type;
    unsigned flags;
    uint64_t subject, offset, answer_offset;
    int64_t wall_us;
    uint64_t to;
    struct view bytes;
};

void tap_frame_header(const struct tap_frame *f, unsigned char out[FRAME_HEADER_BYTES]);

/* The first frame of `in`, and how long it is. ERR_AGAIN: not all of it came yet; ERR_INPUT: this is no frame. */
MUST_USE err tap_frame_read(struct view in, struct tap_frame *out, size_t *length);

#endif
