#include "journal.h"

#include "base/mem.h"
#include "journal_inside.h"
#include "loop/log.h"
#include "record.h"
#include "shared.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRESSED_BYTES = 256 * 1024, RESUME_BYTES = QUEUE_BYTES / 2 };

/* --- opening ------------------------------------------------------------------------------------------------------------ */

static void count(struct journal *j, const struct journal_record *r)
{
    uint64_t pos_end = record_pos_end(r), answer_end = record_answer_end(r);
    j->pos_end = pos_end > j->pos_end ? pos_end : j->pos_end;
    j->answer_end = answer_end > j->answer_end ? answer_end : j->answer_end;
}

/* Walks the newest segment to its last whole record. */
static int64_t walk(struct journal *j, journal_fn *seen, void *self)
{
    unsigned char *body = NULL;
    struct journal_record r;
    int64_t at = 0;
    err e = record_read(j->errand.fd, at, &body, &r);
    for (; e == OK; e = record_read(j->errand.fd, at, &body, &r)) {
        at += JOURNAL_HEADER_BYTES + (int64_t)r.bytes.n;
        count(j, &r);
        j->begun_us = j->begun_us == 0 ? r.wall_us : j->begun_us;
        if (seen != NULL) {
            seen(self, &r);
        }
    }
    mem_free(body);
    return at;
}

static err open_newest(struct journal *j, journal_fn *seen, void *self)
{
    struct segment *newest = &j->segments.at[j->segments.count - 1];
    struct stat about;
    j->errand.fd = disk_open_segment(j, *newest, O_RDWR | O_APPEND);
    if (j->errand.fd < 0 || fstat(j->errand.fd, &about) != 0) {
        log_error("journal", "%s: the newest segment cannot be opened: %s", j->options.folder, strerror(errno));
        return ERR_SYSTEM;
    }
    j->pos_end = newest->pos_offset;
    j->size = walk(j, seen, self);
    if (j->size != about.st_size) {
        log_warn("journal", "%s: a torn tail of %lld bytes is cut off", j->options.folder, (long long)(about.st_size - j->size));
        if (ftruncate(j->errand.fd, j->size) != 0) {
            log_error("journal", "%s: cannot cut it: %s", j->options.folder, strerror(errno));
            return ERR_SYSTEM;
        }
    }
    queue_drop_written(j->queue, newest->number, j->size);
    newest->position = queue_begin(j->queue) - (uint64_t)j->size;
    queue_note_segment(j->queue, newest->number, newest->position);
    return OK;
}

/* What a predecessor appended and could not write any more. */
static void count_queue(struct journal *j)
{
    struct journal_record r;
    uint64_t at = queue_begin(j->queue);
    while (at < queue_end(j->queue)) {
        at += queue_header(j->queue, at, &r);
        count(j, &r);
    }
}

err journal_open(struct loop *l, const struct journal_options *options, journal_fn *seen, void *self, struct journal **out)
{
    int folder_fd = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0) {
        log_error("journal", "%s: %s", options->folder, strerror(errno));
        return ERR_SYSTEM;
    }
    struct journal *j = mem_new(sizeof *j);
    *j = (struct journal){ .loop = l, .options = *options, .folder_fd = folder_fd, .errand.fd = -1 };
    j->options.folder = mem_text(options->folder);
    list_init(&j->readers);
    err e = queue_open(options->folder, &j->queue);
    e = e == OK ? segments_list(folder_fd, &j->segments) : e;
    if (e == OK && j->segments.count > 0) {
        e = open_newest(j, seen, self);
    }
    if (e != OK) {
        j->is_closed = true;
        journal_release(j);
        return e;
    }
    count_queue(j);
    disk_go_on(j);
    *out = j;
    return OK;
}

/* --- closing ------------------------------------------------------------------------------------------------------------ */

void journal_release(struct journal *j)
{
    if (!j->is_closed || j->is_busy || j->loads > 0) {
        return;
    }
    if (j->errand.fd >= 0) {
        close(j->errand.fd);
    }
    if (j->queue != NULL && queue_waiting(j->queue) == 0) {
        shared_remove(j->options.folder, QUEUE_NAME);
    }
    queue_close(j->queue);
    close(j->folder_fd);
    segments_clear(&j->segments);
    mem_free((char *)(uintptr_t)j->options.folder);
    mem_free(j);
}

void journal_close(struct journal *j)
{
    if (j == NULL) {
        return;
    }
    list_each_safe(node, &j->readers)
    {
        reader_leave(node);
    }
    timer_free(j->stall_timer);
    timer_free(j->sync_timer);
    timer_free(j->retry_timer);
    j->stall_timer = j->sync_timer = j->retry_timer = NULL;
    j->is_closed = true;
    if (!j->is_busy) {
        disk_finish(j);
    }
    journal_release(j);
}

/* --- the door ----------------------------------------------------------------------------------------------------------- */

void journal_listen(struct journal *j, loop_fn *changed, void *self)
{
    j->changed = changed;
    j->self = self;
}

void journal_tell(struct journal *j)
{
    if (j->changed != NULL && !j->is_closed) {
        j->changed(j->self);
    }
}

uint64_t journal_pos_end(const struct journal *j)
{
    return j->pos_end;
}

uint64_t journal_answer_end(const struct journal *j)
{
    return j->answer_end;
}

/* After a drop the queue is left to shrink, so that records and gaps do not alternate. */
static bool is_still_missing(const struct journal *j)
{
    return j->is_missing && queue_room(j->queue) < RESUME_BYTES;
}

bool journal_is_writing(const struct journal *j)
{
    return !j->is_refused && !j->is_stalled && !is_still_missing(j);
}

bool journal_is_pressed(const struct journal *j)
{
    return queue_room(j->queue) < PRESSED_BYTES && journal_is_writing(j);
}

static void miss(struct journal *j)
{
    if (!j->is_missing) {
        log_error("journal", "%s: too many records wait for the disk; printing goes on, nothing is recorded", j->options.folder);
    }
    j->is_missing = true;
}

static bool add(struct journal *j, const struct journal_record *r)
{
    if (queue_add(j->queue, r) != OK) {
        miss(j);
        return false;
    }
    count(j, r);
    return true;
}

/* What was missed stands in the journal before what comes next. */
static bool add_gap(struct journal *j, const struct journal_record *r)
{
    if (r->pos_offset <= j->pos_end && r->answer_offset <= j->answer_end) {
        return true;
    }
    return add(j, &(struct journal_record){ .kind = JOURNAL_GAP,
                                            .pos_offset = j->pos_end,
                                            .answer_offset = r->answer_offset,
                                            .wall_us = r->wall_us,
                                            .to = r->pos_offset });
}

static bool is_known(const struct journal *j, const struct journal_record *r)
{
    return (r->kind == JOURNAL_FROM_POS && record_pos_end(r) <= j->pos_end) ||
           (r->kind == JOURNAL_FROM_PRINTER && record_answer_end(r) <= j->answer_end);
}

bool journal_append(struct journal *j, const struct journal_record *r)
{
    if (is_known(j, r)) {
        return true;
    }
    if (is_still_missing(j) || !add_gap(j, r) || !add(j, r)) {
        return false;
    }
    if (j->is_missing) {
        log_info("journal", "%s: there is room for records again", j->options.folder);
        j->is_missing = false;
    }
    disk_go_on(j);
    return true;
}

void journal_forget_old(struct journal *j, uint64_t printed_offset)
{
    j->printed_offset = printed_offset;
    j->is_forgetting_due = true;
    disk_go_on(j);
}
