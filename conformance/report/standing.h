/* What results stand for in a report: which rows count, as what, and the word for the whole. */
#ifndef CONFORMANCE_REPORT_STANDING_H
#define CONFORMANCE_REPORT_STANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "conformance/results/results.h"

/* What became of a requirement row. */
enum rep_row { REP_ROW_HELD, REP_ROW_FAILED, REP_ROW_WARNED, REP_ROWS };
/* Which rows count: those of the run's subjects that are not our own reading. */
enum rep_class { REP_HEADLINE, REP_INFERRED, REP_OTHER_SUBJECT, REP_CLASSES };

/* What a failure of the row weighs, for behind its id: " (MUST)", " (SHOULD)", " (MUST, our reading
 * U6)"; "" for what is no row. */
#define REP_WEIGHT_MAX 48
void rep_weight(const struct results *results, const char *id, char ret[REP_WEIGHT_MAX]);
enum rep_row rep_row(const struct results *results, const struct result_row *row);
enum rep_class rep_class(const struct results *results, const struct result_row *row);
size_t rep_count_rows(const struct results *results, enum rep_class class, enum rep_row outcome);
bool rep_is_subject(const struct results *results, const char *subject);
/* Of one subject and flow. */
size_t rep_count_scope(const struct results *results, const struct result_scope *scope,
                       enum rep_row outcome);
/* Short word for the run as a whole, e.g. "Conformant", and its tone as a style class. */
const char *rep_standing(const struct results *results);
const char *rep_tone(const struct results *results);

/* The file whose ICS was in force; NULL: the observed one was. */
const char *rep_ics_file(const struct results *results);

/* What stands between what a check says and what it saw: ": saw ", less where either is empty. */
const char *rep_saw(const struct result_check *check);

/* The checks of a case that failed, each behind what is asked: a line the clause, or the row, with
 * its sentence, then a line a check. For terminals. */
void rep_bad_checks(const struct results *results, const struct result *one, FILE *out);

/* The writers; `out` is a file of the run's folder. */
void rep_write_text(const struct results *results, const char *folder, FILE *out);
void rep_write_junit(const struct results *results, const char *folder, FILE *out);
void rep_write_html(const struct results *results, const char *folder, FILE *out);

#endif
