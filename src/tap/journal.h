/* The tap's record on disk of what went by: a folder of append-only segments, each named by the offset of its first record.
 * The journal never stops the tap: when the disk is full it says so, counts on, and notes the gap when there is room again.
 *
 * A record is a header of 56 bytes, little-endian, and its body:
 *   u32 magic, u8 kind, u8[3] zero, u32 length of the body, u32 CRC-32 of the header (this field zero) and the body,
 *   u64 POS offset, u64 answer offset (where both streams stood before it), u64 connection or insertion id,
 *   i64 wall time in microseconds since 1970, u64 to (a gap's end; the verdict on an insertion). */
#ifndef TAP_JOURNAL_H
#define TAP_JOURNAL_H

#include "base/err.h"
#include "base/view.h"
#include "loop/loop.h"

#include <stdbool.h>
#include <stdint.h>

enum { JOURNAL_HEADER_BYTES = 56, JOURNAL_BODY_CEILING = 1024 * 1024 };

enum journal_kind {
    JOURNAL_FROM_POS = 1,
    JOURNAL_FROM_PRINTER,
    JOURNAL_ENDED,     /* the POS closed this connection in good order, and all of it was handed to the printer */
    JOURNAL_BROKEN,    /* the connection broke */
    JOURNAL_GAP,       /* nothing was kept from the POS offset up to `to` */
    JOURNAL_INSERTION, /* what is about to be printed between the POS's bytes */
    JOURNAL_VERDICT    /* what came of it */
};

struct journal_record {
    enum journal_kind kind;
    uint64_t pos_offset, answer_offset;
    uint64_t subject; /* connection, or insertion id */
    int64_t wall_us;
    uint64_t to;
    struct view bytes;
};

struct journal_options {
    const char *folder;
    int64_t segment_bytes, keep_bytes, keep_days;
};

struct journal;
typedef void journal_fn(void *self, const struct journal_record *r);

/* Finds the end of what was written, cuts a torn tail and says so. `seen`, if given, hears every record of the last segment.
 * From then on the disk is only touched on another thread: what is appended waits in shared memory (queue.h) until it is
 * written, and is there again after a crash. */
MUST_USE err journal_open(struct loop *l, const struct journal_options *options, journal_fn *seen, void *self,
                          struct journal **out);
void journal_close(struct journal *j); /* what waits is written; all is over when loop_free returns */
void journal_listen(struct journal *j, loop_fn *changed, void *self); /* whether it writes, or is pressed, is another */

uint64_t journal_pos_end(const struct journal *j);
uint64_t journal_answer_end(const struct journal *j);
bool journal_is_writing(const struct journal *j); /* false: the disk refuses, does not move, or records were dropped */
/* Much waits, and the disk moves: whoever brings more should wait a moment. A disk that does not move holds nobody up. */
bool journal_is_pressed(const struct journal *j);

/* Bytes that the journal already has (after a crash) are not written again. When too much waits the record is dropped, and a
 * gap stands in its place: false. */
bool journal_append(struct journal *j, const struct journal_record *r);
void journal_forget_old(struct journal *j, uint64_t printed_offset); /* drops old segments that were printed in full */

/* Reading, while it is being written. From the first record that ends after `pos_offset`, or stands there. `ready` is called
 * when a reader that had to wait can go on. */
struct journal_reader;
struct journal_reader *journal_read_from(struct journal *j, uint64_t pos_offset, loop_fn *ready, void *self);
void journal_reader_to_end(struct journal_reader *r); /* all that was appended up to now was heard in another way */
void journal_reader_free(struct journal_reader *r);
/* ERR_AGAIN: ready() will be called. ERR_MISSING: there is no more, everything appended was read. The body is borrowed until
 * the next call. */
MUST_USE err journal_next(struct journal_reader *r, struct journal_record *out);

#endif
