#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/cli/papcheck.h"

int cli_usage(const char *format, ...)
{
    va_list arguments;

    fputs("papcheck: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

int cli_catalogue(struct catalogue *ret)
{
    char error[512];

    if (!catalogue_load(NULL, ret, error, sizeof(error)))
        return 0;
    cli_usage("%s", error);
    return EXIT_ERROR;
}

/* Beside this program, or one level up where it was built with other flags. */
int cli_beside(const char *name, char *path, size_t size)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (length < 0)
        return -errno;
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    if ((size_t)snprintf(path, size, "%s/%s", program, name) >= size)
        return -ENAMETOOLONG;
    return access(path, R_OK) == 0 ? 0 : -ENOENT;
}
