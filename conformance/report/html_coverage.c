/* report.html: how much of the catalogue a run has judged. Each bar is as long as its part of the
 * catalogue; what was not judged is the empty rest of it. */
#include <string.h>

#include "conformance/report/html.h"
#include "conformance/report/markup.h"
#include "conformance/report/reach.h"
#include "conformance/report/standing.h"
#include "spcore/base.h"

/* In the order of a bar. */
static const struct {
    enum rep_row outcome;
    const char *style, *text;
} parts[] = {
    {REP_ROW_FAILED, "fail", "failed"},
    {REP_ROW_WARNED, "warning", "warned"},
    {REP_ROW_HELD, "pass", "held"},
};

struct coverage {
    size_t all, longest; /* rows of the catalogue, and of its longest part */
    bool warned;
};

static size_t judged_of(const struct results *results, const struct result_scope *scope)
{
    size_t judged = 0;

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
        judged += rep_count_scope(results, scope, parts[i].outcome);
    return judged;
}

static struct coverage measure(const struct results *results)
{
    struct coverage sum = {0};

    for (size_t i = 0; i < results->scope_count; i++) {
        const struct result_scope *scope = &results->scopes[i];

        sum.all += scope->rows;
        sum.warned |= rep_count_scope(results, scope, REP_ROW_WARNED) != 0;
        if (scope->rows > sum.longest)
            sum.longest = scope->rows;
    }
    return sum;
}

/* Is it the first scope of its subject? */
static bool is_first(const struct results *results, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(results->scopes[i].subject, results->scopes[index].subject) == 0)
            return false;
    }
    return true;
}

static void summary(const struct results *results, FILE *out)
{
    char text[REACH_MAX];

    reach_rows(results, text);
    rep_fill(out, "<p>@.</p>\n", text);
    fputs(results->left_count ? "<ul>\n" : "", out);
    for (size_t i = 0; i < results->left_count; i++) {
        reach_left(&results->left[i], text);
        rep_fill(out, "<li>@</li>\n", text);
    }
    fputs(results->left_count ? "</ul>\n" : "", out);
}

static void bar(const struct results *results, const struct result_scope *scope,
                const struct coverage *sum, FILE *out)
{
    size_t at = 0;

    fprintf(
        out,
        "<svg class=\"plot\" role=\"img\" aria-label=\"%zu of %u judged\" viewBox=\"0 0 %zu 1\" "
        "preserveAspectRatio=\"none\">"
        "<rect class=\"rest\" width=\"%u\" height=\"1\"/>",
        judged_of(results, scope), scope->rows, sum->longest, scope->rows);
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        size_t count = rep_count_scope(results, scope, parts[i].outcome);

        if (count)
            fprintf(out, "<rect class=\"%s\" x=\"%zu\" width=\"%zu\" height=\"1\"/>",
                    parts[i].style, at, count);
        at += count;
    }
    fputs("</svg>", out);
}

static void number(size_t count, const char *style, FILE *out)
{
    if (count)
        fprintf(out, "<td class=\"tone %s\">%zu</td>", style, count);
    else
        fputs("<td class=\"none\">–</td>", out);
}

static void flow(const struct results *results, const struct result_scope *scope,
                 const struct coverage *sum, FILE *out)
{
    rep_fill(out, "<tr><th scope=\"row\"><span>@</span>", scope->flow);
    bar(results, scope, sum, out);
    fputs("</th>", out);
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (parts[i].outcome != REP_ROW_WARNED || sum->warned)
            number(rep_count_scope(results, scope, parts[i].outcome), parts[i].style, out);
    }
    number(scope->rows - judged_of(results, scope), "rest", out);
    fputs("</tr>\n", out);
}

static void subject(const struct results *results, const char *name, const struct coverage *sum,
                    FILE *out)
{
    rep_fill(out, "<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"@\">@@</th></tr>\n",
             sum->warned ? "5" : "4", name,
             rep_is_subject(results, name) ? "" : " – not a subject of this run");
    for (const char *const *one = flow_names; *one; one++) {
        for (size_t i = 0; i < results->scope_count; i++) {
            const struct result_scope *scope = &results->scopes[i];

            if (strcmp(scope->subject, name) == 0 && strcmp(scope->flow, *one) == 0)
                flow(results, scope, sum, out);
        }
    }
    fputs("</tbody>\n", out);
}

static void untried(const struct results *results, FILE *out)
{
    struct result_untried one;

    if (!json_array_size(results->untried))
        return;
    fputs("<p>No case exercised with success what the subjects offer:</p>\n<ul>\n", out);
    for (size_t i = 0; results_untried(results, i, &one); i++)
        rep_fill(out, "<li>@@ @: @</li>\n", one.is_mandatory ? "mandatory " : "", one.what,
                 one.name, one.how);
    fputs("</ul>\n", out);
}

void rep_html_coverage(const struct results *results, FILE *out)
{
    struct coverage sum = measure(results);

    if (!sum.all)
        return; /* results of an older suite */
    fputs("<section aria-labelledby=\"coverage\">\n<h2 id=\"coverage\">Coverage</h2>\n", out);
    summary(results, out);
    untried(results, out);
    fputs("<table class=\"chart\"><thead><tr><th scope=\"col\">Rows by subject and flow</th>", out);
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (parts[i].outcome != REP_ROW_WARNED || sum.warned)
            fprintf(out, "<th scope=\"col\"><span class=\"key %s\">%s</span></th>", parts[i].style,
                    parts[i].text);
    }
    fputs("<th scope=\"col\"><span class=\"key rest\">not judged</span></th></tr></thead>\n", out);
    for (int others = 0; others < 2; others++) {
        for (size_t i = 0; i < results->scope_count; i++) {
            const char *name = results->scopes[i].subject;

            if (is_first(results, i) && rep_is_subject(results, name) == !others)
                subject(results, name, &sum, out);
        }
    }
    fputs("</table>\n</section>\n", out);
}
