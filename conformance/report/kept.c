/* Evidence by its names: what was not kept is not promised, and a path out of results that came
 * from anywhere leads nowhere else. */
#include "conformance/report/kept.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spcore/base.h"

bool rep_safe_path(const char *path)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./";

    return *path && *path != '/' && !path[strspn(path, plain)] && !strstr(path, "..");
}

size_t rep_files(const char *folder, const char *below, const char *ret_names[REP_FILES_MOST])
{
    static const char *const names[] = {"repro.sh",     "verdict.json", "trace.jsonl",
                                        "wire.pcapng",  "device.log",   "host.log",
                                        "declared.ics", "player.yaml"};
    char path[PATH_MAX];
    size_t count = 0;

    _Static_assert(ARRAY_SIZE(names) <= REP_FILES_MOST, "room for each");
    for (size_t i = 0; i < ARRAY_SIZE(names) && rep_safe_path(below); i++) {
        if ((size_t)snprintf(path, sizeof(path), "%s/%s/%s", folder, below, names[i]) <
                sizeof(path) &&
            access(path, R_OK) == 0)
            ret_names[count++] = names[i];
    }
    return count;
}

const char *rep_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

const char *rep_shown_path(const char *path)
{
    static char here[PATH_MAX];
    size_t length;

    if (!getcwd(here, sizeof(here)))
        return path;
    length = strlen(here);
    if (strncmp(path, here, length) == 0 && path[length] == '/' && path[length + 1])
        return path + length + 1;
    return path;
}
