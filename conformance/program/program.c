/* Where this program lies: papsim, the providers and the catalogue are found from there, so that a
 * build folder and an installed tree both work wherever they stand. */
#include "conformance/program/program.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int program_self(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size);

    if (length < 0)
        return -errno;
    if ((size_t)length >= size)
        return -ENAMETOOLONG;
    path[length] = '\0';
    return 0;
}

int program_folder(char *path, size_t size)
{
    int error = program_self(path, size);

    if (!error)
        *strrchr(path, '/') = '\0';
    return error;
}

int program_beside(const char *name, char *path, size_t size)
{
    char folder[PATH_MAX];
    int error = program_folder(folder, sizeof(folder));

    if (error)
        return error;
    if ((size_t)snprintf(path, size, "%s/%s", folder, name) >= size)
        return -ENAMETOOLONG;
    return access(path, R_OK) == 0 ? 0 : -ENOENT;
}
