#include "journal.h"

#include "base/list.h"
#include "base/mem.h"
#include "loop/log.h"
#include "record.h"
#include "segments.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SYNC_MS = 1000, TRY_AGAIN_MS = 1000, FILE_MODE = 0640 };
static const int64_t DAY_US = (int64_t)24 * 3600 * 1000000;

struct journal {
    struct loop *loop;
    struct journal_options options;
    int folder_fd, fd; /* of the newest segment; -1: there is none yet */
    struct segments segments;
    int64_t size, begun_us;       /* of the newest segment */
    uint64_t pos_end, answer_end; /* what is on the disk, or accounted for by a gap */
    bool is_refused;              /* the disk would not take the last record */
    int64_t try_again_ms;
    struct timer *sync_timer;
    bool is_dirty, is_syncing, is_closed;
    int syncing_fd;
    struct list readers;
};

struct journal_reader {
    struct list node;
    struct journal *journal;
    struct segment segment;
    int fd;
    int64_t at;
    uint64_t from;
    unsigned char *body;
};

static int open_segment(const struct journal *j, struct segment s, int flags)
{
    char name[SEGMENT_NAME_ROOM];
    segment_name(s, name);
    return openat(j->folder_fd, name, flags | O_CLOEXEC, FILE_MODE);
}

/* --- the disk, in the background -------------------------------------------------------------------------------------- */

static void sync_now(void *self)
{
    struct journal *j = self;
    fdatasync(j->syncing_fd); /* a failure shows at the next write */
}

static void sync_soon(struct journal *j);

static void free_journal(struct journal *j)
{
    close(j->folder_fd);
    segments_clear(&j->segments);
    mem_free((char *)(uintptr_t)j->options.folder);
    mem_free(j);
}

static void synced(void *self)
{
    struct journal *j = self;
    close(j->syncing_fd);
    j->is_syncing = false;
    if (j->is_closed) {
        free_journal(j);
    } else if (j->is_dirty) {
        sync_soon(j);
    }
}

static void start_sync(void *self)
{
    struct journal *j = self;
    j->sync_timer = NULL;
    j->syncing_fd = fcntl(j->fd, F_DUPFD_CLOEXEC, 0);
    j->is_dirty = false;
    if (j->syncing_fd < 0) {
        return;
    }
    j->is_syncing = true;
    if (loop_work(j->loop, sync_now, synced, j) != OK) {
        sync_now(j);
        synced(j);
    }
}

static void sync_soon(struct journal *j)
{
    if (j->sync_timer == NULL && !j->is_syncing) {
        j->sync_timer = loop_after(j->loop, SYNC_MS, start_sync, j);
    }
}

/* --- opening ------------------------------------------------------------------------------------------------------------ */

/* Walks the newest segment to its last whole record. */
static int64_t walk(struct journal *j, journal_fn *seen, void *self)
{
    unsigned char *body = NULL;
    struct journal_record r;
    int64_t at = 0;
    err e = record_read(j->fd, at, &body, &r);
    for (; e == OK; e = record_read(j->fd, at, &body, &r)) {
        at += JOURNAL_HEADER_BYTES + (int64_t)r.bytes.n;
        j->pos_end = record_pos_end(&r);
        j->answer_end = record_answer_end(&r);
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
    struct segment newest = j->segments.at[j->segments.count - 1];
    struct stat about;
    j->fd = open_segment(j, newest, O_RDWR | O_APPEND);
    if (j->fd < 0 || fstat(j->fd, &about) != 0) {
        log_error("journal", "%s: the newest segment cannot be opened: %s", j->options.folder, strerror(errno));
        return ERR_SYSTEM;
    }
    j->pos_end = newest.pos_offset;
    j->size = walk(j, seen, self);
    if (j->size == about.st_size) {
        return OK;
    }
    log_warn("journal", "%s: a torn tail of %lld bytes is cut off", j->options.folder, (long long)(about.st_size - j->size));
    if (ftruncate(j->fd, j->size) != 0) {
        log_error("journal", "%s: cannot cut it: %s", j->options.folder, strerror(errno));
        return ERR_SYSTEM;
    }
    return OK;
}

err journal_open(struct loop *l, const struct journal_options *options, journal_fn *seen, void *self, struct journal **out)
{
    int folder_fd = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0) {
        log_error("journal", "%s: %s", options->folder, strerror(errno));
        return ERR_SYSTEM;
    }
    struct journal *j = mem_new(sizeof *j);
    *j = (struct journal){ .loop = l, .options = *options, .folder_fd = folder_fd, .fd = -1 };
    j->options.folder = mem_text(options->folder);
    list_init(&j->readers);
    err e = segments_list(folder_fd, &j->segments);
    if (e == OK && j->segments.count > 0) {
        e = open_newest(j, seen, self);
    }
    if (e != OK) {
        journal_close(j);
        return e;
    }
    *out = j;
    return OK;
}

