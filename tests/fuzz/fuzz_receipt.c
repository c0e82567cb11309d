/* Any bytes as the lines of a job: the first byte says whether it was cut, the rest is cut into lines at LF, of any length.
 * What is read must be valid UTF-8, masked, and the same when it is read again. */
#include "base/mem.h"
#include "pure/receipt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES_MOST = 3000 };

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static size_t sequence_length(const unsigned char *at)
{
    size_t length = at[0] < 0x80 ? 1 : (at[0] & 0xE0) == 0xC0 ? 2 : (at[0] & 0xF0) == 0xE0 ? 3 : (at[0] & 0xF8) == 0xF0 ? 4 : 0;
    for (size_t i = 1; i < length; i++) {
        require((at[i] & 0xC0) == 0x80);
    }
    return length;
}

static void require_clean(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; at != NULL && *at != 0;) {
        size_t length = sequence_length(at);
        require(length > 0 && *at >= ' ');
        at += length;
    }
    char *copy = mem_text(text);
    require(copy == NULL || receipt_mask_cards(copy) == 0);
    mem_free(copy);
}

static void require_receipt(const struct receipt *r)
{
    require(receipt_kind_name(r->kind) != NULL && r->confidence >= 0 && r->confidence <= 1 && r->decimals >= 0 &&
            r->decimals <= 3);
    require(strlen(r->datetime) < sizeof r->datetime && strlen(r->currency) < sizeof r->currency);
    require_clean(r->store);
    require_clean(r->number);
    for (size_t i = 0; i < r->item_count; i++) {
        require_clean(r->items[i].description);
        require(isfinite(r->items[i].quantity) && r->items[i].quantity > 0);
    }
    for (size_t i = 0; i < r->tax_count; i++) {
        require_clean(r->taxes[i].label);
    }
    for (size_t i = 0; i < r->tender_count; i++) {
        require_clean(r->tenders[i].label);
        require(r->tenders[i].type != NULL);
    }
}

static size_t cut_into_lines(char *text, struct print_line *lines)
{
    size_t count = 0;
    for (char *at = text, *next; at != NULL && *at != 0 && count < LINES_MOST; at = next) {
        next = strchr(at, '\n');
        if (next != NULL) {
            *next++ = 0;
        }
        if (*at != 0) {
            lines[count] =
                (struct print_line){ .text = at, .width_times = 1 + count % 3, .height_times = 1, .is_bold = count % 5 == 0 };
            count++;
        }
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    char *text = mem_text_n((const char *)data + 1, size - 1);
    struct print_line *lines = mem_array(LINES_MOST, sizeof *lines);
    struct print_job job = { .lines = lines, .is_cut = data[0] & 1 };
    job.line_count = cut_into_lines(text, lines);
    struct receipts once, again;
    require(receipts_read(&job, &once) == OK && receipts_read(&job, &again) == OK);
    require(once.count == again.count);
    for (size_t i = 0; i < once.count; i++) {
        require_receipt(&once.at[i]);
        require(receipt_fingerprint(&once.at[i]) == receipt_fingerprint(&again.at[i]));
    }
    receipts_clear(&once);
    receipts_clear(&again);
    mem_free(lines);
    mem_free(text);
    return 0;
}
