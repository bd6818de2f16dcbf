/* report.html: one file, no request to anywhere. What is claimed comes first, then what failed. */
#include "conformance/report/html.h"

#include "conformance/report/asset.h"
#include "conformance/report/markup.h"
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
    fputs("</p>\n</header>\n", out);
}

static void list(FILE *out, const struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        rep_fill(out, i ? ", @" : "@", texts->at[i]);
}

static void observed(const struct results *results, FILE *out)
{
    size_t count = results->ics_count;

    if (!count)
        return;
    fputs("<dt>ICS</dt><dd><details><summary>", out);
    if (rep_ics_file(results))
        rep_fill(out, "<code>@</code>, sha256 @", results->ics_file, results->ics_sha256);
    else
        fprintf(out, "observed, of %zu player%s", count, count == 1 ? "" : "s");
    fputs("</summary>\n", out);
    for (size_t i = 0; i < count; i++) {
        const struct result_ics *one = &results->ics[i];

        rep_fill(out, "<p>@: <code>",
                 *one->player            ? one->player
                 : rep_ics_file(results) ? "declared"
                                         : "the device");
        list(out, &one->items);
        fputs("</code></p>\n", out);
    }
    fputs("</details></dd>\n", out);
}

static void claim(const struct results *results, FILE *out)
{
    if (results->defects.count) {
        fputs("<section class=\"card stop\"><p><strong>Nothing can be claimed from this "
              "run.</strong> Defects were switched on: <code>",
              out);
        list(out, &results->defects);
        fputs("</code></p></section>\n", out);
    }
    fputs("<section class=\"card\" aria-label=\"What was judged\">\n<dl>\n<dt>Subjects</dt><dd>",
          out);
    list(out, &results->subjects);
    rep_fill(out,
             "</dd>\n<dt>Device</dt><dd><code>@</code></dd>\n"
             "<dt>Provider</dt><dd><code>@</code></dd>\n",
             results->device, *results->provider ? results->provider : "none");
    fprintf(out, "<dt>Seed</dt><dd>%llu</dd>\n", (unsigned long long)results->seed);
    rep_fill(out, "<dt>Suite</dt><dd>@@</dd>\n", results->suite,
             results->strict ? ", strict: a SHOULD that does not hold fails" : "");
    fprintf(out, "<dt>Defects</dt><dd>%s</dd>\n",
            results->defects.count ? "switched on, see above" : "none in force");
    observed(results, out);
    fputs("</dl>\n</section>\n", out);
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
    fputs("<h2>Flows</h2>\n<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th>Flow</th>",
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
    fputs("</tbody></table></div>\n", out);
}

void rep_write_html(const struct results *results, const char *folder, FILE *out)
{
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
    rep_write_policy(out);
    rep_fill(out,
             "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
             "<meta name=\"referrer\" content=\"no-referrer\">\n<title>@ – papcheck</title>\n",
             rep_standing(results));
    fprintf(out, "<style>%s</style>\n</head>\n<body>\n", rep_style);
    headline(results, out);
    claim(results, out);
    matrix(results, out);
    rep_html_cases(results, folder, out);
    rep_html_rows(results, out);
    rep_fill(out,
             "<footer>Made from <a href=\"results.json\">results.json</a> by @. A row is this "
             "project's own wording of what a public document asks.</footer>\n",
             results->suite);
    fprintf(out, "<script>%s</script>\n</body>\n</html>\n", rep_script);
}
