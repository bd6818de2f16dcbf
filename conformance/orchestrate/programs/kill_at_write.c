/* Preloaded into papsim: counts its system calls that change files, and ends the process by SIGKILL
 * in the middle of the one whose number is in KILL_AT: a write is half done by then, any other call
 * not yet (or, with KILL_AFTER, just). At a peaceful end the count goes to the file KILL_COUNT. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static long count;

static int due(void)
{
    const char *at = getenv("KILL_AT");

    return ++count == (at ? atol(at) : 0);
}

static void end(void)
{
    kill(getpid(), SIGKILL);
}

static int after(void)
{
    return getenv("KILL_AFTER") != NULL;
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("KILL_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;

    if (file) {
        fprintf(file, "%ld\n", count);
        fclose(file);
    }
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
    if (due()) {
        (void)!NEXT(pwrite64)(fd, data, after() ? length : length / 2, offset);
        end();
    }
    return NEXT(pwrite64)(fd, data, length, offset);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset)
{
    return pwrite64(fd, data, length, offset);
}

#define OTHER(name, parameters, arguments)                                                         \
    int name parameters                                                                            \
    {                                                                                              \
        if (due()) {                                                                               \
            if (after())                                                                           \
                (void)!NEXT(name) arguments;                                                       \
            end();                                                                                 \
        }                                                                                          \
        return NEXT(name) arguments;                                                               \
    }

OTHER(ftruncate64, (int fd, off64_t length), (fd, length))
OTHER(ftruncate, (int fd, off_t length), (fd, length))
OTHER(fallocate64, (int fd, int mode, off64_t at, off64_t length), (fd, mode, at, length))
OTHER(fallocate, (int fd, int mode, off_t at, off_t length), (fd, mode, at, length))
OTHER(unlink, (const char *path), (path))
OTHER(fdatasync, (int fd), (fd))
OTHER(fsync, (int fd), (fd))

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *where, size_t length,
                        unsigned flags)
{
    if (due()) {
        (void)!NEXT(copy_file_range)(from, at, to, where, after() ? length : (length + 1) / 2,
                                     flags);
        end();
    }
    return NEXT(copy_file_range)(from, at, to, where, length, flags);
}
