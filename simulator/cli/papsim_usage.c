/* Reading a command line: options, numbers, and the one line about what is wrong with it. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "simulator/cli/papsim.h"

int cli_usage(const char *format, ...)
{
    va_list arguments;

    fputs("papsim: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

int cli_number(const char *text, uint64_t most, uint64_t *ret_number)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 0);
    if (errno || end == text || *end || *text == '-' || value > most)
        return -EINVAL;
    *ret_number = value;
    return 0;
}

int cli_option(int argc, char **argv, const char *letters, const struct option *options)
{
    int option;

    opterr = 0;
    option = getopt_long(argc, argv, letters, options, NULL);
    if (option == ':')
        cli_usage("%s: %s: expected a value", argv[0], argv[optind - 1]);
    else if (option == '?')
        cli_usage("%s: unknown option %s (--help lists them)", argv[0], argv[optind - 1]);
    else
        return option;
    return OPTION_WRONG;
}