void journal_close(struct journal *j)
{
    if (j == NULL) {
        return;
    }
    list_each_safe(node, &j->readers)
    {
        journal_reader_free(list_entry(node, struct journal_reader, node));
    }
    timer_free(j->sync_timer);
    if (j->fd >= 0) {
        fdatasync(j->fd);
        close(j->fd);
    }
    j->is_closed = true;
    if (!j->is_syncing) {
        free_journal(j);
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

bool journal_is_writing(const struct journal *j)
{
    return !j->is_refused;
}

/* --- writing ------------------------------------------------------------------------------------------------------------ */

/* The journal's first trouble is told, and its end; in between it is tried once a second, when there is something to keep. */
static bool refuse(struct journal *j, const char *what)
{
    if (!j->is_refused) {
        log_error("journal", "%s: %s: %s; printing goes on, nothing is recorded", j->options.folder, what, strerror(errno));
    }
    j->is_refused = true;
    j->try_again_ms = loop_now_ms(j->loop) + TRY_AGAIN_MS;
    return false;
}

static bool begin_segment(struct journal *j, const struct journal_record *r)
{
    uint64_t number = j->segments.count > 0 ? j->segments.at[j->segments.count - 1].number + 1 : 1;
    struct segment s = { .number = number, .pos_offset = r->pos_offset };
    int fd = open_segment(j, s, O_RDWR | O_APPEND | O_CREAT | O_EXCL);
    if (fd < 0) {
        return refuse(j, "a new segment cannot be made");
    }
    if (j->fd >= 0) {
        close(j->fd);
    }
    j->fd = fd;
    j->size = 0;
    j->begun_us = r->wall_us;
    segments_add(&j->segments, s);
    return true;
}

static bool is_time_for_a_new_one(const struct journal *j, const struct journal_record *r)
{
    return j->fd < 0 || (j->size > 0 && (j->size + JOURNAL_HEADER_BYTES + (int64_t)r->bytes.n > j->options.segment_bytes ||
                                         r->wall_us - j->begun_us > DAY_US));
}

static bool write_record(struct journal *j, const struct journal_record *r)
{
    if (is_time_for_a_new_one(j, r) && !begin_segment(j, r)) {
        return false;
    }
    unsigned char header[JOURNAL_HEADER_BYTES];
    record_encode(r, header);
    struct iovec parts[] = { { header, sizeof header }, { (void *)(uintptr_t)r->bytes.at, r->bytes.n } };
    ssize_t whole = (ssize_t)(sizeof header + r->bytes.n);
    ssize_t n = writev(j->fd, parts, 2);
    if (n != whole) {
        errno = n < 0 ? errno : ENOSPC;
        refuse(j, "a record cannot be written");
        if (n > 0 && ftruncate(j->fd, j->size) != 0) {
            log_error("journal", "%s: half a record stays: %s", j->options.folder, strerror(errno));
        }
        return false;
    }
    j->size += whole;
    j->pos_end = record_pos_end(r);
    j->answer_end = record_answer_end(r);
    j->is_dirty = true;
    sync_soon(j);
    return true;
}

/* What was missed stands in the journal before what comes next. */
static bool note_gap(struct journal *j, const struct journal_record *r)
{
    if (r->pos_offset == j->pos_end && r->answer_offset == j->answer_end) {
        return true;
    }
    return write_record(j, &(struct journal_record){ .kind = JOURNAL_GAP,
                                                     .pos_offset = j->pos_end,
                                                     .answer_offset = r->answer_offset,
                                                     .wall_us = r->wall_us,
                                                     .to = r->pos_offset });
}

bool journal_append(struct journal *j, const struct journal_record *r)
{
    if (record_pos_end(r) < j->pos_end || record_answer_end(r) < j->answer_end) {
        return true;
    }
    bool is_stream = r->kind == JOURNAL_FROM_POS || r->kind == JOURNAL_FROM_PRINTER;
    if (is_stream && record_pos_end(r) == j->pos_end && record_answer_end(r) == j->answer_end) {
        return true;
    }
    if (j->is_refused && loop_now_ms(j->loop) < j->try_again_ms) {
        return false;
    }
    if (!note_gap(j, r) || !write_record(j, r)) {
        return false;
    }
    if (j->is_refused) {
        log_info("journal", "%s: recording again", j->options.folder);
        j->is_refused = false;
    }
    return true;
}

/* --- forgetting --------------------------------------------------------------------------------------------------------- */

static bool is_too_old(const struct journal *j, struct segment s, int64_t bytes)
{
    struct stat about;
    char name[SEGMENT_NAME_ROOM];
    segment_name(s, name);
    if (fstatat(j->folder_fd, name, &about, 0) != 0) {
        return true;
    }
    int64_t written_us = (int64_t)about.st_mtime * 1000000;
    return bytes > j->options.keep_bytes || loop_wall_us(j->loop) - written_us > j->options.keep_days * DAY_US;
}

static int64_t bytes_of_all(const struct journal *j)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < j->segments.count; i++) {
        struct stat about;
        char name[SEGMENT_NAME_ROOM];
        segment_name(j->segments.at[i], name);
        bytes += fstatat(j->folder_fd, name, &about, 0) == 0 ? about.st_size : 0;
    }
    return bytes;
}

