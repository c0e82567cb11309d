/* How long a command is, for those that carry their length with them. */
#include "decoder.h"

enum { TERMINATED_MOST = 512 }; /* text that no terminator ends is given up here */

unsigned byte_at(struct view v, size_t at)
{
    return at < v.n ? v.at[at] : 0;
}

unsigned word_at(struct view v, size_t at)
{
    return byte_at(v, at) | byte_at(v, at + 1) << 8;
}

unsigned digit_at(struct view v, size_t at)
{
    unsigned byte = byte_at(v, at);
    return byte >= '0' && byte <= '9' ? byte - '0' : byte;
}

uint64_t measure_n16(struct view seen)
{
    return 5 + (uint64_t)word_at(seen, 3);
}

uint64_t measure_n32(struct view seen)
{
    return 7 + ((uint64_t)word_at(seen, 3) | (uint64_t)word_at(seen, 5) << 16);
}

static uint64_t measure_until(struct view seen, unsigned char end)
{
    bool is_done = seen.at[seen.n - 1] == end || seen.n >= TERMINATED_MOST;
    return is_done ? seen.n : seen.n + 1;
}

uint64_t measure_until_nul(struct view seen)
{
    return measure_until(seen, 0);
}

uint64_t measure_until_rs(struct view seen)
{
    return measure_until(seen, RS);
}
