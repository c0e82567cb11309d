/* Whatever stands on the disk: records are read or refused, within what is there. A right CRC is hard to guess, so the same
 * bytes are also read as what a record may hold, with a CRC that fits. */
#include "../../src/tap/record.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { CRC_AT = 12 };

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void read_all(struct view in)
{
    struct journal_record r;
    size_t length = 0;
    err e = record_parse(in, &r, &length);
    while (e == OK) {
        must(length >= JOURNAL_HEADER_BYTES && length <= in.n && r.bytes.n == length - JOURNAL_HEADER_BYTES);
        must(r.kind >= JOURNAL_FROM_POS && r.kind <= JOURNAL_VERDICT);
        in = view_skip(in, length);
        e = record_parse(in, &r, &length);
    }
    must(e == ERR_INPUT || (e == ERR_AGAIN && length > in.n && length <= JOURNAL_HEADER_BYTES + JOURNAL_BODY_CEILING));
}

static void read_as_if_it_was_sound(struct view in)
{
    unsigned char header[JOURNAL_HEADER_BYTES], again[JOURNAL_HEADER_BYTES];
    struct journal_record r;
    uint32_t crc = 0;
    memcpy(header, in.at, sizeof header);
    if (record_decode(header, &r, &crc) != OK || r.bytes.n > in.n - sizeof header) {
        return;
    }
    r.bytes.at = in.at + sizeof header;
    record_encode(&r, again);
    must(memcmp(header, again, CRC_AT) == 0 && memcmp(header + CRC_AT + 4, again + CRC_AT + 4, sizeof header - CRC_AT - 4) == 0);
    must(record_pos_end(&r) == r.pos_offset + (r.kind == JOURNAL_FROM_POS ? r.bytes.n : 0) || r.kind == JOURNAL_GAP);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct view in = { data, size };
    read_all(in);
    if (in.n >= JOURNAL_HEADER_BYTES) {
        read_as_if_it_was_sound(in);
    }
    return 0;
}
