/* The vocabulary: every kind of event, its name on the wire, its fields. Past tense.
 * An event borrows its texts; who keeps one copies it (event_json). */
#ifndef PURE_EVENT_H
#define PURE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum event_kind {
    EV_CODE_SCANNED,      /* text: the code */
    EV_VISIT_CHANGED,     /* visit, customer; detail: the visit as /api/v1/visits/current shows it */
    EV_VISIT_CLOSED,      /* visit */
    EV_RECEIPT_READ,      /* visit, receipt; detail: the receipt */
    EV_SLIP_CHANGED,      /* visit, slip; text: waiting, printed, refused, failed */
    EV_CUSTOMER_CHANGED,  /* customer */
    EV_TAP_CHANGED,       /* text: up, down; detail: {"printer":"up","journal":"writing","waiting_bytes":0} */
    EV_PRINTER_CHANGED,   /* text: ready, paper_end, cover_open, offline, gone */
    EV_SCANNER_CHANGED,   /* text: up, down */
    EV_KIND_COUNT
};

struct event {
    enum event_kind kind;
    uint64_t sequence;               /* given by the bus, rising by one */
    int64_t time_ms;                 /* since 1970, UTC */
    int64_t visit, customer, receipt, slip;   /* 0: none */
    const char *text;                /* NULL: none */
    const char *detail;              /* JSON, already made; NULL: none */
};

const char *event_name(enum event_kind kind);   /* "code-scanned" */
char *event_json(const struct event *e);        /* one line of JSON; the caller frees it with mem_free */

#endif
