/* Numbers on the command line. */
#include <errno.h>
#include <stdlib.h>

#include "simulator/cli/papsim_verbs.h"

int cli_number(const char *text, uint64_t most, uint64_t *ret_number)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 0);
    if (errno || end == text || *end || *text == '-' || value > most)
        return -EINVAL;
    *ret_number = value;
    return 0;
}
