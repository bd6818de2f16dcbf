/* report.html: the requirement rows that were judged. The headline's first; our own readings and
 * the rows of parts this run does not claim anything about stand apart. */
#include <string.h>

#include "conformance/report/html.h"
#include "conformance/report/markup.h"

static const struct {
    const char *title, *text;
} classes[REP_CLASSES] = {
    [REP_HEADLINE] = {"Requirements judged", NULL},
    [REP_INFERRED] = {"Our own readings",
                      "Rows the documents leave open; the reading is this project's, and does not "
                      "count in the headline."},
    [REP_OTHER_SUBJECT] = {"Rows of other subjects",
                           "Seen along the way; this run claims nothing about these parts."},
};

static const struct {
    const char *style, *text;
} outcomes[REP_ROWS] = {
    [REP_ROW_HELD] = {"pass", "held"},
    [REP_ROW_FAILED] = {"fail", "failed"},
    [REP_ROW_WARNED] = {"warning", "warned"},
};

static void judged_by(const json_t *results, const char *row, FILE *out)
{
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(results, "cases"), i, one)
    {
        if (json_object_get(json_object_get(one, "rows"), row))
            rep_fill(out, "<a class=\"id\" href=\"#@\">@</a> ", rep_text(one, "id"),
                     rep_text(one, "id"));
    }
}

static void row_line(const json_t *results, const json_t *row, FILE *out)
{
    enum rep_row outcome = rep_row(results, row);

    rep_fill(out,
             "<tr id=\"row-@\"><td class=\"id\">@</td><td class=\"tone @\">@</td>"
             "<td>@ <span class=\"soft\">@, @</span><br>",
             rep_text(row, "id"), rep_text(row, "id"), outcomes[outcome].style,
             outcomes[outcome].text, rep_text(row, "requirement"), rep_text(row, "level"),
             rep_text(row, "subject"));
    judged_by(results, rep_text(row, "id"), out);
    fputs("</td></tr>\n", out);
}

static bool belongs(const json_t *results, const json_t *row, enum rep_class class,
                    const char *flow)
{
    return json_is_string(json_object_get(row, "verdict")) && rep_class(results, row) == class &&
           strcmp(rep_text(row, "flow"), flow) == 0;
}

static void flow_table(const json_t *results, enum rep_class class, const char *flow, FILE *out)
{
    size_t counts[REP_ROWS] = {0}, i;
    const json_t *row;

    json_array_foreach(json_object_get(results, "rows"), i, row)
    {
        if (belongs(results, row, class, flow))
            counts[rep_row(results, row)]++;
    }
    if (!counts[REP_ROW_HELD] && !counts[REP_ROW_FAILED] && !counts[REP_ROW_WARNED])
        return;
    rep_fill(out, "<details class=\"flow\"@><summary>@ <span class=\"soft\">",
             counts[REP_ROW_FAILED] ? " open" : "", flow);
    fprintf(out, "%zu held", counts[REP_ROW_HELD]);
    if (counts[REP_ROW_FAILED])
        fprintf(out, ", %zu failed", counts[REP_ROW_FAILED]);
    if (counts[REP_ROW_WARNED])
        fprintf(out, ", %zu warned", counts[REP_ROW_WARNED]);
    fputs("</span></summary>\n<table class=\"rows\"><thead><tr><th>Row</th><th>Outcome</th>"
          "<th>Requirement and the cases that judged it</th></tr></thead>\n<tbody>\n",
          out);
    json_array_foreach(json_object_get(results, "rows"), i, row)
    {
        if (belongs(results, row, class, flow))
            row_line(results, row, out);
    }
    fputs("</tbody></table></details>\n", out);
}

void rep_html_rows(const struct rep *rep, FILE *out)
{
    enum rep_class class;

    for (class = REP_HEADLINE; class < REP_CLASSES; class ++) {
        size_t all = rep_count_rows(rep->results, class, REP_ROW_HELD) +
                     rep_count_rows(rep->results, class, REP_ROW_FAILED) +
                     rep_count_rows(rep->results, class, REP_ROW_WARNED);

        if (!all)
            continue;
        rep_fill(out, "<h2>@</h2>\n", classes[class].title);
        if (classes[class].text)
            rep_fill(out, "<p class=\"soft\">@</p>\n", classes[class].text);
        for (size_t flow = 0; rep_flows[flow]; flow++)
            flow_table(rep->results, class, rep_flows[flow], out);
    }
}
