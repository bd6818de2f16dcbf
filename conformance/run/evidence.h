/* The folder a case leaves behind. */
#ifndef CONFORMANCE_RUN_EVIDENCE_H
#define CONFORMANCE_RUN_EVIDENCE_H

#include "conformance/run/run.h"

int evidence_make(const char *folder); /* with its parents; an older one goes first */
void evidence_remove(const char *folder);
/* repro.sh in it: the command that runs the case again. */
void evidence_repro(const char *folder, const struct run_options *options,
                    const struct conf_case *conf_case);

#endif