void journal_forget_old(struct journal *j, uint64_t printed_offset)
{
    while (j->segments.count > 1 && j->segments.at[1].pos_offset <= printed_offset &&
           is_too_old(j, j->segments.at[0], bytes_of_all(j))) {
        char name[SEGMENT_NAME_ROOM];
        segment_name(j->segments.at[0], name);
        if (unlinkat(j->folder_fd, name, 0) != 0 && errno != ENOENT) {
            return;
        }
        segments_drop_first(&j->segments);
    }
}

/* --- reading ------------------------------------------------------------------------------------------------------------ */

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

static bool go_to(struct journal_reader *r, struct segment s)
{
    int fd = open_segment(r->journal, s, O_RDONLY);
    if (fd < 0) {
        return false;
    }
    if (r->fd >= 0) {
        close(r->fd);
    }
    r->segment = s;
    r->fd = fd;
    r->at = 0;
    return true;
}

struct journal_reader *journal_read_from(struct journal *j, uint64_t pos_offset)
{
    struct journal_reader *r = mem_new(sizeof *r);
    *r = (struct journal_reader){ .journal = j, .fd = -1, .from = pos_offset };
    list_append(&j->readers, &r->node);
    size_t i = j->segments.count;
    while (i > 1 && j->segments.at[i - 1].pos_offset >= pos_offset) {
        i--;
    }
    if (i > 0) {
        go_to(r, j->segments.at[i - 1]);
    }
    return r;
}

void journal_reader_to_end(struct journal_reader *r)
{
    struct journal *j = r->journal;
    if (j->segments.count == 0) {
        return;
    }
    struct segment newest = j->segments.at[j->segments.count - 1];
    if (r->fd < 0 || r->segment.number != newest.number) {
        go_to(r, newest);
    }
    r->at = j->size;
}

void journal_reader_free(struct journal_reader *r)
{
    if (r == NULL) {
        return;
    }
    list_remove(&r->node);
    if (r->fd >= 0) {
        close(r->fd);
    }
    mem_free(r->body);
    mem_free(r);
}

err journal_next(struct journal_reader *r, struct journal_record *out)
{
    for (;;) {
        struct segment next;
        err e = r->fd >= 0 ? record_read(r->fd, r->at, &r->body, out) : ERR_AGAIN;
        if (e == OK) {
            r->at += JOURNAL_HEADER_BYTES + (int64_t)out->bytes.n;
            if (record_pos_end(out) >= r->from) {
                return OK;
            }
            continue;
        }
        /* The end of a segment, or damage in an old one: what follows is sound. */
        if (!find_next(r->journal, r->segment.number, &next) || !go_to(r, next)) {
            return ERR_AGAIN;
        }
    }
}
