/* Whether the printer may still have to answer: looks for questions of the printers' languages in a connection's last bytes.
 * No decoding: what looks like a question only makes the tap wait a moment longer before it ends a connection. */
#ifndef TAP_QUESTION_H
#define TAP_QUESTION_H

#include "base/view.h"

#include <stdbool.h>
#include <stdint.h>

struct question {
    uint64_t bytes_since; /* the last question; as large as can be: there was none */
    unsigned char last_byte;
};

struct question question_none(void);
void question_hear(struct question *q, struct view bytes); /* any split */
bool question_is_open(const struct question *q);

#endif
