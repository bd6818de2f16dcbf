/* How a file of a run's folder comes to be. */
#include "conformance/results/results_folder.h"

#include <errno.h>

int results_folder_open(struct whole *whole, const char *folder, const char *name)
{
    char path[PATH_MAX];

    if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
        return -ENAMETOOLONG;
    return whole_begin(whole, path);
}

int results_folder_json(const char *folder, const char *name, json_t *object)
{
    struct whole whole;
    int error = object ? results_folder_open(&whole, folder, name) : -ENOMEM;

    if (!error) {
        errno = 0;
        error = json_dumpf(object, whole.file, JSON_INDENT(1)) < 0 ? -(errno ? errno : EIO) : 0;
        if (error)
            whole_drop(&whole);
        else
            error = whole_end(&whole);
    }
    json_decref(object);
    return error;
}
