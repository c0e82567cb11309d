#include "edge/scanner.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "loop/log.h"

#include <string.h>

enum { CODE_CEILING = 4096, QUIET_MS = 100 };

struct scanner {
    struct loop *loop;
    struct wire *wire;
    const struct scanner_driver *driver;
    const struct scanner_owner *owner;
    void *self, *memory;
    struct timer *quiet;
    char *address;
    bool is_greeted;
};

void *scanner_memory(struct scanner *s)
{
    return s->memory;
}

/* What stands after "?name=" or "&name=", or NULL. */
static const char *find_option(const char *address, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = strchr(address, '?'); at != NULL; at = strchr(at + 1, '&')) {
        if (strncmp(at + 1, name, n) == 0 && at[n + 1] == '=') {
            return at + n + 2;
        }
    }
    return NULL;
}

const char *scanner_option(struct scanner *s, const char *name, char *into, size_t room)
{
    const char *value = find_option(s->address, name);
    size_t length = value != NULL ? strcspn(value, "&") : 0;
    if (value == NULL || length >= room) {
        return NULL;
    }
    memcpy(into, value, length);
    into[length] = '\0';
    return into;
}

/* The symbology identifier that a scanner may put in front (ISO/IEC 15424): "]E0" and so on. */
static enum symbology take_identifier(struct view *code, enum symbology kind)
{
    static const struct {
        uint8_t letter, digit; /* digit 0: any */
        enum symbology kind;
    } identifiers[] = {
        { 'E', '4', CODE_EAN8 }, { 'E', 0, CODE_EAN13 }, { 'A', 0, CODE_CODE39 },     { 'C', 0, CODE_CODE128 },
        { 'I', 0, CODE_ITF },    { 'Q', 0, CODE_QR },    { 'd', 0, CODE_DATAMATRIX },
    };
    bool has_one = code->n > 3 && code->at[0] == ']' && ((code->at[1] | 0x20) >= 'a') && ((code->at[1] | 0x20) <= 'z');
    if (!has_one) {
        return kind;
    }
    for (size_t i = 0; i < sizeof identifiers / sizeof *identifiers; i++) {
        if (identifiers[i].letter == code->at[1] && (identifiers[i].digit == 0 || identifiers[i].digit == code->at[2])) {
            kind = identifiers[i].kind;
            break;
        }
    }
    *code = view_skip(*code, 3);
    return kind;
}

/* Room for one byte as UTF-8, if it is Latin-1, and the closing NUL. */
static size_t add_byte(char text[CODE_CEILING + 3], size_t n, unsigned char byte, bool is_latin1)
{
    if (byte < ' ' || byte == 0x7F) {
        return n;
    }
    if (is_latin1 && byte >= 0x80) {
        text[n++] = (char)(0xC0 | byte >> 6);
        byte = 0x80 | (byte & 0x3F);
    }
    text[n++] = (char)byte;
    return n;
}

/* Scanners send UTF-8 or, the older ones, Latin-1; everything above here is UTF-8. */
void scanner_read(struct scanner *s, struct view code, enum symbology kind)
{
    char text[CODE_CEILING + 3];
    size_t n = 0;
    kind = take_identifier(&code, kind);
    bool is_latin1 = !utf8_is_valid(code);
    for (size_t i = 0; i < code.n && n < CODE_CEILING; i++) {
        n = add_byte(text, n, code.at[i], is_latin1);
    }
    text[n] = '\0';
    if (n > 0) {
        s->owner->scanned(s->self, text, kind);
    }
}

static void fell_quiet(void *self)
{
    struct scanner *s = self;
    s->quiet = NULL;
    s->driver->quiet(s);
}

static void went_up(void *self)
{
    struct scanner *s = self;
    memset(s->memory, 0, s->driver->memory);
    err e = s->driver->greet ? s->driver->greet(s) : OK;
    s->is_greeted = e == OK;
    if (e != OK) {
        log_error("scanner", "%s: cannot be used: %s", s->address, err_name(e));
    }
    if (s->owner->changed != NULL) {
        s->owner->changed(s->self, e == OK);
    }
}

static void heard(void *self, struct view bytes)
{
    struct scanner *s = self;
    if (!s->is_greeted) {
        return;
    }
    timer_free(s->quiet);
    s->quiet = s->driver->quiet ? loop_after(s->loop, QUIET_MS, fell_quiet, s) : NULL;
    s->driver->hear(s, bytes);
}

static void part(struct scanner *s)
{
    timer_free(s->quiet);
    s->quiet = NULL;
    if (s->is_greeted && s->driver->leave != NULL) {
        s->driver->leave(s);
    }
    s->is_greeted = false;
}

static void went_down(void *self, err why)
{
    (void)why;
    struct scanner *s = self;
    part(s);
    if (s->owner->changed != NULL) {
        s->owner->changed(s->self, false);
    }
}

static const struct wire_owner wire_side = { .up = went_up, .heard = heard, .down = went_down };

/* What speaks on a wire of this kind when nobody says otherwise. */
static const char *usual_driver(const char *address)
{
    static const struct {
        const char *scheme, *driver;
    } usual[] = { { "evdev:", "keyboard" }, { "hidraw:", "hidpos" } };
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if (strncmp(address, usual[i].scheme, strlen(usual[i].scheme)) == 0) {
            return usual[i].driver;
        }
    }
    return "lines";
}

static const struct scanner_driver *find_driver(const struct scanner_driver *const *drivers, const char *name)
{
    for (; *drivers != NULL; drivers++) {
        if (strcmp((*drivers)->name, name) == 0) {
            return *drivers;
        }
    }
    return NULL;
}

err scanner_open(const struct scanner_opening *o, const char *address, struct scanner **out)
{
    const char *name = o->driver_name != NULL ? o->driver_name : usual_driver(address);
    const struct scanner_driver *driver = find_driver(o->kinds->drivers, name);
    if (driver == NULL) {
        return ERR_MISSING;
    }
    struct scanner *s = mem_new(sizeof *s);
    *s = (struct scanner){ .loop = o->loop, .driver = driver, .owner = o->owner, .self = o->self, .address = mem_text(address) };
    s->memory = mem_new(driver->memory);
    err e = wire_open(o->loop, o->kinds->wires, &(struct wire_calling){ address, &wire_side, s }, &s->wire);
    if (e != OK) {
        mem_free(s->address);
        mem_free(s->memory);
        mem_free(s);
        return e;
    }
    *out = s;
    return OK;
}

static void release(void *self)
{
    struct scanner *s = self;
    mem_free(s->address);
    mem_free(s->memory);
    mem_free(s);
}

void scanner_close(struct scanner *s)
{
    if (s == NULL) {
        return;
    }
    part(s);
    wire_close(s->wire);
    loop_later(s->loop, release, s);
}
