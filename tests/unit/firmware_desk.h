/* A printer on a test's desk: what it answered, and every piece of paper that it cut. */
#ifndef TESTS_FIRMWARE_DESK_H
#define TESTS_FIRMWARE_DESK_H

#include "base/buf.h"
#include "firmware-host/printer/bitmap.h"
#include "firmware-host/printer/printer.h"

enum { PIECES_MOST = 64 };

struct desk {
    struct firmware_printer *printer;
    struct buf answers;
    struct firmware_cut pieces[PIECES_MOST]; /* bits are borrowed from `papers` */
    struct bitmap papers[PIECES_MOST];
    size_t piece_count;
};

struct desk *desk_new(const struct firmware_options *options);
void desk_free(struct desk *d);
void desk_feed(struct desk *d, const void *bytes, size_t n);
void desk_print(struct desk *d, const char *text);
void desk_tear(struct desk *d);

/* Is this dot of that piece black? */
bool desk_dot(const struct desk *d, size_t piece, unsigned x, unsigned y);

/* The smallest rectangle that holds all ink of rows `from` to `to` (not included); width 0 when there is none. */
struct area desk_ink(const struct desk *d, size_t piece, unsigned from, unsigned to);
bool desk_pieces_equal(const struct desk *a, const struct desk *b);

#endif
