#include "record.h"

#include "base/mem.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { AT_KIND = 4, AT_LENGTH = 8, AT_CRC = 12, AT_POS = 16, AT_ANSWER = 24, AT_SUBJECT = 32, AT_WALL = 40, AT_TO = 48 };

static const uint32_t MAGIC = 0x314a5354; /* "TSJ1" */

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

uint32_t record_crc(const unsigned char header[JOURNAL_HEADER_BYTES], struct view body)
{
    unsigned char copy[JOURNAL_HEADER_BYTES];
    memcpy(copy, header, sizeof copy);
    put(copy + AT_CRC, 0, 4);
    uLong crc = crc32(0, copy, sizeof copy);
    return (uint32_t)(body.n > 0 ? crc32(crc, body.at, (uInt)body.n) : crc);
}

void record_encode(const struct journal_record *r, unsigned char header[JOURNAL_HEADER_BYTES])
{
    memset(header, 0, JOURNAL_HEADER_BYTES);
    put(header, MAGIC, 4);
    put(header + AT_KIND, r->kind, 1);
    put(header + AT_LENGTH, r->bytes.n, 4);
    put(header + AT_POS, r->pos_offset, 8);
    put(header + AT_ANSWER, r->answer_offset, 8);
    put(header + AT_SUBJECT, r->subject, 8);
    put(header + AT_WALL, (uint64_t)r->wall_us, 8);
    put(header + AT_TO, r->to, 8);
    put(header + AT_CRC, record_crc(header, r->bytes), 4);
}

err record_decode(const unsigned char header[JOURNAL_HEADER_BYTES], struct journal_record *out, uint32_t *crc)
{
    uint64_t kind = get(header + AT_KIND, 4), length = get(header + AT_LENGTH, 4);
    if (get(header, 4) != MAGIC || kind < JOURNAL_FROM_POS || kind > JOURNAL_VERDICT || length > JOURNAL_BODY_CEILING) {
        return ERR_INPUT;
    }
    *crc = (uint32_t)get(header + AT_CRC, 4);
    *out = (struct journal_record){
        .kind = (enum journal_kind)kind,
        .pos_offset = get(header + AT_POS, 8),
        .answer_offset = get(header + AT_ANSWER, 8),
        .subject = get(header + AT_SUBJECT, 8),
        .wall_us = (int64_t)get(header + AT_WALL, 8),
        .to = get(header + AT_TO, 8),
        .bytes = { NULL, length },
    };
    return OK;
}

err record_read(int fd, int64_t at, unsigned char **body, struct journal_record *out)
{
    unsigned char header[JOURNAL_HEADER_BYTES];
    struct journal_record r;
    uint32_t crc = 0;
    ssize_t n = pread(fd, header, sizeof header, at);
    if (n == 0) {
        return ERR_AGAIN;
    }
    if (n != (ssize_t)sizeof header || record_decode(header, &r, &crc) != OK) {
        return ERR_INPUT;
    }
    *body = mem_grow(*body, r.bytes.n, 1);
    r.bytes.at = *body;
    if (pread(fd, *body, r.bytes.n, at + JOURNAL_HEADER_BYTES) != (ssize_t)r.bytes.n || record_crc(header, r.bytes) != crc) {
        return ERR_INPUT;
    }
    *out = r;
    return OK;
}

err record_parse(struct view in, struct journal_record *out, size_t *length)
{
    struct journal_record r;
    uint32_t crc = 0;
    *length = JOURNAL_HEADER_BYTES;
    if (in.n < JOURNAL_HEADER_BYTES) {
        return ERR_AGAIN;
    }
    if (record_decode(in.at, &r, &crc) != OK) {
        return ERR_INPUT;
    }
    *length += r.bytes.n;
    if (in.n < *length) {
        return ERR_AGAIN;
    }
    r.bytes.at = in.at + JOURNAL_HEADER_BYTES;
    if (record_crc(in.at, r.bytes) != crc) {
        return ERR_INPUT;
    }
    *out = r;
    return OK;
}

uint64_t record_pos_end(const struct journal_record *r)
{
    if (r->kind == JOURNAL_GAP) {
        return r->to;
    }
    return r->pos_offset + (r->kind == JOURNAL_FROM_POS ? r->bytes.n : 0);
}

uint64_t record_answer_end(const struct journal_record *r)
{
    return r->answer_offset + (r->kind == JOURNAL_FROM_PRINTER ? r->bytes.n : 0);
}
