#include "base/err.h"

const char *err_name(err e)
{
    static const char *const names[] = {
        [OK] = "ok",         [ERR_AGAIN] = "not now", [ERR_GONE] = "gone",       [ERR_REFUSED] = "refused",
        [ERR_INPUT] = "bad", [ERR_FULL] = "full",     [ERR_MISSING] = "missing", [ERR_SYSTEM] = "system",
    };
    return (unsigned)e < sizeof names / sizeof *names ? names[e] : "unknown";
}
