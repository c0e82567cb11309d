/* The keeper: a parent with nothing to do that could fail. It holds the descriptors that the worker gives it, and starts the
 * worker again, with them, when it was killed. It speaks systemd's FDSTORE protocol, so that systemd can take its place. */
#ifndef TAP_KEEPER_H
#define TAP_KEEPER_H

/* Runs this program again as the worker, until that ends by itself; returns its exit code. `lock_fd` goes along as "lock". */
int keeper_run(const char *folder, int lock_fd, char **argv);

#endif
