/* All that is wrong with a file, each in one line "FILE:LINE: what". */
#ifndef SIMULATOR_SPEC_FAULTS_H
#define SIMULATOR_SPEC_FAULTS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* More are counted, not kept. */
#define FAULTS_KEPT 1000u

struct fault {
    unsigned line; /* 0: of the file as a whole */
    size_t order;  /* among those of its line */
    char *text;    /* owned */
};

struct faults {
    const char *path; /* borrowed: the file's, outlives this */
    struct fault *at;
    size_t count, kept;
    /* Where values cannot be held against each other, as one that others depend on is at fault:
     * "usb", "storages[1]"; "" is everywhere. */
    char **voids;
    size_t void_count;
};

/* One line is added; after it the file is at fault, also without memory for the line. Line 0: it
 * is said of the file. */
__attribute__((format(printf, 3, 4))) void faults_add(struct faults *faults, unsigned line,
                                                      const char *format, ...);
/* No rule that holds values against each other is asked of what stands at this place. */
void faults_void(struct faults *faults, const char *place);
bool faults_is_void(const struct faults *faults, const char *place);
/* Into the order of lines, and a last one when there were more than are kept. */
void faults_sort(struct faults *faults);
/* What it holds; the struct itself is the caller's. */
void faults_done(struct faults *faults);

#endif
