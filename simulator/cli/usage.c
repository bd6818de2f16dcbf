#include <stdarg.h>
#include <stdio.h>

#include "cli/cli.h"

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
