/* The commands of `tillside`: one file each, one row in main.c. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

/* What the program returns to the shell. */
enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_WRONG_USE = 2 };

/* argv[0] is the command's own name. */
typedef int command_fn(int argc, char **argv);

command_fn decode_command;

#endif
