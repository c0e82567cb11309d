/* Memory that outlives a killed process, though not the machine's power: a file in /dev/shm, found again by a link in our
 * folder. It is never on a disk: whoever writes into the pages of a file waits when its disk stalls. */
#ifndef TAP_SHARED_H
#define TAP_SHARED_H

#include <stddef.h>

/* What is new is all zero. All of its place is taken now. NULL: the machine has none; the log says why. */
void *shared_open(const char *folder, const char *name, size_t bytes);
void shared_close(void *at, size_t bytes);
void shared_remove(const char *folder, const char *name); /* nobody shall find it again */

#endif
