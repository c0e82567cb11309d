/* What wires over one descriptor share: reading, pushing, pausing and shutting, on the loop.
 * A wire kind's memory begins with a struct fd_wire. */
#ifndef WIRES_FD_H
#define WIRES_FD_H

#include "driver/driver.h"

struct fd_wire {
    int fd; /* owned; non-blocking */
    struct watch *watch;
    bool is_socket; /* the witness works, and a read of nothing is an end, not a hang-up */
    bool is_hearing, is_waiting_for_room, has_ended;
};

err fd_start(struct wire *w, int fd, bool is_socket); /* takes the descriptor; wire_is_up is for the caller */
err fd_push(struct wire *w, struct view bytes, size_t *taken);
void fd_pause(struct wire *w, bool is_paused);
void fd_shut(struct wire *w);
int fd_of(struct wire *w);
err fd_error(int error); /* what an errno means to the caller */

#endif
