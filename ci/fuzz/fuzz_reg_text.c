/* A .reg file from anybody: it is done whole or not at all, an error is one line, and what it made
 * comes back from its own text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/hive/reg_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *text_of(const struct registry *registry)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        abort();
    reg_text_export(registry, "", out);
    fclose(out);
    return text;
}

static void there_and_back(const struct registry *registry)
{
    struct registry again = {.root = NULL};
    char *text = text_of(registry), *other, error[REG_TEXT_ERROR];

    if (reg_text_read(&again, "again", text, strlen(text), error))
        abort();
    other = text_of(&again);
    if (strcmp(text, other) != 0 || again.bytes != registry->bytes)
        abort();
    free(other);
    free(text);
    registry_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct registry registry = {.root = NULL};
    char error[REG_TEXT_ERROR] = "";

    if (registry_set(&registry, "HKLM\\Old", "v", REG_TYPE_DWORD, "\1\0\0\0", 4))
        abort();
    if (reg_text_import(&registry, "fuzz", data, size, error)) {
        if (!error[0] || strpbrk(error, "\r\n") || !registry_get(&registry, "HKLM\\Old", "v"))
            abort();
    } else {
        there_and_back(&registry);
    }
    registry_done(&registry);
    return 0;
}
