#include "inside.h"

#include <string.h>

/* The bits are those of the maker's manual for DLE EOT, GS a (ASB), GS r and GS I. */

void answer(struct firmware_printer *p, const void *bytes, size_t n)
{
    if (p->answers != NULL) {
        p->answers(p->self, (struct view){ bytes, n });
    }
}

static bool is_paper_low(const struct firmware_printer *p)
{
    return p->state.paper != FIRMWARE_PAPER_OK;
}

static bool is_paper_out(const struct firmware_printer *p)
{
    return p->state.paper == FIRMWARE_PAPER_END;
}

/* DLE EOT: bits 1 and 4 are always set, 0 and 7 never. */
static uint8_t status_byte(const struct firmware_printer *p, unsigned kind)
{
    uint8_t b = 0x12;
    switch (kind) {
    case 1:
        b |= p->state.is_drawer_open ? 0x04 : 0;
        return b | (firmware_printer_is_offline(p) ? 0x08 : 0);
    case 2:
        b |= p->state.is_cover_open ? 0x04 : 0;
        b |= is_paper_out(p) ? 0x20 : 0;
        return b | (p->state.is_cutter_jammed ? 0x40 : 0);
    case 3:
        return b | (p->state.is_cutter_jammed ? 0x08 : 0);
    case 4:
        b |= is_paper_low(p) ? 0x0C : 0;
        return b | (is_paper_out(p) ? 0x60 : 0);
    default:
        return b; /* ink, slip and interface: nothing to tell */
    }
}

void answer_realtime_status(struct firmware_printer *p, unsigned kind)
{
    uint8_t b = status_byte(p, kind);
    answer(p, &b, 1);
}

static void asb_bytes(const struct firmware_printer *p, uint8_t b[4])
{
    b[0] = 0x10;
    b[0] |= p->state.is_drawer_open ? 0x04 : 0;
    b[0] |= firmware_printer_is_offline(p) ? 0x08 : 0;
    b[0] |= p->state.is_cover_open ? 0x20 : 0;
    b[1] = p->state.is_cutter_jammed ? 0x08 : 0;
    b[2] = is_paper_low(p) ? 0x03 : 0;
    b[2] |= is_paper_out(p) ? 0x0C : 0;
    b[3] = 0x0F;
}

/* Which bits of the four bytes each bit of GS a asks for: drawer, on or off line, error, paper. */
static const struct {
    uint8_t wanted, bits[4];
} concerns[] = {
    { 0x01, { 0x04, 0, 0, 0 } },
    { 0x02, { 0x28, 0, 0, 0 } },
    { 0x04, { 0, 0x6C, 0, 0 } },
    { 0x08, { 0, 0, 0x0F, 0 } },
};

static bool have_changed(const uint8_t bits[4], const uint8_t before[4], const uint8_t now[4])
{
    for (size_t i = 0; i < 4; i++) {
        if (((before[i] ^ now[i]) & bits[i]) != 0) {
            return true;
        }
    }
    return false;
}

static bool is_of_interest(uint8_t wanted, const uint8_t before[4], const uint8_t now[4])
{
    for (size_t i = 0; i < sizeof concerns / sizeof *concerns; i++) {
        if ((wanted & concerns[i].wanted) != 0 && have_changed(concerns[i].bits, before, now)) {
            return true;
        }
    }
    return false;
}

void answer_changes(struct firmware_printer *p)
{
    uint8_t now[4];
    asb_bytes(p, now);
    bool must_tell = is_of_interest(p->asb_wanted, p->asb_last, now);
    memcpy(p->asb_last, now, sizeof now);
    if (must_tell) {
        answer(p, now, sizeof now);
    }
}

void run_automatic_status(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)n;
    p->asb_wanted = at[2];
    if ((p->asb_wanted & 0x4F) != 0) {
        asb_bytes(p, p->asb_last);
        answer(p, p->asb_last, sizeof p->asb_last);
    }
}

void run_ask_paper(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)at;
    (void)n;
    uint8_t b = (is_paper_low(p) ? 0x03 : 0) | (is_paper_out(p) ? 0x0C : 0);
    answer(p, &b, 1);
}

void run_ask_drawer(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)at;
    (void)n;
    uint8_t b = p->state.is_drawer_open ? 1 : 0;
    answer(p, &b, 1);
}

/* GS r */
void run_ask_status(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    switch (at[2] & 0x0F) {
    case 1:
        run_ask_paper(p, at, n);
        break;
    case 2:
        run_ask_drawer(p, at, n);
        break;
    case 4:
        answer(p, "\0", 1);
        break;
    default:
        break;
    }
}

/* GS I: one byte for 1 to 3, text between 5Fh and NUL from 65 on. */
void run_ask_identity(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    static const struct {
        uint8_t asked, told;
    } numbers[] = { { 1, 0x20 }, { 2, 0x02 }, { 3, 0x01 }, { '1', 0x20 }, { '2', 0x02 }, { '3', 0x01 } };
    (void)n;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (numbers[i].asked == at[2]) {
            answer(p, &numbers[i].told, 1);
            return;
        }
    }
    const char *texts[] = { "1.00 ESC/POS", "EPSON", p->model, "T000000001", p->options.starts_two_byte ? "CHINA GB18030" : "" };
    if (at[2] < 65 || at[2] > 69) {
        return;
    }
    struct buf block;
    buf_init(&block, 100);
    if (buf_add_byte(&block, 0x5F) == OK && buf_add_text(&block, texts[at[2] - 65]) == OK && buf_add_byte(&block, 0) == OK) {
        answer(p, block.at, block.n);
    }
    buf_clear(&block);
}

/* GS ( H function 48: everything before it is on paper, because commands are executed in order. */
void run_ask_done(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    if (n < 11 || (at[5] & 0x0F) != 0 || (at[6] & 0x0F) != 0) {
        return;
    }
    uint8_t block[] = { 0x37, 0x22, at[7], at[8], at[9], at[10], 0 };
    answer(p, block, sizeof block);
}

void drawer_pulse(struct firmware_printer *p)
{
    p->counts.drawer_pulses++;
    p->piece_pulses++;
}

void run_pulse(struct firmware_printer *p, const uint8_t *at, size_t n)
{
    (void)at;
    (void)n;
    drawer_pulse(p);
}
