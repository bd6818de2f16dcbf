/* Results from their files. The files may come from anywhere: what is missing or of another kind is
 * empty here, so that no reader has to ask again. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/results/results.h"
#include "spcore/base.h"

enum { FILE_MAX = 64 << 20 }; /* some fifty times a whole run's */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static long long number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static bool truth_of(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/* Room for each element of an array or object; one more, so that none is no failure. */
static void *room_for(const json_t *all, size_t size)
{
    size_t count = json_is_object(all) ? json_object_size(all) : json_array_size(all);

    return calloc(count + 1, size);
}

static int read_texts(const json_t *array, struct texts *ret)
{
    const json_t *value;
    size_t i;

    ret->at = room_for(array, sizeof(*ret->at));
    if (!ret->at)
        return -ENOMEM;
    json_array_foreach(array, i, value) ret->at[ret->count++] =
        json_string_value(value) ? json_string_value(value) : "";
    return 0;
}

static int read_counts(json_t *rows, struct result *ret)
{
    const char *row;
    json_t *value;

    ret->counts = room_for(rows, sizeof(*ret->counts));
    if (!ret->counts)
        return -ENOMEM;
    json_object_foreach(rows, row, value)
    {
        ret->counts[ret->count_count++] = (struct result_count){
            row, (unsigned)number_of(value, "pass"), (unsigned)number_of(value, "fail"),
            (unsigned)number_of(value, "missing")};
    }
    return 0;
}

static int read_checks(const json_t *checks, struct result *ret)
{
    const json_t *value;
    size_t i;

    ret->checks = room_for(checks, sizeof(*ret->checks));
    if (!ret->checks)
        return -ENOMEM;
    json_array_foreach(checks, i, value)
    {
        ret->checks[ret->check_count++] = (struct result_check){
            .row = text_of(value, "row"),
            .file = text_of(value, "file"),
            .text = text_of(value, "text"),
            .seen = text_of(value, "seen"),
            .expression = json_string_value(json_object_get(value, "expression")),
            .line = (int)number_of(value, "line"),
            .ok = truth_of(value, "ok"),
            .is_end = truth_of(value, "end")};
    }
    return 0;
}

int result_take(struct result *result, json_t *object)
{
    int error = read_counts(json_object_get(object, "rows"), result);

    result->json = json_incref(object);
    result->left_behind = json_string_value(json_object_get(object, "left_behind"));
    result->barred = json_string_value(json_object_get(object, "barred"));
    if (!error)
        error = read_checks(json_object_get(object, "checks"), result);
    return error ? error : read_texts(json_object_get(object, "notes"), &result->notes);
}

/* What no version of this program writes is an error of ours. */
static enum verdict verdict_of(const char *name)
{
    for (enum verdict verdict = 0; verdict < VERDICTS; verdict++) {
        if (strcmp(verdict_names[verdict].name, name) == 0)
            return verdict;
    }
    return VERDICT_ERROR;
}

static enum cause cause_of(const char *name)
{
    for (enum cause cause = 0; cause < CAUSES; cause++) {
        if (strcmp(cause_names[cause], name) == 0)
            return cause;
    }
    return CAUSE_CHECKS;
}

static int read_case(json_t *object, const json_t *timing, struct result *ret)
{
    const json_t *seconds =
        json_object_get(json_object_get(timing, "cases"), text_of(object, "id"));

    *ret = (struct result){
        .id = text_of(object, "id"),
        .title = text_of(object, "title"),
        .level = text_of(object, "level"),
        .flow = text_of(object, "flow"),
        .player = text_of(object, "player"),
        .evidence = text_of(object, "evidence"),
        .warnings = (unsigned)number_of(object, "warnings"),
        .seconds = json_is_number(seconds) ? json_number_value(seconds) : -1,
    };
    result_say(ret, verdict_of(text_of(object, "verdict")), cause_of(text_of(object, "cause")),
               "%s", text_of(object, "reason"));
    return result_take(ret, object);
}

static int read_cases(const json_t *cases, const json_t *timing, struct results *ret)
{
    json_t *value;
    size_t i;
    int error = 0;

    ret->cases = room_for(cases, sizeof(*ret->cases));
    if (!ret->cases)
        return -ENOMEM;
    json_array_foreach(cases, i, value)
    {
        if (!error)
            error = read_case(value, timing, &ret->cases[ret->case_count++]);
    }
    return error;
}

static int read_rows(const json_t *rows, struct results *ret)
{
    const json_t *value;
    size_t i;

    ret->rows = room_for(rows, sizeof(*ret->rows));
    if (!ret->rows)
        return -ENOMEM;
    json_array_foreach(rows, i, value)
    {
        if (!*text_of(value, "verdict"))
            continue;
        ret->rows[ret->row_count++] =
            (struct result_row){.id = text_of(value, "id"),
                                .level = text_of(value, "level"),
                                .flow = text_of(value, "flow"),
                                .subject = text_of(value, "subject"),
                                .requirement = text_of(value, "requirement"),
                                .reading = text_of(value, "reading"),
                                .held = strcmp(text_of(value, "verdict"), "pass") == 0};
    }
    return 0;
}

static int read_clauses(const json_t *clauses, struct results *ret)
{
    const json_t *value;
    size_t i;

    ret->clauses = room_for(clauses, sizeof(*ret->clauses));
    if (!ret->clauses)
        return -ENOMEM;
    json_array_foreach(clauses, i, value)
    {
        ret->clauses[ret->clause_count++] =
            (struct result_clause){.id = text_of(value, "id"),
                                   .text = text_of(value, "clause"),
                                   .held = strcmp(text_of(value, "verdict"), "pass") == 0};
    }
    return 0;
}

static int read_devices(const json_t *devices, struct results *ret)
{
    const json_t *value;
    size_t i;

    ret->devices = room_for(devices, sizeof(*ret->devices));
    if (!ret->devices)
        return -ENOMEM;
    json_array_foreach(devices, i, value)
    {
        ret->devices[ret->device_count++] =
            (struct result_device){.player = text_of(value, "player"),
                                   .usb = text_of(value, "usb"),
                                   .release = text_of(value, "release"),
                                   .manufacturer = text_of(value, "manufacturer"),
                                   .product = text_of(value, "product"),
                                   .serial = text_of(value, "serial"),
                                   .firmware = text_of(value, "firmware")};
    }
    return 0;
}

static int read_files(const json_t *files, struct results *ret)
{
    const json_t *value;
    size_t i;

    ret->files = room_for(files, sizeof(*ret->files));
    if (!ret->files)
        return -ENOMEM;
    json_array_foreach(files, i, value)
    {
        ret->files[ret->file_count++] = (struct result_file){
            text_of(value, "what"), text_of(value, "name"), text_of(value, "sha256")};
    }
    return 0;
}

static int read_scopes(const json_t *scopes, struct results *ret)
{
    const json_t *value;
    size_t i;

    ret->scopes = room_for(scopes, sizeof(*ret->scopes));
    if (!ret->scopes)
        return -ENOMEM;
    json_array_foreach(scopes, i, value)
    {
        ret->scopes[ret->scope_count++] = (struct result_scope){
            text_of(value, "subject"), text_of(value, "flow"), (unsigned)number_of(value, "rows"),
            (unsigned)number_of(value, "suite")};
    }
    return 0;
}

static int read_left(const json_t *all, struct results *ret)
{
    const json_t *value;
    size_t i;

    ret->left = room_for(all, sizeof(*ret->left));
    if (!ret->left)
        return -ENOMEM;
    json_array_foreach(all, i, value)
    {
        ret->left[ret->left_count++] =
            (struct result_left){text_of(value, "why"), (unsigned)number_of(value, "must"),
                                 (unsigned)number_of(value, "others"), truth_of(value, "beyond")};
    }
    return 0;
}

static int read_absent(const json_t *all, struct results *ret)
{
    const json_t *value;
    size_t i;

    ret->absent = room_for(all, sizeof(*ret->absent));
    if (!ret->absent)
        return -ENOMEM;
    json_array_foreach(all, i, value)
    {
        ret->absent[ret->absent_count++] =
            (struct result_absent){text_of(value, "subject"), text_of(value, "how")};
    }
    return 0;
}

static int read_claims(const json_t *all, struct results *ret)
{
    const json_t *value;
    size_t i;

    ret->claims = room_for(all, sizeof(*ret->claims));
    if (!ret->claims)
        return -ENOMEM;
    json_array_foreach(all, i, value)
    {
        ret->claims[ret->claim_count++] = (struct result_claim){
            text_of(value, "item"), (unsigned)number_of(value, "line"), truth_of(value, "yes")};
    }
    return 0;
}

static int read_ics(json_t *all, struct result_ics **ret, size_t *ret_count)
{
    const char *player;
    json_t *items;
    int error = 0;

    *ret = room_for(all, sizeof(**ret));
    if (!*ret)
        return -ENOMEM;
    json_object_foreach(all, player, items)
    {
        struct result_ics *one = &(*ret)[(*ret_count)++];

        one->player = player;
        if (!error)
            error = read_texts(items, &one->items);
    }
    return error;
}

static int read_lists(const json_t *json, struct results *ret)
{
    const struct {
        const char *name;
        struct texts *ret;
    } lists[] = {
        {"subjects", &ret->subjects},
        {"deviations", &ret->defects},
        {"patterns", &ret->patterns},
        {"options", &ret->options},
    };
    int error = 0;

    for (size_t i = 0; i < ARRAY_SIZE(lists) && !error; i++)
        error = read_texts(json_object_get(json, lists[i].name), lists[i].ret);
    return error;
}

/* Takes over both objects' references to what it shows; `timing` may be NULL. */
static int take_all(json_t *json, json_t *timing, struct results *ret)
{
    const json_t *seconds = json_object_get(timing, "seconds");
    int error;

    *ret = (struct results){
        .suite = text_of(json, "suite"),
        .device = text_of(json, "device"),
        .provider = text_of(json, "provider"),
        .git = text_of(json, "git"),
        .catalogue_sha256 = text_of(json, "catalogue_sha256"),
        .provider_sha256 = text_of(json, "provider_sha256"),
        .player = text_of(json, "player"),
        .player_sha256 = text_of(json, "player_sha256"),
        .provider_class = text_of(json, "provider_class"),
        .provider_class_by = text_of(json, "provider_class_by"),
        .ics_file = text_of(json, "ics_file"),
        .ics_sha256 = text_of(json, "ics_sha256"),
        .shard = text_of(json, "shard"),
        .began = text_of(timing, "began"),
        .host = text_of(timing, "host"),
        .command = text_of(timing, "command"),
        .seed = (uint64_t)number_of(json, "seed"),
        .strict = truth_of(json, "strict"),
        .subset = truth_of(json, "subset"),
        .seconds = json_is_number(seconds) ? json_number_value(seconds) : -1,
        .exit = (int)number_of(json, "exit"),
        .exercised = json_incref(json_object_get(json, "exercised")),
        .untried = json_incref(json_object_get(json, "untried")),
        .json = json_incref(json),
        .timing = json_incref(timing),
    };
    error = read_lists(json, ret);
    if (!error)
        error = read_devices(json_object_get(json, "devices"), ret);
    if (!error)
        error = read_files(json_object_get(json, "files"), ret);
    if (!error)
        error = read_scopes(json_object_get(json, "catalogue"), ret);
    if (!error)
        error = read_left(json_object_get(json, "left_out"), ret);
    if (!error)
        error = read_absent(json_object_get(json, "not_judged"), ret);
    if (!error)
        error = read_ics(json_object_get(json, "ics"), &ret->ics, &ret->ics_count);
    if (!error)
        error = read_ics(json_object_get(json, "shown"), &ret->shown, &ret->shown_count);
    if (!error)
        error = read_claims(json_object_get(json, "declared"), ret);
    if (!error)
        error = read_cases(json_object_get(json, "cases"), timing, ret);
    if (!error)
        error = read_rows(json_object_get(json, "rows"), ret);
    if (!error)
        error = read_clauses(json_object_get(json, "clauses"), ret);
    if (error)
        results_done(ret);
    return error;
}

static json_t *load(const char *path, char *error, size_t error_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    json_t *object = NULL;
    struct stat found;
    json_error_t where;

    if (fd < 0 || fstat(fd, &found) < 0) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
    } else if (!S_ISREG(found.st_mode) || found.st_size > FILE_MAX) {
        snprintf(error, error_size, "%s: expected a file of at most %d MiB", path, FILE_MAX >> 20);
    } else {
        object = json_loadfd(fd, JSON_REJECT_DUPLICATES, &where);
        if (!object)
            snprintf(error, error_size, "%s:%d: %s", path, where.line, where.text);
    }
    if (fd >= 0)
        close(fd);
    return object;
}

