/* The counter: what happens when what happens. It hears the tap, the scanners and the page, and answers with visits,
 * prompts and slips; everything that others should know goes to the bus. It owns nothing that it is handed. */
#ifndef SHOP_SHOP_H
#define SHOP_SHOP_H

#include "base/settings.h"
#include "driver/driver.h"
#include "edge/store.h"
#include "edge/tap.h"
#include "edge/web.h"
#include "loop/bus.h"
#include "loop/loop.h"

struct shop;

/* The shop's own rows of the settings file: [shop], [visit], [slip]. */
extern const struct setting shop_settings[];
extern const size_t shop_setting_count;

struct shop_parts {
    struct loop *loop;
    struct bus *bus;
    struct store *store;
    const struct settings *settings;
    struct metrics *metrics;
    const struct printer_model *printer;
    const char *slip_template;                /* the text of a .slip file */
    /* The tap, or a test's own: print a slip; follow the stream once more from an offset. */
    err (*insert)(void *tap, uint64_t id, uint64_t offset, struct view bytes);
    err (*ask)(void *tap, uint64_t id); /* what came of a slip of an earlier life */
    err (*follow)(void *tap, uint64_t offset);
    void *tap;
};

struct shop *shop_new(const struct shop_parts *parts);
void shop_free(struct shop *s);
uint64_t shop_position(const struct shop *s);   /* the stream is wanted from here: all before is in the store */

/* What the edges say. */
struct scan_result {
    int64_t visit, customer;                    /* 0: this code finds nobody */
};
struct scan_result shop_scanned(struct shop *s, const char *code);
void shop_scanner_changed(struct shop *s, bool is_up);
void shop_heard(void *shop, const struct tap_record *r);
void shop_skipped(void *shop, uint64_t from, uint64_t to);
void shop_tap_changed(void *shop, const struct tap_status *now);
void shop_inserted(void *shop, uint64_t id, enum insertion_verdict verdict);

/* What the web page may ask; each row's self is the shop. */
extern const struct web_row shop_rows[];

#endif
