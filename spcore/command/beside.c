/* Finds what comes with a program: the place that asks where the program itself is. */
#include "spcore/command/beside.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spcore/base.h"

int beside_folder(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);

    if (length < 0)
        return -errno;
    path[length] = '\0';
    *strrchr(path, '/') = '\0';
    return 0;
}

int beside_program(const char *const places[], size_t count, char *path, size_t size)
{
    char folder[PATH_MAX];
    int error = beside_folder(folder, sizeof(folder));

    for (size_t i = 0; i < count && !error; i++) {
        if ((size_t)snprintf(path, size, "%s/%s", folder, places[i]) < size &&
            access(path, R_OK) == 0)
            return 0;
    }
    return error ? error : -ENOENT;
}
