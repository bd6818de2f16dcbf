/* Where papsim's results go: a file is replaced as a whole or not at all, what is no file (a
 * device, a pipe) is written where it is, and what cannot be written is said once. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "simulator/cli/papsim_verbs.h"

#define LINKS_MOST 40

static int unwritten(const char *path, int error)
{
    cli_usage("%s: %s", path, strerror(error));
    return EXIT_ENVIRONMENT;
}

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

/* 0 or -errno. */
static int write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, text, size);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        text += done;
        size -= (size_t)done;
    }
    return 0;
}

/* The access a file of that name has, or a new one is given. */
static mode_t mode_for(const char *path)
{
    struct stat found;
    mode_t mask = umask(0);

    umask(mask);
    return stat(path, &found) == 0 ? found.st_mode & 07777 : 0666 & ~mask;
}

/* A file beside it takes its name at the end. */
static int replace_file(const char *path, const char *text, size_t size)
{
    char beside[PATH_MAX + 8];
    int fd, error;

    snprintf(beside, sizeof(beside), "%s.XXXXXX", path);
    fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return cli_usage("%s: %s", path, strerror(errno));
    error = write_all(fd, text, size);
    if (!error && fchmod(fd, mode_for(path)) < 0)
        error = -errno;
    if (close(fd) < 0 && !error)
        error = -errno;
    if (!error && rename(beside, path) < 0)
        error = -errno;
    if (!error)
        return EXIT_DONE;
    unlink(beside);
    return unwritten(path, -error);
}

static int write_in_place(const char *path, const char *text, size_t size)
{
    int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC), error;

    if (fd < 0)
        return cli_usage("%s: %s", path, strerror(errno));
    error = write_all(fd, text, size);
    close(fd);
    return error ? unwritten(path, -error) : EXIT_DONE;
}

bool cli_is_file(const char *path)
{
    struct stat found;

    return stat(path, &found) < 0 || S_ISREG(found.st_mode);
}

int cli_put(const char *path, const char *text, size_t size)
{
    char target[PATH_MAX];
    int error;

    if (!path) {
        fwrite(text, 1, size, stdout); /* cli_finish() says what is wrong with it */
        return EXIT_DONE;
    }
    if (!cli_is_file(path))
        return write_in_place(path, text, size);
    error = follow(path, target);
    if (error)
        return cli_usage("%s: %s", path, strerror(-error));
    return replace_file(target, text, size);
}

int cli_finish(int status)
{
    static bool is_said;
    int error;

    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    error = errno ? errno : EIO;
    if (!is_said)
        unwritten("stdout", error);
    is_said = true;
    return EXIT_ENVIRONMENT;
}
