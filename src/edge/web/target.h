/* What was asked for: the path in segments and the query in pairs, decoded. Pure; target_clear frees it. */
#ifndef WEB_TARGET_H
#define WEB_TARGET_H

#include "base/err.h"
#include "base/view.h"

#include <stdbool.h>
#include <stddef.h>

enum { SEGMENTS_AT_MOST = 12, PAIRS_AT_MOST = 16, PARTS_AT_MOST = 4 };

struct target {
    char *path; /* as it came, without the query */
    char *text; /* the segments and pairs point into it */
    const char *segments[SEGMENTS_AT_MOST];
    size_t segment_count;
    struct {
        const char *name, *value;
    } pairs[PAIRS_AT_MOST];
    size_t pair_count;
};

/* `raw` as it stands in the request: "/a/b%20c?x=1". ERR_INPUT: not a path, a bad escape, a NUL or bytes that are not UTF-8;
 * ERR_FULL: more segments or pairs than anybody needs. */
MUST_USE err target_read(const char *raw, struct target *out);
void target_clear(struct target *t);
const char *target_query(const struct target *t, const char *name); /* NULL: not given */

/* Whether the pattern fits. `literal` says how much of it stood there word for word, so that the closest can be chosen;
 * `parts` receives what stood for the braces, borrowed from the target; those past the last are {NULL, 0}. */
bool route_match(const char *pattern, const struct target *t, struct view parts[PARTS_AT_MOST], size_t *literal);

#endif
