/* A print job made of the lines of a text file, as if a decoder had read them from a stream. */
#ifndef TESTS_RECEIPT_PAPER_H
#define TESTS_RECEIPT_PAPER_H

#include "base/mem.h"
#include "pure/escpos.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAPER_BYTES_MOST = 1 << 20 };

struct text_paper {
    struct print_job job;
    struct print_line *lines;
    char *text;
};

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = mem_new(PAPER_BYTES_MOST + 1);
    size_t n = fread(text, 1, PAPER_BYTES_MOST, file);
    text[n] = 0;
    fclose(file);
    return text;
}

static void trim_right(char *line)
{
    size_t n = strlen(line);
    while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\r')) {
        line[--n] = 0;
    }
}

/* Takes `text`, which it cuts up; text_paper_clear frees all. Blank lines are dropped, as the decoder drops them. */
static void text_paper_of(struct text_paper *p, char *text_owned, bool is_cut)
{
    *p = (struct text_paper){ .text = text_owned };
    for (char *at = text_owned, *next; at != NULL && *at != 0; at = next) {
        next = strchr(at, '\n');
        if (next != NULL) {
            *next++ = 0;
        }
        trim_right(at);
        if (*at == 0) {
            continue;
        }
        p->lines = mem_grow(p->lines, p->job.line_count + 1, sizeof *p->lines);
        p->lines[p->job.line_count++] = (struct print_line){ .text = at, .width_times = 1, .height_times = 1 };
    }
    p->job.lines = p->lines;
    p->job.is_cut = is_cut;
}

static void text_paper_clear(struct text_paper *p)
{
    mem_free(p->lines);
    mem_free(p->text);
}

#endif
