/* What the device tests share: a loop that is turned until something is true, and a wire that keeps what it heard. */
#ifndef TESTS_DEVICE_TEST_H
#define TESTS_DEVICE_TEST_H

#include "../unit/unit.h"

#include "base/buf.h"
#include "driver/driver.h"
#include "edge/wire.h"

#include <stdbool.h>

struct heard {
    struct clock clock;
    struct loop *loop;
    struct wire *wire;
    struct buf bytes;
    unsigned ups, downs;
};

bool is_under_umockdev(void);
void heard_open(struct heard *h, const char *address);
void heard_close(struct heard *h);
bool heard_until(struct heard *h, bool (*is_true)(void *), void *self); /* at most five seconds */
bool heard_ups(struct heard *h, unsigned ups);
bool heard_downs(struct heard *h, unsigned downs);
bool heard_bytes(struct heard *h, size_t n);

#endif
