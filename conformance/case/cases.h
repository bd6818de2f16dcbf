/* The cases linked into this program, and the words that describe one. */
#ifndef CONFORMANCE_CASE_CASES_H
#define CONFORMANCE_CASE_CASES_H

#include "conformance/case/conf.h"

/* All of them, sorted by id; the array is the list's own. */
size_t cases_all(const struct conf_case *const **ret_cases);
const struct conf_case *cases_find(const char *id); /* with - or _; NULL: there is none */
/* AREA-TOPIC-BV-01 of AREA_TOPIC_BV_01. */
void cases_name(const struct conf_case *conf_case, char *name, size_t size);
/* Does the case declare that it judges this row, or the one that this is a clause of? */
bool cases_judge(const struct conf_case *conf_case, const char *row);
/* May it? Any case may find broken what every call or transaction is held to, too. */
bool cases_may_judge(const struct conf_case *conf_case, const char *row);

/* Does any? */
bool cases_have(const char *row);

/* How long its process may take, before any scale. */
unsigned cases_timeout_s(const struct conf_case *conf_case);
/* The part of a path after its last slash: how a report names a source file. */
const char *cases_base_name(const char *file);

extern const char *const cases_levels[]; /* by enum conf_level */

/* One bit of enum conf_need: its word in `list --json`, and what `explain` says of it. */
struct cases_need {
    unsigned bit;
    const char *name, *text;
};
extern const struct cases_need cases_needs[]; /* ended by a bit of 0 */

#endif
