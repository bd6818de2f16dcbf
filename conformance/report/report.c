#include "conformance/report/report.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "conformance/report/markup.h"
#include "conformance/report/report_results.h"
#include "spcore/base.h"

static const struct {
    unsigned format;
    const char *file;
    void (*write)(const struct rep *rep, FILE *out);
} writers[] = {
    {REPORT_TEXT, "report.txt", rep_write_text},
    {REPORT_JUNIT, "junit.xml", rep_write_junit},
    {REPORT_HTML, "report.html", rep_write_html},
};

static json_t *load(const char *folder, const char *name, char *error, size_t error_size)
{
    char path[PATH_MAX];
    json_error_t where;
    json_t *object;

    if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path)) {
        snprintf(error, error_size, "%s: the path is too long", folder);
        return NULL;
    }
    if (access(path, R_OK) < 0) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return NULL;
    }
    object = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (!object)
        snprintf(error, error_size, "%s:%d: %s", path, where.line, where.text);
    return object;
}

/* Under another name first, so that a report is whole or absent. */
static int write_one(const struct rep *rep, const char *name,
                     void (*write)(const struct rep *rep, FILE *out), char *error,
                     size_t error_size)
{
    char path[PATH_MAX], final[PATH_MAX];
    FILE *out;
    int result = 0;

    snprintf(path, sizeof(path), "%s/%s.tmp", rep->folder, name);
    snprintf(final, sizeof(final), "%s/%s", rep->folder, name);
    out = fopen(path, "we");
    if (!out) {
        result = -errno;
    } else {
        write(rep, out);
        if (ferror(out))
            result = -EIO;
        if (fclose(out) && !result)
            result = -errno;
        if (!result && rename(path, final) < 0)
            result = -errno;
    }
    if (result) {
        snprintf(error, error_size, "%s: %s", final, strerror(-result));
        unlink(path);
    }
    return result;
}

static int check_shape(const json_t *results, const char *folder, char *error, size_t error_size)
{
    if (json_is_string(json_object_get(results, "suite")) &&
        json_is_array(json_object_get(results, "cases")) &&
        json_is_array(json_object_get(results, "rows")) &&
        json_is_object(json_object_get(results, "totals")) &&
        json_is_integer(json_object_get(results, "exit")))
        return 0;
    snprintf(error, error_size, "%s/results.json: not the results of a run", folder);
    return -EINVAL;
}

int report_write(const char *folder, unsigned formats, char *error, size_t error_size)
{
    struct rep rep = {.folder = folder};
    json_t *results = load(folder, "results.json", error, error_size);
    json_t *timing;
    char ignored[PATH_MAX];
    int result;

    if (!results)
        return -EINVAL;
    result = check_shape(results, folder, error, error_size);
    timing = load(folder, "timing.json", ignored, sizeof(ignored)); /* reports do without */
    rep.results = results;
    rep.timing = timing;
    for (size_t i = 0; !result && i < ARRAY_SIZE(writers); i++) {
        if (formats & writers[i].format)
            result = write_one(&rep, writers[i].file, writers[i].write, error, error_size);
    }
    json_decref(timing);
    json_decref(results);
    return result;
}

/* As short as it can be shown: relative to where the caller is, when below it. */
static const char *shown_path(const char *path)
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

void report_summary(const json_t *results, const char *folder, FILE *out)
{
    static const struct rep_verdict order[] = {
        {"PASS", "pass"},          {"FAIL", "fail"},       {"INCONCLUSIVE", "inconclusive"},
        {"NOT_APPLICABLE", "n/a"}, {"NOT_RUN", "not run"}, {"ERROR", "error"},
    };
    json_int_t warnings = 0;
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(results, "cases"), i, one) warnings +=
        rep_number(one, "warnings");
    for (i = 0; i < ARRAY_SIZE(order); i++)
        fprintf(out, "%lld %s%s", (long long)rep_total(results, order[i].name), order[i].text,
                i + 1 < ARRAY_SIZE(order) ? " " : "");
    fprintf(out, ", %lld warning%s – %s (%lld)%s – ", (long long)warnings, warnings == 1 ? "" : "s",
            rep_standing(results), (long long)rep_number(results, "exit"),
            rep_has_defects(results) ? ", defects switched on: nothing can be claimed" : "");
    rep_plain(out, shown_path(folder));
    fputs("/report.html\n", out);
}
