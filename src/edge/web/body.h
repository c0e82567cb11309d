/* What came as text or JSON, checked byte for byte before anybody reads it. Pure.
 * The reader of JSON behind us (cJSON 1.7.15) lets invalid UTF-8 through, cuts a text at \u0000 and fails on a lone
 * surrogate without a word: such bodies are refused here, with the reason. */
#ifndef WEB_BODY_H
#define WEB_BODY_H

#include "base/err.h"
#include "base/view.h"

#include <stdbool.h>

enum { JSON_DEPTH_AT_MOST = 32 };

/* One whole JSON value (RFC 8259) and nothing after it. ERR_INPUT: `reason` (static text) says what is wrong, `at` where. */
MUST_USE err json_check(struct view body, const char **reason, size_t *at);

#endif
