/* A word like "conformant" is read alone. How much of everything it is about stands beside it in
 * every report, in the same words. */
#include "conformance/report/reach.h"

#include <string.h>

#include "conformance/report/markup.h"

#define LIST_WIDTH 240 /* of a line on a terminal that names some of many */

/* As people write it: 1,010. */
static void put_number(FILE *out, unsigned number)
{
    if (number < 1000)
        fprintf(out, "%u", number);
    else
        fprintf(out, "%u,%03u", number / 1000, number % 1000);
}

static size_t first_with(const struct results *results, const char *how)
{
    size_t i = 0;

    while (strcmp(results->absent[i].how, how) != 0)
        i++;
    return i;
}

/* All that can be judged in the same way. */
static void put_absent(FILE *out, const struct results *results, size_t first)
{
    const char *how = results->absent[first].how;

    fputs(first ? "; " : "; not at all: ", out);
    for (size_t i = first; i < results->absent_count; i++) {
        if (strcmp(results->absent[i].how, how) == 0)
            fprintf(out, "%s%s", i > first ? ", " : "", results->absent[i].subject);
    }
    if (*how)
        fprintf(out, " (%s)", how);
}

void reach_rows(const struct results *results, char ret[REACH_MAX])
{
    FILE *out = fmemopen(ret, REACH_MAX, "w");
    unsigned rows = 0, suite = 0;

    if (!out || !results->scope_count) { /* of a version that did not count */
        ret[0] = '\0';
        if (out)
            fclose(out);
        return;
    }
    for (size_t i = 0; i < results->scope_count; i++) {
        rows += results->scopes[i].rows;
        suite += results->scopes[i].suite;
    }
    put_number(out, (unsigned)results->row_count);
    fputs(" of ", out);
    put_number(out, suite);
    fputs(" rows judged, ", out);
    put_number(out, rows);
    fputs(" in the catalogue", out);
    for (size_t i = 0; i < results->absent_count; i++) {
        if (first_with(results, results->absent[i].how) == i)
            put_absent(out, results, i);
    }
    fclose(out);
    ret[REACH_MAX - 1] = '\0';
}

void reach_left(const struct result_left *left, char ret[REACH_MAX])
{
    snprintf(ret, REACH_MAX, "%s: %u MUST and %u other case%s: %s",
             left->beyond ? "out of reach" : "left out", left->must, left->others,
             left->others == 1 ? "" : "s", left->why);
}

void reach_untried(const struct results *results, char ret[REACH_MAX])
{
    FILE *out = fmemopen(ret, REACH_MAX, "w");
    struct result_untried one;
    size_t i = 0;

    ret[0] = '\0';
    if (!out)
        return;
    for (; results_untried(results, i, &one) && ftell(out) < LIST_WIDTH; i++)
        fprintf(out, "%s%s%s %s (%s)", i ? ", " : "untried: ", one.is_mandatory ? "mandatory " : "",
                one.what, one.name, one.how);
    if (results_untried(results, i, &one))
        fprintf(out, ", and %zu more (report.html)", json_array_size(results->untried) - i);
    fclose(out);
    ret[REACH_MAX - 1] = '\0';
}

void reach_print(const struct results *results, FILE *out)
{
    char text[REACH_MAX];

    for (size_t i = 0; i < results->left_count; i++) {
        reach_left(&results->left[i], text);
        rep_plain(out, text);
        fputc('\n', out);
    }
    reach_untried(results, text);
    rep_plain(out, text);
    fputs(*text ? "\n" : "", out);
    reach_rows(results, text);
    rep_plain(out, text);
    fputs(*text ? "\n" : "", out);
}
