/* A case's folder: made anew before it, gone when it is not worth its room, and another run's taken
 * over. */
#include "conformance/run/evidence.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static int copy_bytes(FILE *in, FILE *out)
{
    char block[1 << 14];
    size_t length;

    errno = 0;
    while ((length = fread(block, 1, sizeof(block), in)) > 0) {
        if (fwrite(block, 1, length, out) != length)
            return errno ? -errno : -EIO;
    }
    return ferror(in) ? -EIO : 0;
}

/* What is no file may have no end, or nobody at its other one. */
int evidence_copy(const char *from, const char *to)
{
    struct stat found;
    FILE *in = NULL, *out = NULL;
    int error;

    if (stat(from, &found) == 0 && !S_ISREG(found.st_mode))
        return -EINVAL;
    in = fopen(from, "re");
    out = in ? fopen(to, "we") : NULL;
    error = out ? copy_bytes(in, out) : -errno;
    if (in)
        fclose(in);
    if (out && fclose(out) && !error)
        error = -errno;
    if (out && error)
        unlink(to);
    return error;
}

enum { DEEPEST = 16 }; /* folders of evidence: a case's own lie two deep */

static int take_folder(const char *from, const char *to, unsigned depth);

/* A name for the same bytes where that is possible: nothing changes a file of evidence. What leads
 * elsewhere is not that run's. */
static int take(const char *from, const char *to, unsigned depth)
{
    struct stat found;

    if (lstat(from, &found) < 0)
        return 0;
    if (S_ISDIR(found.st_mode))
        return depth < DEEPEST ? take_folder(from, to, depth + 1) : 0;
    return !S_ISREG(found.st_mode) || link(from, to) == 0 ? 0 : evidence_copy(from, to);
}

static int take_folder(const char *from, const char *to, unsigned depth)
{
    char source[PATH_MAX], target[PATH_MAX];
    struct dirent *entry;
    int error = 0;
    DIR *folder = opendir(from);

    if (!folder)
        return 0;
    error = evidence_make(to);
    while (!error && (entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            (size_t)snprintf(source, sizeof(source), "%s/%s", from, entry->d_name) <
                sizeof(source) &&
            (size_t)snprintf(target, sizeof(target), "%s/%s", to, entry->d_name) < sizeof(target))
            error = take(source, target, depth);
    }
    closedir(folder);
    return error;
}

int evidence_take(const char *from, const char *to)
{
    struct stat found;

    return lstat(from, &found) < 0 || !S_ISDIR(found.st_mode) ? 0 : take_folder(from, to, 0);
}
