/* tillsided: reads the settings, builds the objects, runs the loop. It decides nothing. */
#include "base/mem.h"
#include "base/settings.h"
#include "driver/driver.h"
#include "edge/scanner.h"
#include "edge/store.h"
#include "edge/tap.h"
#include "edge/tap_settings.h"
#include "edge/web.h"
#include "loop/bus.h"
#include "loop/log.h"
#include "options.h"
#include "shop/shop.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { SCANNERS_MOST = 8 };

struct service {
    struct options options;
    struct settings *settings;
    struct clock clock;
    struct loop *loop;
    struct bus *bus;
    struct store *store;
    struct shop *shop;
    struct tap_client *tap;
    struct web *web;
    struct metrics *metrics;
    struct scanner *scanners[SCANNERS_MOST];
    size_t scanner_count;
    char *slip_template;
};

static const struct tap_owner tap_owner = {
    .heard = shop_heard, .skipped = shop_skipped, .changed = shop_tap_changed, .inserted = shop_inserted
};

static err insert(void *self, uint64_t id, uint64_t offset, struct view bytes)
{
    struct service *s = self;
    return s->tap ? tap_client_insert(s->tap, id, offset, bytes) : ERR_GONE;
}

static err ask(void *self, uint64_t id)
{
    struct service *s = self;
    return s->tap ? tap_client_ask(s->tap, id) : ERR_GONE;
}

static err follow(void *self, uint64_t offset)
{
    struct service *s = self;
    tap_client_close(s->tap);
    s->tap = NULL;
    struct tap_following how = { s->options.control_path, offset, &tap_owner, s->shop };
    return tap_client_open(s->loop, &how, &s->tap);
}

static void scanned(void *self, const char *code, enum symbology kind)
{
    (void)kind;
    struct service *s = self;
    shop_scanned(s->shop, code);
}

static void scanner_changed(void *self, bool is_up)
{
    struct service *s = self;
    shop_scanner_changed(s->shop, is_up);
}

static const struct scanner_owner scanner_owner = { .scanned = scanned, .changed = scanner_changed };

static void asked_to_stop(void *self, int number)
{
    (void)number;
    struct service *s = self;
    loop_stop(s->loop);
}

static void tell_problem(void *self, const char *problem)
{
    (void)self;
    log_warn("rules", "%s; this rule is left out", problem);
}

static err open_store(struct service *s)
{
    char *reason = NULL;
    struct store_options options = { .path = s->options.store_path,
                                     .till = (unsigned)settings_number(s->settings, "till", "number"),
                                     .rules_folder = s->options.rules_folder };
    err e = store_open(&options, loop_wall_us(s->loop), &s->store, &reason);
    if (e != OK) {
        log_error("store", "%s", reason ? reason : err_name(e));
    } else {
        store_each_rule_problem(s->store, tell_problem, s);
    }
    mem_free(reason);
    return e;
}

static err load_shop(struct service *s)
{
    if (s->options.shop_path == NULL) {
        return OK;
    }
    char *reason = NULL;
    err e = store_load_shop(s->store, s->options.shop_path, loop_wall_us(s->loop), &reason);
    if (e != OK) {
        log_error("store", "%s", reason ? reason : err_name(e));
    }
    mem_free(reason);
    return e;
}

static const struct printer_model *find_model(const char *name)
{
    for (const struct printer_model *m = all_printer_models; m->name != NULL; m++) {
        if (strcmp(m->name, name) == 0) {
            return m;
        }
    }
    return NULL;
}

/* A face that is not installed is stood in for; without any, no slip can be drawn. */
static err open_fonts(const struct service *s)
{
    err e = slip_fonts_init(s->options.fonts_conf_path);
    if (e == ERR_MISSING) {
        log_warn("slip", "the face \"%s\" is not installed; another stands in for it", slip_fonts_missing());
        return OK;
    }
    if (e != OK) {
        log_error("slip", "there is no face to write slips with; install fonts-kaushanscript and fonts-dejavu-core");
    }
    return e;
}

