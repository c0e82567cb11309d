#include "shared.h"

#include "base/mem.h"
#include "loop/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char PREFIX[] = "/dev/shm/tillside-";
static const char PATTERN[] = "/dev/shm/tillside-XXXXXX";

/* Where the link leads; false: there is no link, or it does not lead to a file of ours. */
static bool read_link(const char *link, char target[PATH_MAX])
{
    ssize_t n = readlink(link, target, PATH_MAX - 1);
    target[n > 0 ? n : 0] = '\0';
    return strncmp(target, PREFIX, sizeof PREFIX - 1) == 0;
}

/* Everybody may make files there: one that is not our own is none. */
static int open_known(const char *link, size_t bytes)
{
    char target[PATH_MAX];
    struct stat about;
    int fd = read_link(link, target) ? open(target, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0) {
        return -1;
    }
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_uid == geteuid() && about.st_size == (off_t)bytes) {
        return fd;
    }
    close(fd);
    return -1;
}

static int make(const char *link, size_t bytes)
{
    char target[sizeof PATTERN];
    memcpy(target, PATTERN, sizeof PATTERN);
    int fd = mkostemp(target, O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    unlink(link);
    int error = posix_fallocate(fd, 0, (off_t)bytes);
    if (error == 0 && symlink(target, link) == 0) {
        return fd;
    }
    errno = error != 0 ? error : errno;
    unlink(target);
    close(fd);
    return -1;
}

void *shared_open(const char *folder, const char *name, size_t bytes)
{
    char *link = mem_format("%s/%s", folder, name);
    int fd = open_known(link, bytes);
    fd = fd < 0 ? make(link, bytes) : fd;
    void *at = fd >= 0 ? mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (at == MAP_FAILED) {
        log_error("tap", "%s: no shared memory: %s", link, strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    mem_free(link);
    return at == MAP_FAILED ? NULL : at;
}

void shared_close(void *at, size_t bytes)
{
    if (at != NULL) {
        munmap(at, bytes);
    }
}

void shared_remove(const char *folder, const char *name)
{
    char target[PATH_MAX];
    char *link = mem_format("%s/%s", folder, name);
    if (read_link(link, target)) {
        unlink(target);
        unlink(link);
    }
    mem_free(link);
}
