/* tillside decode: a printer stream from a file to one JSON object per job. */
#include "command.h"

#include "base/mem.h"
#include "pure/json.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 65536 };

static const char help[] =
    "usage: tillside decode [--dialect auto|escpos|star|bematech|daruma] [--charset NAME] [--text] FILE|-\n\n"
    "Reads what a POS sent to its printer and prints one JSON object per job, one to a line.\n\n"
    "  --dialect NAME   the printer's language; auto (the default) finds it in the stream\n"
    "  --charset NAME   the encoding of the text, as iconv names it (UTF-8, GB18030, CP949);\n"
    "                   without it, what the stream says or its bytes can only be\n"
    "  --text           the lines only, a blank line between jobs\n";

struct output {
    unsigned jobs;
    bool is_text;
};

static void print_text(struct output *out, const struct print_job *job)
{
    if (out->jobs > 1) {
        putchar('\n');
    }
    for (size_t i = 0; i < job->line_count; i++) {
        char *text = mem_text(job->lines[i].text);
        receipt_mask_cards(text);
        puts(text);
        mem_free(text);
    }
}

static void print_json(struct output *out, const struct print_job *job)
{
    struct receipts receipts = { 0 };
    if (receipts_read(job, &receipts) != OK) {
        receipts = (struct receipts){ 0 };
    }
    cJSON *json = job_to_json(out->jobs, job, &receipts);
    char *text = cJSON_PrintUnformatted(json);
    if (text) {
        puts(text);
    }
    cJSON_free(text);
    cJSON_Delete(json);
    receipts_clear(&receipts);
}

static void print_job(void *self, const struct print_job *job)
{
    struct output *out = self;
    out->jobs++;
    if (out->is_text) {
        print_text(out, job);
    } else {
        print_json(out, job);
    }
}

static int decode_file(FILE *file, const char *name, const struct decoder_options *options, struct output *out)
{
    static unsigned char chunk[CHUNK_BYTES];
    struct decoder *d = decoder_new(options, print_job, out);
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0) {
        decoder_feed(d, (struct view){ chunk, n });
    }
    int result = CLI_DONE;
    if (ferror(file)) {
        fprintf(stderr, "tillside decode: %s: %s\n", name, strerror(errno));
        result = CLI_FAILED;
    }
    decoder_end(d);
    decoder_free(d);
    return fflush(stdout) == 0 ? result : CLI_FAILED;
}

static int complain(const char *what, const char *value)
{
    fprintf(stderr, "tillside decode: %s \"%s\"; see tillside decode --help\n", what, value);
    return CLI_WRONG_USE;
}

/* -1: go on. */
static int read_option(int option, struct decoder_options *options, struct output *out)
{
    switch (option) {
    case 'd':
        return dialect_from_name(optarg, &options->dialect) == OK ? -1 : complain("unknown dialect", optarg);
    case 'c':
        options->charset = optarg;
        return charset_is_known(optarg) ? -1 : complain("unknown charset", optarg);
    case 't':
        out->is_text = true;
        return -1;
    case 'h':
        fputs(help, stdout);
        return CLI_DONE;
    default:
        fputs(help, stderr);
        return CLI_WRONG_USE;
    }
}

int decode_command(int argc, char **argv)
{
    static const struct option names[] = {
        { "dialect", required_argument, NULL, 'd' },
        { "charset", required_argument, NULL, 'c' },
        { "text", no_argument, NULL, 't' },
        { "help", no_argument, NULL, 'h' },
        { 0 },
    };
    struct decoder_options options = { .waits_for_tail = true };
    struct output out = { 0 };
    int option;
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        int result = read_option(option, &options, &out);
        if (result >= 0) {
            return result;
        }
    }
    if (optind + 1 != argc) {
        fputs(help, stderr);
        return CLI_WRONG_USE;
    }
    const char *name = argv[optind];
    if (strcmp(name, "-") == 0) {
        return decode_file(stdin, "standard input", &options, &out);
    }
    FILE *file = fopen(name, "rb");
    if (!file) {
        fprintf(stderr, "tillside decode: %s: %s\n", name, strerror(errno));
        return CLI_FAILED;
    }
    int result = decode_file(file, name, &options, &out);
    fclose(file);
    return result;
}
