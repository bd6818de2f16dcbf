/* The requirement rows, and the items of an ICS, read from the TSV files beside this one. */
#ifndef CONFORMANCE_CATALOGUE_CATALOGUE_H
#define CONFORMANCE_CATALOGUE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

struct catalogue_row {
    char *id, *level, *requirement, *check, *mutant, *source, *subject, *flow;
    /* INFERRED, "(proposed reading)" or a Un tag: "our reading U6", reported apart; "": the
     * documents say it. */
    char reading[24];
};

/* One of the things that a row demands. A row without clauses is not split yet: it is one. */
struct catalogue_clause {
    char *id; /* of the row, a full stop, a word: MTP-SES-002.null */
    char *text;
};

/* A check that was made of a row in a case, of our own subjects without a defect; as often as it
 * stands at another place of the case. */
struct catalogue_check {
    char *conf_case, *row, *text; /* conf_case as results show it */
};

/* What a subject may offer or not. In `name` an h stands for a hexadecimal digit, an n for 1 to 9:
 * one row declares all such items. */
struct catalogue_item {
    char *name, *by; /* who says so: device (it shows it), vendor, papcheck (its own fixtures) */
    char *meaning, *observed, *subject;
};

struct catalogue {
    struct catalogue_row *rows; /* sorted by id */
    struct catalogue_item *items;
    struct catalogue_clause *clauses; /* sorted by id: those of a row stand together */
    struct catalogue_check *checks;   /* sorted by case: those of a case stand together */
    size_t count, item_count, clause_count, check_count;
};

/* Reads wmdm, usb, service, wmi, clauses, ics and checks.tsv of `folder`; NULL: where papcheck
 * finds its own. On failure `error` holds one line with file and line number. */
int catalogue_load(const char *folder, struct catalogue *ret, char *error, size_t error_size);
void catalogue_done(struct catalogue *catalogue);
/* The row of that id, or the one whose clause it would be; NULL: no such row. */
const struct catalogue_row *catalogue_find(const struct catalogue *catalogue, const char *id);
/* Does it decide whether a subject is conformant, whatever is asked for? What only should be, and
 * what no document says, does not. */
bool catalogue_weighs(const struct catalogue_row *row);
/* NULL: there is no such clause. */
const struct catalogue_clause *catalogue_clause(const struct catalogue *catalogue, const char *id);
/* Those of a row, which stand one after the other; NULL and 0: it is not split. */
const struct catalogue_clause *catalogue_clauses(const struct catalogue *catalogue, const char *row,
                                                 size_t *ret_count);
/* The least that is checked in a case; NULL and 0: nothing is known of it. */
const struct catalogue_check *catalogue_checks(const struct catalogue *catalogue,
                                               const char *conf_case, size_t *ret_count);
/* Is it the id of a row or of a clause there is? */
bool catalogue_knows(const struct catalogue *catalogue, const char *id);
/* The one that declares this item; NULL: none does. */
const struct catalogue_item *catalogue_item(const struct catalogue *catalogue, const char *name);

#endif
