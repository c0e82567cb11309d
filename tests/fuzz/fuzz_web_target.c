/* Request targets of any bytes, against patterns like ours and against a pattern that is made of the input itself. */
#include "../../src/edge/web/body.h"
#include "../../src/edge/web/guard.h"
#include "../../src/edge/web/target.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_match(const char *pattern, const struct target *t)
{
    struct view parts[PARTS_AT_MOST];
    size_t literal = 0;
    if (!route_match(pattern, t, parts, &literal)) {
        return;
    }
    for (size_t i = 0; i < PARTS_AT_MOST && parts[i].at != NULL; i++) {
        char *copy = mem_text_n((const char *)parts[i].at, parts[i].n);
        if (copy[0] == '\0' || !utf8_is_valid(view_of(copy))) {
            abort();
        }
        mem_free(copy);
    }
}

/* The same bytes as a Host and as an Origin: nothing but our own names may pass. */
static void check_guard(const char *text)
{
    static const char *const names[] = { "till.example", NULL };
    const struct guard g = { .port = 8455, .address = "127.0.0.1", .host_names = names };
    struct heads heads = { 0 };
    heads_note(&heads, "host", text);
    bool is_welcome = guard_check(&g, &heads, "GET") == NULL;
    bool has_known_start = strncasecmp(text, "localhost:8455", 14) == 0 || strncmp(text, "127.0.0.1:8455", 14) == 0 ||
                           strncmp(text, "[::1]:8455", 10) == 0 || strncasecmp(text, "till.example", 12) == 0;
    if (is_welcome && !has_known_start) {
        abort();
    }
    heads_note(&heads, "Origin", text);
    heads_note(&heads, "Content-Length", text);
    (void)guard_check(&g, &heads, "POST");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const patterns[] = { "/", "/api/v1/customers", "/api/v1/customers/{id}", "/api/v1/slips/{id}.png",
                                            "/{a}/{b}/{c}/{d}/{e}" };
    char *text = mem_text_n((const char *)data, size);
    struct target t;
    if (target_read(text, &t) == OK) {
        for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
            check_match(patterns[i], &t);
        }
        check_match(text, &t);
        (void)target_query(&t, "q");
        target_clear(&t);
    }
    check_guard(text);
    mem_free(text);
    return 0;
}
