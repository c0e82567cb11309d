/* tillside-devices: the devices of a counter, hosted on this machine. `play` is its other form: a scene for them. */
#include "base/mem.h"
#include "commands.h"
#include "control.h"
#include "loop/log.h"
#include "scene.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] = "Usage: tillside-devices [OPTION...]\n"
                           "       tillside-devices play [--tap ADDRESS] [--control unix:PATH] [--speed FACTOR] FILE.scene\n"
                           "A receipt printer and a scanner that are made of software.\n\n"
                           "  --printer ADDRESS     serve an ESC/POS printer at tcp:ADDRESS:PORT, unix:/path or pty:/path\n"
                           "  --paper FOLDER        a PNG for each piece of paper that was cut off, and paper.log\n"
                           "  --raw FILE            append every byte that the printer took\n"
                           "  --width DOTS          576 (80 mm, 203 dpi), 512 (80 mm, 180 dpi) or 384 (58 mm); default 576\n"
                           "  --cutter DOTS         paper between the print head and the knife; default 0\n"
                           "  --buffer BYTES        the printer's receive buffer; default 65536\n"
                           "  --profile MODEL       the model name that GS I tells; default TM-T20II\n"
                           "  --two-byte CHARSET    what FS & means, by iconv's name; default GB18030\n"
                           "  --starts-two-byte     begin in two-byte mode, as Chinese models do\n"
                           "  --scanner ADDRESS     serve a scanner at tcp:, unix: or pty:\n"
                           "  --suffix NAME         what follows each code: cr, lf, crlf, tab or none; default cr\n"
                           "  --scan-file FILE      scan the codes of a file, one a line\n"
                           "  --scan-every MS       time between them; default 1000\n"
                           "  --control ADDRESS     take commands at unix:/path, or - for standard input\n"
                           "  --quiet               do not print the ready line\n"
                           "  --help, --version\n\n"
                           "Commands, one a line, each answered with a line:\n";

enum option_id {
    OPT_PRINTER = 256,
    OPT_PAPER,
    OPT_RAW,
    OPT_WIDTH,
    OPT_CUTTER,
    OPT_BUFFER,
    OPT_PROFILE,
    OPT_TWO_BYTE,
    OPT_STARTS,
    OPT_SCANNER,
    OPT_SUFFIX,
    OPT_SCAN_FILE,
    OPT_SCAN_EVERY,
    OPT_CONTROL,
    OPT_QUIET,
    OPT_TAP,
    OPT_SPEED,
    OPT_HELP,
    OPT_VERSION
};

static const struct option options[] = {
    { "printer", required_argument, NULL, OPT_PRINTER },
    { "paper", required_argument, NULL, OPT_PAPER },
    { "raw", required_argument, NULL, OPT_RAW },
    { "width", required_argument, NULL, OPT_WIDTH },
    { "cutter", required_argument, NULL, OPT_CUTTER },
    { "buffer", required_argument, NULL, OPT_BUFFER },
    { "profile", required_argument, NULL, OPT_PROFILE },
    { "two-byte", required_argument, NULL, OPT_TWO_BYTE },
    { "starts-two-byte", no_argument, NULL, OPT_STARTS },
    { "scanner", required_argument, NULL, OPT_SCANNER },
    { "suffix", required_argument, NULL, OPT_SUFFIX },
    { "scan-file", required_argument, NULL, OPT_SCAN_FILE },
    { "scan-every", required_argument, NULL, OPT_SCAN_EVERY },
    { "control", required_argument, NULL, OPT_CONTROL },
    { "quiet", no_argument, NULL, OPT_QUIET },
    { "tap", required_argument, NULL, OPT_TAP },
    { "speed", required_argument, NULL, OPT_SPEED },
    { "help", no_argument, NULL, OPT_HELP },
    { "version", no_argument, NULL, OPT_VERSION },
    { NULL, 0, NULL, 0 },
};

struct wishes {
    struct counter_printer_options printer;
    struct counter_scanner_options scanner;
    struct scene_options scene;
    const char *control;
    bool is_quiet, is_answered, is_wrong;
};

static unsigned number(struct wishes *w, const char *name, unsigned long least, unsigned long most)
{
    char *end = NULL;
    unsigned long value = strtoul(optarg, &end, 10);
    if (optarg[0] < '0' || optarg[0] > '9' || *end != '\0' || value < least || value > most) {
        fprintf(stderr, "tillside-devices: --%s must be %lu to %lu\n", name, least, most);
        w->is_wrong = true;
        return 0;
    }
    return (unsigned)value;
}

static const char *suffix_named(struct wishes *w, const char *name)
{
    static const char *const suffixes[][2] = {
        { "cr", "\r" }, { "lf", "\n" }, { "crlf", "\r\n" }, { "tab", "\t" }, { "none", "" }
    };
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (strcmp(suffixes[i][0], name) == 0) {
            return suffixes[i][1];
        }
    }
    fprintf(stderr, "tillside-devices: --suffix must be cr, lf, crlf, tab or none\n");
    w->is_wrong = true;
    return "";
}

static void take_printer_option(struct wishes *w, int id)
{
    struct firmware_options *firmware = &w->printer.firmware;
    switch (id) {
    case OPT_PRINTER:
        w->printer.address = optarg;
        break;
    case OPT_PAPER:
        w->printer.paper_folder = optarg;
        break;
    case OPT_RAW:
        w->printer.raw_file = optarg;
        break;
    case OPT_WIDTH:
        firmware->width_dots = number(w, "width", 96, 2048);
        break;
    case OPT_CUTTER:
        firmware->cutter_distance_dots = number(w, "cutter", 0, 1000);
        break;
    case OPT_BUFFER:
        firmware->receive_bytes = number(w, "buffer", 1, 1 << 24);
        break;
    case OPT_PROFILE:
        firmware->model = optarg;
        break;
    case OPT_TWO_BYTE:
        firmware->two_byte_charset = optarg;
        break;
    default:
        firmware->starts_two_byte = true;
    }
}

