/* What the journal's files share: journal.c (the door), disk.c (writing, on another thread), reader.c. */
#ifndef TAP_JOURNAL_INSIDE_H
#define TAP_JOURNAL_INSIDE_H

#include "base/list.h"
#include "journal.h"
#include "queue.h"
#include "segments.h"

/* What the other thread does next, and what came of it. The loop leaves this alone, and the list of segments, while it runs. */
struct errand {
    struct iovec parts[2]; /* whole records, for one segment */
    size_t bytes;
    bool wants_segment, wants_sync, wants_forgetting;
    struct segment segment;
    uint64_t printed_offset;
    int64_t wall_us;
    int fd; /* of the newest segment; -1: there is none yet */
    int64_t size;
    const char *trouble; /* NULL: none */
    int error;
    bool has_segment, is_torn;
    size_t forgotten;
};

struct journal {
    struct loop *loop;
    struct journal_options options;
    loop_fn *changed;
    void *self;
    int folder_fd;
    struct queue *queue;
    struct segments segments;
    int64_t size, begun_us;       /* of the newest segment, as far as it is surely written */
    uint64_t pos_end, answer_end; /* what was appended, or is accounted for by a gap */
    struct errand errand;
    bool is_busy;    /* the errand runs */
    bool is_stalled; /* and that for long */
    bool is_refused; /* the disk would not take the last records */
    bool is_missing; /* records were dropped; there is no gap record yet */
    bool is_torn;    /* the newest segment ends in half a record */
    bool is_sync_due, is_forgetting_due, is_closed;
    uint64_t printed_offset;
    struct timer *stall_timer, *sync_timer, *retry_timer;
    struct list readers;
    unsigned loads; /* readers at work on the other thread */
};

/* disk.c */
void disk_go_on(struct journal *j);  /* begins the next errand, if there is one and none runs */
void disk_finish(struct journal *j); /* writes what still waits, here and now */
int disk_open_segment(const struct journal *j, struct segment s, int flags);

/* journal.c */
void journal_release(struct journal *j); /* frees a closed one, if nobody is at work any more */
void journal_tell(struct journal *j);

/* reader.c */
void readers_go_on(struct journal *j); /* more was written */
void reader_leave(struct list *node);

#endif
