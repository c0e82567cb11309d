#include "commands.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL is success, "" an answer that was already given; anything else says what was wrong. */
typedef const char *command_fn(struct devices *d, const char *argument, struct buf *answer);

static const char NO_PRINTER[] = "there is no printer", NO_SCANNER[] = "there is no scanner";

static const char *set_paper(struct devices *d, const char *argument, struct buf *answer)
{
    static const char *const names[] = { "ok", "near", "end" };
    (void)answer;
    struct firmware_state now = firmware_printer_state(counter_printer_firmware(d->printer));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(argument, names[i]) == 0) {
            now.paper = (enum firmware_paper)i;
            counter_printer_set_state(d->printer, now);
            return NULL;
        }
    }
    return "paper is ok, near or end";
}

static const char *set_cover(struct devices *d, const char *argument, struct buf *answer)
{
    (void)answer;
    struct firmware_state now = firmware_printer_state(counter_printer_firmware(d->printer));
    now.is_cover_open = strcmp(argument, "open") == 0;
    if (!now.is_cover_open && strcmp(argument, "closed") != 0) {
        return "a cover is open or closed";
    }
    counter_printer_set_state(d->printer, now);
    return NULL;
}

static const char *set_drawer(struct devices *d, const char *argument, struct buf *answer)
{
    (void)answer;
    struct firmware_state now = firmware_printer_state(counter_printer_firmware(d->printer));
    now.is_drawer_open = strcmp(argument, "open") == 0;
    if (!now.is_drawer_open && strcmp(argument, "closed") != 0) {
        return "a drawer is open or closed";
    }
    counter_printer_set_state(d->printer, now);
    return NULL;
}

static const char *set_cutter(struct devices *d, const char *argument, struct buf *answer)
{
    (void)answer;
    struct firmware_state now = firmware_printer_state(counter_printer_firmware(d->printer));
    now.is_cutter_jammed = strcmp(argument, "jammed") == 0;
    if (!now.is_cutter_jammed && strcmp(argument, "ok") != 0) {
        return "a cutter is ok or jammed";
    }
    counter_printer_set_state(d->printer, now);
    return NULL;
}

static const char *set_line(struct devices *d, bool is_offline)
{
    struct firmware_state now = firmware_printer_state(counter_printer_firmware(d->printer));
    now.is_switched_offline = is_offline;
    counter_printer_set_state(d->printer, now);
    return NULL;
}

static const char *go_offline(struct devices *d, const char *argument, struct buf *answer)
{
    (void)argument;
    (void)answer;
    return set_line(d, true);
}

static const char *go_online(struct devices *d, const char *argument, struct buf *answer)
{
    (void)argument;
    (void)answer;
    return set_line(d, false);
}

static bool read_number(const char *text, unsigned long most, unsigned long *out)
{
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number > most) {
        return false;
    }
    *out = number;
    return true;
}

static const char *vanish(struct devices *d, const char *argument, struct buf *answer)
{
    (void)answer;
    unsigned long bytes = 0;
    struct port *port = counter_printer_port(d->printer);
    if (argument[0] == '\0') {
        port_vanish(port);
        return NULL;
    }
    if (strncmp(argument, "after ", 6) != 0 || !read_number(argument + 6, UINT32_MAX, &bytes) || bytes == 0) {
        return "vanish, or vanish after BYTES";
    }
    port_vanish_after(port, bytes);
    return NULL;
}

static const char *come_back(struct devices *d, const char *argument, struct buf *answer)
{
    (void)argument;
    (void)answer;
    return port_return(counter_printer_port(d->printer)) == OK ? NULL : "the address is taken";
}

static const char *set_speed(struct devices *d, const char *argument, struct buf *answer)
{
    (void)answer;
    unsigned long speed = 0;
    if (!read_number(argument, 1000000000, &speed)) {
        return "slow BYTES_PER_SECOND; 0 is as fast as it goes";
    }
    port_set_speed(counter_printer_port(d->printer), (unsigned)speed);
    return NULL;
}

static const char *set_reads(struct devices *d, const char *argument, struct buf *answer)
{
    (void)answer;
    unsigned long most = 0;
    if (!read_number(argument, 65536, &most)) {
        return "reads BYTES_AT_MOST; 0 is no limit";
    }
    port_set_read_most(counter_printer_port(d->printer), most);
    return NULL;
}

