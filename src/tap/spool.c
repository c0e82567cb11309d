#include "spool.h"

#include "base/mem.h"
#include "loop/log.h"
#include "shared.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MODE = 0640, VERSION = 2 };
static const char MAGIC[8] = "tapspool";
static const char REST_NAME[] = "spool.rest"; /* on the disk, between an orderly stop and the next start */

/* Shared memory. Only a successor of the same build reads it; others start anew. */
struct page {
    char magic[sizeof MAGIC];
    uint32_t version, bytes;
    uint32_t current; /* which of the two states counts */
    uint32_t is_printer_up;
    uint64_t printed, push_from;      /* where the push that the witness saw had begun */
    uint64_t read_at, answer_read_at; /* where the streams stood at the read that the witness saw */
    struct spool_state states[2];
    struct wire_witness printer, pos;
    unsigned char ring[SPOOL_RING_BYTES];
};

struct spool {
    struct page *page;
    char *folder;
};

/* A kill falls between two instructions: what counts is the order in which they stand, so the compiler must keep it. */
static void in_this_order(void)
{
    atomic_signal_fence(memory_order_seq_cst);
}

static bool is_ours(const struct page *p)
{
    return memcmp(p->magic, MAGIC, sizeof MAGIC) == 0 && p->version == VERSION && p->bytes == sizeof *p && p->current < 2 &&
           p->states[p->current].span_count <= SPOOL_SPANS;
}

static void begin_page(struct page *p)
{
    memset(p, 0, sizeof *p);
    memcpy(p->magic, MAGIC, sizeof MAGIC);
    p->version = VERSION;
    p->bytes = sizeof *p;
}

/* What an orderly stop wrote down. It is read once. */
static bool wake(const char *folder, struct page *p)
{
    char *path = mem_format("%s/%s", folder, REST_NAME);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_whole = fd >= 0 && !is_ours(p) && read(fd, p, sizeof *p) == (ssize_t)sizeof *p;
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
    mem_free(path);
    return is_whole && is_ours(p);
}

/* A push that was over before its count was noted here: the kernel's own note says how much it took. */
static void finish_push(struct page *p)
{
    uint64_t real = p->push_from + p->printer.taken.msg_len;
    if (p->printer.taken.msg_len > 0 && real > p->printed && real <= p->states[p->current].end) {
        p->printed = real;
    }
    p->printer.taken.msg_len = 0;
}

err spool_open(const char *folder, bool *was_trusted, struct spool **out)
{
    struct page *p = shared_open(folder, SPOOL_NAME, sizeof *p);
    if (p == NULL) {
        return ERR_SYSTEM;
    }
    bool was_known = is_ours(p), was_at_rest = wake(folder, p);
    *was_trusted = was_known || was_at_rest;
    if (!*was_trusted) {
        begin_page(p);
    }
    finish_push(p);
    struct spool *s = mem_new(sizeof *s);
    *s = (struct spool){ .page = p, .folder = mem_text(folder) };
    *out = s;
    return OK;
}

void spool_close(struct spool *s)
{
    if (s != NULL) {
        shared_close(s->page, sizeof *s->page);
        mem_free(s->folder);
        mem_free(s);
    }
}

static bool write_down(const struct page *p, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
    bool is_written = fd >= 0 && write(fd, p, sizeof *p) == (ssize_t)sizeof *p && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return is_written;
}

void spool_rest(struct spool *s)
{
    char *path = mem_format("%s/%s", s->folder, REST_NAME);
    char *half = mem_format("%s.new", path);
    if (write_down(s->page, half) && rename(half, path) == 0) {
        shared_remove(s->folder, SPOOL_NAME);
    } else {
        log_warn("tap", "%s: %s; what waits for the printer is kept in memory only", path, strerror(errno));
        unlink(half);
    }
    mem_free(half);
    mem_free(path);
}

const struct spool_state *spool_state(const struct spool *s)
{
    return &s->page->states[s->page->current];
}

struct spool_state *spool_change(struct spool *s)
{
    struct page *p = s->page;
    struct spool_state *next = &p->states[!p->current];
    *next = p->states[p->current];
    return next;
}

void spool_commit(struct spool *s)
{
    in_this_order();
    s->page->current = !s->page->current;
    in_this_order();
}

void spool_restart(struct spool *s, uint64_t pos_end, uint64_t answer_end)
{
    struct spool_state *next = spool_change(s);
    next->pos_end = pos_end;
    next->answer_end = answer_end;
    next->end = s->page->printed;
    next->span_count = 0;
    spool_commit(s);
    spool_was_heard(s);
    spool_was_answered(s);
}

/* --- accepting ---------------------------------------------------------------------------------------------------------- */

static uint64_t pending(const struct spool *s)
{
    return spool_state(s)->end - s->page->printed;
}

