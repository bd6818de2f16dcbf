/* A case's folder: made anew before it, gone when it is not worth its room. */
#include "conformance/run/evidence.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void evidence_remove(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Most often only the last one is missing. */
static int make_folder(const char *path)
{
    char part[PATH_MAX];

    if (mkdir(path, 0777) == 0)
        return 0;
    if (errno == EEXIST)
        return -EEXIST;
    snprintf(part, sizeof(part), "%s", path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0777) < 0 && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    return mkdir(part, 0777) < 0 ? -errno : 0;
}

int evidence_make(const char *folder)
{
    int error = make_folder(folder);

    if (error != -EEXIST)
        return error;
    evidence_remove(folder);
    return make_folder(folder);
}
