/* A case's folder says how to run the case again. */
#ifndef CONFORMANCE_RUN_REPRO_H
#define CONFORMANCE_RUN_REPRO_H

#include "conformance/run/run.h"

/* repro.sh in `folder` (a whole path), which gives the same verdict wherever that folder is copied
 * to, and beside it the files it names. Where they cannot be written they are not there. */
void repro_write(const char *folder, const struct run_options *options,
                 const struct conf_case *conf_case);

#endif
