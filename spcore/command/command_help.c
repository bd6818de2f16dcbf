/* The tables as text: --help of the program and of each command, and the lines that man pages and
 * shell completion are generated from. */
#include "spcore/command/command_help.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 79, INDENT = 26 };

/* UTF-8: bytes that continue a character take no column. */
static int columns(const char *text, size_t length)
{
    int count = 0;

    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

/* Words from `column` on, broken before WIDTH and indented. */
static void wrap(const char *text, int column, int indent)
{
    while (*text) {
        size_t length = strcspn(text, " ");
        int width = columns(text, length);

        if (column > indent && column + 1 + width > WIDTH) {
            printf("\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            putchar(' ');
            column++;
        }
        fwrite(text, 1, length, stdout);
        column += width;
        text += length + (text[length] == ' ');
    }
    putchar('\n');
}

/* A name and what it means, in two columns; a long name has a line of its own. */
static void entry(const char *name, const char *text)
{
    int column = 2 + columns(name, strlen(name));

    printf("  %s", name);
    if (column + 2 > INDENT)
        printf("\n%*s", INDENT, "");
    else
        printf("%*s", INDENT - column, "");
    wrap(text, INDENT, INDENT);
}

/* "-o, --output FILE" */
static const char *option_name(const struct command_option *option, char *text, size_t size)
{
    char letter[] = "-x, ";

    letter[1] = option->letter;
    snprintf(text, size, "%s--%s%s%s", option->letter ? letter : "", option->name,
             option->value ? " " : "", option->value ? option->value : "");
    return text;
}

static void usage_line(const struct command_program *program, const struct command *command)
{
    printf("%s %s%s%s%s\n", program->name, command->name,
           command_option_at(command, 0) ? " [OPTION]…" : "", *command->arguments ? " " : "",
           command->arguments);
}

int command_help(const struct command_program *program, const struct command *command)
{
    const struct command_option *option;
    const char *name, *text;
    char shown[128];

    fputs("usage: ", stdout);
    usage_line(program, command);
    putchar('\n');
    wrap(command->text, 0, 0);
    putchar('\n');
    for (size_t i = 0; (option = command_option_at(command, i)); i++)
        entry(option_name(option, shown, sizeof(shown)), option->text);
    entry("-h, --help", "says this");
    if (command->words)
        printf("\n%s:\n", command->words_title);
    for (size_t i = 0; command->words && command->words(i, &name, &text); i++)
        entry(name, text);
    return 0;
}

int command_help_program(const struct command_program *program)
{
    printf("%s: %s\n\nusage:\n", program->name, program->text);
    for (const struct command *const *at = program->commands; *at; at++) {
        if ((*at)->hidden)
            continue;
        fputs("  ", stdout);
        usage_line(program, *at);
        printf("%8s", "");
        wrap((*at)->text, 8, 8);
    }
    printf("\n%s COMMAND --help lists the options of one.\n", program->name);
    if (*program->notes)
        printf("\n%s", program->notes);
    puts("\nexit:");
    for (size_t i = 0; program->exits[i].code; i++)
        entry(program->exits[i].code, program->exits[i].text);
    return 0;
}

static void table_of(const struct command *command)
{
    const struct command_option *option;
    const char *name, *text;
    char shown[128];

    printf("command\t%s\t%s\t%s\n", command->name, command->arguments, command->text);
    for (size_t i = 0; (option = command_option_at(command, i)); i++)
        printf("option\t%s\t%s\n", option_name(option, shown, sizeof(shown)), option->text);
    if (command->words)
        printf("words\t%s\n", command->words_title);
    for (size_t i = 0; command->words && command->words(i, &name, &text); i++)
        printf("word\t%s\t%s\n", name, text);
}

int command_help_table(const struct command_program *program)
{
    printf("program\t%s\t%s\t%s\n", program->name, program->version, program->text);
    for (const struct command *const *at = program->commands; *at; at++) {
        if (!(*at)->hidden)
            table_of(*at);
    }
    for (const char *line = program->notes; *line;) {
        size_t length = strcspn(line, "\n");

        printf("note\t%.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
    for (size_t i = 0; program->exits[i].code; i++)
        printf("exit\t%s\t%s\n", program->exits[i].code, program->exits[i].text);
    return 0;
}
