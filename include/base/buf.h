/* Bytes that we own, growing up to a ceiling. Anything whose length comes from outside lives in one.
 * buf_init in place, buf_clear gives the memory back and may be called twice. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/view.h"

#include <stdarg.h>

struct buf {
    unsigned char *at;
    size_t n, room, ceiling;
};

void buf_init(struct buf *b, size_t ceiling);
void buf_clear(struct buf *b);
MUST_USE err buf_add(struct buf *b, const void *bytes, size_t n);   /* ERR_FULL leaves the buffer as it was */
MUST_USE err buf_add_view(struct buf *b, struct view v);
MUST_USE err buf_add_byte(struct buf *b, unsigned char byte);
MUST_USE err buf_add_text(struct buf *b, const char *text);
MUST_USE err buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_drop(struct buf *b, size_t n);                             /* forgets the first n bytes */
struct view buf_view(const struct buf *b);
const char *buf_text(struct buf *b);                                /* NUL-terminated; "" when empty */

#endif
