/* Parts become a whole only where they are parts of one: the same suite asked the same of the same
 * subjects. Their files may come from anywhere; what a case is called, demands and weighs is ours,
 * only what came of it is theirs. */
#include "conformance/run/merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/results/exercised.h"
#include "conformance/run/merge_same.h"
#include "conformance/run/observe.h"
#include "conformance/run/origin.h"
#include "conformance/run/untried.h"
#include "spcore/base.h"

#define ICS_CASE "ICS" /* found anew, as UNTRIED_CASE, of what all parts have seen */
#define SHARDS_MOST 1000

/* ---- cases */

/* A case of ours by its number; -EINVAL: we have none of that name. */
static int find_case(const char *id)
{
    const struct conf_case *one = cases_find(id), *const * all;
    size_t count = cases_all(&all);

    for (size_t i = 0; one && i < count; i++) {
        if (all[i] == one)
            return (int)i;
    }
    return -EINVAL;
}

struct found {
    const struct merge_part *part;
    const struct result *result;
};

/* Which of the barred ones fails for the others depends on who the others are. */
static bool is_same_outcome(const struct result *a, const struct result *b)
{
    return a->verdict == b->verdict ||
           (a->barred && b->barred && strcmp(a->barred, b->barred) == 0);
}

static int find_results(const struct merge_part *part, struct found *found,
                        struct same_error *error)
{
    for (size_t i = 0; i < part->results.case_count; i++) {
        const struct result *one = &part->results.cases[i], *before;
        int at = find_case(one->id);

        if (strcmp(one->id, ICS_CASE) == 0 || strcmp(one->id, UNTRIED_CASE) == 0)
            continue;
        if (at < 0)
            return same_wrong(error, part, "cases", one->id, "a case of this suite");
        before = found[at].result;
        if (before && !is_same_outcome(before, one))
            return same_differ(error, found[at].part, part, one->id,
                               verdict_names[before->verdict].name,
                               verdict_names[one->verdict].name);
        if (!before || (before->verdict != one->verdict && one->verdict == VERDICT_FAIL))
            found[at] = (struct found){part, one};
    }
    return 0;
}

/* What came of it in its part. */
static int take_result(const struct result *from, struct result *ret)
{
    int error = result_take(ret, from->json);

    result_say(ret, from->verdict, from->cause, "%s", result_reason(from));
    ret->warnings = from->warnings;
    ret->seconds = from->seconds;
    if (!*from->evidence)
        ret->evidence = "";
    return error;
}

static int take_results(struct merge *merge, const struct found *found)
{
    const struct conf_case *const *all;
    size_t count = cases_all(&all), kept = 0;
    int error;

    merge->cases = calloc(count + 1, sizeof(*merge->cases));
    merge->from = calloc(count + 1, sizeof(*merge->from));
    if (!merge->cases || !merge->from)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        if (found[i].part)
            merge->cases[kept++] = all[i];
    }
    error = run_name_results(&merge->run, merge->cases, kept);
    for (size_t i = 0, at = 0; i < count && !error; i++) {
        if (!found[i].part)
            continue;
        merge->from[at] = found[i].part;
        error = take_result(found[i].result, &merge->run.results.cases[at++]);
    }
    return error;
}

/* ---- what was asked for */

static bool has_text(const struct texts *texts, const char *text)
{
    size_t i = 0;

    while (i < texts->count && strcmp(texts->at[i], text) != 0)
        i++;
    return i < texts->count;
}

static void take_file(struct run_options *options, enum run_file file, const char *name)
{
    enum subject_id subject = run_files[file].subject;
    const char *own = subjects[subject].own;

    if (file == RUN_MOF)
        options->mof = name;
    else
        options->of[subject] =
            (struct subject_given){.name = name, .own = own && strcmp(name, own) == 0};
}

/* What was judged beside device and provider. */
static void take_files(struct merge *merge, const struct results *part)
{
    for (enum run_file file = 0; file < RUN_FILES; file++) {
        const struct result_file *one = results_file(part, run_files[file].what);

        if (!one)
            continue;
        take_file(&merge->run.options, file, one->name);
        snprintf(merge->run.file_sha256[file], ORIGIN_HASH_ROOM, "%s", one->sha256);
    }
}

