/* The control socket: the service follows the stream, live or from any offset, and asks for insertions. A follower that is
 * slow reads from the journal at its own pace; the tap never waits for one. Frames: edge/tap_frames.h. */
#ifndef TAP_CONTROL_H
#define TAP_CONTROL_H

#include "journal.h"
#include "relay.h"

struct control;
struct control_parts {
    struct loop *loop;
    struct relay *relay;
    struct journal *journal;
    struct kept *kept;
    const char *socket_path;
};

MUST_USE err control_open(const struct control_parts *parts, struct control **out);
void control_close(struct control *c);

#endif
