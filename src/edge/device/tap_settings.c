#include "edge/tap_settings.h"

#include "base/mem.h"
#include "loop/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDER_MODE = 0700 };

const struct setting tap_settings[] = {
    { "tap", "listen", SETTING_TEXT, "tcp:127.0.0.1:9100", 0, 0,
      "Where the POS prints to: tcp:, unix:, pty: or serial:; may be repeated" },
    { "tap", "printer", SETTING_TEXT, "", 0, 0, "The printer: tcp:192.168.1.40:9100, usb:printer, serial:/dev/..." },
    { "tap", "folder", SETTING_TEXT, "", 0, 0, "Where everything is kept; empty: the state folder of the service or the user" },
    { "tap", "control", SETTING_TEXT, "", 0, 0, "The control socket's path; empty: tap.socket in the folder" },
    { "tap", "segment_bytes", SETTING_NUMBER, "4194304", 65536, 67108864, "The journal begins a new file after this many bytes" },
    { "tap", "keep_days", SETTING_NUMBER, "14", 1, 3650, "How long the journal is kept" },
    { "tap", "keep_bytes", SETTING_NUMBER, "268435456", 1048576, 1099511627776, "How large the journal may become" },
    { "tap", "turn_quiet_ms", SETTING_NUMBER, "5000", 10, 3600000, "A POS that says nothing for so long lets another one print" },
    { "tap", "answer_wait_ms", SETTING_NUMBER, "100", 0, 60000,
      "How long the printer's answer is waited for when a POS ends with a question" },
};
const size_t tap_setting_count = sizeof tap_settings / sizeof *tap_settings;

/* STATE_DIRECTORY: systemd.exec(5); XDG_STATE_HOME: the base directory specification. */
char *tap_state_folder(const struct settings *s)
{
    const char *folder = settings_text(s, "tap", "folder");
    const char *given = getenv("STATE_DIRECTORY"), *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (folder[0] != '\0') {
        return mem_text(folder);
    }
    if (given != NULL && given[0] == '/') {
        return mem_text_n(given, strcspn(given, ":"));
    }
    if (state != NULL && state[0] == '/') {
        return mem_format("%s/tillside", state);
    }
    return home != NULL ? mem_format("%s/.local/state/tillside", home) : mem_text("/var/lib/tillside");
}

char *tap_control_path(const struct settings *s)
{
    const char *path = settings_text(s, "tap", "control");
    if (path[0] != '\0') {
        return mem_text(path);
    }
    char *folder = tap_state_folder(s);
    char *made = mem_format("%s/tap.socket", folder);
    mem_free(folder);
    return made;
}

bool tap_make_folder(const char *path)
{
    char *copy = mem_text(path);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(copy, FOLDER_MODE);
        *slash = '/';
    }
    mem_free(copy);
    if (mkdir(path, FOLDER_MODE) != 0 && errno != EEXIST) {
        log_error("tap", "%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}
