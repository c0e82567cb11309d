/* A journal record as bytes. */
#ifndef TAP_RECORD_H
#define TAP_RECORD_H

#include "journal.h"

void record_encode(const struct journal_record *r, unsigned char header[JOURNAL_HEADER_BYTES]);
/* ERR_INPUT: this is no header. */
MUST_USE err record_decode(const unsigned char header[JOURNAL_HEADER_BYTES], struct journal_record *out, uint32_t *crc);
uint32_t record_crc(const unsigned char header[JOURNAL_HEADER_BYTES], struct view body);

/* The first record of `in`; its bytes are borrowed from there. ERR_AGAIN: `length` bytes are needed; ERR_INPUT: this is none. */
MUST_USE err record_parse(struct view in, struct journal_record *out, size_t *length);

/* Reads the record at `at` into `body` (JOURNAL_BODY_CEILING bytes). ERR_AGAIN: the file ends there; ERR_INPUT: torn or damaged.
 */
MUST_USE err record_read(int fd, int64_t at, unsigned char **body, struct journal_record *out);
uint64_t record_pos_end(const struct journal_record *r); /* where the streams stand after it */
uint64_t record_answer_end(const struct journal_record *r);

#endif
