/* Whatever comes on the control socket: frames are read or refused, within what came, and one that was read can be said again. */
#include "edge/tap_frames.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* The header of what was read, written again, is the header that was read; but for flags that mean nothing. */
static void say_again(const struct tap_frame *f, struct view in)
{
    unsigned char header[FRAME_HEADER_BYTES];
    tap_frame_header(f, header);
    must(memcmp(header, in.at, 6) == 0 && memcmp(header + 8, in.at + 8, sizeof header - 8) == 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct view in = { data, size };
    struct tap_frame f;
    size_t length = 0;
    while (tap_frame_read(in, &f, &length) == OK) {
        must(length >= FRAME_HEADER_BYTES && length <= in.n);
        must(f.bytes.n == length - FRAME_HEADER_BYTES && f.bytes.at == in.at + FRAME_HEADER_BYTES);
        must(tap_frame_read((struct view){ in.at, length - 1 }, &f, &length) == ERR_AGAIN);
        say_again(&f, in);
        in = view_skip(in, length);
    }
    return 0;
}
