/* The files a run has left, as a report may name them. */
#ifndef CONFORMANCE_REPORT_KEPT_H
#define CONFORMANCE_REPORT_KEPT_H

#include <stdbool.h>
#include <stddef.h>

#define REP_FILES_MOST 8

/* A path below the run's folder that is fit for a link: relative, no way up, plain characters. */
bool rep_safe_path(const char *path);
/* Names of the evidence that is there in folder/below, the most telling first; none when `below` is
 * no safe path. How many. */
size_t rep_files(const char *folder, const char *below, const char *ret_names[REP_FILES_MOST]);
const char *rep_base_name(const char *path); /* what is behind its last slash; borrows `path` */
/* As short as it can be said: from where the caller is, when below that. Borrows `path`. */
const char *rep_shown_path(const char *path);

#endif