static err open_shop(struct service *s)
{
    const struct printer_model *model = find_model(settings_text(s->settings, "printer", "model"));
    if (model == NULL) {
        log_error("settings", "[printer] model = %s: there is no such model", settings_text(s->settings, "printer", "model"));
        return ERR_INPUT;
    }
    char *reason = NULL;
    err e = options_slip_template(s->settings, &s->slip_template, &reason);
    if (e != OK) {
        log_error("slip", "%s", reason);
        mem_free(reason);
        return e;
    }
    e = open_fonts(s);
    if (e != OK) {
        return e;
    }
    struct shop_parts parts = { .loop = s->loop,
                                .bus = s->bus,
                                .store = s->store,
                                .settings = s->settings,
                                .metrics = s->metrics,
                                .printer = model,
                                .slip_template = s->slip_template,
                                .insert = insert,
                                .ask = ask,
                                .follow = follow,
                                .tap = s };
    s->shop = shop_new(&parts);
    return OK;
}

/* A scanner that cannot be opened now is plugged in later; only an address that makes no sense stops the start. */
static err open_scanners(struct service *s)
{
    const struct scanner_kinds kinds = { .wires = all_wires, .drivers = all_scanner_drivers };
    const struct scanner_opening opening = { .loop = s->loop, .kinds = &kinds, .owner = &scanner_owner, .self = s };
    for (size_t i = 0; i < SCANNERS_MOST; i++) {
        const char *address = settings_text_at(s->settings, "scanner", "address", i);
        if (address == NULL) {
            return OK;
        }
        err e = scanner_open(&opening, address, &s->scanners[i]);
        if (e != OK) {
            log_error("scanner", "%s: %s", address, err_name(e));
            return e;
        }
        s->scanner_count++;
    }
    return OK;
}

static err open_web(struct service *s)
{
    struct web_options options = { .address = settings_text(s->settings, "web", "address"),
                                   .port = (unsigned)settings_number(s->settings, "web", "port"),
                                   .rows = shop_rows,
                                   .self = s->shop,
                                   .metrics = s->metrics };
    err e = web_open(s->loop, s->bus, &options, &s->web);
    if (e != OK) {
        log_error("web", "%s port %u: %s", options.address, options.port, e == ERR_REFUSED ? "already in use" : err_name(e));
    }
    return e;
}

static err open_all(struct service *s)
{
    static err (*const steps[])(struct service *) = { open_store, load_shop, open_shop, open_scanners, open_web };
    err e = OK;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && e == OK; i++) {
        e = steps[i](s);
    }
    return e == OK ? follow(s, shop_position(s->shop)) : e;
}

static void close_all(struct service *s)
{
    web_close(s->web);
    for (size_t i = 0; i < s->scanner_count; i++) {
        scanner_close(s->scanners[i]);
    }
    tap_client_close(s->tap);
    shop_free(s->shop);
    store_close(s->store);
    metrics_free(s->metrics);
    slip_fonts_clear();
    bus_free(s->bus);
    loop_free(s->loop);
    mem_free(s->slip_template);
    settings_free(s->settings);
    options_clear(&s->options);
}

static err start(struct service *s)
{
    s->clock = clock_real();
    s->loop = loop_new(&s->clock);
    s->bus = bus_new();
    s->metrics = metrics_new();
    if (s->loop == NULL) {
        return ERR_SYSTEM;
    }
    loop_on_signal(s->loop, SIGTERM, asked_to_stop, s);
    loop_on_signal(s->loop, SIGINT, asked_to_stop, s);
    return open_all(s);
}

int main(int argc, char **argv)
{
    struct service s = { 0 };
    int code = 0;
    if (!options_read(&s.options, &s.settings, argc, argv, &code)) {
        options_clear(&s.options);
        settings_free(s.settings);
        return code;
    }
    signal(SIGPIPE, SIG_IGN);
    if (start(&s) == OK) {
        printf("tillside: ready http://%s:%u/\n", settings_text(s.settings, "web", "address"), web_port(s.web));
        fflush(stdout);
        loop_run(s.loop);
    } else {
        code = 1;
    }
    close_all(&s);
    return code;
}
