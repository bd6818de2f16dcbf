/* What report.html carries besides its content: one style sheet and one script, both inline and
 * both named by their hash in the page's own content policy, so that nothing else can run. */
#ifndef CONFORMANCE_REPORT_ASSET_H
#define CONFORMANCE_REPORT_ASSET_H

#include <stdio.h>

extern const char rep_style[], rep_script[];

/* The <meta> element that forbids every request and every other script. */
void rep_write_policy(FILE *out);

#endif
