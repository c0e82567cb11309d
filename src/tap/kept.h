/* Descriptors that outlive this process: given to whoever keeps them (systemd, or our own keeper) by the FDSTORE messages of
 * sd_notify(3), and handed to the successor as sd_listen_fds(3) describes. With nobody there it all does nothing. */
#ifndef TAP_KEPT_H
#define TAP_KEPT_H

#include <stdbool.h>
#include <stdint.h>

struct kept;
struct kept *kept_open(void); /* reads the environment, once */
void kept_close(struct kept *k);

/* "pos.12.tcp;127.0.0.1;9100", made of the address; the caller frees it with mem_free. */
char *kept_name(const char *role, uint64_t number, const char *address);

int kept_take(struct kept *k, const char *name); /* -1: nobody kept it; the caller owns it from now on */
/* Any that is left of this role: its number and address (mem_free), or -1. */
int kept_take_any(struct kept *k, const char *role, uint64_t *number, char **address);
void kept_drop_rest(struct kept *k);

void kept_store(struct kept *k, const char *name, int fd);
void kept_remove(struct kept *k, const char *name);
void kept_ready(struct kept *k);

#endif
