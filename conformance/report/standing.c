/* What a run claims, weighed once for all reports: which rows are in its headline, which only warn,
 * and what the exit code is called. */
#include "conformance/report/standing.h"

#include <string.h>

#include "spcore/base.h"

enum rep_row rep_row(const struct results *results, const struct result_row *row)
{
    if (row->held)
        return REP_ROW_HELD;
    return strcmp(row->level, "SHOULD") == 0 && !results->strict ? REP_ROW_WARNED : REP_ROW_FAILED;
}

bool rep_is_subject(const struct results *results, const char *subject)
{
    for (size_t i = 0; i < results->subjects.count; i++) {
        if (strcmp(results->subjects.at[i], subject) == 0)
            return true;
    }
    return false;
}

enum rep_class rep_class(const struct results *results, const struct result_row *row)
{
    if (!rep_is_subject(results, row->subject))
        return REP_OTHER_SUBJECT;
    return row->inferred ? REP_INFERRED : REP_HEADLINE;
}

size_t rep_count_rows(const struct results *results, enum rep_class class, enum rep_row outcome)
{
    size_t count = 0;

    for (size_t i = 0; i < results->row_count; i++)
        count += rep_class(results, &results->rows[i]) == class &&
                 rep_row(results, &results->rows[i]) == outcome;
    return count;
}

size_t rep_count_scope(const struct results *results, const struct result_scope *scope,
                       enum rep_row outcome)
{
    size_t count = 0;

    for (size_t i = 0; i < results->row_count; i++) {
        const struct result_row *row = &results->rows[i];

        count += strcmp(row->subject, scope->subject) == 0 && strcmp(row->flow, scope->flow) == 0 &&
                 rep_row(results, row) == outcome;
    }
    return count;
}

/* By exit code; a green run in which nothing passed is not called conformant. */
static const struct standing {
    int exit;
    bool judged;
    const char *word, *tone;
} standings[] = {
    {0, true, "Conformant", "good"},
    {0, false, "Nothing judged", "soft"},
    {1, false, "Not conformant", "bad"},
    {130, false, "Interrupted", "odd"},
};

static const struct standing *standing_of(const struct results *results)
{
    static const struct standing none = {3, false, "No verdict", "odd"};
    bool judged = results->exit == 0 && results_count(results, NULL, VERDICT_PASS);

    for (size_t i = 0; i < ARRAY_SIZE(standings); i++) {
        if (standings[i].exit == results->exit && standings[i].judged == judged)
            return &standings[i];
    }
    return &none;
}

const char *rep_standing(const struct results *results)
{
    return standing_of(results)->word;
}

const char *rep_tone(const struct results *results)
{
    return standing_of(results)->tone;
}

const char *rep_ics_file(const struct results *results)
{
    return results->ics_file && *results->ics_file ? results->ics_file : NULL;
}
