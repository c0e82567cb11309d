#include "inside.h"

#include <zlib.h>

enum { ROLL_STEP_DOTS = 512, FEED_DOTS_MOST = 8128 }; /* one command feeds a metre at most */

static void hand_over(struct firmware_printer *p, enum firmware_cut_kind kind, unsigned height)
{
    struct firmware_cut piece = { .kind = kind,
                                  .number = ++p->counts.pieces,
                                  .from = p->piece_from,
                                  .to = p->counts.executed_bytes,
                                  .crc32 = p->piece_crc32,
                                  .drawer_pulses = p->piece_pulses,
                                  .width_dots = p->paper.width,
                                  .height_dots = height,
                                  .stride = p->paper.stride,
                                  .bits = p->paper.bits };
    p->piece_from = p->counts.executed_bytes;
    p->piece_crc32 = (uint32_t)crc32(0, NULL, 0);
    p->piece_pulses = 0;
    if (p->cut != NULL) {
        p->cut(p->self, &piece);
    }
    bitmap_drop_rows(&p->paper, height);
    p->paper_y -= height;
}

static void unroll(struct firmware_printer *p, unsigned until)
{
    if (until > p->paper.height) {
        bitmap_grow(&p->paper, until + ROLL_STEP_DOTS);
    }
}

static void make_room(struct firmware_printer *p, unsigned dots)
{
    if (p->paper_y > 0 && p->paper_y + dots > PIECE_DOTS_MOST) {
        hand_over(p, FIRMWARE_CUT_ROLL, p->paper_y);
    }
    unroll(p, p->paper_y + dots);
}

void paper_feed(struct firmware_printer *p, unsigned dots)
{
    dots = dots < FEED_DOTS_MOST ? dots : FEED_DOTS_MOST;
    make_room(p, dots);
    p->paper_y += dots;
}

void paper_print(struct firmware_printer *p, const struct bitmap *b, int x, unsigned feed_dots)
{
    make_room(p, b->height);
    bitmap_or(&p->paper, b, x, (int)p->paper_y);
    p->paper_y += b->height;
    paper_feed(p, feed_dots > b->height ? feed_dots - b->height : 0);
}

void paper_back(struct firmware_printer *p, unsigned dots)
{
    p->paper_y -= dots < p->paper_y ? dots : p->paper_y;
}

void paper_cut(struct firmware_printer *p, enum firmware_cut_kind kind)
{
    unsigned behind = p->options.cutter_distance_dots;
    if (p->paper_y > behind) {
        hand_over(p, kind, p->paper_y - behind);
    }
}

bool paper_has_ink(const struct firmware_printer *p)
{
    size_t bytes = (size_t)p->paper_y * p->paper.stride;
    for (size_t i = 0; i < bytes && i < (size_t)p->paper.height * p->paper.stride; i++) {
        if (p->paper.bits[i] != 0) {
            return true;
        }
    }
    return false;
}

void paper_count(struct firmware_printer *p, uint8_t byte)
{
    p->counts.executed_bytes++;
    p->piece_crc32 = (uint32_t)crc32(p->piece_crc32, &byte, 1);
}