static const char *tear(struct devices *d, const char *argument, struct buf *answer)
{
    (void)argument;
    (void)answer;
    firmware_printer_tear(counter_printer_firmware(d->printer));
    return NULL;
}

static const char *scan(struct devices *d, const char *argument, struct buf *answer)
{
    (void)answer;
    if (argument[0] == '\0') {
        return "scan CODE";
    }
    err e = counter_scanner_scan(d->scanner, argument);
    return e == OK ? NULL : e == ERR_GONE ? "nobody listens to the scanner" : err_name(e);
}

static const char *quit(struct devices *d, const char *argument, struct buf *answer)
{
    (void)argument;
    (void)answer;
    loop_stop(d->loop);
    return NULL;
}

static const char *tell_status(struct devices *d, const char *argument, struct buf *answer)
{
    static const char *const papers[] = { "ok", "near", "end" };
    (void)argument;
    struct firmware_printer *p = counter_printer_firmware(d->printer);
    struct firmware_state s = firmware_printer_state(p);
    struct firmware_counts c = firmware_printer_counts(p);
    err e = buf_format(answer,
                       "{\"paper\":\"%s\",\"cover\":\"%s\",\"drawer\":\"%s\",\"cutter\":\"%s\",\"online\":%s,\"connected\":%s,"
                       "\"received\":%" PRIu64 ",\"executed\":%" PRIu64 ",\"waiting\":%zu,\"pieces\":%u,\"pulses\":%u,"
                       "\"unknown\":%" PRIu64 ",\"refused\":%" PRIu64 "}\n",
                       papers[s.paper], s.is_cover_open ? "open" : "closed", s.is_drawer_open ? "open" : "closed",
                       s.is_cutter_jammed ? "jammed" : "ok", firmware_printer_is_offline(p) ? "false" : "true",
                       port_has_guest(counter_printer_port(d->printer)) ? "true" : "false", c.received_bytes, c.executed_bytes,
                       c.waiting_bytes, c.pieces, c.drawer_pulses, c.unknown_commands, c.refused_symbols);
    return e == OK ? "" : err_name(e);
}

static const struct row {
    const char *name;
    command_fn *run;
    bool needs_printer, needs_scanner;
} rows[] = {
    { "paper", set_paper, true, false },   { "cover", set_cover, true, false },    { "drawer", set_drawer, true, false },
    { "cutter", set_cutter, true, false }, { "offline", go_offline, true, false }, { "online", go_online, true, false },
    { "vanish", vanish, true, false },     { "return", come_back, true, false },   { "slow", set_speed, true, false },
    { "reads", set_reads, true, false },   { "tear", tear, true, false },          { "status", tell_status, true, false },
    { "scan", scan, false, true },         { "quit", quit, false, false },
};

const char *devices_commands_help(void)
{
    return "  paper ok|near|end       cover open|closed      drawer open|closed    cutter ok|jammed\n"
           "  offline                 online                 tear                  status\n"
           "  vanish [after BYTES]    return                 slow BYTES_PER_SECOND reads BYTES_AT_MOST\n"
           "  scan CODE               quit\n";
}

static const struct row *row_of(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strlen(rows[i].name) == n && memcmp(rows[i].name, name, n) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

static const char *run(struct devices *d, const char *line, struct buf *answer)
{
    size_t n = strcspn(line, " ");
    const struct row *row = row_of(line, n);
    if (row == NULL) {
        return "no such command";
    }
    if (row->needs_printer && d->printer == NULL) {
        return NO_PRINTER;
    }
    if (row->needs_scanner && d->scanner == NULL) {
        return NO_SCANNER;
    }
    return row->run(d, line[n] == ' ' ? line + n + 1 : line + n, answer);
}

void devices_command(struct devices *d, const char *line, struct buf *answer)
{
    const char *wrong = run(d, line, answer);
    if (wrong != NULL && wrong[0] == '\0') {
        return;
    }
    err e = wrong == NULL ? buf_add_text(answer, "ok\n") : buf_format(answer, "error: %s\n", wrong);
    if (e != OK) {
        buf_drop(answer, answer->n);
    }
}