/* Spans that can neither be printed nor gone back to any more make place. */
static void drop_old_spans(const struct page *p, struct spool_state *state)
{
    uint32_t old = 0;
    while (old < state->span_count && state->spans[old].to + SPOOL_KEEP_BYTES <= p->printed) {
        old++;
    }
    if (old == 0 && state->span_count == SPOOL_SPANS && state->spans[0].to <= p->printed) {
        old = 1;
    }
    state->span_count -= old;
    memmove(state->spans, state->spans + old, state->span_count * sizeof *state->spans);
}

static bool has_place_for_span(const struct spool *s)
{
    const struct spool_state *state = spool_state(s);
    return state->span_count < SPOOL_SPANS || state->spans[0].to <= s->page->printed;
}

size_t spool_pos_room(const struct spool *s)
{
    uint64_t used = pending(s);
    return used < SPOOL_POS_CEILING && has_place_for_span(s) ? (size_t)(SPOOL_POS_CEILING - used) : 0;
}

bool spool_has_room_for_insertion(const struct spool *s, size_t bytes)
{
    return bytes <= SPOOL_INSERTION_CEILING && has_place_for_span(s) && pending(s) + bytes <= SPOOL_RING_BYTES - SPOOL_KEEP_BYTES;
}

static void copy_in(struct page *p, uint64_t position, struct view bytes)
{
    size_t at = (size_t)(position % SPOOL_RING_BYTES);
    size_t first = bytes.n < SPOOL_RING_BYTES - at ? bytes.n : SPOOL_RING_BYTES - at;
    memcpy(p->ring + at, bytes.at, first);
    memcpy(p->ring, bytes.at + first, bytes.n - first);
}

void spool_add(struct spool *s, struct spool_span owner, struct view bytes)
{
    struct page *p = s->page;
    struct spool_state *next = &p->states[!p->current];
    assert(next->end - p->printed + bytes.n <= SPOOL_RING_BYTES - SPOOL_KEEP_BYTES);
    copy_in(p, next->end, bytes);
    drop_old_spans(p, next);
    struct spool_span *last = next->span_count > 0 ? &next->spans[next->span_count - 1] : NULL;
    if (last == NULL || last->connection != owner.connection || last->insertion != owner.insertion || last->to != next->end) {
        assert(next->span_count < SPOOL_SPANS);
        last = &next->spans[next->span_count++];
        *last = owner;
        last->from = next->end;
    }
    next->end += bytes.n;
    last->to = next->end;
    next->pos_end += owner.connection != 0 ? bytes.n : 0;
}

/* --- printing ----------------------------------------------------------------------------------------------------------- */

uint64_t spool_printed(const struct spool *s)
{
    return s->page->printed;
}

uint64_t spool_pos_printed(const struct spool *s)
{
    const struct spool_state *state = spool_state(s);
    uint64_t waiting = 0, printed = s->page->printed;
    for (uint32_t i = 0; i < state->span_count; i++) {
        const struct spool_span *span = &state->spans[i];
        if (span->connection != 0 && span->to > printed) {
            waiting += span->to - (span->from > printed ? span->from : printed);
        }
    }
    return state->pos_end - waiting;
}

const struct spool_span *spool_span_at(const struct spool *s, uint64_t position)
{
    const struct spool_state *state = spool_state(s);
    for (uint32_t i = state->span_count; i > 0; i--) {
        const struct spool_span *span = &state->spans[i - 1];
        if (position >= span->from && position < span->to) {
            return span;
        }
    }
    return NULL;
}

struct view spool_pending(const struct spool *s)
{
    const struct page *p = s->page;
    const struct spool_span *span = spool_span_at(s, p->printed);
    size_t at = (size_t)(p->printed % SPOOL_RING_BYTES);
    uint64_t n = (span != NULL ? span->to : spool_state(s)->end) - p->printed;
    return (struct view){ p->ring + at, n < SPOOL_RING_BYTES - at ? (size_t)n : SPOOL_RING_BYTES - at };
}

void spool_about_to_push(struct spool *s)
{
    s->page->printer.taken.msg_len = 0;
    in_this_order();
    s->page->push_from = s->page->printed;
    in_this_order();
}

void spool_handed(struct spool *s, size_t bytes)
{
    s->page->printed += bytes;
    in_this_order();
}

/* The witness belongs to the push before: it must not speak when the position moves for another reason. */
static void move_to(struct spool *s, uint64_t position)
{
    s->page->printer.taken.msg_len = 0;
    in_this_order();
    s->page->printed = position;
    in_this_order();
}

void spool_go_back(struct spool *s, uint64_t bytes)
{
    uint64_t most = s->page->printed < SPOOL_KEEP_BYTES ? s->page->printed : SPOOL_KEEP_BYTES;
    const struct spool_state *state = spool_state(s);
    uint64_t to = s->page->printed - (bytes < most ? bytes : most);
    if (state->span_count == 0) {
        return;
    }
    to = to < state->spans[0].from ? state->spans[0].from : to;
    const struct spool_span *span = spool_span_at(s, to);
    bool is_begun_insertion = span != NULL && span->insertion != 0 && span->from < to;
    move_to(s, is_begun_insertion && span->to <= s->page->printed ? span->to : to);
}

