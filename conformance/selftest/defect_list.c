/* Who can be made wrong in which way: papsim is asked, the others' tables are compiled in. So
 * papcheck knows the provider's defects where the provider that has them is not installed. */
#include "conformance/selftest/defect_list.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/program/program.h"
#include "spcore/base.h"

static const struct {
    const char *name, *text;
    const char *const *rows;
    enum subject_id subject;
} declared[] = {
#define DEFECT(token, name, text, ...)                                                             \
    {name, text, (const char *const[]){__VA_ARGS__, NULL}, SUBJECT_PROVIDER},
#include "spcore/deviant/sp_defects.def"
#undef DEFECT
#define DEFECT(token, name, text, ...)                                                             \
    {name, text, (const char *const[]){__VA_ARGS__, NULL}, SUBJECT_HOST},
#include "conformance/host/host_defects.def"
#undef DEFECT
#define DEFECT(token, name, text, ...)                                                             \
    {name, text, (const char *const[]){__VA_ARGS__, NULL}, SUBJECT_HOST},
#include "conformance/host/deviant/mdm_defects.def"
#include "conformance/host/deviant/pnp_defects.def"
#include "conformance/host/deviant/router_defects.def"
#include "conformance/host/deviant/scm_defects.def"
#include "conformance/host/deviant/wbem_defects.def"
#include "conformance/host/deviant/win_defects.def"
#undef DEFECT
#define DEFECT(token, name, text, ...)                                                             \
    {name, text, (const char *const[]){__VA_ARGS__, NULL}, SUBJECT_SERVICE},
#include "spcore/deviant/service_defects.def"
#undef DEFECT
#define DEFECT(name, text, from, to, ...)                                                          \
    {name, text, (const char *const[]){__VA_ARGS__, NULL}, SUBJECT_INF},
#include "conformance/host/deviant/inf_defects.def"
#undef DEFECT
#define DEFECT(name, text, from, to, ...)                                                          \
    {name, text, (const char *const[]){__VA_ARGS__, NULL}, SUBJECT_CLASS_PROVIDER},
#include "conformance/host/deviant/mof_defects.def"
#undef DEFECT
#define DEFECT(token, name, text, ...)                                                             \
    {name, text, (const char *const[]){__VA_ARGS__, NULL}, SUBJECT_CLASS_PROVIDER},
#include "spcore/deviant/papwmi_defects.def"
#undef DEFECT
#define TRIAL(clause, defect, text, ...)                                                           \
    {defect, text, (const char *const[]){clause, NULL}, SUBJECT_HOST},
#define AGAIN TRIAL
#include "conformance/host/deviant/inf_trials_install.def"
#include "conformance/host/deviant/inf_trials_text.def"
#undef TRIAL
#undef AGAIN
};

static int add_pair(struct defect_list *list, const char *name, const char *text, const char *row,
                    enum subject_id subject)
{
    struct defect_pair *pairs = realloc(list->pairs, (list->count + 1) * sizeof(*pairs));

    if (!pairs)
        return -ENOMEM;
    list->pairs = pairs;
    if (!name || !text || !row)
        return -EPROTO;
    pairs[list->count] = (struct defect_pair){strdup(name), strdup(text), strdup(row), subject};
    list->count++;
    return 0;
}

static int add_answer(struct defect_list *list, const json_t *defects)
{
    size_t i, k;
    const json_t *defect;
    const json_t *row;
    int error = json_is_array(defects) ? 0 : -EPROTO;

    json_array_foreach(defects, i, defect)
    {
        json_array_foreach(json_object_get(defect, "rows"), k, row)
        {
            if (!error)
                error = add_pair(list, json_string_value(json_object_get(defect, "name")),
                                 json_string_value(json_object_get(defect, "text")),
                                 json_string_value(row), SUBJECT_DEVICE);
        }
    }
    return error;
}

static int ask_papsim(struct defect_list *list)
{
    char path[PATH_MAX], command[PATH_MAX + 32];
    json_t *answer;
    FILE *pipe;
    int error;

    if (program_beside("papsim", path, sizeof(path)) < 0)
        return 0;
    snprintf(command, sizeof(command), "'%s' deviations --json", path);
    pipe = popen(command, "re");
    if (!pipe)
        return -errno;
    answer = json_loadf(pipe, 0, NULL);
    pclose(pipe);
    error = add_answer(list, answer);
    json_decref(answer);
    return error;
}

static int add_declared(struct defect_list *list)
{
    int error = 0;

    for (size_t i = 0; i < ARRAY_SIZE(declared); i++) {
        for (const char *const *row = declared[i].rows; *row && !error; row++)
            error = add_pair(list, declared[i].name, declared[i].text, *row, declared[i].subject);
    }
    return error;
}

int defects_load(struct defect_list *ret)
{
    struct defect_list list = {0};
    int error = ask_papsim(&list);

    if (!error)
        error = add_declared(&list);
    if (error) {
        defects_done(&list);
        return error;
    }
    *ret = list;
    return 0;
}

bool defects_is_generated(const char *name)
{
    static const char *const kinds[] = {"changed", "dropped",   "doubled",
                                        "swapped", "unwritten", "nulled"};
    const char *kind = strrchr(name, ':');
    size_t length = kind ? strcspn(kind + 1, "@") : 0;

    if (strcmp(name, "list-generated") == 0)
        return true;
    for (size_t i = 0; kind && memchr(name, ':', (size_t)(kind - name)) && i < ARRAY_SIZE(kinds);
         i++) {
        if (strlen(kinds[i]) == length && strncmp(kinds[i], kind + 1, length) == 0)
            return true;
    }
    return false;
}

bool defects_know(const struct defect_list *list, enum subject_id subject, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->pairs[i].subject == subject && strcmp(list->pairs[i].name, name) == 0)
            return true;
    }
    return subject != SUBJECT_HOST && defects_is_generated(name);
}

void defects_done(struct defect_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->pairs[i].name);
        free(list->pairs[i].text);
        free(list->pairs[i].row);
    }
    free(list->pairs);
    *list = (struct defect_list){0};
}
