/* The folder a case leaves behind. */
#ifndef CONFORMANCE_RUN_EVIDENCE_H
#define CONFORMANCE_RUN_EVIDENCE_H

int evidence_make(const char *folder); /* with its parents; an older one goes first */
void evidence_remove(const char *folder);

#endif
