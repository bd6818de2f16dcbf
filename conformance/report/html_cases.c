/* report.html: the cases, what needs a reader first, each with its checks, notes and evidence. */
#include <string.h>

#include "conformance/report/html.h"
#include "conformance/report/kept.h"
#include "conformance/report/markup.h"
#include "conformance/report/standing.h"
#include "conformance/results/clause.h"

static void tools(const struct results *results, FILE *out)
{
    /* The script takes `hidden` away: without it a filter would be a lie. */
    fputs("<div class=\"tools\" role=\"search\" hidden><input id=\"filter\" type=\"search\" "
          "placeholder=\"Filter by id, row, text …\" aria-label=\"Filter cases\">",
          out);
    for (size_t i = 0; i < VERDICTS; i++) {
        const struct verdict_name *verdict = &verdict_names[verdict_urgency[i]];

        if (results_count(results, NULL, verdict_urgency[i]))
            rep_fill(out, "<button type=\"button\" value=\"@\" aria-pressed=\"false\">@</button>",
                     verdict->name, verdict->text);
    }
    fputs("<span id=\"shown\" class=\"soft\" role=\"status\"></span></div>\n", out);
}

/* A reader of a failure does not know the row by its id. */
static void asked(const struct results *results, const char *id, FILE *out)
{
    const struct result_row *row = results_row(results, id);
    const struct result_clause *clause = results_clause(results, id);

    if (row)
        rep_fill(out, "<span class=\"asked\"><span class=\"level\">@</span> @@@</span>", row->level,
                 row->reading, *row->reading ? ": " : "", row->requirement);
    if (clause)
        rep_fill(out, "<span class=\"asked\">in particular: @</span>", clause->text);
}

/* What is asked, of the clause or else of the row; "" for what is neither. */
static const char *sentence(const struct results *results, const char *id)
{
    const struct result_row *row = results_row(results, id);
    const struct result_clause *clause = results_clause(results, id);

    return clause ? clause->text : row ? row->requirement : "";
}

static void check(const struct result_check *one, FILE *out)
{
    char line[32], row[CLAUSE_ID_MAX];

    snprintf(line, sizeof(line), "%d", one->line);
    snprintf(row, sizeof(row), "%.*s", (int)clause_row_length(one->row), one->row);
    if (*one->seen)
        rep_fill(out, "<span class=\"seen\">saw <code>@</code></span>", one->seen);
    else
        fputs("<br>", out);
    if (*row)
        rep_fill(out, "<a class=\"id\" href=\"#row-@\">@</a> ", row, one->row);
    rep_fill(out, "<span class=\"soft id\">@:@</span></li>\n", one->file, line);
}

/* What was asked is said of the first of several in a row that did not hold. */
static void checks_that(bool ok, const struct results *results, const struct result *one, FILE *out)
{
    const char *row = "";

    for (size_t i = 0; i < one->check_count; i++) {
        const struct result_check *next = &one->checks[i];

        if (next->ok != ok)
            continue;
        rep_fill(out, "<li class=\"@\">", ok ? "pass" : "fail");
        if (!ok && strcmp(next->row, row) != 0)
            asked(results, next->row, out);
        row = next->row;
        if (*next->text)
            rep_fill(out, "<code>@</code>", next->text);
        else if (ok)
            rep_fill(out, "<span>@</span>", sentence(results, next->row));
        check(next, out);
    }
}

/* Failed ones first, then the rest, each in the order it was made. */
static void checks(const struct results *results, const struct result *one, FILE *out)
{
    if (!one->check_count)
        return;
    fputs("<ul class=\"checks\">\n", out);
    checks_that(false, results, one, out);
    checks_that(true, results, one, out);
    fputs("</ul>\n", out);
}

static void notes(const struct texts *all, FILE *out)
{
    if (!all->count)
        return;
    fprintf(out, "<details><summary class=\"soft\">%zu note%s</summary><pre tabindex=\"0\">",
            all->count, all->count == 1 ? "" : "s");
    for (size_t i = 0; i < all->count; i++)
        rep_fill(out, "@\n", all->at[i]);
    fputs("</pre></details>\n", out);
}

static void evidence(const char *folder, const char *below, FILE *out)
{
    const char *names[REP_FILES_MOST];
    size_t count = rep_files(folder, below, names);

    for (size_t i = 0; i < count; i++)
        rep_fill(out, i ? "<a href=\"@/@\">@</a>" : "<p class=\"files\"><a href=\"@/@\">@</a>",
                 below, names[i], names[i]);
    fputs(count ? "</p>\n" : "", out);
}

static void facts(const struct result *one, FILE *out)
{
    rep_fill(out, "<p class=\"soft\">@ · @", one->level, one->flow);
    if (*one->player)
        rep_fill(out, " · player @", one->player);
    if (one->seconds > 0)
        fprintf(out, " · %.2f s", one->seconds);
    if (one->warnings)
        fprintf(out, " · %u warning%s", one->warnings, one->warnings == 1 ? "" : "s");
    fputs("</p>\n", out);
}

static void case_card(const struct results *results, const struct result *one, const char *folder,
                      FILE *out)
{
    const struct verdict_name *verdict = &verdict_names[one->verdict];
    bool open = one->verdict == VERDICT_FAIL || one->verdict == VERDICT_ERROR;

    rep_fill(out,
             "<details class=\"case @\" data-verdict=\"@\" id=\"@\"@>"
             "<summary><span class=\"badge\">@</span><span class=\"id\">@</span>"
             "<span class=\"title\">@</span></summary>\n<div class=\"body\">\n",
             verdict->name, verdict->name, one->id, open ? " open" : "", verdict->text, one->id,
             one->title);
    if (*result_reason(one))
        rep_fill(out, "<p>@</p>\n", result_reason(one));
    checks(results, one, out);
    facts(one, out);
    notes(&one->notes, out);
    evidence(folder, one->evidence, out);
    fputs("</div></details>\n", out);
}

void rep_html_cases(const struct results *results, const char *folder, FILE *out)
{
    fputs("<section aria-labelledby=\"cases\">\n<h2 id=\"cases\">Cases</h2>\n", out);
    tools(results, out);
    for (size_t verdict = 0; verdict < VERDICTS; verdict++) {
        for (size_t i = 0; i < results->case_count; i++) {
            if (results->cases[i].verdict == verdict_urgency[verdict])
                case_card(results, &results->cases[i], folder, out);
        }
    }
    fputs("</section>\n", out);
}
