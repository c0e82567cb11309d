#include "pure/prompt.h"

#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

enum { SENTENCE_CEILING = 4096, NAME_CEILING = 64 };

/* The value of the column whose name stands at `name`; NULL: there is none. */
static const char *value_of(const char *name, size_t n, const char *(*value)(void *self, const char *column), void *self)
{
    char column[NAME_CEILING];
    if (n == 0 || n >= sizeof column) {
        return NULL;
    }
    memcpy(column, name, n);
    column[n] = '\0';
    return value(self, column);
}

static err fill_in(struct buf *out, const char *sentence, const char *(*value)(void *self, const char *column), void *self)
{
    err e = OK;
    const char *at = sentence;
    for (const char *open = strchr(at, '{'); open != NULL && e == OK; open = strchr(at, '{')) {
        const char *close = strchr(open, '}');
        const char *text = close != NULL ? value_of(open + 1, (size_t)(close - open - 1), value, self) : NULL;
        if (text == NULL) {
            return ERR_MISSING;
        }
        e = buf_add(out, at, (size_t)(open - at));
        if (e == OK) {
            e = buf_add_text(out, text);
        }
        at = close + 1;
    }
    return e == OK ? buf_add_text(out, at) : e;
}

char *prompt_phrase(const char *sentence, const char *(*value)(void *self, const char *column), void *self)
{
    struct buf out;
    buf_init(&out, SENTENCE_CEILING);
    err e = fill_in(&out, sentence, value, self);
    char *phrase = e == OK ? mem_text(buf_text(&out)) : NULL;
    buf_clear(&out);
    return phrase;
}
