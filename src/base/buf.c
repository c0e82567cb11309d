#include "base/buf.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { LEAST_ROOM = 64 };

void buf_init(struct buf *b, size_t ceiling)
{
    *b = (struct buf){ .ceiling = ceiling };
}

void buf_clear(struct buf *b)
{
    mem_free(b->at);
    *b = (struct buf){ .ceiling = b->ceiling };
}

/* Makes place for n more bytes and a closing NUL. */
static err make_room(struct buf *b, size_t n)
{
    if (n > b->ceiling || b->n > b->ceiling - n) {
        return ERR_FULL;
    }
    size_t need = b->n + n + 1;
    if (need <= b->room) {
        return OK;
    }
    size_t room = b->room < LEAST_ROOM ? LEAST_ROOM : b->room;
    while (room < need) {
        room += room / 2 + 1;
    }
    room = room > b->ceiling + 1 ? b->ceiling + 1 : room;
    b->at = mem_grow(b->at, room, 1);
    b->room = room;
    return OK;
}

err buf_add(struct buf *b, const void *bytes, size_t n)
{
    err e = make_room(b, n);
    if (e != OK) {
        return e;
    }
    if (n > 0) {
        memcpy(b->at + b->n, bytes, n);
        b->n += n;
    }
    b->at[b->n] = 0;
    return OK;
}

err buf_add_view(struct buf *b, struct view v)
{
    return buf_add(b, v.at, v.n);
}

err buf_add_byte(struct buf *b, unsigned char byte)
{
    return buf_add(b, &byte, 1);
}

err buf_add_text(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

err buf_format(struct buf *b, const char *format, ...)
{
    va_list measure, print;
    va_start(measure, format);
    va_copy(print, measure);
    int n = vsnprintf(NULL, 0, format, measure);
    va_end(measure);

    err e = n < 0 ? ERR_SYSTEM : make_room(b, (size_t)n);
    if (e == OK) {
        vsnprintf((char *)b->at + b->n, (size_t)n + 1, format, print);
        b->n += (size_t)n;
    }
    va_end(print);
    return e;
}

void buf_drop(struct buf *b, size_t n)
{
    n = n < b->n ? n : b->n;
    if (n == 0) {
        return;
    }
    memmove(b->at, b->at + n, b->n - n);
    b->n -= n;
    b->at[b->n] = 0;
}

struct view buf_view(const struct buf *b)
{
    return (struct view){ b->at, b->n };
}

const char *buf_text(struct buf *b)
{
    return b->at ? (const char *)b->at : "";
}
