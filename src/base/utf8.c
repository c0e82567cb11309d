#include "base/utf8.h"

/* How many bytes a character has by its first byte, and what its second byte may be (RFC 3629, section 4). */
static const struct utf8_row {
    unsigned char first, last, length, second_least, second_most;
} utf8_rows[] = {
    { 0x00, 0x7f, 1, 0, 0 },       { 0xc2, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf },
    { 0xe1, 0xec, 3, 0x80, 0xbf }, { 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
    { 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static bool follows(struct view text, const struct utf8_row *row)
{
    if (text.n < row->length) {
        return false;
    }
    if (row->length > 1 && (text.at[1] < row->second_least || text.at[1] > row->second_most)) {
        return false;
    }
    for (size_t i = 2; i < row->length; i++) {
        if ((text.at[i] & 0xc0) != 0x80) {
            return false;
        }
    }
    return true;
}

size_t utf8_length(struct view text)
{
    if (text.n == 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof utf8_rows / sizeof *utf8_rows; i++) {
        const struct utf8_row *row = &utf8_rows[i];
        if (text.at[0] >= row->first && text.at[0] <= row->last) {
            return follows(text, row) ? row->length : 0;
        }
    }
    return 0;
}

bool utf8_is_valid(struct view text)
{
    while (text.n > 0) {
        size_t n = utf8_length(text);
        if (n == 0) {
            return false;
        }
        text = view_skip(text, n);
    }
    return true;
}
