/* A web with a few rows about things, for tests that look at one answer at a time. */
#ifndef TESTS_WEB_THINGS_H
#define TESTS_WEB_THINGS_H

#include "web_peer.h"

extern struct world world;
extern unsigned calls; /* of any row */

int open_things(void **state);
int close_things(void **state);
#define in_things(test) cmocka_unit_test_setup_teardown(test, open_things, close_things)

bool has(const char *answer, const char *text);
bool is_status(const char *answer, int status);

/* With these headers and no others, ended by "\r\n" each; with a Host of this kind; with a good Host and these headers more. */
const char *with_head(const char *method, const char *path, const char *headers, const char *body);
const char *with_host(const char *host);
const char *with_more(const char *method, const char *path, const char *more, const char *body);

#endif
