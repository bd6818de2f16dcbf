/* What a run claims, weighed once for all reports: which rows are in its headline, which only warn,
 * and which ICS was in force. */
#include "conformance/report/standing.h"

#include <stdio.h>
#include <string.h>

#include "spcore/base.h"

enum rep_row rep_row(const struct results *results, const struct result_row *row)
{
    if (row->held)
        return REP_ROW_HELD;
    if (!results->strict && (strcmp(row->level, "SHOULD") == 0 || *row->reading))
        return REP_ROW_WARNED;
    return REP_ROW_FAILED;
}

void rep_weight(const struct results *results, const char *id, char ret[REP_WEIGHT_MAX])
{
    const struct result_row *row = results_row(results, id);

    ret[0] = '\0';
    if (row)
        snprintf(ret, REP_WEIGHT_MAX, " (%s%s%s)", row->level, *row->reading ? ", " : "",
                 row->reading);
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
    return *row->reading ? REP_INFERRED : REP_HEADLINE;
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

static const char *const tones[STANDINGS] = {
    [STANDING_CONFORMANT] = "good",    [STANDING_SUBSET] = "soft",  [STANDING_INCOMPLETE] = "soft",
    [STANDING_NOT_CONFORMANT] = "bad", [STANDING_NOTHING] = "soft", [STANDING_INTERRUPTED] = "odd",
    [STANDING_NONE] = "odd",
};

const char *rep_standing(const struct results *results)
{
    return standing_names[results_standing(results)].text;
}

const char *rep_tone(const struct results *results)
{
    return tones[results_standing(results)];
}

const char *rep_ics_file(const struct results *results)
{
    return results->ics_file && *results->ics_file ? results->ics_file : NULL;
}

const char *rep_saw(const struct result_check *check)
{
    if (!*check->seen)
        return "";
    return *check->text ? ": saw " : "saw ";
}
