/* What is wrong with an INF, whosever it is: everything that an installation would meet, for every
 * architecture that its models name. */
#ifndef CONFORMANCE_HOST_INF_INF_LINT_H
#define CONFORMANCE_HOST_INF_INF_LINT_H

#include "conformance/host/inf/inf_plan.h"

/* Adds to the findings of `inf`. `folder`: where what it includes is looked for; NULL: nowhere.
 * 0 or -ENOMEM. */
int inf_lint(const struct inf *inf, const char *folder, unsigned code_page);
/* Parts of it: [Version], with the language's strings; the one function driver of a plan. */
void inf_lint_version(const struct inf_strings *strings);
void inf_lint_services(const struct inf_plan *plan);
/* The part of it that is about players: their parameters in the plan of one install section. */
void inf_lint_player(const struct inf_plan *plan);

#endif
