/* A store with many customers, made in seconds: names, cards, phones and e-mails, some visits. For benchmarks and tests of speed.
 * Customer n (from 1) has the card "SEED-n" and the phone "+36 20 " followed by n as seven digits. */
#ifndef TESTS_STORE_SEED_H
#define TESTS_STORE_SEED_H

#include "edge/store.h"

MUST_USE err store_seed(struct store *st, unsigned customers, int64_t now_us);

#endif
