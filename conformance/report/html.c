/* report.html: one file, no request to anywhere. What is claimed comes first, then what failed. */
#include "conformance/report/html.h"

#include "conformance/report/asset.h"
#include "conformance/report/markup.h"
#include "conformance/report/reach.h"
#include "conformance/report/standing.h"

static void bar(const struct results *results, FILE *out)
{
    size_t at = 0;

    fprintf(out,
            "<svg class=\"bar\" viewBox=\"0 0 %zu 1\" preserveAspectRatio=\"none\" "
            "aria-hidden=\"true\">",
            results->case_count ? results->case_count : 1);
    for (size_t i = 0; i < VERDICTS; i++) {
        size_t count = results_count(results, NULL, verdict_urgency[i]);

        if (count)
            fprintf(out, "<rect class=\"%s\" x=\"%zu\" width=\"%zu\" height=\"1\"/>",
                    verdict_names[verdict_urgency[i]].name, at, count);
        at += count;
    }
    fputs("</svg>\n", out);
}

static void headline(const struct results *results, FILE *out)
{
    size_t held = rep_count_rows(results, REP_HEADLINE, REP_ROW_HELD);
    size_t failed = rep_count_rows(results, REP_HEADLINE, REP_ROW_FAILED);
    bool first = true;

    rep_fill(out, "<header>\n<p class=\"kind\">@</p>\n<h1 class=\"@\">@</h1>\n", results->suite,
             rep_tone(results), rep_standing(results));
    fprintf(out, "<p>%zu requirement%s held, %zu failed, over %zu cases", held,
            held == 1 ? "" : "s", failed, results->case_count);
    if (results->seconds >= 0)
        fprintf(out, " in %.1f s of case time", results->seconds);
    fputs(".</p>\n", out);
    bar(results, out);
    fputs("<p class=\"soft\">", out);
    for (size_t i = 0; i < VERDICTS; i++) {
        size_t count = results_count(results, NULL, verdict_urgency[i]);

        if (count)
            fprintf(out, "%s%zu %s", first ? "" : " · ", count,
                    verdict_names[verdict_urgency[i]].text);
        first &= !count;
    }
    fputs("</p>\n<nav aria-label=\"On this page\"><a href=\"#judged\">What was judged</a> "
          "<a href=\"#coverage\">Coverage</a> <a href=\"#cases\">Cases</a> "
          "<a href=\"#requirements\">Requirements</a></nav>\n</header>\n",
          out);
}

/* What keeps a green run from being conformant stands right under its word. */
static void incomplete(const struct results *results, FILE *out)
{
    char text[REACH_MAX];

    if (!results_left(results))
        return;
    fputs("<section class=\"card\" aria-label=\"Left out\"><ul>\n", out);
    for (size_t i = 0; i < results->left_count; i++) {
        if (results->left[i].beyond || !results->left[i].must)
            continue;
        reach_left(&results->left[i], text);
        rep_fill(out, "<li>@</li>\n", text);
    }
    fputs("</ul></section>\n", out);
}

static void warning(const struct results *results, FILE *out)
{
    if (!results->defects.count)
        return;
    fputs("<section class=\"card stop\" aria-label=\"Warning\"><p><strong>Nothing can be claimed "
          "from this run.</strong> Defects were switched on:",
          out);
    for (size_t i = 0; i < results->defects.count; i++)
        rep_fill(out, i ? ", <code>@</code>" : " <code>@</code>", results->defects.at[i]);
    fputs("</p></section>\n", out);
}

static void matrix_row(const struct results *results, const char *name, const char *flow, FILE *out)
{
    rep_fill(out, "<tr><th scope=\"row\">@</th>", name);
    for (size_t i = 0; i < VERDICTS; i++) {
        enum verdict verdict = verdict_urgency[i];
        size_t count = results_count(results, flow, verdict);

        if (!results_count(results, NULL, verdict))
            continue; /* a column of nothing */
        if (count)
            fprintf(out, "<td class=\"tone %s\">%zu</td>", verdict_names[verdict].name, count);
        else
            fputs("<td class=\"none\">–</td>", out);
    }
    fputs("</tr>\n", out);
}

static void matrix(const struct results *results, FILE *out)
{
    fputs("<section aria-labelledby=\"flows\">\n<h2 id=\"flows\">Cases by flow</h2>\n"
          "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"flows\">"
          "<table class=\"matrix\"><thead><tr><th scope=\"col\">Flow</th>",
          out);
    for (size_t i = 0; i < VERDICTS; i++) {
        if (results_count(results, NULL, verdict_urgency[i]))
            rep_fill(out, "<th scope=\"col\">@</th>", verdict_names[verdict_urgency[i]].text);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (const char *const *flow = flow_names; *flow; flow++) {
        size_t all = 0;

        for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
            all += results_count(results, *flow, verdict);
        if (all)
            matrix_row(results, *flow, *flow, out);
    }
    matrix_row(results, "all", NULL, out);
    fputs("</tbody></table></div>\n</section>\n", out);
}

void rep_write_html(const struct results *results, const char *folder, FILE *out)
{
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
    rep_write_policy(out);
    rep_fill(out,
             "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
             "<meta name=\"referrer\" content=\"no-referrer\">\n<title>@ – papcheck</title>\n",
             rep_standing(results));
    fprintf(out,
            "<style>%s</style>\n</head>\n<body>\n"
            "<a class=\"skip\" href=\"#cases\">To the cases</a>\n",
            rep_style);
    headline(results, out);
    incomplete(results, out);
    fputs("<main>\n", out);
    warning(results, out);
    rep_html_identity(results, out);
    rep_html_coverage(results, out);
    matrix(results, out);
    rep_html_cases(results, folder, out);
    rep_html_rows(results, out);
    rep_fill(out,
             "</main>\n<footer>Made from <a href=\"results.json\">results.json</a> by @. A row is "
             "this project's own wording of what a public document asks.</footer>\n",
             results->suite);
    fprintf(out, "<script>%s</script>\n</body>\n</html>\n", rep_script);
}
