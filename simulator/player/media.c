/* Reading is a plug-in, papsim-media.so (media_libav.c): libavformat brings a hundred libraries
 * with it, which is most of the time a papsim would need to start. They come with the first file
 * that is read. */
#include "simulator/player/media.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spcore/base.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int (*reader)(int fd, off_t offset, uint64_t size, struct media_facts *ret_facts);

/* Beside the program, where `make install` puts it, and beside what the unit tests were built with.
 * Said in full: a run path does not reach a dlopen() that a sanitizer has wrapped. */
static const char *const places[] = {"", "../lib/papkit/", "../../../"};

static void *open_at(const char *place)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    size_t room;
    char *name;

    if (length < 0)
        return NULL;
    path[length] = '\0';
    name = strrchr(path, '/') + 1;
    room = sizeof(path) - (size_t)(name - path);
    if ((size_t)snprintf(name, room, "%spapsim-media.so", place) >= room)
        return NULL;
    return dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

static void load(void)
{
    void *plug_in = NULL;

    for (size_t i = 0; !plug_in && i < ARRAY_SIZE(places); i++)
        plug_in = open_at(places[i]);
    if (plug_in)
        *(void **)&reader = dlsym(plug_in, "papsim_media_read");
    if (!reader)
        fprintf(stderr, "papsim: papsim-media.so cannot be loaded; files keep what the host says "
                        "of them\n");
}

int media_read(int fd, off_t offset, uint64_t size, struct media_facts *ret_facts)
{
    pthread_once(&once, load);
    return reader ? reader(fd, offset, size, ret_facts) : -ENOSYS;
}
