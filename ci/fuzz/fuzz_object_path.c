/* An object path from anybody: what is read is written, and read again as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(const struct cim_path *path)
{
    char *text = cim_path_text(path), *again;
    struct cim_path other;

    if (!text)
        abort();
    if (strlen(text) <= WBEM_MAX_PATH) { /* quotation marks may make it longer */
        if (cim_path_parse(text, &other))
            abort();
        again = cim_path_text(&other);
        if (!again || strcmp(text, again) != 0)
            abort();
        free(again);
        cim_path_done(&other);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *name = NULL;
    struct cim_path path;

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (SUCCEEDED(cim_path_parse(text, &path))) {
        hold(&path);
        cim_path_done(&path);
    }
    if (SUCCEEDED(cim_namespace_of(text, "PAPKIT", &name)))
        free(name);
    free(text);
    return 0;
}
