#include "question.h"

enum { NEAR_THE_END_BYTES = 256 };

/* How questions begin. Epson's ESC/POS command reference, "status" and "process ID" groups; Star's line mode manual. */
static const unsigned char beginnings[][2] = {
    { 0x10, 0x04 },                 /* DLE EOT: real-time status */
    { 0x10, 0x05 },                 /* DLE ENQ: real-time request */
    { 0x1d, 'r' },                  /* GS r: status */
    { 0x1d, 'I' },                  /* GS I: printer id */
    { 0x1d, 'a' },                  /* GS a: automatic status back */
    { 0x1d, 'g' },                  /* GS g 2: maintenance counter */
    { 0x1d, '(' },                  /* GS ( H: process id; GS ( E, GS ( L: settings and memory */
    { 0x1b, 'u' },                  /* ESC u, ESC v: drawer and paper sensor */
    { 0x1b, 'v' },  { 0x1b, 0x06 }, /* ESC ACK SOH: Star's status */
};

struct question question_none(void)
{
    return (struct question){ .bytes_since = UINT64_MAX };
}

static bool begins_question(unsigned char first, unsigned char second)
{
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        if (beginnings[i][0] == first && beginnings[i][1] == second) {
            return true;
        }
    }
    return false;
}

void question_hear(struct question *q, struct view bytes)
{
    size_t from = bytes.n > NEAR_THE_END_BYTES ? bytes.n - NEAR_THE_END_BYTES : 0;
    unsigned char before = from > 0 ? bytes.at[from - 1] : q->last_byte;
    q->bytes_since = q->bytes_since > UINT64_MAX - bytes.n ? UINT64_MAX : q->bytes_since + bytes.n;
    for (size_t i = from; i < bytes.n; i++) {
        if (begins_question(before, bytes.at[i])) {
            q->bytes_since = bytes.n - i - 1;
        }
        before = bytes.at[i];
    }
    q->last_byte = before;
}

bool question_is_open(const struct question *q)
{
    return q->bytes_since < NEAR_THE_END_BYTES;
}
