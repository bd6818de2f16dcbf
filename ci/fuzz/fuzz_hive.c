/* A hive from anybody, with the sums and lengths of its first block mended so that hivex sees what
 * is behind it: whatever becomes of its reader, the registry is whole and an error is one line. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/hive/hive.h"
#include "spcore/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BLOCK = 4096, CHECKSUM_AT = 508 };

static void mend(uint8_t *hive, size_t size)
{
    memcpy(hive, "regf", 4);
    put_le32(hive + 8, get_le32(hive + 4));
    if (get_le32(hive + 40) > size - BLOCK)
        put_le32(hive + 40, (uint32_t)(size - BLOCK));
    put_le32(hive + CHECKSUM_AT, hive_checksum(hive));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct registry registry = {.root = NULL};
    char error[REG_TEXT_ERROR] = "";
    uint8_t *hive = malloc(size + 1);

    if (!hive)
        abort();
    memcpy(hive, data, size);
    if (size >= BLOCK)
        mend(hive, size);
    if (registry_set(&registry, "HKLM\\Old", "v", REG_TYPE_DWORD, "\1\0\0\0", 4))
        abort();
    if (hive_import(&registry, "HKLM\\New", "fuzz", hive, size, error) &&
        (!error[0] || strpbrk(error, "\r\n") || registry_has_key(&registry, "HKLM\\New")))
        abort();
    if (!registry_get(&registry, "HKLM\\Old", "v"))
        abort();
    registry_done(&registry);
    free(hive);
    return 0;
}
