/* The journal's files: which there are, and how they are called. */
#ifndef TAP_SEGMENTS_H
#define TAP_SEGMENTS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct segment {
    uint64_t number;     /* rises by one, so that two segments may begin at the same offset */
    uint64_t pos_offset; /* of its first record */
    uint64_t position;   /* in the queue, of its first byte; 0: it is older than this process */
};

struct segments {
    struct segment *at;
    size_t count;
};

MUST_USE err segments_list(int folder_fd, struct segments *out); /* oldest first; segments_clear frees */
void segments_clear(struct segments *s);
void segments_add(struct segments *s, struct segment new_one);
void segments_drop_first(struct segments *s);

/* "0000000012-00000000000034af.journal" */
enum { SEGMENT_NAME_ROOM = 48 };
void segment_name(struct segment s, char out[SEGMENT_NAME_ROOM]);

#endif