static int take_options(struct merge *merge, const struct results *part)
{
    struct run_options *options = &merge->run.options;
    struct subject_given *device = &options->of[SUBJECT_DEVICE];
    struct subject_given *provider = &options->of[SUBJECT_PROVIDER];
    int error = 0;

    /* Whose they are is no matter any more. */
    for (size_t i = 0; i < part->defects.count && !error; i++)
        error = texts_add(&merge->defects, part->defects.at[i]);
    if (!error)
        error = texts_add(&merge->defects, NULL);
    device->defects = merge->defects.at;
    options->player = *part->player ? part->player : NULL;
    device->name =
        options->player || strcmp(part->device, RUN_OWN_DEVICE) == 0 ? NULL : part->device;
    provider->name = *part->provider ? part->provider : NULL;
    provider->own = strcmp(part->provider, subjects[SUBJECT_PROVIDER].own) == 0;
    take_files(merge, part);
    options->ics = *part->ics_file ? part->ics_file : NULL;
    options->seed = part->seed;
    options->strict = part->strict;
    for (size_t i = 0; i < part->options.count; i++) {
        const char *word = part->options.at[i];

        options->destructive |= strcmp(word, "--destructive") == 0;
        options->allow_mtp |= strcmp(word, "--allow-mtp") == 0;
        if (strcmp(word, "--serial") == 0 && i + 1 < part->options.count)
            options->serial = part->options.at[++i];
    }
    snprintf(merge->run.provider_sha256, ORIGIN_HASH_ROOM, "%s", part->provider_sha256);
    snprintf(merge->run.player_sha256, ORIGIN_HASH_ROOM, "%s", part->player_sha256);
    snprintf(merge->run.ics_sha256, ORIGIN_HASH_ROOM, "%s", part->ics_sha256);
    return error;
}

/* The same in all parts that know it. */
static void take_class(struct merge *merge, const struct merge_part *parts, size_t count)
{
    struct run_class *class = &merge->run.class;
    size_t k = 0;

    while (k < count && !*parts[k].results.provider_class)
        k++;
    if (k == count)
        return;
    merge->run.options.provider_class = parts[k].results.provider_class;
    class->by = parts[k].results.provider_class_by;
    snprintf(class->id, sizeof(class->id), "%s", parts[k].results.provider_class);
}

static bool has_texts(const struct texts *all, const struct texts *some)
{
    size_t i = 0;

    while (i < some->count && has_text(all, some->at[i]))
        i++;
    return i == some->count;
}

/* One that was asked for everything asks for more than any pattern does. */
static int take_patterns(struct merge *merge, const struct merge_part *parts, size_t count)
{
    int error = 0;

    for (size_t k = 0; k < count && !error; k++) {
        const struct texts *patterns = &parts[k].results.patterns;

        if (!patterns->count) {
            merge->patterns.count = 0;
            break;
        }
        if (k && has_texts(&merge->patterns, patterns))
            continue;
        for (size_t i = 0; i < patterns->count && !error; i++)
            error = texts_add(&merge->patterns, patterns->at[i]);
    }
    merge->run.options.patterns = merge->patterns.at;
    merge->run.options.pattern_count = merge->patterns.count;
    return error;
}

/* ---- shards that are not there */

/* "i/n", or false. n 0: no part of anything. */
static bool read_shard(const struct results *part, unsigned *ret_i, unsigned *ret_n)
{
    char rest;

    *ret_i = *ret_n = 0;
    return !*part->shard || (sscanf(part->shard, "%u/%u%c", ret_i, ret_n, &rest) == 2 &&
                             *ret_i >= 1 && *ret_i <= *ret_n && *ret_n <= SHARDS_MOST);
}

static bool has_case(const struct merge *merge, const struct conf_case *one)
{
    size_t i = 0;

    while (i < merge->run.case_count && merge->cases[i] != one)
        i++;
    return i < merge->run.case_count;
}

/* Adds i/n to the text if one of its cases is in no part. */
static void name_shard(struct merge *merge, const struct conf_case *const *cases, size_t count,
                       unsigned i, unsigned n)
{
    size_t at = strlen(merge->lacking), k = i - 1;

    while (k < count && has_case(merge, cases[k]))
        k += n;
    if (k < count && at + sizeof(" 1000/1000 …") < sizeof(merge->lacking))
        snprintf(merge->lacking + at, sizeof(merge->lacking) - at, " %u/%u", i, n);
    else if (k < count && strcmp(merge->lacking + at - strlen("…"), "…") != 0)
        snprintf(merge->lacking + at, sizeof(merge->lacking) - at, " …");
}

