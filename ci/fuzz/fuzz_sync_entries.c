/* A playlist somebody else wrote: what it names lies below the library and is UTF-8 where it was
 * any text, whatever stands there. The first byte says of which kind it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/sync/sync_entries.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int leads_out(const char *path)
{
    return *path == '/' || *path == '\0' || strcmp(path, "..") == 0 ||
           strncmp(path, "../", 3) == 0 || strstr(path, "/../") || strstr(path, "//");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = size && (*data & 1) ? "a/b/list.pls" : "list.m3u";
    struct sync_names names;
    char *text;

    if (!size)
        return 0;
    text = strndup((const char *)data + 1, size - 1);
    if (!text || sync_playlist_read(text, strlen(text), path, "/music", &names))
        abort();
    for (size_t i = 0; i < names.count; i++) {
        if (leads_out(names.name[i]))
            abort();
    }
    sync_names_done(&names);
    free(text);
    return 0;
}
