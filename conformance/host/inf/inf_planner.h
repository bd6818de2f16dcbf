/* What the files that make a plan share. */
#ifndef CONFORMANCE_HOST_INF_INF_PLANNER_H
#define CONFORMANCE_HOST_INF_INF_PLANNER_H

#include "conformance/host/inf/inf_plan.h"

/* One section at work: what its directives say is said of `scope` and `owner`. */
struct planner {
    const struct inf_strings *strings;
    struct inf_library *library;
    struct inf_plan *plan;
    enum inf_scope scope;
    const char *owner;
    const char *section; /* its name */
    unsigned depth;      /* of sections that do others */
};

#define PLAN_FIND(planner, at, row, fix, ...)                                                      \
    inf_find((planner)->strings->inf->findings, (planner)->strings->inf->name, at, row, fix,       \
             __VA_ARGS__)

/* What is looked at is counted: a file may have a section do another, and that itself, as often as
 * it likes. NULL: no more, or enough of it. */
const struct inf_entry *plan_first(const struct planner *planner,
                                   const struct inf_section *section);
const struct inf_entry *plan_next(const struct planner *planner, const struct inf_entry *entry);
/* The first entry of that key. */
const struct inf_entry *plan_entry(const struct planner *planner, const struct inf_section *section,
                                   const char *key);
/* The value of that index, its tokens replaced; as much as fits of a longer one, which the linter
 * has found. */
void plan_value(const struct planner *planner, const struct inf_entry *entry, size_t index,
                char ret[INF_EXPANDED]);
/* The same as a number; false, after a finding, if it is none. */
bool plan_number(const struct planner *planner, const struct inf_entry *entry, size_t index,
                 uint32_t absent, const char *row, uint32_t *ret);
/* A new step of an entry, with nothing in it; NULL: no room, and the plan says so. */
struct inf_step *plan_step(const struct planner *planner, const struct inf_entry *entry,
                           enum inf_step_kind kind);
/* A copy, or the plan has failed. */
char *plan_copy(const struct planner *planner, const char *text);
/* `text` and its NUL behind the data of a step, in UTF-16LE. */
void plan_add_string(const struct planner *planner, struct inf_step *step, const char *text);
void plan_add_bytes(const struct planner *planner, struct inf_step *step, const void *bytes,
                    size_t size);

/* Does all of a section, if it is there. */
void plan_section(const struct planner *planner);
/* The section that a value names; NULL, after a finding, if it is not there. */
const struct inf_section *plan_reference(const struct planner *planner,
                                         const struct inf_entry *entry, size_t index);

/* What a service's section says beside what each has to: the last step but for that is the service.
 */
void plan_settings(const struct planner *planner, const struct inf_section *section);

/* ---- directives, each with its entry */
typedef void plan_directive(const struct planner *planner, const struct inf_entry *entry);
plan_directive plan_add_reg, plan_del_reg, plan_add_service;

#endif