static int name_shards_of(struct merge *merge, const struct merge_part *part,
                          struct same_error *error)
{
    const struct texts *patterns = &part->results.patterns;
    const struct conf_case **cases;
    const char *bad = NULL;
    unsigned i, n;
    size_t count;
    int result;

    if (!read_shard(&part->results, &i, &n))
        return same_wrong(error, part, "shard", part->results.shard, "i/n with 1 ≤ i ≤ n ≤ 1000");
    result = run_select(merge->run.catalogue, patterns->at, patterns->count, &cases, &count, &bad);
    if (result)
        return bad ? same_wrong(error, part, "patterns", bad, "a case, row or flow") : result;
    count = run_keep_subjects(&merge->run.options, cases, count);
    for (i = 1; i <= n; i++)
        name_shard(merge, cases, count, i, n);
    free(cases);
    return 0;
}

static bool is_same_part(const struct results *a, const struct results *b)
{
    unsigned i, n = 0, m = 0;

    return read_shard(a, &i, &n) && read_shard(b, &i, &m) && n == m &&
           a->patterns.count == b->patterns.count && has_texts(&a->patterns, &b->patterns);
}

static int name_lacking(struct merge *merge, const struct merge_part *parts, size_t count,
                        struct same_error *error)
{
    static const char shards[] = "in a shard whose folder is not among these (add it):";
    int result = 0;

    snprintf(merge->lacking, sizeof(merge->lacking), "%s", shards);
    for (size_t k = 0; k < count && !result; k++) {
        size_t earlier = 0;

        while (earlier < k && !is_same_part(&parts[earlier].results, &parts[k].results))
            earlier++;
        if (earlier == k)
            result = name_shards_of(merge, &parts[k], error);
    }
    if (strcmp(merge->lacking, shards) == 0)
        snprintf(merge->lacking, sizeof(merge->lacking), "in none of these folders");
    merge->run.lacking = merge->lacking;
    return result;
}

/* ---- the whole */

static int put_together(struct merge *merge, const struct merge_part *parts, size_t count,
                        struct same_error *error)
{
    const struct conf_case *const *all;
    struct found *found = calloc(cases_all(&all) + 1, sizeof(*found));
    const struct results **results = calloc(count, sizeof(*results));
    int result = found && results ? 0 : -ENOMEM;

    merge->run.exercised = json_object();
    for (size_t i = 0; i < count && !result; i++) {
        results[i] = &parts[i].results;
        exercised_add(merge->run.exercised, parts[i].results.exercised);
        merge->run.interrupted |= parts[i].results.exit == 130;
        result = find_results(&parts[i], found, error);
    }
    if (!result)
        result = take_options(merge, results[0]);
    take_class(merge, parts, count);
    if (!result)
        result = take_patterns(merge, parts, count);
    if (!result)
        result = take_results(merge, found);
    if (!result)
        result = run_ics_take(&merge->run, results, count);
    if (!result)
        result = name_lacking(merge, parts, count, error);
    free(found);
    free(results);
    return result;
}

int merge_parts(const struct catalogue *catalogue, const struct merge_part *parts, size_t count,
                struct merge *ret, char *error, size_t error_size)
{
    struct same_error line = {error, error_size};
    int result;

    *ret = (struct merge){.run = {.catalogue = catalogue}};
    result = same_run(catalogue, parts, count, &line);
    return result ? result : put_together(ret, parts, count, &line);
}

int merge_date(struct merge *merge, const struct merge_part *parts, size_t count)
{
    struct results *ret = &merge->run.results;
    size_t size;
    FILE *out = open_memstream(&merge->hosts, &size);

    if (!out)
        return -ENOMEM;
    for (size_t k = 0; k < count; k++) {
        const struct results *part = &parts[k].results;
        size_t earlier = 0;

        if (!k || (*part->began && strcmp(part->began, ret->began) < 0))
            ret->began = part->began;
        while (earlier < k && strcmp(parts[earlier].results.host, part->host) != 0)
            earlier++;
        if (earlier == k && *part->host)
            fprintf(out, "%s%s", ftell(out) ? ", " : "", part->host);
    }
    fclose(out);
    ret->host = merge->hosts;
    return 0;
}

void merge_done(struct merge *merge)
{
    run_done(&merge->run);
    free(merge->cases);
    free(merge->from);
    free(merge->patterns.at);
    free(merge->defects.at);
    free(merge->hosts);
    *merge = (struct merge){0};
}
