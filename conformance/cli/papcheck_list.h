/* What `papcheck list` was asked for. */
#ifndef CONFORMANCE_CLI_PAPCHECK_LIST_H
#define CONFORMANCE_CLI_PAPCHECK_LIST_H

#include <jansson.h>
#include <stdbool.h>

#include "conformance/catalogue/catalogue.h"
#include "conformance/selftest/defect_list.h"

struct list_words {
    const char *const *patterns;
    size_t pattern_count;
    const char *subject;  /* NULL: every one */
    const char *selftest; /* folder of one that says what is covered; NULL: none */
    bool rows, json;
};

/* The catalogue's rows instead of the cases: an exit code. */
int list_rows(const struct list_words *words, const struct catalogue *catalogue,
              const struct defect_list *defects);

/* Adds the names of the defects for a row or a clause of it, each once. */
void list_defects(const struct defect_list *defects, const char *row, json_t *names);

#endif
