/* Records of the journal that are not on the disk yet: a ring in shared memory, so that a killed tap loses none of them.
 * One thread adds and drops; what stands in the ring may be read by another meanwhile. */
#ifndef TAP_QUEUE_H
#define TAP_QUEUE_H

#include "journal.h"

#include <sys/uio.h>

enum { QUEUE_BYTES = 1024 * 1024 };
#define QUEUE_NAME "queue"

/* Positions count all the bytes that ever went through. */
struct queue;
MUST_USE err queue_open(const char *folder, struct queue **out);
void queue_close(struct queue *q);

uint64_t queue_begin(const struct queue *q);
uint64_t queue_end(const struct queue *q);
size_t queue_waiting(const struct queue *q);
size_t queue_room(const struct queue *q);
MUST_USE err queue_add(struct queue *q, const struct journal_record *r);             /* ERR_FULL: nothing was added */
size_t queue_header(const struct queue *q, uint64_t at, struct journal_record *out); /* without its bytes; how long it all is */
void queue_parts(const struct queue *q, size_t bytes, struct iovec parts[2]);        /* from the beginning */
void queue_drop(struct queue *q, size_t bytes);

/* Which segment the queue's records go to, and at which position that segment began: so a successor can tell from its length
 * which of them are there. */
void queue_note_segment(struct queue *q, uint64_t number, uint64_t position);
void queue_drop_written(struct queue *q, uint64_t number, int64_t bytes);

#endif
