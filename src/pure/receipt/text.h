/* Text as an array of code points, beside a folded twin of the same length: lower case, no accents, plain digits and
 * spaces. Words and numbers are looked for in the twin; what leaves the reader is cut from the original by the same indices. */
#ifndef RECEIPT_TEXT_H
#define RECEIPT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POINT_INVALID = 0xFFFD };

uint32_t text_next(const char **at); /* one code point of UTF-8; a bad byte is POINT_INVALID */
uint32_t text_fold(uint32_t point);
unsigned text_columns(uint32_t point); /* 2 for East Asian wide characters */
bool text_is_letter(uint32_t folded);  /* any script; not a digit, not a sign */
bool text_is_digit(uint32_t folded);
bool text_is_ideograph(uint32_t folded);               /* written without spaces between words */
char *text_utf8(const uint32_t *points, size_t count); /* runs of space become one; freed by the caller */

#endif
