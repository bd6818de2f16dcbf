/* Text that a POSIX shell takes as it was meant. */
#ifndef CONFORMANCE_PROGRAM_SHELL_H
#define CONFORMANCE_PROGRAM_SHELL_H

#include <stdio.h>

/* As one word: as it is, or in quotes where it is not plain. */
void shell_put(FILE *out, const char *word);

#endif
