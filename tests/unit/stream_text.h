/* Printer streams for tests, in a form that can be read and reviewed, and a way to see what a decoder made of them.
 *
 *   # a comment
 *   ESC "a" 01  "Total" HT "3.00" LF  00*72  GS "V" 00
 *
 * Names of control codes, text in quotes, bytes as two hex digits (255 is ff: FF is the form feed); *N repeats what stands before
 * it. A line that begins with ':' is an option: ": dialect star", ": charset GB18030". */
#ifndef TESTS_UNIT_STREAM_TEXT_H
#define TESTS_UNIT_STREAM_TEXT_H

#include "base/buf.h"
#include "pure/escpos.h"

struct stream_text {
    struct buf bytes;
    struct decoder_options options;
    char charset[32];
};

/* False: `text` has something that is none of the above; `at` is where. */
bool stream_text_read(const char *text, struct stream_text *out, const char **at);
void stream_text_clear(struct stream_text *s);

/* How a stream is handed to the decoder: whole, byte by byte, or in pieces chosen by a seed. */
enum { SPLIT_WHOLE = 0, SPLIT_BYTES = 1 }; /* any other number is a seed */

/* All that a decoder told about a stream and the state that it was left in, as text. */
void decode_to_text(struct view bytes, const struct decoder_options *options, unsigned split, struct buf *out);

bool read_whole_file(const char *path, struct buf *out);

#endif
