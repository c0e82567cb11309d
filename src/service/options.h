/* What tillsided is told by its command line, its settings file and its surroundings. */
#ifndef SERVICE_OPTIONS_H
#define SERVICE_OPTIONS_H

#include "base/settings.h"

#include <stdbool.h>

struct options {
    char *store_path, *control_path, *rules_folder, *fonts_conf_path, *shop_path; /* owned; NULL: none */
};

/* false: the program ends now with `code` (help was asked for, or something is wrong and was said). */
bool options_read(struct options *o, struct settings **settings, int argc, char **argv, int *code);
void options_clear(struct options *o);

/* The text of the slip's template: a file that the settings name, or one that was built in. mem_free. */
MUST_USE err options_slip_template(const struct settings *s, char **out, char **reason);

#endif
