#include "conformance/selftest/defect_list.h"

#include <dlfcn.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spcore/base.h"
const char *const defect_subject_names[DEFECT_SUBJECTS] = {
    [DEFECT_SIMULATOR] = "simulator",
    [DEFECT_PROVIDER] = "provider",
    [DEFECT_HOST] = "host",
};

static int beside(const char *name, char *path, size_t size)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (length < 0)
        return -errno;
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    if ((size_t)snprintf(path, size, "%s/%s", program, name) >= size)
        return -ENAMETOOLONG;
    return access(path, R_OK) == 0 ? 0 : -ENOENT;
}

static int add_pair(struct defect_list *list, const json_t *defect, const char *row,
                    enum defect_subject subject)
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

static int add_all(struct defect_list *list, json_t *defects, enum defect_subject subject)
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

    if (beside("papsim", path, sizeof(path)) < 0)
        return 0;
    snprintf(command, sizeof(command), "'%s' deviations --json", path);
    pipe = popen(command, "re");
    if (!pipe)
        return -errno;
    answer = json_loadf(pipe, 0, NULL);
    pclose(pipe);
    return add_all(list, answer, DEFECT_SIMULATOR);
}

static int ask_provider(struct defect_list *list)
{
    char path[PATH_MAX];
    const char *(*ask)(void);
    void *module;
    int error = 0;

    if (beside("libspcore-deviant.so", path, sizeof(path)) < 0)
        return 0;
    module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!module)
        return -ENOEXEC;
    *(void **)&ask = dlsym(module, "spcore_deviations_json");
    if (ask)
        error = add_all(list, json_loads(ask(), 0, NULL), DEFECT_PROVIDER);
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
    return add_all(list, all, DEFECT_HOST);
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
