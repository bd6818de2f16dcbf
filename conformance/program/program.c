/* Where this program lies: papsim, the providers and the catalogue are found from there, so that a
 * build folder and an installed tree both work wherever they stand. */
#include "conformance/program/program.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spcore/base.h"

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
    /* A build's folder and an installation's; then a checkout's, around builds of all kinds. */
    static const char *const places[] = {
        "",
        "../lib/papkit/",
        "../share/papkit/",
        "../fixtures/",
        "../../fixtures/",
        "../conformance/",
        "../../conformance/",
    };
    char folder[PATH_MAX], place[PATH_MAX + 128], found[PATH_MAX];
    int error = program_folder(folder, sizeof(folder));

    for (size_t i = 0; i < ARRAY_SIZE(places) && !error; i++) {
        snprintf(place, sizeof(place), "%s/%s%s", folder, places[i], name);
        if (access(place, R_OK) == 0 && realpath(place, found))
            return (size_t)snprintf(path, size, "%s", found) < size ? 0 : -ENAMETOOLONG;
    }
    return error ? error : -ENOENT;
}
