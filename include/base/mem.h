/* Small allocations cannot fail: mem_new logs and stops the process, which is restarted with nothing lost.
 * Whoever receives a pointer from here owns it and gives it to mem_free. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_new(size_t bytes);                                  /* zeroed */
void *mem_array(size_t count, size_t bytes_each);             /* zeroed; overflow stops the process */
void *mem_grow(void *old, size_t count, size_t bytes_each);   /* the new part is not zeroed */
char *mem_text(const char *text);                             /* a copy; NULL stays NULL */
char *mem_text_n(const char *text, size_t n);
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
void mem_free(void *p);

#endif
