/* The list of what is found in INFs. */
#include "conformance/host/inf/inf_findings.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void finding_done(struct inf_finding *finding)
{
    free(finding->file);
    free(finding->text);
    free(finding->fix);
}

/* Room for one more; NULL: there is none. */
static struct inf_finding *more(struct inf_findings *findings)
{
    if (!findings->at)
        findings->at = calloc(INF_FINDINGS_MAX, sizeof(*findings->at));
    if (!findings->at || findings->count == INF_FINDINGS_MAX)
        return NULL;
    return &findings->at[findings->count];
}

void inf_find(struct inf_findings *findings, const char *file, struct inf_at at, const char *row,
              const char *fix, const char *format, ...)
{
    struct inf_finding *finding = more(findings);
    va_list arguments;

    if (!finding) {
        findings->left_out++;
        return;
    }
    *finding = (struct inf_finding){.row = row, .at = at, .file = strdup(file), .fix = strdup(fix)};
    va_start(arguments, format);
    if (vasprintf(&finding->text, format, arguments) < 0)
        finding->text = NULL;
    va_end(arguments);
    if (finding->file && finding->text && finding->fix) {
        findings->count++;
    } else {
        finding_done(finding);
        findings->left_out++;
    }
}

static int compare(const void *a, const void *b)
{
    const struct inf_finding *x = a, *y = b;
    int order = strcmp(x->file, y->file);

    if (order == 0)
        order = (x->at.line > y->at.line) - (x->at.line < y->at.line);
    if (order == 0)
        order = (x->at.column > y->at.column) - (x->at.column < y->at.column);
    if (order == 0)
        order = strcmp(x->row, y->row);
    return order ? order : strcmp(x->text, y->text);
}

void inf_findings_sort(struct inf_findings *findings)
{
    size_t kept = 0;

    if (findings->count == 0)
        return;
    qsort(findings->at, findings->count, sizeof(*findings->at), compare);
    for (size_t i = 1; i < findings->count; i++) {
        if (compare(&findings->at[kept], &findings->at[i]) == 0)
            finding_done(&findings->at[i]);
        else
            findings->at[++kept] = findings->at[i];
    }
    findings->count = kept + 1;
}

void inf_findings_done(struct inf_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        finding_done(&findings->at[i]);
    free(findings->at);
    *findings = (struct inf_findings){.count = 0};
}
