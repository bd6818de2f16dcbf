/* Reading is a plug-in, papkit-media.so (media_libav.c): libavformat brings a hundred libraries
 * with it, which is most of the time a program would need to start. They come with the first file
 * that is read. */
#include "spcore/media/media.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>

#include "spcore/base.h"
#include "spcore/command/beside.h"
#include "spcore/media/media_shared.h"

/* Bytes no audio file is without, whatever its format: a few words in a file named .mp3 are not
 * worth the hundred libraries. */
#define SHORTEST 32

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int (*reader)(int fd, off_t offset, uint64_t size, struct media_facts *ret_facts);

/* Beside the program, where `make install` puts it, and beside what the unit tests were built with.
 * Said in full: a run path does not reach a dlopen() that a sanitizer has wrapped. */
static const char *const places[] = {"papkit-media.so", "../lib/papkit/papkit-media.so",
                                     "../../../papkit-media.so"};

static void load(void)
{
    char path[PATH_MAX];
    void *plug_in = NULL;

    if (!beside_program(places, ARRAY_SIZE(places), path, sizeof(path)))
        plug_in = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (plug_in)
        *(void **)&reader = dlsym(plug_in, "papkit_media_read");
    if (!reader)
        fprintf(stderr, "%s: papkit-media.so cannot be loaded; nothing is known of audio files\n",
                program_invocation_short_name);
}

int media_read(int fd, off_t offset, uint64_t size, struct media_facts *ret_facts)
{
    int error;

    if (size < SHORTEST)
        return -EINVAL;
    if (media_shared_read(fd, offset, size, ret_facts, &error))
        return error;
    pthread_once(&once, load);
    return reader ? reader(fd, offset, size, ret_facts) : -ENOSYS;
}
