/* The journal's disk: one errand at a time, on another thread, so that a disk that stalls stops nobody else. */
#include "journal_inside.h"

#include "loop/log.h"
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SYNC_MS = 1000, TRY_AGAIN_MS = 1000, STALLED_MS = 2000, FILE_MODE = 0640 };
static const int64_t DAY_US = (int64_t)24 * 3600 * 1000000;

int disk_open_segment(const struct journal *j, struct segment s, int flags)
{
    char name[SEGMENT_NAME_ROOM];
    segment_name(s, name);
    return openat(j->folder_fd, name, flags | O_CLOEXEC, FILE_MODE);
}

/* --- on the other thread ------------------------------------------------------------------------------------------------ */

static void fail(struct errand *e, const char *trouble)
{
    e->trouble = trouble;
    e->error = errno;
}

static void begin_segment(const struct journal *j, struct errand *e)
{
    int fd = disk_open_segment(j, e->segment, O_RDWR | O_APPEND | O_CREAT | O_EXCL);
    if (fd < 0) {
        fail(e, "a new segment cannot be made");
        return;
    }
    if (e->fd >= 0) {
        fdatasync(e->fd);
        close(e->fd);
    }
    e->fd = fd;
    e->size = 0;
    e->has_segment = true;
}

/* All of it or nothing: half a record at the end would hide what follows. */
static void write_records(struct errand *e)
{
    size_t done = 0;
    while (done < e->bytes) {
        int first = done >= e->parts[0].iov_len;
        size_t from = first ? done - e->parts[0].iov_len : done;
        struct iovec rest[2] = { { (char *)e->parts[first].iov_base + from, e->parts[first].iov_len - from }, e->parts[1] };
        ssize_t n = writev(e->fd, rest, first || e->parts[1].iov_len == 0 ? 1 : 2);
        if (n <= 0) {
            errno = n < 0 ? errno : ENOSPC;
            fail(e, "records cannot be written");
            e->is_torn = done > 0 && ftruncate(e->fd, e->size) != 0;
            return;
        }
        done += (size_t)n;
    }
    e->size += (int64_t)e->bytes;
}

static int64_t stat_segment(const struct journal *j, struct segment s, int64_t *written_us)
{
    struct stat about;
    char name[SEGMENT_NAME_ROOM];
    segment_name(s, name);
    if (fstatat(j->folder_fd, name, &about, 0) != 0) {
        *written_us = 0;
        return 0;
    }
    *written_us = (int64_t)about.st_mtime * 1000000;
    return about.st_size;
}

static bool forget_segment(const struct journal *j, struct segment s)
{
    char name[SEGMENT_NAME_ROOM];
    segment_name(s, name);
    return unlinkat(j->folder_fd, name, 0) == 0 || errno == ENOENT;
}

/* The oldest go first, while all together are too much, or they are too old; only what was printed. */
static void forget_old(const struct journal *j, struct errand *e)
{
    int64_t bytes = 0, written_us = 0;
    for (size_t i = 0; i < j->segments.count; i++) {
        bytes += stat_segment(j, j->segments.at[i], &written_us);
    }
    for (size_t i = 0; i + 1 < j->segments.count && j->segments.at[i + 1].pos_offset <= e->printed_offset; i++) {
        int64_t size = stat_segment(j, j->segments.at[i], &written_us);
        bool is_too_old = e->wall_us - written_us > j->options.keep_days * DAY_US;
        if ((bytes <= j->options.keep_bytes && !is_too_old) || !forget_segment(j, j->segments.at[i])) {
            return;
        }
        bytes -= size;
        e->forgotten++;
    }
}

static void run(void *self)
{
    struct journal *j = self;
    struct errand *e = &j->errand;
    if (e->wants_segment) {
        begin_segment(j, e);
    }
    if (e->trouble == NULL) {
        write_records(e);
    }
    if (e->wants_sync && e->fd >= 0) {
        fdatasync(e->fd); /* a failure shows at the next write */
    }
    if (e->wants_forgetting) {
        forget_old(j, e);
    }
}

/* --- on the loop -------------------------------------------------------------------------------------------------------- */

/* The journal's first trouble is told, and its end; in between it is tried once a second. */
static void note_refusal(struct journal *j)
{
    const struct errand *e = &j->errand;
    if (!j->is_refused) {
        log_error("journal", "%s: %s: %s; printing goes on, the records wait", j->options.folder, e->trouble, strerror(e->error));
    }
    j->is_refused = true;
    j->is_torn = j->is_torn || e->is_torn;
}

static void sync_due(void *self)
{
    struct journal *j = self;
    j->sync_timer = NULL;
    j->is_sync_due = true;
    disk_go_on(j);
}

