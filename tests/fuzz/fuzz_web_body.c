/* Bodies of any bytes. What the check lets through, the reader behind it must take. */
#include "../../src/edge/web/body.h"
#include "base/utf8.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *reason = NULL;
    size_t at = 0;
    err e = json_check((struct view){ data, size }, &reason, &at);
    if (e != OK) {
        if (reason == NULL || at > size) {
            abort();
        }
        return 0;
    }
    cJSON *value = cJSON_ParseWithLength((const char *)data, size);
    if (value == NULL || !utf8_is_valid((struct view){ data, size })) {
        abort();
    }
    cJSON_Delete(value);
    return 0;
}
