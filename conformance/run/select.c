/* Which cases: those linked in, by pattern, by row, by flow, by shard. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/run/run.h"

extern const struct conf_case *const __start_conf_cases[] __attribute__((weak));
extern const struct conf_case *const __stop_conf_cases[] __attribute__((weak));

const char *const run_verdict_names[RUN_VERDICTS] = {
    "PASS", "FAIL", "INCONCLUSIVE", "NOT_APPLICABLE", "NOT_RUN", "ERROR",
};

static int by_id(const void *a, const void *b)
{
    return strcmp((*(const struct conf_case *const *)a)->id,
                  (*(const struct conf_case *const *)b)->id);
}

size_t run_cases(const struct conf_case *const **ret_cases)
{
    static const struct conf_case **sorted;
    size_t count = (size_t)(__stop_conf_cases - __start_conf_cases);

    if (!sorted && count) {
        sorted = malloc(count * sizeof(*sorted));
        if (!sorted)
            return 0;
        memcpy(sorted, __start_conf_cases, count * sizeof(*sorted));
        qsort(sorted, count, sizeof(*sorted), by_id);
    }
    *ret_cases = sorted;
    return count;
}

void run_case_name(const struct conf_case *conf_case, char *name, size_t size)
{
    char *at;

    snprintf(name, size, "%s", conf_case->id);
    for (at = name; *at; at++) {
        if (*at == '_')
            *at = '-';
    }
}

static void dashed(const char *text, char *out, size_t size)
{
    snprintf(out, size, "%s", text);
    for (size_t i = 0; out[i]; i++) {
        if (out[i] == '_')
            out[i] = '-';
    }
}

const struct conf_case *run_case_find(const char *id)
{
    const struct conf_case *const *cases;
    size_t count = run_cases(&cases);
    char wanted[128], name[128];

    dashed(id, wanted, sizeof(wanted));
    for (size_t i = 0; i < count; i++) {
        run_case_name(cases[i], name, sizeof(name));
        if (strcmp(name, wanted) == 0)
            return cases[i];
    }
    return NULL;
}

static bool has_flow(const struct catalogue *catalogue, const struct conf_case *one,
                     const char *flow)
{
    for (size_t i = 0; one->reqs[i]; i++) {
        const struct catalogue_row *row = catalogue_find(catalogue, one->reqs[i]);

        if (row && strcmp(row->flow, flow) == 0)
            return true;
    }
    return false;
}

static bool matches(const struct catalogue *catalogue, const struct conf_case *one,
                    const char *pattern)
{
    char wanted[128], name[128];

    dashed(pattern, wanted, sizeof(wanted));
    run_case_name(one, name, sizeof(name));
    if (!fnmatch(wanted, name, 0) || has_flow(catalogue, one, pattern))
        return true;
    for (size_t i = 0; one->reqs[i]; i++) {
        if (!fnmatch(pattern, one->reqs[i], 0))
            return true;
    }
    return false;
}

int run_select(const struct catalogue *catalogue, const char *const *patterns, size_t pattern_count,
               const struct conf_case ***ret_cases, size_t *ret_count, const char **ret_bad)
{
    const struct conf_case *const *cases;
    size_t count = run_cases(&cases);
    const struct conf_case **chosen = calloc(count + 1, sizeof(*chosen));
    bool *wanted = calloc(count + 1, sizeof(*wanted));
    size_t found = 0;
    int result = 0;

    if (!chosen || !wanted)
        result = -ENOMEM;
    for (size_t k = 0; !result && k < pattern_count; k++) {
        bool any = false;

        for (size_t i = 0; i < count; i++) {
            if (matches(catalogue, cases[i], patterns[k]))
                any = wanted[i] = true;
        }
        if (!any) {
            *ret_bad = patterns[k];
            result = -ENOENT;
        }
    }
    for (size_t i = 0; !result && i < count; i++) {
        if (!pattern_count || wanted[i])
            chosen[found++] = cases[i];
    }
    free(wanted);
    if (result) {
        free(chosen);
        return result;
    }
    *ret_cases = chosen;
    *ret_count = found;
    return 0;
}

/* Our own simulator and provider are both there when neither is named; a vendor who brings one of
 * them is not judged by the other, nor by our model of a host. */
size_t run_keep_subjects(const struct run_options *options, const struct conf_case **cases,
                         size_t count)
{
    bool providers = options->provider != NULL;
    bool devices = options->device || !options->provider || options->own_provider;
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        bool own = !(cases[i]->needs & CONF_HOST) || !options->device;

        if (own && (cases[i]->needs & CONF_PROVIDER ? providers : devices))
            cases[kept++] = cases[i];
    }
    return kept;
}

size_t run_shard(const struct conf_case **cases, size_t count, unsigned i, unsigned n)
{
    size_t kept = 0;

    for (size_t k = i - 1; k < count; k += n)
        cases[kept++] = cases[k];
    return kept;
}
