/* Which cases: those linked in, by pattern, by row, by flow, by shard. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/run/run.h"

static void dashed(const char *text, char *out, size_t size)
{
    snprintf(out, size, "%s", text);
    for (size_t i = 0; out[i]; i++) {
        if (out[i] == '_')
            out[i] = '-';
    }
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
    cases_name(one, name, sizeof(name));
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
    size_t count = cases_all(&cases);
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

size_t run_keep_subjects(const struct run_options *options, const struct conf_case **cases,
                         size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (subjects[subject_of(cases[i])].given(options))
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
