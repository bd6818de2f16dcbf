/* The one place that decides how a file of a run's folder comes to be: half a report looks like a
 * whole one, so there is never one under its name. */
#include "conformance/results/whole.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int whole_open(struct whole *whole, const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat found;

    whole->beside[0] = '\0';
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
        return -ENAMETOOLONG;
    /* A link to nothing yet is written through, too. */
    if (!realpath(path, whole->path))
        snprintf(whole->path, sizeof(whole->path), "%s", path);
    if (lstat(whole->path, &found) < 0 || S_ISREG(found.st_mode))
        snprintf(whole->beside, sizeof(whole->beside), "%s.tmp", whole->path);
    whole->file = fopen(whole->beside[0] ? whole->beside : whole->path, "we");
    return whole->file ? 0 : -errno;
}

/* A stream remembers that a write failed, not why: one more fails for the same reason. */
static int failure_of(FILE *file)
{
    clearerr(file);
    errno = 0;
    return (fputc('\n', file) == EOF || fflush(file)) && errno ? -errno : -EIO;
}

static int finish(struct whole *whole, int error)
{
    errno = 0;
    if (!error && fflush(whole->file))
        error = errno ? -errno : -EIO;
    else if (!error && ferror(whole->file))
        error = failure_of(whole->file);
    if (fclose(whole->file) && !error)
        error = -errno;
    if (whole->beside[0] && !error && rename(whole->beside, whole->path) < 0)
        error = -errno;
    if (whole->beside[0] && error)
        unlink(whole->beside);
    return error;
}

int whole_close(struct whole *whole)
{
    return finish(whole, 0);
}

int whole_json(const char *folder, const char *name, json_t *object)
{
    struct whole whole;
    int error = object ? whole_open(&whole, folder, name) : -ENOMEM;

    if (!error) {
        errno = 0;
        error = json_dumpf(object, whole.file, JSON_INDENT(1)) < 0 ? -(errno ? errno : EIO) : 0;
        error = finish(&whole, error);
    }
    json_decref(object);
    return error;
}
