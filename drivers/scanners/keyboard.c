/* Scanners that pretend to be a keyboard (a wedge). The wire brings the kernel's input events; a scanner sends key codes,
 * not characters, so they are read with the scanner's own layout, never the desk's: "us" unless the address says
 * otherwise, as in evdev:/dev/input/by-id/...?layout=fr. */
#include "driver/driver.h"

#include <linux/input.h>
#include <string.h>
#include <xkbcommon/xkbcommon.h>

enum { CODE_CEILING = 4096, XKB_OFFSET = 8 };

struct keyboard {
    struct xkb_context *context;
    struct xkb_keymap *keymap;
    struct xkb_state *state;
    unsigned char event[sizeof(struct input_event)];
    size_t event_n;
    unsigned char code[CODE_CEILING];
    size_t code_n;
    bool is_spoiled; /* some of this code was lost: it is not reported */
};

static void leave(struct scanner *s)
{
    struct keyboard *k = scanner_memory(s);
    xkb_state_unref(k->state);
    xkb_keymap_unref(k->keymap);
    xkb_context_unref(k->context);
    k->state = NULL;
    k->keymap = NULL;
    k->context = NULL;
}

static err greet(struct scanner *s)
{
    struct keyboard *k = scanner_memory(s);
    char layout[32] = "us";
    scanner_option(s, "layout", layout, sizeof layout);
    const struct xkb_rule_names names = { .rules = "evdev", .model = "pc105", .layout = layout };
    k->context = xkb_context_new(XKB_CONTEXT_NO_ENVIRONMENT_NAMES);
    k->keymap = k->context ? xkb_keymap_new_from_names(k->context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS) : NULL;
    k->state = k->keymap ? xkb_state_new(k->keymap) : NULL;
    if (k->state == NULL) {
        leave(s);
        return ERR_INPUT;
    }
    return OK;
}

static void end_code(struct scanner *s)
{
    struct keyboard *k = scanner_memory(s);
    if (k->code_n > 0 && !k->is_spoiled) {
        scanner_read(s, (struct view){ k->code, k->code_n }, CODE_UNKNOWN);
    }
    k->code_n = 0;
    k->is_spoiled = false;
}

static bool ends_a_code(unsigned key)
{
    return key == KEY_ENTER || key == KEY_KPENTER || key == KEY_TAB;
}

static void type(struct keyboard *k, unsigned key)
{
    char text[16];
    int n = xkb_state_key_get_utf8(k->state, key + XKB_OFFSET, text, sizeof text);
    if (n <= 0 || (size_t)n >= sizeof text) {
        return;
    }
    if (k->code_n + (size_t)n > CODE_CEILING) {
        k->is_spoiled = true;
        return;
    }
    memcpy(k->code + k->code_n, text, (size_t)n);
    k->code_n += (size_t)n;
}

static bool is_a_lock(unsigned key)
{
    return key == KEY_CAPSLOCK || key == KEY_SCROLLLOCK;
}

static void key_changed(struct scanner *s, unsigned key, int value)
{
    struct keyboard *k = scanner_memory(s);
    if (value == 1 && ends_a_code(key)) {
        end_code(s);
        return;
    }
    if (value == 1) {
        type(k, key);
    }
    if (value != 2 && !is_a_lock(key)) {
        xkb_state_update_key(k->state, key + XKB_OFFSET, value ? XKB_KEY_DOWN : XKB_KEY_UP);
    }
}

/* The kernel's queue ran over: keys are missing, and which are held is no longer known. */
static void lost_some(struct scanner *s)
{
    struct keyboard *k = scanner_memory(s);
    struct xkb_state *fresh = xkb_state_new(k->keymap);
    if (fresh != NULL) {
        xkb_state_unref(k->state);
        k->state = fresh;
    }
    k->is_spoiled = true;
}

static void hear_event(struct scanner *s, const struct input_event *e)
{
    const struct keyboard *k = scanner_memory(s);
    if (e->type == EV_SYN && e->code == SYN_DROPPED) {
        lost_some(s);
    } else if (e->type == EV_KEY && e->code < KEY_CNT && k->state != NULL) {
        key_changed(s, e->code, e->value);
    }
}

static void hear(struct scanner *s, struct view bytes)
{
    struct keyboard *k = scanner_memory(s);
    for (size_t i = 0; i < bytes.n; i++) {
        k->event[k->event_n++] = bytes.at[i];
        if (k->event_n == sizeof k->event) {
            struct input_event e;
            memcpy(&e, k->event, sizeof e);
            k->event_n = 0;
            hear_event(s, &e);
        }
    }
}

const struct scanner_driver keyboard_scanner;
const struct scanner_driver keyboard_scanner = {
    .name = "keyboard", .memory = sizeof(struct keyboard), .greet = greet, .hear = hear, .quiet = end_code, .leave = leave
};
