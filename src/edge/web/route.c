#include "target.h"

#include <string.h>

/* One segment of a pattern: words, or a name in braces with words after it. */
static bool segment_fits(struct view pattern, const char *segment, struct view *part, size_t *literal)
{
    const unsigned char *close = memchr(pattern.at, '}', pattern.n);
    bool has_part = pattern.n > 0 && pattern.at[0] == '{' && close != NULL;
    struct view tail = has_part ? view_skip(pattern, (size_t)(close + 1 - pattern.at)) : pattern;
    size_t n = strlen(segment);
    if (n < tail.n || memcmp(segment + n - tail.n, tail.at, tail.n) != 0) {
        return false;
    }
    *literal += tail.n;
    *part = (struct view){ has_part ? (const unsigned char *)segment : NULL, n - tail.n };
    return has_part ? part->n > 0 : part->n == 0;
}

bool route_match(const char *pattern, const struct target *t, struct view parts[PARTS_AT_MOST], size_t *literal)
{
    size_t found = 0, letters = 0, i = 0;
    memset(parts, 0, PARTS_AT_MOST * sizeof *parts);
    for (const char *at = pattern; *at == '/'; i++) {
        size_t n = strcspn(at + 1, "/");
        struct view part = { 0 };
        if (i == t->segment_count ||
            !segment_fits((struct view){ (const unsigned char *)at + 1, n }, t->segments[i], &part, &letters)) {
            return false;
        }
        if (part.at != NULL && found < PARTS_AT_MOST) {
            parts[found++] = part;
        }
        at += 1 + n;
    }
    *literal = letters;
    return i == t->segment_count;
}
