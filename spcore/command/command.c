/* Reading a command line by a table, and saying in one line what is wrong with it. Both programs
 * do it the same way; what their commands are, only they know. */
#include "spcore/command/command.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/command/command_help.h"

/* No command has more; what getopt_long() answers for the first. */
enum { OPTIONS_MOST = 64, FIRST = 0x100 };

static const struct command_program *running; /* whose name stands before a message */

int cli_complain(const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s: ", running ? running->name : "command");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return running ? running->usage : EXIT_FAILURE;
}

const struct command_option *command_option_at(const struct command *command, size_t index)
{
    for (const struct command_option *option = command->options; option && option->name; option++) {
        if (!index--)
            return option;
    }
    for (const struct command_option *option = command->shared; option && option->name; option++) {
        if (!index--)
            return option;
    }
    return NULL;
}

/* ---- options */

struct getopt_words {
    struct option names[OPTIONS_MOST + 1];
    char letters[2 * OPTIONS_MOST + 3];
};

static void fill(const struct command *command, struct getopt_words *words)
{
    const struct command_option *option;
    size_t count = 0, length = 0;

    if (command->stops)
        words->letters[length++] = '+';
    words->letters[length++] = ':';
    for (; count < OPTIONS_MOST && (option = command_option_at(command, count)); count++) {
        words->names[count] =
            (struct option){option->name, option->value ? required_argument : no_argument, NULL,
                            FIRST + (int)count};
        if (option->letter)
            words->letters[length++] = option->letter;
        if (option->letter && option->value)
            words->letters[length++] = ':';
    }
    words->names[count] = (struct option){NULL, 0, NULL, 0};
    words->letters[length] = '\0';
}

/* A few options are named; of many, --help is. */
static int say_unknown(const struct command *command, const char *word)
{
    char known[128] = "";
    size_t length = 0;
    const struct command_option *option;

    for (size_t i = 0; (option = command_option_at(command, i)); i++) {
        length += (size_t)snprintf(known + length, sizeof(known) - length, "%s--%s%s%s",
                                   i ? ", " : "", option->name, option->value ? " " : "",
                                   option->value ? option->value : "");
        if (length >= sizeof(known) / 2)
            return cli_usage("%s: unknown option %s (--help lists them)", command->name, word);
    }
    return length ? cli_usage("%s: unknown option %s; expected %s", command->name, word, known)
                  : cli_usage("%s: unknown option %s; it takes none", command->name, word);
}

int command_next(const struct command *command, int argc, char **argv)
{
    struct getopt_words words;
    const struct command_option *option;
    int answer;

    fill(command, &words);
    opterr = 0;
    answer = getopt_long(argc, argv, words.letters, words.names, NULL);
    if (answer == -1)
        return COMMAND_END;
    if (answer == ':') {
        cli_usage("%s: %s: expected a value", command->name, argv[optind - 1]);
        return COMMAND_WRONG;
    }
    for (size_t i = 0; (option = command_option_at(command, i)); i++) {
        if (answer == FIRST + (int)i || (option->letter && answer == option->letter))
            return option->id;
    }
    say_unknown(command, argv[optind - 1]);
    return COMMAND_WRONG;
}

/* ---- commands */

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool has_value_behind(const struct command *command, const char *word)
{
    const struct command_option *option;

    for (size_t i = 0; (option = command_option_at(command, i)); i++) {
        if (option->value &&
            ((strncmp(word, "--", 2) == 0 && strcmp(word + 2, option->name) == 0) ||
             (word[0] == '-' && word[1] == option->letter && word[1] && !word[2])))
            return true;
    }
    return false;
}

/* Among its own options, and not as a value of one. */
static bool wants_help(const struct command *command, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (is_help(argv[i]))
            return true;
        if (command->stops && argv[i][0] != '-')
            return false;
        i += has_value_behind(command, argv[i]);
    }
    return false;
}

/* "run, list or explain" */
static void name_commands(const struct command_program *program, char *text, size_t size)
{
    const char *before = NULL;
    size_t length = 0;

    text[0] = '\0';
    for (const struct command *const *at = program->commands; length < size; at++) {
        while (*at && (*at)->hidden)
            at++;
        if (before)
            length += (size_t)snprintf(text + length, size - length, "%s%s",
                                       !length ? ""
                                       : *at   ? ", "
                                               : " or ",
                                       before);
        if (!*at)
            return;
        before = (*at)->name;
    }
}

int command_main(const struct command_program *program, int argc, char **argv)
{
    char known[256];

    running = program;
    name_commands(program, known, sizeof(known));
    if (argc < 2)
        return cli_usage("expected a verb: %s (--help)", known);
    if (is_help(argv[1]))
        return command_help_program(program);
    if (strcmp(argv[1], "--version") == 0)
        return printf("%s %s\n", program->name, program->version) < 0;
    if (strcmp(argv[1], "--commands") == 0)
        return command_help_table(program);
    for (const struct command *const *at = program->commands; *at; at++) {
        if (strcmp((*at)->name, argv[1]) != 0)
            continue;
        if (!(*at)->hidden && wants_help(*at, argc - 1, argv + 1))
            return command_help(program, *at);
        return (*at)->run(argc - 1, argv + 1);
    }
    return cli_usage("%s: unknown verb; expected %s", argv[1], known);
}