static void take_other_option(struct wishes *w, int id)
{
    switch (id) {
    case OPT_SCANNER:
        w->scanner.address = optarg;
        break;
    case OPT_SUFFIX:
        w->scanner.suffix = suffix_named(w, optarg);
        break;
    case OPT_SCAN_FILE:
        w->scanner.codes_file = optarg;
        break;
    case OPT_SCAN_EVERY:
        w->scanner.every_ms = number(w, "scan-every", 1, 3600000);
        break;
    case OPT_CONTROL:
        w->control = optarg;
        break;
    case OPT_QUIET:
        w->is_quiet = true;
        break;
    case OPT_TAP:
        w->scene.tap = optarg;
        break;
    case OPT_SPEED:
        w->scene.speed = number(w, "speed", 1, 1000);
        break;
    case OPT_HELP:
        printf("%s%s", HELP, devices_commands_help());
        w->is_answered = true;
        break;
    case OPT_VERSION:
        printf("tillside-devices %s\n", TILLSIDE_VERSION);
        w->is_answered = true;
        break;
    default:
        w->is_wrong = true;
    }
}

static void read_options(struct wishes *w, int argc, char **argv)
{
    int id = 0;
    while (!w->is_answered && !w->is_wrong && (id = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (id >= OPT_PRINTER && id <= OPT_STARTS) {
            take_printer_option(w, id);
        } else {
            take_other_option(w, id);
        }
    }
}

static void stop(void *self, int signal_number)
{
    (void)signal_number;
    loop_stop(self);
}

static void say_ready(const struct wishes *w, const struct devices *d)
{
    if (w->is_quiet) {
        return;
    }
    if (d->printer != NULL) {
        printf("tillside-devices: ready printer %s\n", port_address(counter_printer_port(d->printer)));
    }
    if (d->scanner != NULL) {
        printf("tillside-devices: ready scanner %s\n", port_address(counter_scanner_port(d->scanner)));
    }
    fflush(stdout);
}

static err open_devices(const struct wishes *w, struct devices *d, struct control **control, char **reason)
{
    err e = w->printer.address != NULL ? counter_printer_open(d->loop, &w->printer, reason, &d->printer) : OK;
    if (e == OK && w->scanner.address != NULL) {
        e = counter_scanner_open(d->loop, &w->scanner, reason, &d->scanner);
    }
    if (e == OK && w->control != NULL) {
        e = control_open(d, w->control, control);
        *reason =
            e != OK ? mem_format("--control %s: %s", w->control, e == ERR_INPUT ? "not an address" : strerror(errno)) : NULL;
    }
    return e;
}

static int host(const struct wishes *w, struct loop *l)
{
    struct devices d = { .loop = l };
    struct control *control = NULL;
    char *reason = NULL;
    err e = open_devices(w, &d, &control, &reason);
    if (e == OK) {
        say_ready(w, &d);
        loop_run(l);
    } else {
        fprintf(stderr, "tillside-devices: %s\n", reason);
    }
    control_close(control);
    counter_scanner_close(d.scanner);
    counter_printer_close(d.printer);
    mem_free(reason);
    return e == OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

struct playing {
    struct loop *loop;
    const char *path;
    bool has_failed;
};

static void scene_ended(void *self, const char *wrong)
{
    struct playing *p = self;
    p->has_failed = wrong != NULL;
    if (wrong != NULL) {
        fprintf(stderr, "tillside-devices: %s: %s\n", p->path, wrong);
    }
    loop_stop(p->loop);
}

static int play(struct wishes *w, struct loop *l, const char *path)
{
    struct playing playing = { l, path, false };
    struct scene *scene = NULL;
    w->scene.path = path;
    w->scene.control = w->control;
    if (scene_open(l, &w->scene, scene_ended, &playing, &scene) != OK) {
        fprintf(stderr, "tillside-devices: %s: %s\n", path, strerror(errno));
        return EXIT_FAILURE;
    }
    loop_run(l);
    scene_close(scene);
    return playing.has_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool are_words_right(int count, char **words)
{
    return count == 0 || (count == 2 && strcmp(words[0], "play") == 0);
}

int main(int argc, char **argv)
{
    struct wishes w = { .scanner = { .suffix = "\r", .every_ms = 1000 }, .scene = { .tap = "tcp:127.0.0.1:9100" } };
    read_options(&w, argc, argv);
    if (w.is_answered) {
        return EXIT_SUCCESS;
    }
    int words = argc - optind;
    bool is_idle = words == 0 && w.printer.address == NULL && w.scanner.address == NULL;
    if (w.is_wrong || is_idle || !are_words_right(words, argv + optind)) {
        fprintf(stderr, "Try 'tillside-devices --help'.\n");
        return 2;
    }
    struct clock clock = clock_real();
    struct loop *l = loop_new(&clock);
    if (l == NULL) {
        return EXIT_FAILURE;
    }
    signal(SIGPIPE, SIG_IGN);
    loop_on_signal(l, SIGINT, stop, l);
    loop_on_signal(l, SIGTERM, stop, l);
    int status = words == 0 ? host(&w, l) : play(&w, l, argv[optind + 1]);
    loop_free(l);
    return status;
}
