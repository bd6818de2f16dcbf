/* report.html: the cases, what needs a reader first, each with its checks, notes and evidence. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "conformance/report/html.h"
#include "conformance/report/markup.h"
#include "spcore/base.h"

static void tools(const json_t *results, FILE *out)
{
    /* The script takes `hidden` away: without it a filter would be a lie. */
    fputs("<div class=\"tools\" hidden><input id=\"filter\" type=\"search\" "
          "placeholder=\"Filter by id, row, text …\" aria-label=\"Filter cases\">",
          out);
    for (size_t i = 0; i < REP_VERDICTS; i++) {
        if (rep_count_cases(results, NULL, rep_verdicts[i].name))
            rep_fill(out, "<button type=\"button\" value=\"@\" aria-pressed=\"false\">@</button>",
                     rep_verdicts[i].name, rep_verdicts[i].text);
    }
    fputs("<span id=\"shown\" class=\"soft\"></span></div>\n", out);
}

static void check(const json_t *one, FILE *out)
{
    bool ok = json_is_true(json_object_get(one, "ok"));
    const char *row = rep_text(one, "row"), *seen = rep_text(one, "seen");
    char line[32];

    snprintf(line, sizeof(line), "%lld", (long long)rep_number(one, "line"));
    rep_fill(out, "<li class=\"@\"><code>@</code>", ok ? "pass" : "fail", rep_text(one, "text"));
    if (!ok || strcmp(seen, "true") != 0)
        rep_fill(out, "<span class=\"seen\">saw <code>@</code></span>", seen);
    else
        fputs("<br>", out);
    if (*row)
        rep_fill(out, "<a class=\"id\" href=\"#row-@\">@</a> ", row, row);
    rep_fill(out, "<span class=\"soft id\">@:@</span></li>\n", rep_text(one, "file"), line);
}

/* Failed ones first, then the rest, each in the order it was made. */
static void checks(const json_t *one, FILE *out)
{
    const json_t *all = json_object_get(one, "checks");
    const json_t *value;
    size_t i;

    if (!json_array_size(all))
        return;
    fputs("<ul class=\"checks\">\n", out);
    json_array_foreach(all, i, value)
    {
        if (!json_is_true(json_object_get(value, "ok")))
            check(value, out);
    }
    json_array_foreach(all, i, value)
    {
        if (json_is_true(json_object_get(value, "ok")))
            check(value, out);
    }
    fputs("</ul>\n", out);
}

static void notes(const json_t *one, FILE *out)
{
    const json_t *all = json_object_get(one, "notes");
    const json_t *value;
    size_t i;

    if (!json_array_size(all))
        return;
    fprintf(out, "<details><summary class=\"soft\">%zu note%s</summary><pre>", json_array_size(all),
            json_array_size(all) == 1 ? "" : "s");
    json_array_foreach(all, i, value)
        rep_fill(out, "@\n", json_string_value(value) ? json_string_value(value) : "");
    fputs("</pre></details>\n", out);
}

static void evidence(const struct rep *rep, const json_t *one, FILE *out)
{
    static const char *const files[] = {"repro.sh",    "verdict.json", "trace.jsonl",
                                        "wire.pcapng", "device.log",   "host.log"};
    const char *folder = rep_text(one, "evidence");
    char path[PATH_MAX];
    bool any = false;

    if (!rep_safe_path(folder))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        if ((size_t)snprintf(path, sizeof(path), "%s/%s/%s", rep->folder, folder, files[i]) >=
                sizeof(path) ||
            access(path, R_OK) < 0)
            continue;
        rep_fill(out, any ? "<a href=\"@/@\">@</a>" : "<p class=\"files\"><a href=\"@/@\">@</a>",
                 folder, files[i], files[i]);
        any = true;
    }
    fputs(any ? "</p>\n" : "", out);
}

static void facts(const struct rep *rep, const json_t *one, FILE *out)
{
    double seconds = rep_seconds(rep, rep_text(one, "id"));
    json_int_t warnings = rep_number(one, "warnings");

    rep_fill(out, "<p class=\"soft\">@ · @", rep_text(one, "level"), rep_text(one, "flow"));
    if (*rep_text(one, "player"))
        rep_fill(out, " · player @", rep_text(one, "player"));
    if (seconds > 0)
        fprintf(out, " · %.2f s", seconds);
    if (warnings)
        fprintf(out, " · %lld warning%s", (long long)warnings, warnings == 1 ? "" : "s");
    fputs("</p>\n", out);
}

static void case_card(const struct rep *rep, const json_t *one, const struct rep_verdict *verdict,
                      FILE *out)
{
    bool open = strcmp(verdict->name, "FAIL") == 0 || strcmp(verdict->name, "ERROR") == 0;

    rep_fill(out,
             "<details class=\"case @\" data-verdict=\"@\" id=\"@\"@>"
             "<summary><span class=\"badge\">@</span><span class=\"id\">@</span>"
             "<span class=\"title\">@</span></summary>\n<div class=\"body\">\n",
             verdict->name, verdict->name, rep_text(one, "id"), open ? " open" : "", verdict->text,
             rep_text(one, "id"), rep_text(one, "title"));
    if (*rep_text(one, "reason"))
        rep_fill(out, "<p>@</p>\n", rep_text(one, "reason"));
    checks(one, out);
    facts(rep, one, out);
    notes(one, out);
    evidence(rep, one, out);
    fputs("</div></details>\n", out);
}

void rep_html_cases(const struct rep *rep, FILE *out)
{
    const json_t *one;
    size_t i;

    fputs("<h2 id=\"cases\">Cases</h2>\n", out);
    tools(rep->results, out);
    for (size_t verdict = 0; verdict < REP_VERDICTS; verdict++) {
        json_array_foreach(json_object_get(rep->results, "cases"), i, one)
        {
            if (strcmp(rep_text(one, "verdict"), rep_verdicts[verdict].name) == 0)
                case_card(rep, one, &rep_verdicts[verdict], out);
        }
    }
}
