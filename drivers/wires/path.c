#include "path.h"

#include <string.h>

bool path_of(const char *rest, char path[PATH_ROOM])
{
    size_t n = strcspn(rest, "?");
    if (n == 0 || n >= PATH_ROOM) {
        return false;
    }
    memcpy(path, rest, n);
    path[n] = '\0';
    return true;
}

bool path_option(const char *rest, const char *name, char *into, unsigned room)
{
    size_t n = strlen(name);
    for (const char *at = strchr(rest, '?'); at != NULL; at = strchr(at, '&')) {
        at++;
        size_t length = strncmp(at, name, n) == 0 && at[n] == '=' ? strcspn(at + n + 1, "&") : room;
        if (length < room) {
            memcpy(into, at + n + 1, length);
            into[length] = '\0';
            return true;
        }
    }
    return false;
}
