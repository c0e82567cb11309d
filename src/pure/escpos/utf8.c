#include "charset.h"

size_t utf8_take(const unsigned char *at, size_t n, uint32_t *out)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t length = n == 0                          ? 0
                    : at[0] < 0x80                  ? 1
                    : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
                    : (at[0] & 0xf0) == 0xe0        ? 3
                    : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
                                                    : 0;
    if (length == 0 || length > n) {
        return 0;
    }
    uint32_t value = length == 1 ? at[0] : at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = value << 6 | (at[i] & 0x3f);
    }
    bool is_surrogate = value >= 0xd800 && value < 0xe000;
    if (value < least[length] || value > 0x10ffff || is_surrogate) {
        return 0;
    }
    *out = value;
    return length;
}

err utf8_add(struct buf *out, uint32_t character)
{
    unsigned char bytes[4];
    size_t n = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = n - 1; i > 0; i--) {
        bytes[i] = (unsigned char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    bytes[0] = (unsigned char)(lead[n] | character);
    return buf_add(out, bytes, n);
}

err utf8_of_data(struct view data, struct buf *out)
{
    bool is_utf8 = true;
    uint32_t character;
    for (size_t i = 0, n; is_utf8 && i < data.n; i += n) {
        n = utf8_take(data.at + i, data.n - i, &character);
        is_utf8 = n > 0;
    }
    if (is_utf8) {
        return buf_add_view(out, data);
    }
    err e = OK;
    for (size_t i = 0; i < data.n && e == OK; i++) {
        e = utf8_add(out, data.at[i]);
    }
    return e;
}
