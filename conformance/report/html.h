/* The parts of report.html. */
#ifndef CONF_REPORT_HTML_H
#define CONF_REPORT_HTML_H

#include "report/results.h"

void rep_html_cases(const struct rep *rep, FILE *out);
void rep_html_rows(const struct rep *rep, FILE *out);

#endif