/* What no results are without. NULL: they have it all; else the member that is not as it should. */
static const char *misshapen(const json_t *results, const char **ret_kind)
{
    static const struct {
        const char *name, *kind;
        json_type type;
    } shape[] = {
        {"suite", "a text", JSON_STRING},   {"cases", "a list", JSON_ARRAY},
        {"rows", "a list", JSON_ARRAY},     {"totals", "an object", JSON_OBJECT},
        {"exit", "a number", JSON_INTEGER},
    };

    for (size_t i = 0; i < ARRAY_SIZE(shape); i++) {
        const json_t *member = json_object_get(results, shape[i].name);

        *ret_kind = shape[i].kind;
        if (!member || json_typeof(member) != shape[i].type)
            return shape[i].name;
    }
    return NULL;
}

int results_read(const char *path, struct results *ret, char *error, size_t error_size)
{
    size_t length = strlen(path);
    bool is_file = length > 5 && strcmp(path + length - 5, ".json") == 0;
    char file[PATH_MAX], beside[PATH_MAX], ignored[PATH_MAX];
    json_t *json, *timing = NULL;
    const char *member, *kind;
    int result = -EINVAL;

    if ((size_t)snprintf(file, sizeof(file), "%s%s", path, is_file ? "" : "/results.json") >=
        sizeof(file)) {
        snprintf(error, error_size, "%s: the path is too long", path);
        return -ENAMETOOLONG;
    }
    json = load(file, error, error_size);
    if (!json)
        return -EINVAL;
    if (!is_file) {
        snprintf(beside, sizeof(beside), "%s/timing.json", path);
        timing = load(beside, ignored, sizeof(ignored)); /* reports do without */
    }
    member = misshapen(json, &kind);
    if (!member) {
        result = take_all(json, timing, ret);
        if (result)
            snprintf(error, error_size, "%s: %s", file, strerror(-result));
    } else {
        snprintf(error, error_size, "%s: not the results of a run: expected %s \"%s\"", file, kind,
                 member);
    }
    json_decref(timing);
    json_decref(json);
    return result;
}
