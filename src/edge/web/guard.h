/* Who may ask, and how long a question may be: what is decided from the head of a request alone. Pure.
 * A page on another site can make a browser speak to us; its Host or its Origin gives it away. */
#ifndef WEB_GUARD_H
#define WEB_GUARD_H

#include <stdbool.h>
#include <stddef.h>

enum header {
    HEADER_HOST,
    HEADER_ORIGIN,
    HEADER_LENGTH,
    HEADER_ENCODING,
    HEADER_TYPE,
    HEADER_LAST_ID,
    HEADER_KNOWN_TAG,
    HEADER_COUNT
};

/* The value that came last, and how often the header stood there. */
struct heads {
    struct {
        const char *value;
        unsigned times;
    } at[HEADER_COUNT];
};
void heads_note(struct heads *h, const char *name, const char *value);

/* A no, in words for a person. */
struct refusal {
    unsigned status;
    const char *code, *message;
    bool must_close; /* where this request ends is not clear, or too far away: nothing more is read from this client */
};

struct guard {
    unsigned port;
    const char *address;           /* that we listen on */
    const char *const *host_names; /* NULL-ended, or NULL */
};

const struct refusal *guard_check(const struct guard *g, const struct heads *h, const char *method); /* NULL: welcome */

#endif
