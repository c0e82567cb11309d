/* The tap's command line and settings. */
#ifndef TAP_OPTIONS_H
#define TAP_OPTIONS_H

#include "base/settings.h"

struct options {
    struct settings *settings;
    char *folder; /* the tap's own: the journal, the spool, the lock */
    char *control_path;
    bool wants_keeper;
};

/* false: answered or not understood, the program ends with `code`. */
bool options_read(struct options *o, int argc, char **argv, int *code);
void options_clear(struct options *o);

#endif
