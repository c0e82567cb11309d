#include "edge/tap_frames.h"

static void put(unsigned char *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(value >> (8 * i));
    }
}

static uint64_t get(const unsigned char *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}

void tap_frame_header(const struct tap_frame *f, unsigned char out[FRAME_HEADER_BYTES])
{
    put(out, FRAME_HEADER_BYTES - 4 + f->bytes.n, 4);
    put(out + 4, f->type, 1);
    put(out + 5, f->flags, 3);
    put(out + 8, f->subject, 8);
    put(out + 16, f->offset, 8);
    put(out + 24, f->answer_offset, 8);
    put(out + 32, (uint64_t)f->wall_us, 8);
    put(out + 40, f->to, 8);
}

err tap_frame_read(struct view in, struct tap_frame *out, size_t *length)
{
    if (in.n < 4) {
        return ERR_AGAIN;
    }
    uint64_t n = get(in.at, 4) + 4;
    if (n < FRAME_HEADER_BYTES || n > FRAME_HEADER_BYTES + FRAME_BYTES_CEILING) {
        return ERR_INPUT;
    }
    if (in.n < n) {
        return ERR_AGAIN;
    }
    uint64_t type = get(in.at + 4, 1);
    if (type < FRAME_FOLLOW || type > FRAME_VERDICT) {
        return ERR_INPUT;
    }
    *length = (size_t)n;
    *out = (struct tap_frame){
        .type = (enum tap_frame_type)type,
        .flags = (unsigned)get(in.at + 5, 1),
        .subject = get(in.at + 8, 8),
        .offset = get(in.at + 16, 8),
        .answer_offset = get(in.at + 24, 8),
        .wall_us = (int64_t)get(in.at + 32, 8),
        .to = get(in.at + 40, 8),
        .bytes = { in.at + FRAME_HEADER_BYTES, (size_t)n - FRAME_HEADER_BYTES },
    };
    return OK;
}
