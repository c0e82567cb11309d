/* What the shop's own files share. Nobody else includes this. */
#ifndef SHOP_COUNTER_H
#define SHOP_COUNTER_H

#include "edge/people.h"
#include "edge/visits.h"
#include "pure/printer_status.h"
#include "pure/prompt.h"
#include "shop/shop.h"

enum { MICROSECONDS = 1000000 };

struct shop {
    struct shop_parts parts;

    /* The stream: bytes of the POS become jobs, jobs become receipts. */
    struct decoder *decoder;
    int64_t heard_us;        /* when the bytes came that are being decoded */
    uint64_t speaker;        /* the connection that they came on */
    struct timer *job_quiet; /* a print-out without a cut ends when it falls silent */
    bool is_broken_off;      /* the POS died in mid-print: no purchase; it will send it again */
    bool is_behind;          /* the store failed; the stream will be asked for again */
    uint64_t position;       /* where the last whole job ended: all before is in the store */

    /* The visit that is open now; 0: nobody is here. */
    int64_t visit, customer;
    bool has_sale, is_slip_over; /* its slip is printed, or will not be */
    struct timer *visit_end;

    /* Its slip. One at a time is with the tap. */
    int64_t slip;
    struct timer *slip_due;
    int64_t slip_wanted_us; /* since when it should be on paper; 0: not yet wanted */
    bool is_slip_with_tap;
    bool must_ask; /* what came of slips that were with the tap when we last died or hung up */

    struct bus_listener *ears, *stirred; /* of the figures; of the store's rest */
    struct timer *rest;
    struct metric *scan_seconds;
    struct tap_status tap;
    struct status_reader answers; /* the printer's, to whoever asked */
    struct printer_status printer;
    bool is_scanner_up, has_scanner;
};

int64_t shop_now_us(const struct shop *s);
void shop_complain(const char *what, err e); /* logs an error that changes nothing for the person */

/* visit.c */
void visit_resume(struct shop *s);                                       /* after a restart: the one that was open */
void visit_end_if_over(struct shop *s);                                  /* ... unless nothing has happened for too long */
err visit_open(struct shop *s, int64_t customer, const char *opened_by); /* ends the one that is open */
err visit_name(struct shop *s, int64_t visit, int64_t customer);         /* who it is; 0: nobody after all */
err visit_end(struct shop *s, int64_t visit);
void visit_joined_by_receipt(struct shop *s, int64_t receipt, const struct receipt *r);
void visit_keep_awake(struct shop *s);
err visit_of_its_own(struct shop *s, int64_t receipt, int64_t when_us, int64_t *visit);
void visit_tell(struct shop *s);                                           /* posts the open visit as it is now */
err visit_name_receipt(struct shop *s, int64_t receipt, int64_t customer); /* "who was that?" */

/* figures.c */
void figures_start(struct shop *s);
void figures_stop(struct shop *s);

/* stream.c */
void stream_start(struct shop *s);
void stream_stop(struct shop *s);
bool stream_lets_a_slip_in(const struct shop *s);
bool stream_is_about_a_visitor(const struct receipt *r); /* not a kitchen's order, a report or a torn-off piece */

/* hints.c: the lines for the staff */
void hints_choose(struct shop *s, int64_t visit, int64_t customer);

/* slips.c */
void slip_prepare(struct shop *s);                /* the open visit's draft, as it would print */
void slip_want(struct shop *s, int64_t delay_ms); /* print it when its time has come and the paper is free */
void slip_try(struct shop *s);
void slip_forget(struct shop *s); /* the visit is over: what was not wanted will not be */
void slip_resume(struct shop *s);
void slip_ask(struct shop *s);

/* counter.c */
const char *shop_printer_word(const struct shop *s); /* "ready", "gone", "paper_end", ... */
void shop_printer_answered(struct shop *s, struct view bytes);
/* Fills the template with a slip row's values. ERR_INPUT: `reason` (mem_free). */
err slip_make(const struct shop *s, const char *values_json, struct slip *out, char **reason);

#endif
