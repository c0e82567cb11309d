/* Reading the journal while it is being written: blocks come from the disk on another thread. */
#include "journal_inside.h"

#include "base/mem.h"
#include "record.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_BYTES = 64 * 1024 };

struct journal_reader {
    struct list node;
    struct journal *journal;
    loop_fn *ready;
    void *self;
    uint64_t from;          /* a POS offset: records that end before it are passed over */
    uint64_t mark;          /* 0, or a position of the queue: everything before it was heard in another way */
    struct segment segment; /* number 0: none yet */
    int fd;
    int64_t loaded_to; /* in the segment: the block ends there */
    unsigned char *block;
    size_t room, filled, used;
    int64_t limit; /* for the load that runs */
    ssize_t got;
    bool opens; /* the load begins with opening the segment */
    bool is_loading, is_waiting, is_over, is_freed;
};

/* --- on the other thread ------------------------------------------------------------------------------------------------ */

static void load(void *self)
{
    struct journal_reader *r = self;
    if (r->opens) {
        if (r->fd >= 0) {
            close(r->fd);
        }
        r->fd = disk_open_segment(r->journal, r->segment, O_RDONLY);
    }
    size_t room = r->room - r->filled;
    room = (int64_t)room < r->limit ? room : (size_t)r->limit;
    r->got = r->fd >= 0 ? pread(r->fd, r->block + r->filled, room, r->loaded_to) : -1;
}

/* --- on the loop -------------------------------------------------------------------------------------------------------- */

static void free_reader(struct journal_reader *r)
{
    if (r->fd >= 0) {
        close(r->fd);
    }
    mem_free(r->block);
    mem_free(r);
}

static void loaded(void *self)
{
    struct journal_reader *r = self;
    struct journal *j = r->journal;
    j->loads--;
    r->is_loading = false;
    if (r->is_freed) {
        free_reader(r);
        journal_release(j);
        return;
    }
    r->opens = false;
    r->is_over = r->got <= 0;
    r->filled += r->got > 0 ? (size_t)r->got : 0;
    r->loaded_to += r->got > 0 ? r->got : 0;
    r->ready(r->self);
}

/* The segment after the one with this number. */
static bool find_next(const struct journal *j, uint64_t number, struct segment *out)
{
    for (size_t i = 0; i < j->segments.count; i++) {
        if (j->segments.at[i].number > number) {
            *out = j->segments.at[i];
            return true;
        }
    }
    return false;
}

static bool is_newest(const struct journal_reader *r)
{
    struct segment next;
    return !find_next(r->journal, r->segment.number, &next);
}

static void stand_at(struct journal_reader *r, struct segment s, int64_t at)
{
    r->opens = r->opens || r->fd < 0 || s.number != r->segment.number;
    r->segment = s;
    r->loaded_to = at;
    r->used = r->filled = 0;
    r->is_over = false;
}

static void stand_at_mark(struct journal_reader *r)
{
    const struct segments *all = &r->journal->segments;
    size_t i = all->count;
    while (i > 1 && all->at[i - 1].position > r->mark) {
        i--;
    }
    if (i > 0) {
        uint64_t position = all->at[i - 1].position;
        stand_at(r, all->at[i - 1], r->mark > position ? (int64_t)(r->mark - position) : 0);
    }
    r->mark = 0;
}

/* Room for `needed` bytes from the first that was not used yet. */
static void make_room(struct journal_reader *r, size_t needed)
{
    if (r->used > 0) {
        memmove(r->block, r->block + r->used, r->filled - r->used);
    }
    r->filled -= r->used;
    r->used = 0;
    if (r->room < needed || r->room < BLOCK_BYTES) {
        r->room = needed < BLOCK_BYTES ? BLOCK_BYTES : needed;
        r->block = mem_grow(r->block, r->room, 1);
    }
}

static void start_load(struct journal_reader *r, size_t needed)
{
    struct journal *j = r->journal;
    make_room(r, needed);
    r->limit = is_newest(r) ? j->size - r->loaded_to : INT64_MAX;
    r->is_loading = true;
    j->loads++;
    if (loop_work(j->loop, load, loaded, r) != OK) {
        j->loads--;
        r->is_loading = false;
        r->is_waiting = true; /* goes on with the next record that is written */
    }
}

/* The block is used up, or the segment damaged: what follows is sound. */
static err load_more(struct journal_reader *r, size_t needed)
{
    struct segment next;
    bool has_next = find_next(r->journal, r->segment.number, &next);
    if (r->segment.number != 0 && !r->is_over && (has_next || r->loaded_to < r->journal->size)) {
        start_load(r, needed);
        return ERR_AGAIN;
    }
    if (has_next) {
        stand_at(r, next, 0);
        start_load(r, JOURNAL_HEADER_BYTES);
        return ERR_AGAIN;
    }
    r->is_waiting = queue_waiting(r->journal->queue) > 0;
    return r->is_waiting ? ERR_AGAIN : ERR_MISSING;
}

err journal_next(struct journal_reader *r, struct journal_record *out)
{
    r->is_waiting = false;
    if (r->is_loading) {
        return ERR_AGAIN;
    }
    if (r->mark > queue_begin(r->journal->queue)) {
        r->is_waiting = true; /* not even that was written yet */
        return ERR_AGAIN;
    }
    if (r->mark != 0) {
        stand_at_mark(r);
    }
    for (;;) {
        size_t length = 0;
        err e = record_parse(view_skip((struct view){ r->block, r->filled }, r->used), out, &length);
        if (e != OK) {
            r->is_over = r->is_over || e == ERR_INPUT;
            return load_more(r, length);
        }
        r->used += length;
        if (record_pos_end(out) >= r->from) {
            return OK;
        }
    }
}

struct journal_reader *journal_read_from(struct journal *j, uint64_t pos_offset, loop_fn *ready, void *self)
{
    struct journal_reader *r = mem_new(sizeof *r);
    *r = (struct journal_reader){ .journal = j, .ready = ready, .self = self, .fd = -1, .from = pos_offset };
    list_append(&j->readers, &r->node);
    size_t i = j->segments.count;
    while (i > 1 && j->segments.at[i - 1].pos_offset >= pos_offset) {
        i--;
    }
    if (i > 0) {
        stand_at(r, j->segments.at[i - 1], 0);
    }
    return r;
}

/* One that hears everything in another way needs no block. */
void journal_reader_to_end(struct journal_reader *r)
{
    r->mark = queue_end(r->journal->queue);
    r->is_waiting = false;
    if (!r->is_loading) {
        mem_free(r->block);
        r->block = NULL;
        r->room = r->filled = r->used = 0;
    }
}

void journal_reader_free(struct journal_reader *r)
{
    if (r == NULL) {
        return;
    }
    list_remove(&r->node);
    r->is_freed = true;
    if (!r->is_loading) {
        free_reader(r);
    }
}

void readers_go_on(struct journal *j)
{
    list_each_safe(node, &j->readers)
    {
        struct journal_reader *r = list_entry(node, struct journal_reader, node);
        if (r->is_waiting) {
            r->is_waiting = false;
            r->ready(r->self);
        }
    }
}

void reader_leave(struct list *node)
{
    journal_reader_free(list_entry(node, struct journal_reader, node));
}
