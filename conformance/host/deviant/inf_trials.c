/* The trials as a table, and the readers that take one text for another: they stand before the
 * parser, where an INF comes in as bytes. */
#include "conformance/host/deviant/inf_trials.h"

#include <stdlib.h>
#include <string.h>

#include "conformance/host/deviant/inf_trial_texts.h"
#include "conformance/host/deviant/mdm_seam.h"
#include "conformance/host/inf/inf.h"

const struct inf_trial inf_trials[] = {
#define TRIAL(clause, defect, text, inf, machine, where, name, seen, from, to)                     \
    {clause, defect, inf, machine, NULL, where, name, seen, from, to},
#define AGAIN(clause, defect, text, inf, preset, where, name, seen, from, to)                      \
    {clause, defect, inf, USUAL, preset, where, name, seen, from, to},
#include "conformance/host/deviant/inf_trials_install.def"
#include "conformance/host/deviant/inf_trials_text.def"
#undef TRIAL
#undef AGAIN
};
const size_t inf_trial_count = sizeof(inf_trials) / sizeof(inf_trials[0]);

static const struct inf_trial *reader; /* of the one case that runs in this process */

bool inf_misread(const char *name)
{
    for (size_t i = 0; i < inf_trial_count; i++) {
        if (strcmp(inf_trials[i].defect, name) == 0)
            reader = &inf_trials[i];
    }
    return reader != NULL;
}

/* Every place of the one text has the other; NULL: no memory. */
static char *replace(const char *data, size_t size, const char *from, const char *to, size_t *ret)
{
    size_t old = strlen(from), new = strlen(to), room = size + 1, length = 0;
    const char *end = data + size;
    char *text;

    for (const char *at = data; (at = memmem(at, (size_t)(end - at), from, old)); at += old)
        room += new;
    text = malloc(room);
    while (text && data < end) {
        const char *at = memmem(data, (size_t)(end - data), from, old);
        size_t before = (size_t)((at ? at : end) - data);

        memcpy(text + length, data, before);
        length += before;
        data += before;
        if (!at)
            break;
        memcpy(text + length, to, new + 1); /* its NUL goes again */
        length += new;
        data += old;
    }
    *ret = length;
    return text;
}

SEAM(inf_parse);
int __wrap_inf_parse(const char *name, const void *data, size_t size, unsigned code_page,
                     struct inf_findings *findings, struct inf **ret, char *error,
                     size_t error_size)
{
    bool is_trial = reader && strcmp(name, "p.inf") == 0; /* and none of Windows' own */
    char *text = is_trial ? replace(data, size, reader->from, reader->to, &size) : NULL;
    int status = __real_inf_parse(name, text ? text : data, size, code_page, findings, ret, error,
                                  error_size);

    free(text);
    return status;
}
