/* Reading is a plug-in, papsim-media.so (media_libav.c): libavformat brings a hundred libraries
 * with it, which is most of the time a papsim would need to start. They come with the first file
 * that is read. */
#include "player/media.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int (*reader)(int fd, off_t offset, uint64_t size, struct media_facts *ret_facts);

/* Found by the program's own run path: beside it, or where it was installed. It stays loaded. */
static void load(void)
{
    void *plug_in = dlopen("papsim-media.so", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

    if (plug_in)
        *(void **)&reader = dlsym(plug_in, "papsim_media_read");
    if (!reader)
        fprintf(stderr, "papsim: %s; files keep what the host says of them\n", dlerror());
}

int media_read(int fd, off_t offset, uint64_t size, struct media_facts *ret_facts)
{
    pthread_once(&once, load);
    return reader ? reader(fd, offset, size, ret_facts) : -ENOSYS;
}
