#include "table.h"

#include "text.h"

#include <string.h>

static void read_line(const char **at, struct table_line *line)
{
    line->count = 0;
    while (**at != 0 && **at != '\n') {
        uint32_t point = text_fold(text_next(at));
        if (line->count < TABLE_LINE_MOST) {
            line->points[line->count++] = point;
        }
    }
    *at += **at == '\n';
}

bool table_next_line(const char **at, struct table_line *line)
{
    while (**at != 0) {
        read_line(at, line);
        if (line->count > 0 && line->points[0] != '#') {
            return true;
        }
    }
    return false;
}

bool table_next_field(const struct table_line *line, size_t *from, uint32_t end, const uint32_t **field, size_t *count)
{
    size_t first = *from;
    while (first < line->count && line->points[first] == ' ') {
        first++;
    }
    if (first >= line->count) {
        return false;
    }
    size_t last = first;
    while (last < line->count && line->points[last] != end) {
        last++;
    }
    *from = last + 1;
    while (last > first && line->points[last - 1] == ' ') {
        last--;
    }
    *field = line->points + first;
    *count = last - first;
    return true;
}

const struct embedded_file *table_named(const char *name)
{
    const struct embedded_file *file = receipt_tables;
    while (file->name != NULL && strcmp(file->name, name) != 0) {
        file++;
    }
    return file->name != NULL ? file : NULL;
}
