#include "pure/receipt.h"

#include "text.h"

#include <string.h>

/* FNV-1a, 64 bits: small, and the same on every machine. */
static const uint64_t FNV_START = UINT64_C(0xcbf29ce484222325), FNV_PRIME = UINT64_C(0x100000001b3);

static uint64_t mix_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ at[i]) * FNV_PRIME;
    }
    return hash;
}

static uint64_t mix_number(uint64_t hash, int64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)((uint64_t)value >> 8 * i);
    }
    return mix_bytes(hash, bytes, sizeof bytes);
}

/* Letters and digits only, folded: spacing and capitals may differ between a print and its copy. */
static uint64_t mix_text(uint64_t hash, const char *text)
{
    while (text != NULL && *text != 0) {
        uint32_t c = text_fold(text_next(&text));
        hash = text_is_letter(c) || text_is_digit(c) ? mix_number(hash, c) : hash;
    }
    return mix_number(hash, -1);
}

static uint64_t mix_amount(uint64_t hash, struct amount a)
{
    return mix_number(mix_number(hash, a.is_known), a.is_known ? a.minor : 0);
}

uint64_t receipt_fingerprint(const struct receipt *r)
{
    uint64_t hash = mix_number(FNV_START, r->kind);
    hash = mix_text(hash, r->store);
    hash = mix_text(hash, r->number);
    hash = mix_text(hash, r->datetime);
    hash = mix_amount(hash, r->total);
    for (size_t i = 0; i < r->item_count; i++) {
        hash = mix_text(hash, r->items[i].description);
        hash = mix_number(hash, (int64_t)(r->items[i].quantity * 1000));
        hash = mix_amount(hash, r->items[i].amount);
    }
    return hash;
}
