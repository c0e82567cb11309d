/* UTF-8 as RFC 3629, section 4, has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/view.h"

size_t utf8_length(struct view text);   /* of the character that begins here, 1 to 4; 0: none does */
bool utf8_is_valid(struct view text);

#endif
