/* Plays a scene: a text file that says, line by line, what happens at the counter.
 *   wait MS             lets time pass
 *   pos FILE            sends a file to the tap as a POS does, and waits until the tap has closed
 *   say TEXT            prints a line for whoever watches
 *   anything else       is a command for the devices: scan CODE, paper end, drawer open, ...
 * Files are looked for beside the scene. Empty lines and lines that begin with # are for the reader. */
#ifndef FIRMWARE_HOST_SCENE_H
#define FIRMWARE_HOST_SCENE_H

#include "base/err.h"
#include "loop/loop.h"

struct scene;
struct scene_options {
    const char *path;
    const char *tap;     /* where the POS prints to */
    const char *control; /* of the running tillside-devices; NULL: its commands fail */
    double speed;        /* 2 waits half as long */
};

/* `ended` is told NULL, or what went wrong and in which line (borrowed). */
typedef void scene_ended_fn(void *self, const char *wrong);

/* ERR_MISSING: the file cannot be read; the reason is in errno. */
MUST_USE err scene_open(struct loop *l, const struct scene_options *options, scene_ended_fn *ended, void *self,
                        struct scene **out);
void scene_close(struct scene *s);

#endif
