/* The tap's part of the settings file, for every program that reads that file; and where the tap keeps its things. */
#ifndef EDGE_TAP_SETTINGS_H
#define EDGE_TAP_SETTINGS_H

#include "base/settings.h"

#include <stdbool.h>

extern const struct setting tap_settings[];
extern const size_t tap_setting_count;

/* The caller frees both with mem_free. */
char *tap_state_folder(const struct settings *s); /* what is set; else systemd's, else the user's state folder */
char *tap_control_path(const struct settings *s); /* where the service finds the tap */

/* With its parents, for this user alone. False: it is not there; the reason is in the log. */
bool tap_make_folder(const char *path);

#endif
