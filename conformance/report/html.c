/* report.html: one file, no request to anywhere. What is claimed comes first, then what failed. */
#include "conformance/report/html.h"

#include <string.h>

#include "conformance/report/asset.h"
#include "conformance/report/markup.h"
#include "spcore/base.h"

static const char *tone(const json_t *results)
{
    json_int_t status = rep_number(results, "exit");

    return status == 1 ? "bad" : status ? "odd" : rep_total(results, "PASS") ? "good" : "soft";
}

static const char *title(const json_t *results)
{
    switch (rep_number(results, "exit")) {
    case 0:
        return rep_total(results, "PASS") ? "Conformant" : "Nothing judged";
    case 1:
        return "Not conformant";
    case 130:
        return "Interrupted";
    default:
        return "No verdict";
    }
}

/* Of the bar and the counts below it. */
static const struct rep_verdict order[] = {
    {"PASS", "pass"},       {"FAIL", "fail"},
    {"ERROR", "error"},     {"INCONCLUSIVE", "inconclusive"},
    {"NOT_RUN", "not run"}, {"NOT_APPLICABLE", "not applicable"},
};

static void bar(const json_t *results, FILE *out)
{
    size_t all = json_array_size(json_object_get(results, "cases")), at = 0;

    fprintf(out,
            "<svg class=\"bar\" viewBox=\"0 0 %zu 1\" preserveAspectRatio=\"none\" "
            "aria-hidden=\"true\">",
            all ? all : 1);
    for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
        size_t count = rep_count_cases(results, NULL, order[i].name);

        if (count)
            fprintf(out, "<rect class=\"%s\" x=\"%zu\" width=\"%zu\" height=\"1\"/>", order[i].name,
                    at, count);
        at += count;
    }
    fputs("</svg>\n", out);
}

static void headline(const struct rep *rep, FILE *out)
{
    const json_t *results = rep->results;
    size_t held = rep_count_rows(results, REP_HEADLINE, REP_ROW_HELD);
    size_t failed = rep_count_rows(results, REP_HEADLINE, REP_ROW_FAILED);
    bool first = true;

    rep_fill(out, "<header>\n<p class=\"kind\">@</p>\n<h1 class=\"@\">@</h1>\n",
             rep_text(results, "suite"), tone(results), title(results));
    fprintf(out, "<p>%zu requirement%s held, %zu failed, over %zu cases", held,
            held == 1 ? "" : "s", failed, json_array_size(json_object_get(results, "cases")));
    if (rep_seconds(rep, NULL) >= 0)
        fprintf(out, " in %.1f s of case time", rep_seconds(rep, NULL));
    fputs(".</p>\n", out);
    bar(results, out);
    fputs("<p class=\"soft\">", out);
    for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
        size_t count = rep_count_cases(results, NULL, order[i].name);

        if (count)
            fprintf(out, "%s%zu %s", first ? "" : " · ", count, order[i].text);
        first &= !count;
    }
    fputs("</p>\n</header>\n", out);
}

static void list(FILE *out, const json_t *values)
{
    const json_t *value;
    size_t i;

    json_array_foreach(values, i, value)
        rep_fill(out, i ? ", @" : "@", json_string_value(value) ? json_string_value(value) : "");
}

static void observed(const json_t *results, FILE *out)
{
    const json_t *all = json_object_get(results, "ics");
    const json_t *items;
    const char *player;

    if (!json_object_size(all))
        return;
    fprintf(out, "<dt>ICS</dt><dd><details><summary>of %zu player%s</summary>\n",
            json_object_size(all), json_object_size(all) == 1 ? "" : "s");
    json_object_foreach((json_t *)(size_t)all, player, items)
    {
        rep_fill(out, "<p>@: <code>", *player ? player : "the device");
        list(out, items);
        fputs("</code></p>\n", out);
    }
    fputs("</details></dd>\n", out);
}

static void claim(const json_t *results, FILE *out)
{
    const char *provider = rep_text(results, "provider");

    if (rep_has_defects(results)) {
        fputs("<section class=\"card stop\"><p><strong>Nothing can be claimed from this "
              "run.</strong> Defects were switched on: <code>",
              out);
        list(out, json_object_get(results, "deviations"));
        fputs("</code></p></section>\n", out);
    }
    fputs("<section class=\"card\" aria-label=\"What was judged\">\n<dl>\n<dt>Subjects</dt><dd>",
          out);
    list(out, json_object_get(results, "subjects"));
    rep_fill(out,
             "</dd>\n<dt>Device</dt><dd><code>@</code></dd>\n"
             "<dt>Provider</dt><dd><code>@</code></dd>\n",
             rep_text(results, "device"), *provider ? provider : "none");
    fprintf(out, "<dt>Seed</dt><dd>%lld</dd>\n", (long long)rep_number(results, "seed"));
    rep_fill(out, "<dt>Suite</dt><dd>@@</dd>\n", rep_text(results, "suite"),
             json_is_true(json_object_get(results, "strict"))
                 ? ", strict: a SHOULD that does not hold fails"
                 : "");
    fprintf(out, "<dt>Defects</dt><dd>%s</dd>\n",
            rep_has_defects(results) ? "switched on, see above" : "none in force");
    observed(results, out);
    fputs("</dl>\n</section>\n", out);
}

static void matrix_row(const json_t *results, const char *name, const char *flow, FILE *out)
{
    rep_fill(out, "<tr><th scope=\"row\">@</th>", name);
    for (size_t i = 0; i < REP_VERDICTS; i++) {
        size_t count = rep_count_cases(results, flow, rep_verdicts[i].name);

        if (!rep_count_cases(results, NULL, rep_verdicts[i].name))
            continue; /* a column of nothing */
        if (count)
            fprintf(out, "<td class=\"tone %s\">%zu</td>", rep_verdicts[i].name, count);
        else
            fputs("<td class=\"none\">–</td>", out);
    }
    fputs("</tr>\n", out);
}

static void matrix(const json_t *results, FILE *out)
{
    fputs("<h2>Flows</h2>\n<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th>Flow</th>",
          out);
    for (size_t i = 0; i < REP_VERDICTS; i++) {
        if (rep_count_cases(results, NULL, rep_verdicts[i].name))
            rep_fill(out, "<th scope=\"col\">@</th>", rep_verdicts[i].text);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t flow = 0; rep_flows[flow]; flow++) {
        size_t all = 0;

        for (size_t i = 0; i < REP_VERDICTS; i++)
            all += rep_count_cases(results, rep_flows[flow], rep_verdicts[i].name);
        if (all)
            matrix_row(results, rep_flows[flow], rep_flows[flow], out);
    }
    matrix_row(results, "all", NULL, out);
    fputs("</tbody></table></div>\n", out);
}

void rep_write_html(const struct rep *rep, FILE *out)
{
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
    rep_write_policy(out);
    rep_fill(out,
             "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
             "<meta name=\"referrer\" content=\"no-referrer\">\n<title>@ – papcheck</title>\n",
             title(rep->results));
    fprintf(out, "<style>%s</style>\n</head>\n<body>\n", rep_style);
    headline(rep, out);
    claim(rep->results, out);
    matrix(rep->results, out);
    rep_html_cases(rep, out);
    rep_html_rows(rep, out);
    rep_fill(out,
             "<footer>Made from <a href=\"results.json\">results.json</a> by @. A row is this "
             "project's own wording of what a public document asks.</footer>\n",
             rep_text(rep->results, "suite"));
    fprintf(out, "<script>%s</script>\n</body>\n</html>\n", rep_script);
}
