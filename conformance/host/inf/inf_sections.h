/* Names of sections: the order they are found in, and what may stand where one is named. */
#ifndef CONFORMANCE_HOST_INF_INF_SECTIONS_H
#define CONFORMANCE_HOST_INF_INF_SECTIONS_H

/* Of struct inf_section, as tsearch() wants it. */
int inf_section_compare(const void *a, const void *b);

struct inf;
struct inf_field;
/* Finds what a reference to a section may not hold ("INF Syntax Rules", section names). */
void inf_check_reference(const struct inf *inf, const struct inf_field *field);

#endif
