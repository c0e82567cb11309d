#include "base/view.h"

#include <string.h>

struct view view_of(const char *text)
{
    return (struct view){ (const unsigned char *)text, text ? strlen(text) : 0 };
}

struct view view_skip(struct view v, size_t bytes)
{
    size_t n = bytes < v.n ? bytes : v.n;
    return (struct view){ n ? v.at + n : v.at, v.n - n };
}

bool view_equal(struct view a, struct view b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}
