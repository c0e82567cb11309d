/* A job's lines, made ready to be read: no frames, no rules, folded twins, numbers and words found in each.
 * The paper owns its rows; the first ROWS_MOST lines of a job are read. */
#ifndef RECEIPT_PAPER_H
#define RECEIPT_PAPER_H

#include "number.h"
#include "pure/escpos.h"
#include "words.h"

enum { ROWS_MOST = 640, COLUMNS_MOST = 256, HITS_PER_ROW = 16, NO_AMOUNT = -1 };

struct row {
    const uint32_t *text, *folded; /* same length; a frame's upright has become a tab */
    size_t count;
    size_t indent; /* characters before the first visible one */
    struct number numbers[NUMBERS_PER_LINE];
    struct hit hits[HITS_PER_ROW];
    size_t number_count, hit_count;
    uint64_t roles; /* of all hits */
    unsigned size;  /* width times height of the print */
    bool is_bold, is_centred;
    bool is_rule; /* a line drawn with characters */

    /* Set by paper_price, when the paper's decimals are known. */
    int amount;      /* index of the number at the line's end, or NO_AMOUNT */
    int64_t minor;   /* its value */
    size_t label_to; /* where the text before it ends */
};

struct paper {
    struct row *rows;
    size_t count;
    uint32_t *pool;
    bool is_cut;
};

/* The rows of one receipt, and whether the paper was cut below them. */
struct stretch {
    const struct row *rows;
    size_t count;
    bool is_cut;
};

void paper_lay(struct paper *p, const struct print_job *job);
void paper_clear(struct paper *p);

/* How many decimals most amounts between two rows show; `usual` is what the currency would have, -1 when unknown. */
int paper_decimals(const struct row *rows, size_t count, int usual);
void paper_price(struct row *rows, size_t count, int decimals);

bool row_has(const struct row *r, enum role role);
/* The share of a label's letters that words with these roles make up, 0 to 1. */
double row_share(const struct row *r, uint64_t roles);
size_t row_letters(const struct row *r, size_t from, size_t to);
bool row_is_same(const struct row *a, const struct row *b);

#endif
