/* A file a host sent, read as music: whatever it holds, the reading ends and keeps its word. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "spcore/media/media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct media_facts facts;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    if (fd < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    if (papkit_media_read(fd, 0, size, &facts) == 0) {
        if (facts.channels == 0 || facts.sample_rate == 0 || facts.duration > UINT32_MAX)
            abort();
        media_facts_done(&facts);
    }
    close(fd);
    return 0;
}
