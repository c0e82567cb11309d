/* The printer's state, and the commands that only set a field of it. */
#include "decoder.h"

#include <string.h>

enum { TABS_UNSET = 255 };

struct printer_state printer_state_initial(void)
{
    return (struct printer_state){ .width_times = 1, .height_times = 1, .tab_count = TABS_UNSET };
}

void state_reset(struct printer_state *s)
{
    uint8_t paper_back = s->paper_back;
    *s = printer_state_initial();
    s->paper_back = paper_back;
}

static void set(struct decoder *d, const struct command *c, unsigned value)
{
    ((unsigned char *)&d->state)[c->field] = (unsigned char)value;
}

static unsigned last_of(struct view token)
{
    return token.at[token.n - 1];
}

void set_flag(struct decoder *d, const struct command *c, struct view token)
{
    set(d, c, last_of(token) & 1);
}

void set_digit(struct decoder *d, const struct command *c, struct view token)
{
    set(d, c, digit_at(token, token.n - 1));
}

void set_byte(struct decoder *d, const struct command *c, struct view token)
{
    set(d, c, last_of(token));
}

void set_word(struct decoder *d, const struct command *c, struct view token)
{
    uint16_t value = (uint16_t)word_at(token, token.n - 2);
    memcpy((unsigned char *)&d->state + c->field, &value, sizeof value);
}

void set_on(struct decoder *d, const struct command *c, struct view token)
{
    (void)token;
    set(d, c, 1);
}

void set_off(struct decoder *d, const struct command *c, struct view token)
{
    (void)token;
    set(d, c, 0);
}