void spool_skip_to(struct spool *s, uint64_t position)
{
    if (position > s->page->printed) {
        move_to(s, position);
    }
}

void spool_cut(struct spool *s, uint64_t position)
{
    struct spool_state *next = spool_change(s);
    while (next->span_count > 0 && next->spans[next->span_count - 1].from >= position) {
        next->span_count--;
    }
    if (next->span_count > 0 && next->spans[next->span_count - 1].to > position) {
        next->spans[next->span_count - 1].to = position;
    }
    next->end = position;
    if (s->page->printed > position) {
        move_to(s, position);
    }
    spool_commit(s);
}

uint64_t spool_connection_end(const struct spool *s, uint64_t connection)
{
    const struct spool_state *state = spool_state(s);
    for (uint32_t i = state->span_count; i > 0; i--) {
        if (state->spans[i - 1].connection == connection) {
            return state->spans[i - 1].to;
        }
    }
    return 0;
}

void spool_mark_ended(struct spool *s, uint64_t connection)
{
    struct spool_state *next = spool_change(s);
    for (uint32_t i = 0; i < next->span_count; i++) {
        next->spans[i].is_ended = next->spans[i].is_ended || next->spans[i].connection == connection;
    }
    spool_commit(s);
}

void spool_printer_is_up(struct spool *s, bool is_up)
{
    s->page->is_printer_up = is_up;
}

bool spool_printer_was_up(const struct spool *s)
{
    return s->page->is_printer_up != 0;
}

/* --- insertions --------------------------------------------------------------------------------------------------------- */

bool spool_find_insertion(const struct spool *s, uint64_t id, int *verdict)
{
    const struct spool_state *state = spool_state(s);
    uint64_t known = state->insertion_count < SPOOL_INSERTIONS ? state->insertion_count : SPOOL_INSERTIONS;
    for (uint64_t i = 0; i < known; i++) {
        if (state->insertions[i].id == id) {
            *verdict = state->insertions[i].verdict;
            return true;
        }
    }
    return false;
}

void spool_note_insertion(struct spool *s, uint64_t id, int verdict)
{
    struct page *p = s->page;
    struct spool_state *next = &p->states[!p->current];
    for (uint64_t i = 0; i < SPOOL_INSERTIONS && i < next->insertion_count; i++) {
        if (next->insertions[i].id == id) {
            next->insertions[i].verdict = verdict;
            return;
        }
    }
    next->insertions[next->insertion_count % SPOOL_INSERTIONS] = (struct spool_insertion){ id, verdict };
    next->insertion_count++;
}

void spool_forget_insertion(struct spool *s, uint64_t id)
{
    struct spool_state *next = &s->page->states[!s->page->current];
    for (size_t i = 0; i < SPOOL_INSERTIONS; i++) {
        if (next->insertions[i].id == id) {
            next->insertions[i] = (struct spool_insertion){ .verdict = INSERTION_UNKNOWN };
        }
    }
}

/* --- witnesses ---------------------------------------------------------------------------------------------------------- */

struct wire_witness *spool_printer_witness(struct spool *s)
{
    return &s->page->printer;
}

struct wire_witness *spool_pos_witness(struct spool *s)
{
    return &s->page->pos;
}

void spool_was_heard(struct spool *s)
{
    s->page->pos.given.msg_len = 0;
    in_this_order();
    s->page->read_at = spool_state(s)->pos_end;
    in_this_order();
}

void spool_was_answered(struct spool *s)
{
    s->page->printer.given.msg_len = 0;
    in_this_order();
    s->page->pos.taken.msg_len = 0;
    s->page->answer_read_at = spool_state(s)->answer_end;
    in_this_order();
}

struct view spool_unaccepted(const struct spool *s, uint64_t *connection)
{
    const struct page *p = s->page;
    bool is_new = p->read_at == spool_state(s)->pos_end && p->pos.given.msg_len <= sizeof p->pos.bytes;
    *connection = p->pos.reader;
    return (struct view){ p->pos.bytes, is_new ? p->pos.given.msg_len : 0 };
}

bool spool_is_behind(const struct spool *s, uint64_t journal_end)
{
    uint64_t connection = 0;
    return spool_state(s)->pos_end + spool_unaccepted(s, &connection).n < journal_end;
}

struct view spool_unanswered(const struct spool *s)
{
    const struct page *p = s->page;
    bool is_new = p->answer_read_at == spool_state(s)->answer_end && p->printer.given.msg_len <= sizeof p->printer.bytes;
    struct view all = { p->printer.bytes, is_new ? p->printer.given.msg_len : 0 };
    return view_skip(all, p->pos.taken.msg_len);
}
