/* Text from a device may be anything. Everything a report prints goes through one of these: the
 * markup is ours, the values are escaped, and neither controls nor direction marks get through. */
#ifndef CONFORMANCE_REPORT_MARKUP_H
#define CONFORMANCE_REPORT_MARKUP_H

#include <stdio.h>

/* For HTML and XML, in content and in quoted attributes. `text` is UTF-8. */
void rep_escape(FILE *out, const char *text);
/* For terminals: the same without entities. */
void rep_plain(FILE *out, const char *text);
/* Prints `markup` with each @ replaced by the next argument (const char *), escaped. */
void rep_fill(FILE *out, const char *markup, ...);

#endif
