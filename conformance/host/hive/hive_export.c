/* What is written is a new file; it takes the old one's place when it is whole. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "conformance/host/hive/hive.h"
#include "conformance/host/hive/hive_write.h"
#include "spcore/command/whole.h"

static int replace(const uint8_t *data, size_t size, const char *path)
{
    struct whole whole;
    int error = whole_begin(&whole, path);

    if (error)
        return error;
    fwrite(data, 1, size, whole.file);
    return whole_end(&whole);
}

/* A hive takes the place of nothing but a file. */
static bool is_for_files(const char *path)
{
    struct stat found;

    return stat(path, &found) < 0 || S_ISREG(found.st_mode);
}

int hive_export(const struct registry *registry, const char *key, const char *path,
                char error[REG_TEXT_ERROR])
{
    struct hive_cells cells = {.data = NULL};
    int status = hive_write(registry, key, &cells);

    if (!status && !is_for_files(path)) {
        status = -EEXIST;
        snprintf(error, REG_TEXT_ERROR, "%.200s: expected a file, or a name for a new one", path);
    } else {
        if (!status)
            status = replace(cells.data, cells.size, path);
        if (status)
            snprintf(error, REG_TEXT_ERROR, "%.200s: cannot be written: %s", path,
                     strerror(-status));
    }
    hive_cells_done(&cells);
    return status;
}
