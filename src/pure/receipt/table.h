/* The data files of the reader, built into the program, read line by line as folded code points. */
#ifndef RECEIPT_TABLE_H
#define RECEIPT_TABLE_H

#include "base/embedded.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_LINE_MOST = 2048 };

struct table_line {
    uint32_t points[TABLE_LINE_MOST];
    size_t count;
};

extern const struct embedded_file receipt_words[];
extern const struct embedded_file receipt_tables[];

/* The next line that is neither empty nor a remark; `at` moves on. False at the end. */
bool table_next_line(const char **at, struct table_line *line);

/* The next field up to `end`, without the space around it; `from` moves on. False when nothing is left. */
bool table_next_field(const struct table_line *line, size_t *from, uint32_t end, const uint32_t **field, size_t *count);

const struct embedded_file *table_named(const char *name);

#endif
