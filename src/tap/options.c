#include "options.h"

#include "base/mem.h"
#include "edge/tap_settings.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char usage[] = "tillside-tap - stands between the POS and the printer, and keeps a journal of what goes by\n"
                            "\n"
                            "usage: tillside-tap [--config FILE] [--listen ADDRESS] [--printer ADDRESS]\n"
                            "                    [--folder FOLDER] [--control PATH]\n"
                            "  --config FILE      settings; without it, the defaults\n"
                            "  --listen ADDRESS   where the POS prints to, instead of what the settings say\n"
                            "  --printer ADDRESS  likewise the printer\n"
                            "  --folder FOLDER    likewise where everything is kept\n"
                            "  --control PATH     likewise the socket for tillsided\n"
                            "  --no-keeper        run as one process, which cannot outlive a crash\n"
                            "  --help             this\n"
                            "  --help-settings    every setting, with its default\n"
                            "  --version          the version\n"
                            "\n"
                            "Addresses: tcp:127.0.0.1:9100  unix:/run/printer.socket  serial:/dev/ttyS0?baud=38400\n"
                            "           usb:printer  pty:/run/pos?make\n";

static struct settings *new_settings(void)
{
    const struct setting *const tables[] = { tap_settings };
    struct settings *s = settings_new(tables, &tap_setting_count, 1);
    settings_leave_other_sections(s);
    return s;
}

static void print_settings(void)
{
    struct settings *s = new_settings();
    char *help = settings_help(s);
    fputs(help, stdout);
    mem_free(help);
    settings_free(s);
}

/* What the command line says wins over the file, so it is kept until the file was read. */
struct asked {
    const char *config, *listen, *printer, *folder, *control;
    bool wants_no_keeper;
};

static const struct option names[] = {
    { "config", required_argument, NULL, 'c' },  { "listen", required_argument, NULL, 'l' },
    { "printer", required_argument, NULL, 'p' }, { "folder", required_argument, NULL, 'f' },
    { "control", required_argument, NULL, 's' }, { "no-keeper", no_argument, NULL, 'n' },
    { "help", no_argument, NULL, 'h' },          { "help-settings", no_argument, NULL, 'e' },
    { "version", no_argument, NULL, 'v' },       { NULL, 0, NULL, 0 },
};

/* false: this one ends the program. */
static bool take_option(struct asked *asked, int option, int *code)
{
    const char **texts[] = {
        ['c'] = &asked->config, ['l'] = &asked->listen, ['p'] = &asked->printer, ['f'] = &asked->folder, ['s'] = &asked->control
    };
    switch (option) {
    case 'n':
        asked->wants_no_keeper = true;
        return true;
    case 'h':
        fputs(usage, stdout);
        return false;
    case 'e':
        print_settings();
        return false;
    case 'v':
        puts("tillside-tap " TILLSIDE_VERSION);
        return false;
    case '?':
        *code = 2;
        return false;
    default:
        *texts[option] = optarg;
        return true;
    }
}

static bool read_arguments(struct asked *asked, int argc, char **argv, int *code)
{
    for (int c = getopt_long(argc, argv, "h", names, NULL); c != -1; c = getopt_long(argc, argv, "h", names, NULL)) {
        if (!take_option(asked, c, code)) {
            return false;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "tillside-tap: \"%s\" is not understood; see --help\n", argv[optind]);
        *code = 2;
        return false;
    }
    return true;
}

/* NULL, or what is wrong (mem_free). */
static char *read_settings(struct settings *s, const struct asked *asked)
{
    const struct {
        const char *name, *text;
    } given[] = {
        { "listen", asked->listen }, { "printer", asked->printer }, { "folder", asked->folder }, { "control", asked->control }
    };
    char *wrong = NULL;
    err e = asked->config != NULL ? settings_read(s, asked->config, &wrong) : OK;
    for (size_t i = 0; i < sizeof given / sizeof *given && e == OK; i++) {
        e = given[i].text != NULL ? settings_set(s, "tap", given[i].name, given[i].text, &wrong) : OK;
    }
    if (e == OK && settings_text(s, "tap", "printer")[0] == '\0') {
        wrong = mem_text("no printer is set: [tap] printer = ..., or --printer; see --help");
    }
    return wrong;
}

bool options_read(struct options *o, int argc, char **argv, int *code)
{
    struct asked asked = { 0 };
    *o = (struct options){ 0 };
    if (!read_arguments(&asked, argc, argv, code)) {
        return false;
    }
    o->settings = new_settings();
    char *wrong = read_settings(o->settings, &asked);
    if (wrong != NULL) {
        fprintf(stderr, "tillside-tap: %s\n", wrong);
        mem_free(wrong);
        options_clear(o);
        *code = 1;
        return false;
    }
    char *folder = tap_state_folder(o->settings);
    o->folder = mem_format("%s/tap", folder);
    mem_free(folder);
    o->control_path = tap_control_path(o->settings);
    o->wants_keeper = !asked.wants_no_keeper;
    return true;
}

void options_clear(struct options *o)
{
    settings_free(o->settings);
    mem_free(o->folder);
    mem_free(o->control_path);
    *o = (struct options){ 0 };
}
