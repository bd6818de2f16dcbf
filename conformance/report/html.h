/* The parts of report.html. */
#ifndef CONFORMANCE_REPORT_HTML_H
#define CONFORMANCE_REPORT_HTML_H

#include "conformance/report/report_results.h"

void rep_html_cases(const struct rep *rep, FILE *out);
void rep_html_rows(const struct rep *rep, FILE *out);

#endif
