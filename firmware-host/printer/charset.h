/* Which character a byte means: the code pages of ESC t, the national letters of ESC R, and the two-byte sets of FS &. */
#ifndef FIRMWARE_HOST_CHARSET_H
#define FIRMWARE_HOST_CHARSET_H

#include <stddef.h>
#include <stdint.h>

/* The upper half of code page `number` of ESC t, as Unicode; an unknown number is page 0, an unused place is 0. */
void charset_page(unsigned number, uint32_t upper[128]);

/* What `byte` (below 80h) means in the national set of ESC R. */
uint32_t charset_national(unsigned set, uint8_t byte);

/* Two bytes in iconv's charset `name`; 0 when they mean nothing. */
uint32_t charset_pair(const char *name, uint8_t lead, uint8_t trail);

/* One character of UTF-8 of `n` bytes (1 to 4); U+FFFD when they are none. */
uint32_t charset_utf8(const uint8_t *at, size_t n);
unsigned charset_utf8_length(uint8_t lead);

/* Is this drawn in a square cell, two columns wide? */
int charset_is_wide(uint32_t character);

#endif
