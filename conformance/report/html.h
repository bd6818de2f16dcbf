/* The parts of report.html. */
#ifndef CONFORMANCE_REPORT_HTML_H
#define CONFORMANCE_REPORT_HTML_H

#include <stdio.h>

#include "conformance/results/results.h"

/* What was judged, by whom, and how it can be done again. */
void rep_html_identity(const struct results *results, FILE *out);
/* How much of the catalogue that is: rows by subject and flow, and what was not judged. */
void rep_html_coverage(const struct results *results, FILE *out);
void rep_html_cases(const struct results *results, const char *folder, FILE *out);
void rep_html_rows(const struct results *results, FILE *out);

#endif
