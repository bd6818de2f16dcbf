/* The parts of report.html. */
#ifndef CONFORMANCE_REPORT_HTML_H
#define CONFORMANCE_REPORT_HTML_H

#include <stdio.h>

#include "conformance/results/results.h"

void rep_html_cases(const struct results *results, const char *folder, FILE *out);
void rep_html_rows(const struct results *results, FILE *out);

#endif
