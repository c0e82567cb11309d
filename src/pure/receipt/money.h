/* Currency signs, from tables/currencies.table. A set of currencies is one bit for each row. */
#ifndef RECEIPT_MONEY_H
#define RECEIPT_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the longest sign that ends before `at` begins (a space may stand between), or `at` when there is none. */
size_t money_sign_before(const uint32_t *folded, size_t at, uint64_t *currencies);
/* Where the longest sign that begins after `at` ends, or `at`. */
size_t money_sign_after(const uint32_t *folded, size_t count, size_t at, uint64_t *currencies);
/* Signs and codes anywhere in a line that are whole words. */
uint64_t money_signs_in(const uint32_t *folded, size_t count);

bool money_is_code(const uint32_t *folded, size_t count);
int money_row_of(const uint32_t *code, size_t count); /* -1: unknown */
const char *money_code(int row);                      /* "EUR" */
int money_decimals(int row);

#endif
