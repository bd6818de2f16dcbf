/* Where results come from: what a reader needs to tell this run from another one. */
#ifndef CONFORMANCE_RUN_ORIGIN_H
#define CONFORMANCE_RUN_ORIGIN_H

#include "conformance/run/run.h"

/* As results call a file, and whose it is. */
extern const struct run_file_kind {
    const char *what;
    enum subject_id subject;
} run_files[RUN_FILES];

/* When and where: at the run's beginning. */
void origin_begin(struct run *run);
/* Of all that its rows, clauses and items say; "": it cannot be had. */
void origin_catalogue(const struct catalogue *catalogue, char ret[ORIGIN_HASH_ROOM]);
/* The suite's and the provider's identity, what was asked for and what there was to ask; of merged
 * parts the files' hashes are known. 0 or -ENOMEM. */
int origin_results(struct run *run);

#endif
