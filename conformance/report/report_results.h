/* results.json as the writers of reports see it: members that may be missing, counts, standing. */
#ifndef CONFORMANCE_REPORT_REPORT_RESULTS_H
#define CONFORMANCE_REPORT_REPORT_RESULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct rep {
    const json_t *results, *timing; /* timing may be NULL */
    const char *folder;
};

/* Verdicts in the order reports list cases: what needs a reader first. */
#define REP_VERDICTS 6
extern const struct rep_verdict {
    const char *name, *text;
} rep_verdicts[REP_VERDICTS];

/* Flows in the mission's order; NULL ends. */
extern const char *const rep_flows[];

/* What became of a requirement row. */
enum rep_row { REP_ROW_HELD, REP_ROW_FAILED, REP_ROW_WARNED, REP_ROWS };
/* Which rows count: those of the run's subjects that are not our own reading. */
enum rep_class { REP_HEADLINE, REP_INFERRED, REP_OTHER_SUBJECT, REP_CLASSES };

/* "" when missing or not a string; 0 when not a number. */
const char *rep_text(const json_t *object, const char *key);
json_int_t rep_number(const json_t *object, const char *key);
json_int_t rep_total(const json_t *results, const char *verdict);
/* Seconds of one case, or of the run with NULL; negative when unknown. */
double rep_seconds(const struct rep *rep, const char *id);

enum rep_row rep_row(const json_t *results, const json_t *row);
enum rep_class rep_class(const json_t *results, const json_t *row);
size_t rep_count_rows(const json_t *results, enum rep_class class, enum rep_row outcome);
/* The cases of one verdict, NULL flow: of every flow. */
size_t rep_count_cases(const json_t *results, const char *flow, const char *verdict);
/* Short word for the run as a whole, e.g. "CONFORMANT". */
const char *rep_standing(const json_t *results);
bool rep_has_defects(const json_t *results);
/* A path below the run's folder that is fit for a link: relative, no way up, plain characters. */
bool rep_safe_path(const char *path);

/* The writers; `out` is a file of the run's folder. */
void rep_write_text(const struct rep *rep, FILE *out);
void rep_write_junit(const struct rep *rep, FILE *out);
void rep_write_html(const struct rep *rep, FILE *out);

#endif
