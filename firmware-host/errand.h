/* One errand over a socket: bytes are delivered, the answer is heard to its end, and the line is closed. */
#ifndef FIRMWARE_HOST_ERRAND_H
#define FIRMWARE_HOST_ERRAND_H

#include "base/err.h"
#include "base/view.h"
#include "loop/loop.h"

#include <stdbool.h>

struct errand;

/* OK: all was delivered and the other side ended in good order; `answer` is the first of what it said, borrowed.
 * The errand is over and forgotten when this is called. */
typedef void errand_fn(void *self, err how, struct view answer);

/* With `is_line` the answer ends with its first line feed; otherwise our side is shut first and theirs is waited for. */
MUST_USE err errand_run(struct loop *l, const char *address, struct view bytes, bool is_line, struct errand **out);
void errand_then(struct errand *e, errand_fn *fn, void *self);
void errand_free(struct errand *e);

#endif
