/* Who can be made wrong in which way: asked of each part that can, so that the list is never older
 * than the part. */
#include "conformance/selftest/defect_list.h"

#include <dlfcn.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/program/program.h"
#include "spcore/base.h"

static int add_pair(struct defect_list *list, const json_t *defect, const char *row,
                    enum subject_id subject)
{
    struct defect_pair *pairs = realloc(list->pairs, (list->count + 1) * sizeof(*pairs));
    const char *name = json_string_value(json_object_get(defect, "name"));
    const char *text = json_string_value(json_object_get(defect, "text"));

    if (!pairs)
        return -ENOMEM;
    list->pairs = pairs;
    if (!name || !text || !row)
        return -EPROTO;
    pairs[list->count] = (struct defect_pair){strdup(name), strdup(text), strdup(row), subject};
    list->count++;
    return 0;
}

static int add_all(struct defect_list *list, json_t *defects, enum subject_id subject)
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
                error = add_pair(list, defect, json_string_value(row), subject);
        }
    }
    json_decref(defects);
    return error;
}

static int ask_papsim(struct defect_list *list)
{
    char path[PATH_MAX], command[PATH_MAX + 32];
    json_t *answer;
    FILE *pipe;

    if (program_beside("papsim", path, sizeof(path)) < 0)
        return 0;
    snprintf(command, sizeof(command), "'%s' deviations --json", path);
    pipe = popen(command, "re");
    if (!pipe)
        return -errno;
    answer = json_loadf(pipe, 0, NULL);
    pclose(pipe);
    return add_all(list, answer, SUBJECT_DEVICE);
}

static int ask_provider(struct defect_list *list)
{
    char path[PATH_MAX];
    const char *(*ask)(void);
    void *module;
    int error = 0;

    if (program_beside(subjects[SUBJECT_PROVIDER].deviant, path, sizeof(path)) < 0)
        return 0;
    module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!module)
        return -ENOEXEC;
    *(void **)&ask = dlsym(module, "spcore_deviations_json");
    if (ask)
        error = add_all(list, json_loads(ask(), 0, NULL), SUBJECT_PROVIDER);
    dlclose(module);
    return error;
}

/* Each in the shape the others are read from. */
static int add_hosts(struct defect_list *list)
{
    static const struct {
        const char *name, *text, *rows[4];
    } defects[] = {
#define DEFECT(token, name, text, ...) {name, text, {__VA_ARGS__}},
#include "conformance/host/host_defects.def"
#undef DEFECT
    };
    json_t *all = json_array();

    for (size_t i = 0; i < ARRAY_SIZE(defects); i++) {
        json_t *rows = json_array();

        for (size_t k = 0; k < 4 && defects[i].rows[k]; k++)
            json_array_append_new(rows, json_string(defects[i].rows[k]));
        json_array_append_new(all, json_pack("{s:s,s:s,s:o}", "name", defects[i].name, "text",
                                             defects[i].text, "rows", rows));
    }
    return add_all(list, all, SUBJECT_HOST);
}

int defects_load(struct defect_list *ret)
{
    struct defect_list list = {0};
    int error = ask_papsim(&list);

    if (!error)
        error = ask_provider(&list);
    if (!error)
        error = add_hosts(&list);
    if (error) {
        defects_done(&list);
        return error;
    }
    *ret = list;
    return 0;
}

bool defects_know(const struct defect_list *list, enum subject_id subject, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->pairs[i].subject == subject && strcmp(list->pairs[i].name, name) == 0)
            return true;
    }
    return false;
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
