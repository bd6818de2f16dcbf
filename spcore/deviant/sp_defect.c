/* Which defects there are and which are chosen: the list of sp_defects.def as a table, read out as
 * JSON and matched with the environment. */
#include "spcore/deviant/sp_defect.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    const char *name, *text;
    const char *const *rows;
};

static const struct row table[] = {
#define DEFECT(token, name, text, ...) {name, text, (const char *const[]){__VA_ARGS__, NULL}},
#include "spcore/deviant/sp_defects.def"
#undef DEFECT
};

/* Read once: the environment is the caller's, and a defect that changes midway judges nothing. */
static bool chosen[SP_DEFECT_COUNT];
static char json[SP_DEFECT_COUNT * 1024 + 8];
static pthread_once_t read_once = PTHREAD_ONCE_INIT, json_once = PTHREAD_ONCE_INIT;

static void read_environment(void)
{
    const char *list = getenv("SPCORE_DEVIATE");
    char *copy = list ? strdup(list) : NULL, *rest = NULL;

    for (char *name = copy ? strtok_r(copy, ",", &rest) : NULL; name;
         name = strtok_r(NULL, ",", &rest)) {
        for (size_t i = 0; i < SP_DEFECT_COUNT; i++)
            chosen[i] |= strcmp(table[i].name, name) == 0;
    }
    free(copy);
}

bool sp_deviates(enum sp_defect which)
{
    pthread_once(&read_once, read_environment);
    return chosen[which];
}

/* Texts are ours and hold neither quotes nor control characters, which a test checks. */
static void write_json(void)
{
    FILE *out = fmemopen(json, sizeof(json), "w");

    if (!out)
        return;
    fputs("[", out);
    for (size_t i = 0; i < SP_DEFECT_COUNT; i++) {
        fprintf(out, "%s\n{\"name\": \"%s\", \"text\": \"%s\", \"rows\": [", i ? "," : "",
                table[i].name, table[i].text);
        for (size_t j = 0; table[i].rows[j]; j++)
            fprintf(out, "%s\"%s\"", j ? ", " : "", table[i].rows[j]);
        fputs("]}", out);
    }
    fputs("\n]\n", out);
    fclose(out);
}

const char *spcore_deviations_json(void)
{
    pthread_once(&json_once, write_json);
    return json;
}
