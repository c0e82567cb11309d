#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *kept(void *p)
{
    if (p == NULL) {
        fputs("memory: none left, stopping\n", stderr);
        abort();
    }
    return p;
}

void *mem_new(size_t bytes)
{
    return kept(calloc(1, bytes ? bytes : 1));
}

void *mem_array(size_t count, size_t bytes_each)
{
    return kept(calloc(count ? count : 1, bytes_each ? bytes_each : 1));
}

void *mem_grow(void *old, size_t count, size_t bytes_each)
{
    if (bytes_each != 0 && count > SIZE_MAX / bytes_each) {
        kept(NULL);
    }
    size_t bytes = count * bytes_each;
    return kept(realloc(old, bytes ? bytes : 1));
}

char *mem_text(const char *text)
{
    return text ? mem_text_n(text, strlen(text)) : NULL;
}

char *mem_text_n(const char *text, size_t n)
{
    char *copy = mem_new(n + 1);
    if (n > 0) {
        memcpy(copy, text, n);
    }
    return copy;
}

char *mem_format(const char *format, ...)
{
    va_list measure, print;
    va_start(measure, format);
    va_copy(print, measure);
    int n = vsnprintf(NULL, 0, format, measure);
    va_end(measure);

    char *text = mem_new(n < 0 ? 1 : (size_t)n + 1);
    if (n > 0) {
        vsnprintf(text, (size_t)n + 1, format, print);
    }
    va_end(print);
    return text;
}

void mem_free(void *p)
{
    free(p);
}
