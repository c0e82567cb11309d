/* A slip from any template with any values: what comes out of slip_fill can always be drawn, and holds its ceilings.
 * Input: the template, and after NUL bytes the values of {name}, {story} and {code}. */
#include "base/mem.h"
#include "pure/slip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = 3 };

const char *__lsan_default_suppressions(void);
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Fontconfig links its patterns by distances, not by pointers: what is in use looks lost to the leak checker. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    if (slip_fonts_init(NULL) == ERR_SYSTEM) {
        abort();
    }
    return 0;
}

static void check(const struct slip *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct slip_row *row = &s->rows[i];
        for (const char *c = row->text; c != NULL && *c != '\0'; c++) {
            if ((unsigned char)*c < ' ' || *c == 0x7f) {
                abort();
            }
        }
        struct slip_row picture;
        if (slip_row_draw(row, 576, &picture) != OK || picture.width_dots > 576 || picture.height_dots > 2400) {
            abort();
        }
        slip_row_clear(&picture);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *input = mem_array(size + 1, 1);
    struct slip_value values[VALUES] = { { "name", NULL }, { "story", NULL }, { "code", NULL } };
    memcpy(input, data, size);
    const char *at = input, *end = input + size;
    for (size_t i = 0; i < VALUES; i++) {
        at += strlen(at);
        at += at < end;
        values[i].text = at < end ? at : NULL;
    }
    struct slip s;
    char *reason = NULL;
    err e = slip_fill(input, (struct slip_values){ values, VALUES }, 576, &s, &reason);
    if (e == OK) {
        check(&s);
        slip_clear(&s);
    } else if (reason == NULL) {
        abort();
    }
    mem_free(reason);
    mem_free(input);
    return 0;
}
