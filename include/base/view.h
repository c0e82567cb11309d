/* Bytes that somebody else owns. A view is good until the function that received it returns. */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

struct view {
    const unsigned char *at;
    size_t n;
};

struct view view_of(const char *text);                 /* without the closing NUL */
struct view view_skip(struct view v, size_t bytes);    /* drops at most v.n bytes from the front */
bool view_equal(struct view a, struct view b);

#endif
