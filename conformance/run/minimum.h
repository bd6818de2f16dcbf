/* A check that is not made finds nothing: the least that a case checks. */
#ifndef CONFORMANCE_RUN_MINIMUM_H
#define CONFORMANCE_RUN_MINIMUM_H

#include <jansson.h>

#include "conformance/catalogue/catalogue.h"

#define MINIMUM_TEXT 400

/* Holds members sites, excused and rows of a case's verdict.json against what the catalogue has of
 * that case (as results show its id): a row that got fewer, those excused aside, gets the member
 * missing. How many rows that are; `text` says which and what was not made. */
unsigned minimum_hold(const struct catalogue *catalogue, const char *conf_case, json_t *verdict,
                      char text[MINIMUM_TEXT]);

#endif
