/* The stream: from the tap's bytes to jobs, from jobs to receipts, from receipts to the visit. How far it has come is
 * kept in the same transaction as what was read, so after a crash nothing is read twice and nothing is missed. */
#include "counter.h"

#include "base/buf.h"
#include "loop/log.h"
#include "views.h"

#include "base/mem.h"

#include <string.h>

enum { LATE_US = 60 * MICROSECONDS, PAPER_CEILING = 256 * 1024, AFTER_CLOSE_MS = 250, RETRY_MS = 5000 };

static const char POSITION_NAME[] = "stream.position";

/* What is kept of the stream between two runs. */
struct kept_position {
    uint64_t size, offset;
    struct printer_state state;
};

static err keep_position(struct shop *s, uint64_t offset)
{
    struct kept_position kept;
    memset(&kept, 0, sizeof kept);
    kept.size = sizeof kept;
    kept.offset = offset;
    kept.state = *decoder_state(s->decoder);
    return store_keep_value(s->parts.store, POSITION_NAME, (struct view){ (const unsigned char *)&kept, sizeof kept });
}

/* The paper as plain text, cards masked. */
static char *paper_text(const struct print_job *job)
{
    struct buf text;
    buf_init(&text, PAPER_CEILING);
    for (size_t i = 0; i < job->line_count; i++) {
        if (buf_add_text(&text, job->lines[i].text) != OK || buf_add_byte(&text, '\n') != OK) {
            break;
        }
    }
    char *whole = mem_text(buf_text(&text));
    buf_clear(&text);
    receipt_mask_cards(whole);
    return whole;
}

bool stream_is_about_a_visitor(const struct receipt *r)
{
    return r->kind != RECEIPT_ORDER && r->kind != RECEIPT_NOT_A_SALE && r->kind != RECEIPT_TRUNCATED;
}

/* Catching up: what was printed while the service was away is kept, but nobody stands at the counter any more. */
static void keep_for_later(struct shop *s, int64_t receipt)
{
    int64_t visit = 0;
    shop_complain("a receipt from earlier", visit_of_its_own(s, receipt, s->heard_us, &visit));
}

struct read_receipt {
    int64_t id;
    bool is_new;
};

static err keep_receipt(struct shop *s, const struct print_job *job, const struct receipt *r, const char *paper,
                        struct read_receipt *out)
{
    struct receipt_place place = { .from = job->from, .to = job->to, .printed_us = s->heard_us, .text = paper };
    return visits_keep_receipt(s->parts.store, r, &place, &out->id, &out->is_new);
}

static void tell_receipt(struct shop *s, const struct read_receipt *read)
{
    char *detail = view_receipt_text(s, read->id);
    bus_post(s->parts.bus, &(struct event){ .kind = EV_RECEIPT_READ,
                                            .time_ms = shop_now_us(s) / 1000,
                                            .visit = s->visit,
                                            .receipt = read->id,
                                            .text = read->is_new ? "new" : "reprint",
                                            .detail = detail });
    mem_free(detail);
}

static void use_receipt(struct shop *s, const struct receipt *r, const struct read_receipt *read)
{
    bool is_late = shop_now_us(s) - s->heard_us > LATE_US;
    if (read->is_new && stream_is_about_a_visitor(r) && is_late) {
        keep_for_later(s, read->id);
    } else if (read->is_new && stream_is_about_a_visitor(r)) {
        visit_joined_by_receipt(s, read->id, r);
    }
    tell_receipt(s, read);
}

static err keep_all(struct shop *s, const struct print_job *job, const struct receipts *receipts, struct read_receipt *read)
{
    err e = store_begin(s->parts.store);
    if (e != OK) {
        return e;
    }
    char *paper = paper_text(job);
    for (size_t i = 0; i < receipts->count && e == OK; i++) {
        e = keep_receipt(s, job, &receipts->at[i], paper, &read[i]);
    }
    mem_free(paper);
    e = e == OK ? keep_position(s, job->to) : e;
    if (e != OK) {
        store_rollback(s->parts.store);
        return e;
    }
    return store_commit(s->parts.store);
}

/* What the store will never take must not stand in the way of what is printed next. */
static err keep_or_pass_over(struct shop *s, const struct print_job *job, struct receipts *receipts, struct read_receipt *read)
{
    err e = keep_all(s, job, receipts, read);
    if (e == OK || e == ERR_SYSTEM) {
        return e;
    }
    log_error("shop", "a print-out of %llu bytes cannot be kept (%s) and is passed over",
              (unsigned long long)(job->to - job->from), err_name(e));
    receipts_clear(receipts);
    return keep_position(s, job->to);
}

static void catch_up(void *self)
{
    struct shop *s = self;
    s->job_quiet = NULL;
    s->is_behind = false;
    decoder_free(s->decoder);
    stream_start(s);
    s->must_ask = true; /* a new follower is told nothing of what the old one asked for */
    shop_complain("asking for the stream again", s->parts.follow(s->parts.tap, s->position));
}

