#include "command.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *help;
    command_fn *run;
} commands[] = {
    { "decode", "read a printer stream: its lines, codes, images and receipts", decode_command },
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out)
{
    fputs("usage: tillside COMMAND [OPTION ...]\n"
          "       tillside --help | --version\n\ncommands (each with --help):\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++) {
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return CLI_WRONG_USE;
    }
    if (strcmp(argv[1], "--help") == 0) {
        print_help(stdout);
        return CLI_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("tillside " TILLSIDE_VERSION);
        return CLI_DONE;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "tillside: there is no command \"%s\"; see tillside --help\n", argv[1]);
    return CLI_WRONG_USE;
}
