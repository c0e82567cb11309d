/* A folder of a tap that is not there: what the tests of the journal and of the spool share. */
#ifndef TESTS_TAP_DESK_H
#define TESTS_TAP_DESK_H

#include "unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "src/tap/journal.h"
#include "src/tap/queue.h"
#include "src/tap/record.h"
#include "src/tap/shared.h"
#include "src/tap/spool.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct desk {
    struct clock clock;
    struct loop *loop;
    struct journal *journal;
    struct journal_options options;
    char folder[32];
    unsigned seen, ready;
};

int begin(void **state);
void each_file(struct desk *d, void (*fn)(struct desk *d, const char *path, void *out), void *out);
void count_file(struct desk *d, const char *path, void *out);
int finish(void **state);
void open_again(struct desk *d);
bool put(struct desk *d, enum journal_kind kind, uint64_t pos, uint64_t answer, const char *text);
struct journal_reader *read_from(struct desk *d, uint64_t offset);
err next(struct desk *d, struct journal_reader *reader, struct journal_record *out);
void until_all_is_written(struct desk *d);
void newest(struct desk *d, char path[128]);

#endif