static void note_written(struct journal *j)
{
    const struct errand *e = &j->errand;
    queue_drop(j->queue, e->bytes);
    if (e->bytes > 0 && j->sync_timer == NULL && !j->is_closed) {
        j->sync_timer = loop_after(j->loop, SYNC_MS, sync_due, j);
    }
    if (j->is_refused && e->bytes > 0) {
        log_info("journal", "%s: recording again", j->options.folder);
        j->is_refused = false;
    }
}

static void settle(struct journal *j)
{
    for (size_t i = 0; i < j->errand.forgotten; i++) {
        segments_drop_first(&j->segments);
    }
    if (j->errand.has_segment) {
        segments_add(&j->segments, j->errand.segment);
        j->is_torn = false;
    }
    j->size = j->errand.size;
    if (j->errand.trouble != NULL) {
        note_refusal(j);
    } else {
        note_written(j);
    }
}

static void stalled(void *self)
{
    struct journal *j = self;
    j->stall_timer = NULL;
    j->is_stalled = true;
    log_warn("journal", "%s: the disk does not move; printing goes on, %zu bytes of records wait", j->options.folder,
             queue_waiting(j->queue));
    journal_tell(j);
}

static void try_again(void *self)
{
    struct journal *j = self;
    j->retry_timer = NULL;
    disk_go_on(j);
}

static void done(void *self)
{
    struct journal *j = self;
    timer_free(j->stall_timer);
    j->stall_timer = NULL;
    j->is_busy = false;
    if (j->is_stalled) {
        log_info("journal", "%s: the disk moves again", j->options.folder);
        j->is_stalled = false;
    }
    settle(j);
    if (j->is_closed) {
        disk_finish(j);
        journal_release(j);
        return;
    }
    if (j->is_refused && j->retry_timer == NULL) {
        j->retry_timer = loop_after(j->loop, TRY_AGAIN_MS, try_again, j);
    }
    disk_go_on(j);
    readers_go_on(j);
    journal_tell(j);
}

/* A segment that has something ends before this record. */
static bool is_over(const struct journal *j, const struct journal_record *r, int64_t size)
{
    bool is_empty = size == JOURNAL_HEADER_BYTES + (int64_t)r->bytes.n;
    return !is_empty && (size > j->options.segment_bytes || r->wall_us - j->begun_us > DAY_US);
}

/* Whole records for one segment, beginning with the oldest that waits. */
static void take_records(struct journal *j)
{
    struct errand *e = &j->errand;
    struct journal_record r;
    uint64_t at = queue_begin(j->queue), end = queue_end(j->queue);
    int64_t size = j->size;
    while (at < end) {
        size_t length = queue_header(j->queue, at, &r);
        if (at > queue_begin(j->queue) && is_over(j, &r, size + (int64_t)length)) {
            break;
        }
        if (at == queue_begin(j->queue) && (j->is_torn || j->segments.count == 0 || is_over(j, &r, size + (int64_t)length))) {
            uint64_t number = j->segments.count > 0 ? j->segments.at[j->segments.count - 1].number + 1 : 1;
            e->segment = (struct segment){ .number = number, .pos_offset = r.pos_offset, .position = at };
            e->wants_segment = true;
            size = 0;
        }
        j->begun_us = size == 0 ? r.wall_us : j->begun_us;
        size += (int64_t)length;
        e->bytes += length;
        at += length;
    }
    queue_parts(j->queue, e->bytes, e->parts);
}

/* False: there is nothing to do. */
static bool prepare(struct journal *j)
{
    struct errand *e = &j->errand;
    *e = (struct errand){ .fd = e->fd, .size = j->size, .wall_us = loop_wall_us(j->loop), .printed_offset = j->printed_offset };
    e->wants_sync = j->is_sync_due;
    e->wants_forgetting = j->is_forgetting_due;
    j->is_sync_due = j->is_forgetting_due = false;
    if (!j->is_refused || j->retry_timer == NULL) {
        take_records(j);
    }
    if (e->wants_segment) {
        queue_note_segment(j->queue, e->segment.number, e->segment.position);
    }
    return e->bytes > 0 || e->wants_sync || e->wants_forgetting;
}

void disk_go_on(struct journal *j)
{
    if (j->is_busy || j->is_closed || !prepare(j)) {
        return;
    }
    j->is_busy = true;
    j->stall_timer = loop_after(j->loop, STALLED_MS, stalled, j);
    if (loop_work(j->loop, run, done, j) != OK) {
        run(j); /* no thread is to be had: better late than never */
        done(j);
    }
}

void disk_finish(struct journal *j)
{
    struct errand *e = &j->errand;
    e->trouble = NULL;
    while (e->trouble == NULL && queue_waiting(j->queue) > 0 && prepare(j)) {
        run(j);
        settle(j);
    }
    if (e->fd >= 0) {
        fdatasync(e->fd);
        close(e->fd);
        e->fd = -1;
    }
}
