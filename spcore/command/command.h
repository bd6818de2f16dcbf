/* A program's commands as tables: what each is called, takes and does stands once, and --help,
 * usage errors, man pages and shell completion are made of it. */
#ifndef SPCORE_COMMAND_COMMAND_H
#define SPCORE_COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct command_option {
    const char *name;  /* --name; NULL ends a list */
    const char *value; /* what its value is called; NULL: it has none */
    const char *text;  /* half a sentence */
    int id;            /* what command_next() answers: not negative */
    char letter;       /* -l means the same; 0: none */
};

/* A word an argument may be, and what it means; false behind the last. */
typedef bool command_word(size_t index, const char **ret_name, const char **ret_text);

struct command {
    const char *name;
    const char *arguments; /* "CASE|ROW"; "": none */
    const char *text;      /* what it does: one sentence */
    /* NULL: none. `shared` are those of several commands. */
    const struct command_option *options, *shared;
    const char *words_title; /* of the list that --help shows of `words` */
    command_word *words;     /* NULL: none */
    bool stops;              /* at the first argument: what follows are another program's options */
    bool hidden;             /* for our own use, not the user's */
    int (*run)(int argc, char **argv); /* argv[0] is the command; an exit code */
};

struct command_exit {
    const char *code, *text;
};

struct command_program {
    const char *name, *version;
    const char *text;                      /* half a sentence, without its name */
    const char *notes;                     /* what all commands have in common; "" or lines */
    const struct command *const *commands; /* ended by NULL */
    const struct command_exit *exits;      /* ended by a NULL code */
    int usage;                             /* exit code of a mistake of the caller's */
};

/* All of main() but its last flush: --help, --version, COMMAND --help, or the command's run(). */
int command_main(const struct command_program *program, int argc, char **argv);

/* The next option's id, its value in optarg; or COMMAND_END, with the arguments from optind on; or
 * COMMAND_WRONG after a line on stderr. Before the first call of a command optind is 1. */
enum { COMMAND_END = -1, COMMAND_WRONG = -2 };
int command_next(const struct command *command, int argc, char **argv);

/* The program's name, ": " and the message on one line of stderr; returns the exit code of usage
 * errors. */
#define cli_usage(...) cli_wrong(cli_complain(__VA_ARGS__))
int cli_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Never 0, and seen to be. */
static inline int cli_wrong(int status)
{
    return status ? status : 1;
}

#endif
