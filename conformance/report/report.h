/* Reports of a run's results, written into its folder; made anew at any time, without a device. */
#ifndef CONFORMANCE_REPORT_REPORT_H
#define CONFORMANCE_REPORT_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "conformance/results/results.h"

enum report_format {
    REPORT_TEXT = 1u << 0,  /* report.txt */
    REPORT_JUNIT = 1u << 1, /* junit.xml */
    REPORT_JSON = 1u << 2,  /* results.json as it is */
    REPORT_HTML = 1u << 3,  /* report.html, self-contained */
    REPORT_ALL = 0xf,
};

/* Writes the chosen formats into `folder`. On failure `error` holds one line. */
int report_write(const struct results *results, const char *folder, unsigned formats, char *error,
                 size_t error_size);
/* The last lines of a run: what it leaves out, how many rows it judged, and then counts, CONFORMANT
 * or not with the exit code, and where the page is. */
void report_summary(const struct results *results, const char *folder, FILE *out);

#endif
