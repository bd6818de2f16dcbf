#include "selftest/deviations.h"

#include <dlfcn.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const deviation_subject_names[DEVIATION_SUBJECTS] = {
    [DEVIATION_SIMULATOR] = "simulator",
    [DEVIATION_PROVIDER] = "provider",
    [DEVIATION_HOST] = "host",
};

static int beside(const char *name, char *path, size_t size)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    if (length < 0)
        return -errno;
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    if ((size_t)snprintf(path, size, "%s/%s", program, name) >= size)
        return -ENAMETOOLONG;
    return access(path, R_OK) == 0 ? 0 : -ENOENT;
}

static int add_pair(struct deviation_list *list, const json_t *deviation, const char *row,
                    enum deviation_subject subject)
{
    struct deviation_pair *pairs = realloc(list->pairs, (list->count + 1) * sizeof *pairs);
    const char *name = json_string_value(json_object_get(deviation, "name"));
    const char *text = json_string_value(json_object_get(deviation, "text"));

    if (!pairs)
        return -ENOMEM;
    list->pairs = pairs;
    if (!name || !text || !row)
        return -EPROTO;
    pairs[list->count] = (struct deviation_pair){strdup(name), strdup(text), strdup(row), subject};
    list->count++;
    return 0;
}

static int add_all(struct deviation_list *list, json_t *deviations, enum deviation_subject subject)
{
    size_t i, k;
    const json_t *deviation;
    const json_t *row;
    int error = json_is_array(deviations) ? 0 : -EPROTO;

    json_array_foreach(deviations, i, deviation)
    {
        json_array_foreach(json_object_get(deviation, "rows"), k, row)
        {
            if (!error)
                error = add_pair(list, deviation, json_string_value(row), subject);
        }
    }
    json_decref(deviations);
    return error;
}

static int ask_papsim(struct deviation_list *list)
{
    char path[PATH_MAX], command[PATH_MAX + 32];
    json_t *answer;
    FILE *pipe;

    if (beside("papsim", path, sizeof path) < 0)
        return 0;
    snprintf(command, sizeof command, "'%s' deviations --json", path);
    pipe = popen(command, "re");
    if (!pipe)
        return -errno;
    answer = json_loadf(pipe, 0, NULL);
    pclose(pipe);
    return add_all(list, answer, DEVIATION_SIMULATOR);
}

static int ask_provider(struct deviation_list *list)
{
    char path[PATH_MAX];
    const char *(*ask)(void);
    void *module;
    int error = 0;

    if (beside("libspcore-deviant.so", path, sizeof path) < 0)
        return 0;
    module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!module)
        return -ENOEXEC;
    *(void **)&ask = dlsym(module, "spcore_deviations_json");
    if (ask)
        error = add_all(list, json_loads(ask(), 0, NULL), DEVIATION_PROVIDER);
    dlclose(module);
    return error;
}

/* Each in the shape the others are read from. */
static int add_hosts(struct deviation_list *list)
{
    static const struct {
        const char *name, *text, *rows[4];
    } defects[] = {
#define DEVIATION(token, name, text, ...) {name, text, {__VA_ARGS__}},
#include "host/deviations_host.def"
#undef DEVIATION
    };
    json_t *all = json_array();
    size_t i, k;

    for (i = 0; i < sizeof defects / sizeof defects[0]; i++) {
        json_t *rows = json_array();

        for (k = 0; k < 4 && defects[i].rows[k]; k++)
            json_array_append_new(rows, json_string(defects[i].rows[k]));
        json_array_append_new(all, json_pack("{s:s,s:s,s:o}", "name", defects[i].name, "text",
                                             defects[i].text, "rows", rows));
    }
    return add_all(list, all, DEVIATION_HOST);
}

int deviations_load(struct deviation_list *ret)
{
    struct deviation_list list = {0};
    int error = ask_papsim(&list);

    if (!error)
        error = ask_provider(&list);
    if (!error)
        error = add_hosts(&list);
    if (error) {
        deviations_done(&list);
        return error;
    }
    *ret = list;
    return 0;
}

void deviations_done(struct deviation_list *list)
{
    size_t i;

    for (i = 0; i < list->count; i++) {
        free(list->pairs[i].name);
        free(list->pairs[i].text);
        free(list->pairs[i].row);
    }
    free(list->pairs);
    *list = (struct deviation_list){0};
}
