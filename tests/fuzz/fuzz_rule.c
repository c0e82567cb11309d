/* A rule file of any bytes: it is read or refused with a reason, and a sentence that was read can be filled in. */
#include "base/err.h"
#include "base/mem.h"
#include "pure/prompt.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *answer(void *self, const char *column)
{
    (void)self;
    return column[0] == 'x' ? NULL : "{value}";
}

static void fill_in(const char *sentence)
{
    char *phrase = prompt_phrase(sentence, answer, NULL);
    if (phrase != NULL && strlen(phrase) > 4096) {
        abort();
    }
    mem_free(phrase);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_text_n((const char *)data, size), *reason = NULL;
    struct prompt_rule rule;
    if (prompt_rule_read("rule.sql", text, &rule, &reason) == OK) {
        if (rule.warmth < 0 || rule.warmth > 100 || reason != NULL) {
            abort();
        }
        fill_in(rule.sentence);
        fill_in(rule.why);
        prompt_rule_clear(&rule);
    } else if (reason == NULL) {
        abort();
    }
    mem_free(reason);
    mem_free(text);
    return 0;
}
