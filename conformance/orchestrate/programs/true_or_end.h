/* What a program of the tests claims: true, or the program ends and says in which line. */
#ifndef PROGRAMS_TRUE_OR_END_H
#define PROGRAMS_TRUE_OR_END_H

#include <stdio.h>
#include <stdlib.h>

#define TRUE_OR_END(what)                                                                          \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            printf("line %d: not true: %s\n", __LINE__, #what);                                    \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

#endif