/* The disk said no. The tap's journal has the bytes: they are asked for again, from what was last kept. */
static void fall_behind(struct shop *s, err why)
{
    log_error("shop", "what was printed could not be kept (%s); trying again in %d s", err_name(why), RETRY_MS / 1000);
    s->is_behind = true;
    timer_free(s->job_quiet);
    s->job_quiet = loop_after(s->parts.loop, RETRY_MS, catch_up, s);
}

static void job_printed(void *self, const struct print_job *job)
{
    struct shop *s = self;
    if (s->is_behind) {
        return;
    }
    struct receipts receipts = { 0 };
    err e = s->is_broken_off ? OK : receipts_read(job, &receipts);
    if (e != OK) {
        log_warn("shop", "a print-out of %llu bytes could not be read: %s", (unsigned long long)(job->to - job->from),
                 err_name(e));
    }
    struct read_receipt *read = mem_array(receipts.count, sizeof *read);
    e = keep_or_pass_over(s, job, &receipts, read);
    if (e == OK) {
        s->position = job->to;
        for (size_t i = 0; i < receipts.count; i++) {
            use_receipt(s, &receipts.at[i], &read[i]);
        }
    }
    if (e != OK) {
        fall_behind(s, e);
    }
    mem_free(read);
    receipts_clear(&receipts);
}

static void fell_silent(void *self)
{
    struct shop *s = self;
    s->job_quiet = NULL;
    decoder_end(s->decoder);
    slip_try(s);
}

static void expect_silence(struct shop *s, int64_t delay_ms)
{
    timer_free(s->job_quiet);
    s->job_quiet = NULL;
    if (!decoder_is_between_jobs(s->decoder)) {
        s->job_quiet = loop_after(s->parts.loop, delay_ms, fell_silent, s);
    }
}

/* A till that hangs up while another one prints says nothing about that other's receipt. */
static bool is_end_of_another(const struct shop *s, const struct tap_record *r)
{
    return r->bytes.n == 0 && r->connection != s->speaker;
}

void shop_heard(void *shop, const struct tap_record *r)
{
    struct shop *s = shop;
    if (r->direction == TAP_FROM_PRINTER) {
        shop_printer_answered(s, r->bytes);
        return;
    }
    if (s->is_behind || is_end_of_another(s, r)) {
        return;
    }
    s->heard_us = r->wall_us;
    s->speaker = r->connection;
    if (r->bytes.n > 0) {
        decoder_feed(s->decoder, r->bytes);
    }
    if (s->is_behind) {
        return;
    }
    if (r->is_broken) {
        s->is_broken_off = true;
        decoder_end(s->decoder);
        s->is_broken_off = false;
    }
    expect_silence(s, r->is_last ? AFTER_CLOSE_MS : settings_number(s->parts.settings, "visit", "job_quiet_ms"));
    slip_try(s);
}

bool stream_lets_a_slip_in(const struct shop *s)
{
    const struct printer_state *state = decoder_state(s->decoder);
    return !s->is_behind && decoder_is_between_jobs(s->decoder) && !state->is_page_mode && !state->is_line_open &&
           !state->is_inside_command;
}

static struct decoder *new_decoder(struct shop *s, uint64_t offset, const struct printer_state *state)
{
    struct decoder_options options = { .dialect = s->parts.printer->driver->dialect, .offset = offset, .state = state };
    return decoder_new(&options, job_printed, s);
}

void shop_skipped(void *shop, uint64_t from, uint64_t to)
{
    struct shop *s = shop;
    log_warn("shop", "the journal no longer has the bytes %llu to %llu; they were printed and will not be read",
             (unsigned long long)from, (unsigned long long)to);
    struct printer_state state = *decoder_state(s->decoder);
    state.is_line_open = state.is_inside_command = 0;
    decoder_free(s->decoder);
    s->decoder = new_decoder(s, to, &state);
}

void stream_start(struct shop *s)
{
    struct kept_position kept;
    size_t n = 0;
    memset(&kept, 0, sizeof kept);
    err e = store_value(s->parts.store, POSITION_NAME, &kept, sizeof kept, &n);
    bool is_known = e == OK && n == sizeof kept && kept.size == sizeof kept;
    if (e == OK && !is_known) {
        memset(&kept.state, 0, sizeof kept.state);
        log_warn("shop", "the printer's last state was kept by another version; a new one is assumed");
    }
    s->position = e == OK && n >= 2 * sizeof(uint64_t) ? kept.offset : 0;
    s->decoder = new_decoder(s, s->position, is_known ? &kept.state : NULL);
}

void stream_stop(struct shop *s)
{
    timer_free(s->job_quiet);
    decoder_free(s->decoder);
}
