#include "counter_scanner.h"

#include "base/buf.h"
#include "base/mem.h"
#include "loop/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { CODE_MOST = 4096 };

struct counter_scanner {
    struct loop *loop;
    struct port *port;
    char *suffix;
    FILE *codes;
    struct timer *next;
    unsigned every_ms;
};

/* A scanner has ears for its settings; this one has none to set. */
static size_t heard(void *self, struct view bytes)
{
    (void)self;
    return bytes.n;
}

static const struct port_owner port_owner = { heard, NULL };

static void scan_next(void *self)
{
    struct counter_scanner *s = self;
    char code[CODE_MOST];
    s->next = NULL;
    if (fgets(code, sizeof code, s->codes) == NULL) {
        return;
    }
    code[strcspn(code, "\r\n")] = '\0';
    err e = code[0] != '\0' ? counter_scanner_scan(s, code) : OK;
    if (e != OK) {
        log_warn("devices", "a code of the file was not sent: %s", err_name(e));
    }
    s->next = loop_after(s->loop, s->every_ms, scan_next, s);
}

static err open_all(struct counter_scanner *s, const struct counter_scanner_options *o, char **reason)
{
    err e = port_open(s->loop, o->address, &port_owner, s, &s->port);
    if (e != OK) {
        *reason = mem_format("%s: %s", o->address, e == ERR_INPUT ? "not an address" : strerror(errno));
        return e;
    }
    if (o->codes_file == NULL) {
        return OK;
    }
    s->codes = fopen(o->codes_file, "re");
    if (s->codes == NULL) {
        *reason = mem_format("%s: %s", o->codes_file, strerror(errno));
        return ERR_SYSTEM;
    }
    s->next = loop_after(s->loop, s->every_ms, scan_next, s);
    return OK;
}

err counter_scanner_open(struct loop *l, const struct counter_scanner_options *options, char **reason,
                         struct counter_scanner **out)
{
    struct counter_scanner *s = mem_new(sizeof *s);
    s->loop = l;
    s->suffix = mem_text(options->suffix);
    s->every_ms = options->every_ms;
    err e = open_all(s, options, reason);
    if (e != OK) {
        counter_scanner_close(s);
        return e;
    }
    *out = s;
    return OK;
}

void counter_scanner_close(struct counter_scanner *s)
{
    if (s == NULL) {
        return;
    }
    timer_free(s->next);
    port_close(s->port);
    if (s->codes != NULL) {
        fclose(s->codes);
    }
    mem_free(s->suffix);
    mem_free(s);
}

struct port *counter_scanner_port(struct counter_scanner *s)
{
    return s->port;
}

err counter_scanner_scan(struct counter_scanner *s, const char *code)
{
    struct buf line;
    buf_init(&line, CODE_MOST);
    err e = buf_format(&line, "%s%s", code, s->suffix);
    e = e == OK ? port_say(s->port, buf_view(&line)) : e;
    buf_clear(&line);
    return e;
}
