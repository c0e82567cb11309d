/* A settings file of any content is read, or refused with a reason; it never harms. */
#include "base/mem.h"
#include "base/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct setting table[] = {
    { "tap", "listen", SETTING_TEXT, "tcp:127.0.0.1:9100", 0, 0, "text" },
    { "web", "port", SETTING_NUMBER, "8455", 0, 65535, "a number" },
    { "web", "open", SETTING_FLAG, "no", 0, 0, "a flag" },
};

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static char path[64] = "/dev/shm/tillside-fuzz-XXXXXX";
    static int fd = -1;
    if (fd < 0) {
        fd = mkstemp(path);
        unlink(path); /* it goes with the process; until then it is found by its descriptor */
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size) {
        abort();
    }
    const struct setting *tables[] = { table };
    const size_t counts[] = { sizeof table / sizeof *table };
    struct settings *s = settings_new(tables, counts, 1);
    char *reason = NULL;
    err e = settings_read(s, path, &reason);
    if ((e == OK) != (reason == NULL)) {
        abort();
    }
    int64_t port = settings_number(s, "web", "port");
    if (port < 0 || port > 65535) {
        abort();
    }
    mem_free(reason);
    settings_free(s);
    return 0;
}
