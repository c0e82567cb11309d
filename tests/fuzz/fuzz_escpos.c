/* Any bytes, as any dialect: no crash, bounded memory, and the same answer however the stream is cut. The first byte
 * chooses the dialect and the cuts. */
#include "base/buf.h"
#include "pure/escpos.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct answer {
    uint64_t hash, last_to;
    unsigned jobs;
};

static void mix(struct answer *a, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        a->hash = (a->hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
    }
}

static void take(void *self, const struct print_job *job)
{
    struct answer *a = self;
    a->jobs++;
    if (job->from < a->last_to || job->to < job->from || job->line_count + job->code_count + job->image_count == 0) {
        abort();
    }
    a->last_to = job->to;
    mix(a, &job->from, sizeof job->from);
    for (size_t i = 0; i < job->line_count; i++) {
        if (job->lines[i].text[0] == 0) {
            abort();
        }
        mix(a, job->lines[i].text, strlen(job->lines[i].text));
    }
    for (size_t i = 0; i < job->code_count; i++) {
        mix(a, job->codes[i].data, job->codes[i].data_bytes);
    }
    for (size_t i = 0; i < job->image_count; i++) {
        const struct print_image *image = &job->images[i];
        if (image->bits) {
            mix(a, image->bits, (size_t)((image->width_dots + 7) / 8) * image->height_dots);
        }
    }
}

static struct answer decode(struct view bytes, unsigned choice, bool is_split)
{
    struct answer a = { .hash = 1469598103934665603u };
    const struct decoder_options options = { .dialect = (enum dialect)(choice % 5), .waits_for_tail = choice & 8 };
    struct decoder *d = decoder_new(&options, take, &a);
    size_t step = is_split ? 1 + (choice >> 4) : bytes.n;
    while (bytes.n > 0) {
        size_t n = step < bytes.n ? step : bytes.n;
        decoder_feed(d, (struct view){ bytes.at, n });
        bytes = view_skip(bytes, n);
    }
    decoder_end(d);
    mix(&a, decoder_state(d), sizeof *decoder_state(d));
    decoder_free(d);
    return a;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct view bytes = { data + 1, size - 1 };
    struct answer whole = decode(bytes, data[0], false), split = decode(bytes, data[0], true);
    if (whole.hash != split.hash || whole.jobs != split.jobs) {
        abort();
    }
    return 0;
}
