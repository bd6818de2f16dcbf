/* The folder of the state by the rules of the XDG base directories. */
#include "spcore/sync/sync_folder.h"

#include <stdio.h>
#include <stdlib.h>

bool sync_folder(char *ret, size_t size)
{
    const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length = base && *base ? snprintf(ret, size, "%s/papkit/sync", base)
                 : home        ? snprintf(ret, size, "%s/.local/state/papkit/sync", home)
                               : -1;

    return length >= 0 && (size_t)length < size;
}
