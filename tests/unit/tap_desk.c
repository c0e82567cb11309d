#include "tap_desk.h"

int begin(void **state)
{
    struct desk *d = mem_new(sizeof *d);
    memcpy(d->folder, "/tmp/journal-XXXXXX", 20);
    assert_non_null(mkdtemp(d->folder));
    d->clock = clock_jumping(1700000000000000);
    d->loop = loop_new(&d->clock);
    d->options = (struct journal_options){ .folder = d->folder, .segment_bytes = 1000, .keep_bytes = 3000, .keep_days = 14 };
    assert_int_equal(journal_open(d->loop, &d->options, NULL, NULL, &d->journal), OK);
    *state = d;
    return 0;
}

void each_file(struct desk *d, void (*fn)(struct desk *d, const char *path, void *out), void *out)
{
    DIR *folder = opendir(d->folder);
    for (struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
        char *path = mem_format("%s/%s", d->folder, e->d_name);
        if (e->d_name[0] != '.') {
            fn(d, path, out);
        }
        mem_free(path);
    }
    closedir(folder);
}

static void remove_file(struct desk *d, const char *path, void *out)
{
    (void)d;
    (void)out;
    unlink(path);
}

void count_file(struct desk *d, const char *path, void *out)
{
    (void)d;
    (void)path;
    ++*(unsigned *)out;
}

static void keep_last(struct desk *d, const char *path, void *out)
{
    char *last = out;
    (void)d;
    if (strstr(path, ".journal") != NULL && strcmp(path, last) > 0) {
        snprintf(last, 128, "%s", path);
    }
}

int finish(void **state)
{
    struct desk *d = *state;
    journal_close(d->journal);
    loop_free(d->loop);
    shared_remove(d->folder, QUEUE_NAME);
    shared_remove(d->folder, SPOOL_NAME);
    each_file(d, remove_file, NULL);
    rmdir(d->folder);
    mem_free(d);
    return 0;
}

static void see(void *self, const struct journal_record *r)
{
    (void)r;
    ((struct desk *)self)->seen++;
}

void open_again(struct desk *d)
{
    journal_close(d->journal);
    loop_free(d->loop);
    d->loop = loop_new(&d->clock);
    d->seen = 0;
    assert_int_equal(journal_open(d->loop, &d->options, see, d, &d->journal), OK);
}

bool put(struct desk *d, enum journal_kind kind, uint64_t pos, uint64_t answer, const char *text)
{
    return journal_append(d->journal, &(struct journal_record){ .kind = kind,
                                                                .pos_offset = pos,
                                                                .answer_offset = answer,
                                                                .subject = 7,
                                                                .wall_us = loop_wall_us(d->loop),
                                                                .bytes = view_of(text) });
}

static void is_ready(void *self)
{
    ((struct desk *)self)->ready++;
}

struct journal_reader *read_from(struct desk *d, uint64_t offset)
{
    return journal_read_from(d->journal, offset, is_ready, d);
}

/* The next record, however long the disk takes; ERR_MISSING: that was all. */
err next(struct desk *d, struct journal_reader *reader, struct journal_record *out)
{
    err e = journal_next(reader, out);
    while (e == ERR_AGAIN) {
        loop_turn(d->loop);
        e = journal_next(reader, out);
    }
    return e;
}

void until_all_is_written(struct desk *d)
{
    struct journal_record r;
    struct journal_reader *reader = read_from(d, 0);
    while (next(d, reader, &r) == OK) {
    }
    journal_reader_free(reader);
}

void newest(struct desk *d, char path[128])
{
    until_all_is_written(d);
    path[0] = '\0';
    each_file(d, keep_last, path);
}
