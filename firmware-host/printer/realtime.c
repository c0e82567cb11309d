#include "inside.h"

/* Real-time commands are acted on when they are received, wherever they stand: also inside other commands and pictures. */

enum { ANY = 0x100 };

static void tell_status(struct firmware_printer *p)
{
    answer_realtime_status(p, p->urgent[2]);
}

static void clear_all(struct firmware_printer *p)
{
    static const uint8_t done[] = { 0x37, 0x25, 0x00 };
    p->state.is_cutter_jammed = false;
    page_close(p);
    answer(p, done, sizeof done);
}

/* DLE ENQ: 1 goes on where the fault stopped it, 2 throws away what waited. Both need a fault that can be recovered. */
static void recover(struct firmware_printer *p)
{
    struct firmware_state now = p->state;
    now.is_cutter_jammed = false;
    firmware_printer_set_state(p, now);
}

static const struct urgent {
    uint8_t length;
    bool clears;
    uint16_t bytes[10];
    void (*run)(struct firmware_printer *p);
} urgents[] = {
    { 3, false, { 0x10, 0x04, 1 }, tell_status },
    { 3, false, { 0x10, 0x04, 2 }, tell_status },
    { 3, false, { 0x10, 0x04, 3 }, tell_status },
    { 3, false, { 0x10, 0x04, 4 }, tell_status },
    { 4, false, { 0x10, 0x04, 7, ANY }, tell_status },
    { 4, false, { 0x10, 0x04, 8, ANY }, tell_status },
    { 4, false, { 0x10, 0x04, 18, ANY }, tell_status },
    { 3, false, { 0x10, 0x05, 1 }, recover },
    { 3, true, { 0x10, 0x05, 2 }, recover },
    { 5, false, { 0x10, 0x14, 1, ANY, ANY }, drawer_pulse },
    { 10, true, { 0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8 }, clear_all },
};

static bool begins(const struct urgent *u, const uint8_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (u->bytes[i] != ANY && u->bytes[i] != at[i]) {
            return false;
        }
    }
    return n <= u->length;
}

static const struct urgent *candidate(const struct firmware_printer *p)
{
    for (size_t i = 0; i < sizeof urgents / sizeof *urgents; i++) {
        if (begins(&urgents[i], p->urgent, p->urgent_count)) {
            return &urgents[i];
        }
    }
    return NULL;
}

/* A recovery outside a fault does nothing, and so clears nothing. */
static bool is_allowed(const struct firmware_printer *p, const struct urgent *u)
{
    return u->run != recover || p->state.is_cutter_jammed;
}

bool realtime_byte(struct firmware_printer *p, uint8_t byte)
{
    if (p->urgent_count == 0 && byte != 0x10) {
        return false;
    }
    p->urgent[p->urgent_count++] = byte;
    const struct urgent *u = candidate(p);
    if (u == NULL) {
        p->urgent[0] = byte;
        p->urgent_count = byte == 0x10 ? 1 : 0;
        return false;
    }
    if (p->urgent_count < u->length) {
        return false;
    }
    p->urgent_count = 0;
    if (!is_allowed(p, u)) {
        return false;
    }
    if (u->clears) {
        waiting_forget(p, byte);
    }
    u->run(p);
    return u->clears;
}
