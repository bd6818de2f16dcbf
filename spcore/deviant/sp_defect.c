/* Which defects are chosen: the names of sp_defects.def, matched with the environment. */
#include "spcore/deviant/sp_defect.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define DEFECT(token, name, text, ...) name,
#include "spcore/deviant/sp_defects.def"
#undef DEFECT
};

/* Read once: the environment is the caller's, and a defect that changes midway judges nothing. */
static bool chosen[SP_DEFECT_COUNT];
static pthread_once_t read_once = PTHREAD_ONCE_INIT;

static void read_environment(void)
{
    const char *list = getenv("SPCORE_DEVIATE");
    char *copy = list ? strdup(list) : NULL, *rest = NULL;

    for (char *name = copy ? strtok_r(copy, ",", &rest) : NULL; name;
         name = strtok_r(NULL, ",", &rest)) {
        for (size_t i = 0; i < SP_DEFECT_COUNT; i++)
            chosen[i] |= strcmp(names[i], name) == 0;
    }
    free(copy);
}

bool sp_deviates(enum sp_defect which)
{
    pthread_once(&read_once, read_environment);
    return chosen[which];
}
