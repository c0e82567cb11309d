#include "segments.h"

#include "base/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void segment_name(struct segment s, char out[SEGMENT_NAME_ROOM])
{
    snprintf(out, SEGMENT_NAME_ROOM, "%010" PRIu64 "-%016" PRIx64 ".journal", s.number, s.pos_offset);
}

static bool read_name(const char *name, struct segment *out)
{
    char again[SEGMENT_NAME_ROOM], *end = NULL;
    struct segment s = { .number = strtoull(name, &end, 10) };
    if (*end != '-') {
        return false;
    }
    s.pos_offset = strtoull(end + 1, NULL, 16);
    segment_name(s, again);
    *out = s;
    return strcmp(name, again) == 0;
}

static int older_first(const void *a, const void *b)
{
    uint64_t x = ((const struct segment *)a)->number, y = ((const struct segment *)b)->number;
    return x < y ? -1 : x > y;
}

void segments_add(struct segments *s, struct segment new_one)
{
    s->at = mem_grow(s->at, s->count + 1, sizeof *s->at);
    s->at[s->count++] = new_one;
}

void segments_drop_first(struct segments *s)
{
    s->count--;
    memmove(s->at, s->at + 1, s->count * sizeof *s->at);
}

void segments_clear(struct segments *s)
{
    mem_free(s->at);
    *s = (struct segments){ 0 };
}

err segments_list(int folder_fd, struct segments *out)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (folder == NULL) {
        return ERR_SYSTEM;
    }
    struct segment s;
    *out = (struct segments){ 0 };
    for (struct dirent *d = readdir(folder); d != NULL; d = readdir(folder)) {
        if (read_name(d->d_name, &s)) {
            segments_add(out, s);
        }
    }
    closedir(folder);
    if (out->count > 1) {
        qsort(out->at, out->count, sizeof *out->at, older_first);
    }
    return OK;
}
