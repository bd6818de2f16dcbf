/* The folder a case leaves behind. */
#ifndef CONFORMANCE_RUN_EVIDENCE_H
#define CONFORMANCE_RUN_EVIDENCE_H

int evidence_make(const char *folder); /* with its parents; an older one goes first */
void evidence_remove(const char *folder);
/* A file of it. 0, or -errno, with nothing left. */
int evidence_copy(const char *from, const char *to);
/* The files of another run's, if it is there: made as evidence_make() does. 0 or -errno. */
int evidence_take(const char *from, const char *to);

#endif
