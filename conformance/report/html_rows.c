/* report.html: the requirement rows that were judged. The headline's first; our own readings and
 * the rows of parts this run does not claim anything about stand apart. */
#include <string.h>

#include "conformance/report/html.h"
#include "conformance/report/markup.h"
#include "conformance/report/standing.h"
#include "conformance/results/clause.h"

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

static void judged_by(const struct results *results, const char *row, FILE *out)
{
    for (size_t i = 0; i < results->case_count; i++) {
        const struct result *one = &results->cases[i];

        struct result_count count = result_count(one, row);

        if (count.pass + count.fail)
            rep_fill(out, "<a class=\"id\" href=\"#@\">@</a> ", one->id, one->id);
    }
}

/* What the row's outcome is made of, where it is split. */
static void clauses(const struct results *results, const struct result_row *row, FILE *out)
{
    for (size_t i = 0; i < results->clause_count; i++) {
        const struct result_clause *one = &results->clauses[i];

        if (clause_is_of(one->id, row->id))
            rep_fill(out, "<span class=\"tone @\">@</span> @<br>", one->held ? "pass" : "fail",
                     one->id, one->text);
    }
}

static void row_line(const struct results *results, const struct result_row *row, FILE *out)
{
    enum rep_row outcome = rep_row(results, row);

    rep_fill(out,
             "<tr id=\"row-@\"><td class=\"id\">@</td><td class=\"tone @\">@</td>"
             "<td>@ <span class=\"soft\">@, @</span><br>",
             row->id, row->id, outcomes[outcome].style, outcomes[outcome].text, row->requirement,
             row->level, row->subject);
    clauses(results, row, out);
    judged_by(results, row->id, out);
    fputs("</td></tr>\n", out);
}

static bool belongs(const struct results *results, const struct result_row *row,
                    enum rep_class class, const char *flow)
{
    return rep_class(results, row) == class && strcmp(row->flow, flow) == 0;
}

static void flow_table(const struct results *results, enum rep_class class, const char *flow,
                       FILE *out)
{
    size_t counts[REP_ROWS] = {0};

    for (size_t i = 0; i < results->row_count; i++) {
        if (belongs(results, &results->rows[i], class, flow))
            counts[rep_row(results, &results->rows[i])]++;
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
    fputs("</span></summary>\n<table class=\"rows\"><thead><tr><th scope=\"col\">Row</th><th "
          "scope=\"col\">Outcome</th>"
          "<th scope=\"col\">Requirement and the cases that judged it</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < results->row_count; i++) {
        if (belongs(results, &results->rows[i], class, flow))
            row_line(results, &results->rows[i], out);
    }
    fputs("</tbody></table></details>\n", out);
}

void rep_html_rows(const struct results *results, FILE *out)
{
    fputs("<section id=\"requirements\" aria-label=\"Requirements\">\n", out);
    for (enum rep_class class = REP_HEADLINE; class < REP_CLASSES; class ++) {
        size_t all = rep_count_rows(results, class, REP_ROW_HELD) +
                     rep_count_rows(results, class, REP_ROW_FAILED) +
                     rep_count_rows(results, class, REP_ROW_WARNED);

        if (!all)
            continue;
        rep_fill(out, "<h2>@</h2>\n", classes[class].title);
        if (classes[class].text)
            rep_fill(out, "<p class=\"soft\">@</p>\n", classes[class].text);
        for (const char *const *flow = flow_names; *flow; flow++)
            flow_table(results, class, *flow, out);
    }
    fputs("</section>\n", out);
}
