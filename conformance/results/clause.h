/* A row of the catalogue, or one of its clauses: "MTP-SES-002", "MTP-SES-002.null". What a check is
 * made for, and what a defect breaks, is either. */
#ifndef CONFORMANCE_RESULTS_CLAUSE_H
#define CONFORMANCE_RESULTS_CLAUSE_H

#include <stdbool.h>
#include <string.h>

/* With its terminator: what a case's marker has room for. */
#define CLAUSE_ID_MAX 32

/* How much of an id names the row. */
static inline size_t clause_row_length(const char *id)
{
    return strcspn(id, ".");
}

/* Is it that row (a row's id), or one of its clauses? */
static inline bool clause_is_of(const char *id, const char *row)
{
    size_t length = clause_row_length(id);

    return strncmp(id, row, length) == 0 && !row[length];
}

#endif
