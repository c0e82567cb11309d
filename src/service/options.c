#include "options.h"

#include "base/buf.h"
#include "base/mem.h"
#include "edge/tap_settings.h"
#include "shop/shop.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEMPLATE_CEILING = 64 * 1024 };

static const struct setting service_settings[] = {
    { "till", "number", SETTING_NUMBER, "1", 1, 8191, "Which till this is, when a shop has several" },
    { "store", "file", SETTING_TEXT, "", 0, 0, "Where everything is kept; empty: tillside.db in the state folder" },
    { "store", "rules", SETTING_TEXT, "", 0, 0, "A folder with prompt rules of your own; empty: only the built-in ones" },
    { "web", "address", SETTING_TEXT, "127.0.0.1", 0, 0, "The counter page's address; keep it on this machine" },
    { "web", "port", SETTING_NUMBER, "8455", 0, 65535, "The counter page's port; 0 takes a free one" },
    { "scanner", "address", SETTING_TEXT, "", 0, 0, "A scanner, for instance evdev:/dev/input/by-id/...; may be repeated" },
    { "printer", "model", SETTING_TEXT, "generic-80", 0, 0, "What slips are laid out for; tillsided --models lists them" },
    { "slip", "template", SETTING_TEXT, "thankyou", 0, 0, "A built-in template's name, or the path of a .slip file" },
    { "slip", "fonts", SETTING_TEXT, "", 0, 0, "A fontconfig file with the handwriting faces; empty: the one that is built in" },
};

static struct settings *all_settings(void)
{
    const struct setting *const tables[] = { service_settings, shop_settings, tap_settings };
    const size_t counts[] = { sizeof service_settings / sizeof *service_settings, shop_setting_count, tap_setting_count };
    return settings_new(tables, counts, sizeof tables / sizeof tables[0]);
}

static const char usage[] = "tillsided - knows who is at the counter and what to say\n"
                            "\n"
                            "usage: tillsided [--config FILE] [--shop FILE]\n"
                            "  --config FILE     settings; without it, the defaults\n"
                            "  --shop FILE       first learn people, stories and staff from this JSON file\n"
                            "  --help            this\n"
                            "  --help-settings   every setting, with its default\n"
                            "  --models          the printers that slips can be laid out for\n"
                            "  --version         the version\n";

static void print_models(void)
{
    for (const struct printer_model *m = all_printer_models; m->name != NULL; m++) {
        printf("%-16s %s, %u dots wide, %u dpi\n", m->name, m->driver->name, m->width_dots, m->dpi);
    }
}

static void print_settings(void)
{
    struct settings *s = all_settings();
    char *help = settings_help(s);
    fputs(help, stdout);
    mem_free(help);
    settings_free(s);
}

struct asked {
    const char *config, *shop;
};

/* false: answered, or not understood; the program ends with `code`. */
static bool read_arguments(struct asked *asked, int argc, char **argv, int *code)
{
    static const struct option names[] = {
        { "config", required_argument, NULL, 'c' },
        { "shop", required_argument, NULL, 's' },
        { "help", no_argument, NULL, 'h' },
        { "help-settings", no_argument, NULL, 'e' },
        { "models", no_argument, NULL, 'm' },
        { "version", no_argument, NULL, 'v' },
        { NULL, 0, NULL, 0 },
    };
    for (int c = getopt_long(argc, argv, "h", names, NULL); c != -1; c = getopt_long(argc, argv, "h", names, NULL)) {
        switch (c) {
        case 'c':
            asked->config = optarg;
            continue;
        case 's':
            asked->shop = optarg;
            continue;
        case 'h':
            fputs(usage, stdout);
            return false;
        case 'e':
            print_settings();
            return false;
        case 'm':
            print_models();
            return false;
        case 'v':
            puts("tillsided " TILLSIDE_VERSION);
            return false;
        default:
            *code = 2;
            return false;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "tillsided: \"%s\" is not understood; see --help\n", argv[optind]);
        *code = 2;
        return false;
    }
    return true;
}

static char *text_or(const char *text, char *otherwise)
{
    if (text[0] == '\0') {
        return otherwise;
    }
    mem_free(otherwise);
    return mem_text(text);
}

static void find_paths(struct options *o, const struct settings *s, const struct asked *asked)
{
    char *folder = tap_state_folder(s);
    tap_make_folder(folder); /* a folder that cannot be made is the store's to complain of, if it is kept there */
    o->store_path = text_or(settings_text(s, "store", "file"), mem_format("%s/tillside.db", folder));
    o->control_path = tap_control_path(s);
    o->rules_folder = text_or(settings_text(s, "store", "rules"), NULL);
    o->fonts_conf_path = text_or(settings_text(s, "slip", "fonts"), NULL);
    o->shop_path = mem_text(asked->shop);
    mem_free(folder);
}

bool options_read(struct options *o, struct settings **settings, int argc, char **argv, int *code)
{
    struct asked asked = { 0 };
    if (!read_arguments(&asked, argc, argv, code)) {
        return false;
    }
    char *reason = NULL;
    *settings = all_settings();
    err e = asked.config ? settings_read(*settings, asked.config, &reason) : OK;
    if (e != OK) {
        fprintf(stderr, "tillsided: %s\n", reason ? reason : err_name(e));
        mem_free(reason);
        *code = 1;
        return false;
    }
    find_paths(o, *settings, &asked);
    return true;
}

void options_clear(struct options *o)
{
    mem_free(o->store_path);
    mem_free(o->control_path);
    mem_free(o->rules_folder);
    mem_free(o->fonts_conf_path);
    mem_free(o->shop_path);
}

static err read_file(const char *path, char **out, char **reason)
{
    char bytes[4096];
    struct buf text;
    buf_init(&text, TEMPLATE_CEILING);
    FILE *file = fopen(path, "re");
    err e = file ? OK : ERR_MISSING;
    for (size_t n = file ? fread(bytes, 1, sizeof bytes, file) : 0; n > 0 && e == OK; n = fread(bytes, 1, sizeof bytes, file)) {
        e = buf_add(&text, bytes, n);
    }
    if (e != OK) {
        *reason = mem_format("%s: %s", path, file ? "too long for a slip" : strerror(errno));
    } else {
        *out = mem_text(buf_text(&text));
    }
    if (file != NULL) {
        fclose(file);
    }
    buf_clear(&text);
    return e;
}

err options_slip_template(const struct settings *s, char **out, char **reason)
{
    const char *name = settings_text(s, "slip", "template");
    if (strchr(name, '/') != NULL) {
        return read_file(name, out, reason);
    }
    *out = mem_text(slip_template(name));
    if (*out == NULL) {
        *reason = mem_format("[slip] template = %s: there is no such template", name);
        return ERR_MISSING;
    }
    return OK;
}
