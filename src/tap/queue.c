#include "queue.h"

#include "base/mem.h"
#include "record.h"
#include "shared.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { VERSION = 1, WARM_BYTES = 64 * 1024 };
static const char MAGIC[8] = "tapqueue";
static const uint64_t FIRST_POSITION = (uint64_t)1 << 48; /* more than a segment is long, which may have begun before */

struct page {
    char magic[sizeof MAGIC];
    uint32_t version, bytes;
    uint64_t begin, end;
    uint64_t shift; /* where in the ring position 0 would be: an empty queue starts again at the front, in pages that are warm */
    uint64_t segment, segment_position;
    unsigned char ring[QUEUE_BYTES];
};

struct queue {
    struct page *page;
    uint64_t front; /* the position that began at the ring's front */
};

/* A kill falls between two instructions: the compiler must keep their order. */
static void in_this_order(void)
{
    atomic_signal_fence(memory_order_seq_cst);
}

static bool is_ours(const struct page *p)
{
    return memcmp(p->magic, MAGIC, sizeof MAGIC) == 0 && p->version == VERSION && p->bytes == sizeof *p && p->begin <= p->end &&
           p->end - p->begin <= QUEUE_BYTES;
}

/* The bytes stay in the shared file; only our own view of its pages goes, and comes back when it is asked for, so
 * that a crowd leaves us as small as before. */
static void cool(const struct queue *q)
{
    uintptr_t page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)q->page->ring + WARM_BYTES) & ~(page_bytes - 1);
    uintptr_t to = (uintptr_t)(q->page + 1);
    madvise((void *)from, to - from, MADV_DONTNEED); /* a wish */
}

err queue_open(const char *folder, struct queue **out)
{
    struct page *p = shared_open(folder, QUEUE_NAME, sizeof *p);
    if (p == NULL) {
        return ERR_SYSTEM;
    }
    if (!is_ours(p)) {
        memset(p, 0, sizeof *p);
        p->version = VERSION;
        p->bytes = sizeof *p;
        p->begin = p->end = FIRST_POSITION;
        in_this_order();
        memcpy(p->magic, MAGIC, sizeof MAGIC);
    }
    struct queue *q = mem_new(sizeof *q);
    *q = (struct queue){ .page = p, .front = p->begin };
    cool(q);
    *out = q;
    return OK;
}

void queue_close(struct queue *q)
{
    if (q != NULL) {
        shared_close(q->page, sizeof *q->page);
        mem_free(q);
    }
}

uint64_t queue_begin(const struct queue *q)
{
    return q->page->begin;
}

uint64_t queue_end(const struct queue *q)
{
    return q->page->end;
}

size_t queue_waiting(const struct queue *q)
{
    return (size_t)(q->page->end - q->page->begin);
}

size_t queue_room(const struct queue *q)
{
    return QUEUE_BYTES - queue_waiting(q);
}

static size_t place_of(const struct page *p, uint64_t position)
{
    return (size_t)((position + p->shift) % QUEUE_BYTES);
}

static void copy_in(struct page *p, uint64_t position, struct view bytes)
{
    size_t at = place_of(p, position);
    size_t first = bytes.n < QUEUE_BYTES - at ? bytes.n : QUEUE_BYTES - at;
    if (bytes.n > 0) {
        memcpy(p->ring + at, bytes.at, first);
        memcpy(p->ring, bytes.at + first, bytes.n - first);
    }
}

err queue_add(struct queue *q, const struct journal_record *r)
{
    struct page *p = q->page;
    unsigned char header[JOURNAL_HEADER_BYTES];
    if (r->bytes.n > QUEUE_BYTES || queue_room(q) < sizeof header + r->bytes.n) {
        return ERR_FULL;
    }
    if (p->begin == p->end) {
        p->shift = QUEUE_BYTES - p->end % QUEUE_BYTES;
        q->front = p->end;
        in_this_order();
    }
    record_encode(r, header);
    copy_in(p, p->end, (struct view){ header, sizeof header });
    copy_in(p, p->end + sizeof header, r->bytes);
    in_this_order();
    p->end += sizeof header + r->bytes.n;
    in_this_order();
    return OK;
}

size_t queue_header(const struct queue *q, uint64_t at, struct journal_record *out)
{
    const struct page *p = q->page;
    unsigned char header[JOURNAL_HEADER_BYTES];
    uint32_t crc = 0;
    for (size_t i = 0; i < sizeof header; i++) {
        header[i] = p->ring[place_of(p, at + i)];
    }
    size_t rest = (size_t)(p->end - at);
    if (record_decode(header, out, &crc) != OK || sizeof header + out->bytes.n > rest) {
        *out = (struct journal_record){ .kind = JOURNAL_VERDICT };
        return rest;
    }
    return sizeof header + out->bytes.n;
}

void queue_parts(const struct queue *q, size_t bytes, struct iovec parts[2])
{
    struct page *p = q->page;
    size_t at = place_of(p, p->begin);
    size_t first = bytes < QUEUE_BYTES - at ? bytes : QUEUE_BYTES - at;
    parts[0] = (struct iovec){ p->ring + at, first };
    parts[1] = (struct iovec){ p->ring, bytes - first };
}

void queue_drop(struct queue *q, size_t bytes)
{
    assert(bytes <= queue_waiting(q));
    q->page->begin += bytes;
    in_this_order();
    if (queue_waiting(q) == 0 && q->page->end - q->front > WARM_BYTES) {
        cool(q);
    }
}

/* Killed in between: no segment has the number 0, so nothing is believed of any. */
void queue_note_segment(struct queue *q, uint64_t number, uint64_t position)
{
    q->page->segment = 0;
    in_this_order();
    q->page->segment_position = position;
    in_this_order();
    q->page->segment = number;
    in_this_order();
}

void queue_drop_written(struct queue *q, uint64_t number, int64_t bytes)
{
    uint64_t written = q->page->segment_position + (uint64_t)bytes;
    if (q->page->segment == number && written > q->page->begin && written <= q->page->end) {
        queue_drop(q, (size_t)(written - q->page->begin));
    }
}
