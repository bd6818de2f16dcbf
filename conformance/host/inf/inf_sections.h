/* What inf_parse() and inf_section() share: the order sections are found in. */
#ifndef CONFORMANCE_HOST_INF_INF_SECTIONS_H
#define CONFORMANCE_HOST_INF_INF_SECTIONS_H

/* Of struct inf_section, as tsearch() wants it. */
int inf_section_compare(const void *a, const void *b);

#endif
