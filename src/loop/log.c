#define _POSIX_C_SOURCE 200809L
#include "loop/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_CEILING = 1024 };

static enum log_level least_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level least)
{
    least_level = least;
}

/* One write a line, so that lines of several processes do not mix. */
static void say(enum log_level level, const char *room, const char *format, va_list args)
{
    static const char *const words[] = { "debug", "info", "warning", "error" };
    if (level < least_level) {
        return;
    }
    char line[LINE_CEILING];
    int head = snprintf(line, sizeof line, "%s: %s: ", words[level], room);
    int tail = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, args);
    size_t n = (size_t)head + (tail < 0 ? 0 : (size_t)tail);
    n = n < sizeof line - 1 ? n : sizeof line - 2;
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)line[i] < ' ') {
            line[i] = '?';
        }
    }
    line[n] = '\n';
    ssize_t written = write(STDERR_FILENO, line, n + 1);
    (void)written; /* nowhere is left to say that saying failed */
}

void log_debug(const char *room, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(LOG_LEVEL_DEBUG, room, format, args);
    va_end(args);
}

void log_info(const char *room, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(LOG_LEVEL_INFO, room, format, args);
    va_end(args);
}

void log_warn(const char *room, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(LOG_LEVEL_WARN, room, format, args);
    va_end(args);
}

void log_error(const char *room, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(LOG_LEVEL_ERROR, room, format, args);
    va_end(args);
}
