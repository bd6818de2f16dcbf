/* The one place that decides how a program's file comes to be: half a report, hive or unit looks
 * like a whole one, so there is never one under its name. */
#include "spcore/command/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MOST = 40, BEHIND = 24 /* bytes behind a name: a number and ".tmp" */ };

/* What stands at the end of the symbolic links, also where that is nothing yet. 0 or -errno. */
static int follow(const char *path, char ret_path[PATH_MAX])
{
    char target[PATH_MAX], *name;
    ssize_t length;

    if (strlen(path) >= PATH_MAX)
        return -ENAMETOOLONG;
    snprintf(ret_path, PATH_MAX, "%s", path);
    for (int i = 0; i < LINKS_MOST; i++) {
        length = readlink(ret_path, target, sizeof(target) - 1);
        if (length < 0)
            return 0; /* no link: whatever else is wrong with it shows when it is opened */
        target[length] = '\0';
        name = strrchr(ret_path, '/');
        name = target[0] == '/' || !name ? ret_path : name + 1;
        if ((size_t)(name - ret_path) + (size_t)length >= PATH_MAX)
            return -ENAMETOOLONG;
        memcpy(name, target, (size_t)length + 1);
    }
    return -ELOOP;
}

/* Of a name that is this process's; one that was left by another of its number goes. What a folder
 * has no room for behind a long name is taken from its end. */
static int begin_beside(struct whole *whole)
{
    const char *slash = strrchr(whole->path, '/'), *name = slash ? slash + 1 : whole->path;
    struct stat found;
    int fd;

    if (strlen(name) > NAME_MAX)
        return -ENAMETOOLONG;
    snprintf(whole->beside, sizeof(whole->beside), "%.*s%.*s.%ld.tmp", (int)(name - whole->path),
             whole->path, NAME_MAX - BEHIND, name, (long)getpid());
    (void)unlink(whole->beside);
    fd = open(whole->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    if (stat(whole->path, &found) < 0 || fchmod(fd, found.st_mode & 07777) == 0)
        whole->file = fdopen(fd, "w");
    if (!whole->file) {
        int error = -errno;

        close(fd);
        unlink(whole->beside);
        return error;
    }
    return 0;
}

static int begin_in_place(struct whole *whole)
{
    int fd = open(whole->path, O_WRONLY | O_NOCTTY | O_CLOEXEC);

    whole->file = fd < 0 ? NULL : fdopen(fd, "w");
    if (fd >= 0 && !whole->file)
        close(fd);
    return whole->file ? 0 : -errno;
}

int whole_begin(struct whole *whole, const char *path)
{
    struct stat found;
    int error;

    *whole = (struct whole){.file = NULL};
    if (stat(path, &found) == 0 && !S_ISREG(found.st_mode)) {
        if ((size_t)snprintf(whole->path, PATH_MAX, "%s", path) >= PATH_MAX)
            return -ENAMETOOLONG;
        return begin_in_place(whole);
    }
    error = follow(path, whole->path);
    return error ? error : begin_beside(whole);
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

int whole_end(struct whole *whole)
{
    return finish(whole, 0);
}

void whole_drop(struct whole *whole)
{
    (void)finish(whole, -ECANCELED);
}
