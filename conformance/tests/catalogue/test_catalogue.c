/* Reading the requirement rows. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/catalogue/catalogue.h"
#include "spcore/base.h"

#define HEAD "id\tlevel\trequirement\tcheck\tmutant\tsource\tsubject\tflow\n"

#define CLAUSES "id\tclause\n"
#define CHECKS "case\trow\tcheck\n"
#define ITEMS "item\tby\tmeaning\tobserved\tsubject\n"

static char folder[64];

static void put(const char *name, const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    cr_assert(file);
    fputs(text, file);
    fclose(file);
}

static void make(void)
{
    snprintf(folder, sizeof(folder), "/tmp/test-catalogue-XXXXXX");
    cr_assert(mkdtemp(folder));
    put("wmdm.tsv", HEAD);
    put("usb.tsv", HEAD);
    put("service.tsv", HEAD);
    put("wmi.tsv", HEAD);
    put("ics.tsv", ITEMS);
    put("clauses.tsv", CLAUSES);
    put("checks.tsv", CHECKS);
}

static void drop(void)
{
    static const char *const names[] = {"wmdm.tsv", "usb.tsv",     "service.tsv", "wmi.tsv",
                                        "ics.tsv",  "clauses.tsv", "checks.tsv"};
    char path[128];

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

TestSuite(catalogue, .init = make, .fini = drop);

Test(catalogue, a_quotation_mark_is_text)
{
    const struct catalogue_row *row;
    struct catalogue catalogue;
    char error[256];

    put("usb.tsv", HEAD "USB-A-1\tMUST\t\"MSFT100\" is \"it\tread \"\"\t\"\tspec\tdevice\tsync\n"
                        "USB-A-2\tMAY\tr\tc\tm\ts\tdevice\tsync\n");
    cr_assert_eq(catalogue_load(folder, &catalogue, error, sizeof(error)), 0, "%s", error);
    cr_assert_eq(catalogue.count, 2);
    row = catalogue_find(&catalogue, "USB-A-1");
    cr_assert_str_eq(row->requirement, "\"MSFT100\" is \"it");
    cr_assert_str_eq(row->check, "read \"\"");
    cr_assert_str_eq(row->mutant, "\"");
    cr_assert_str_eq(row->flow, "sync");
    catalogue_done(&catalogue);
}

Test(catalogue, rows_of_all_files_are_found_by_id)
{
    struct catalogue catalogue;
    char error[256];

    put("wmi.tsv", HEAD "Z-1\tMUST\tr\tc\tm\ts\tclass-provider\tclass-provider\n");
    put("wmdm.tsv",
        HEAD "M-1\tMUST\tr\tc\tm\ts\tprovider\tsync\nA-1\tMAY\tr\tc\tm\ts\tprovider\tx");
    cr_assert_eq(catalogue_load(folder, &catalogue, error, sizeof(error)), 0, "%s", error);
    cr_assert_str_eq(catalogue_find(&catalogue, "Z-1")->subject, "class-provider");
    cr_assert_str_eq(catalogue_find(&catalogue, "A-1")->level, "MAY");
    cr_assert_str_eq(catalogue_find(&catalogue, "A-1")->flow, "x");
    cr_assert_null(catalogue_find(&catalogue, "A"));
    catalogue_done(&catalogue);
}

Test(catalogue, a_line_with_too_few_or_too_many_columns_is_named)
{
    struct catalogue catalogue;
    char error[256];

    put("service.tsv", HEAD "S-1\tMUST\tr\tc\tm\ts\tservice\tservice\nS-2\tMUST\tr\tc\n");
    cr_assert_lt(catalogue_load(folder, &catalogue, error, sizeof(error)), 0);
    cr_assert(strstr(error, "service.tsv:3: "), "%s", error);
    put("service.tsv", HEAD "S-1\tMUST\tr\tc\tm\ts\tservice\tservice\tmore\n");
    cr_assert_lt(catalogue_load(folder, &catalogue, error, sizeof(error)), 0);
    cr_assert(strstr(error, "service.tsv:2: "), "%s", error);
}

Test(catalogue, an_id_twice_is_refused)
{
    struct catalogue catalogue;
    char error[256];

    put("usb.tsv", HEAD "U-1\tMUST\tr\tc\tm\ts\tdevice\tsync\n");
    put("wmi.tsv", HEAD "U-1\tMAY\tr\tc\tm\ts\tdevice\tsync\n");
    cr_assert_lt(catalogue_load(folder, &catalogue, error, sizeof(error)), 0);
    cr_assert(strstr(error, "U-1"), "%s", error);
}

Test(catalogue, a_row_has_its_clauses)
{
    struct catalogue catalogue;
    char error[256];
    size_t count;

    put("usb.tsv", HEAD "U-1\tMUST\tr\tc\tm\ts\tdevice\tsync\n"
                        "U-10\tMUST\tr\tc\tm\ts\tdevice\tsync\n");
    put("clauses.tsv", CLAUSES "U-10.zero\tnothing is nothing\nU-1.value\tit is five\n"
                               "U-1.null\tNULL is refused\n");
    cr_assert_eq(catalogue_load(folder, &catalogue, error, sizeof(error)), 0, "%s", error);
    cr_assert_str_eq(catalogue_find(&catalogue, "U-1.value")->id, "U-1");
    cr_assert_str_eq(catalogue_find(&catalogue, "U-10.value")->id, "U-10");
    cr_assert_null(catalogue_find(&catalogue, "U.value"));
    cr_assert_str_eq(catalogue_clause(&catalogue, "U-1.value")->text, "it is five");
    cr_assert_null(catalogue_clause(&catalogue, "U-10.value"));
    cr_assert_str_eq(catalogue_clauses(&catalogue, "U-1", &count)->id, "U-1.null");
    cr_assert_eq(count, 2);
    cr_assert_null(catalogue_clauses(&catalogue, "U-2", &count));
    cr_assert_eq(count, 0);
    cr_assert(catalogue_knows(&catalogue, "U-10"));
    cr_assert(catalogue_knows(&catalogue, "U-10.zero"));
    cr_assert_not(catalogue_knows(&catalogue, "U-10.one"));
    catalogue_done(&catalogue);
}

Test(catalogue, a_clause_that_is_none_is_named)
{
    static const char *const wrong[] = {"U-2.value\tx\n", "U-1\tx\n", "U-1.one\tx\nU-1.one\ty\n",
                                        "U-1.a-word-that-is-longer-than-its-room\tx\n"};
    struct catalogue catalogue;
    char error[256], text[128];

    put("usb.tsv", HEAD "U-1\tMUST\tr\tc\tm\ts\tdevice\tsync\n");
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        snprintf(text, sizeof(text), "%s%s", CLAUSES, wrong[i]);
        put("clauses.tsv", text);
        cr_assert_lt(catalogue_load(folder, &catalogue, error, sizeof(error)), 0);
        cr_assert(strstr(error, "clause U-"), "%s", error);
    }
}

Test(catalogue, our_own_readings_are_told_apart)
{
    struct catalogue catalogue;
    char error[256];

    put("wmdm.tsv", HEAD "SP-X-1\tMUST\tr\tc\tm\tspec 1 (INFERRED)\tprovider\tsync\n"
                         "SP-X-2\tMUST\tr\tc\tm\tspec 1; U6\tprovider\tsync\n"
                         "SP-X-3\tMUST\tr with USB and GUID 4\tc\tm\tspec 1\tprovider\tsync\n");
    cr_assert_eq(catalogue_load(folder, &catalogue, error, sizeof(error)), 0, "%s", error);
    cr_assert_str_eq(catalogue_find(&catalogue, "SP-X-1")->reading, "our reading");
    cr_assert_str_eq(catalogue_find(&catalogue, "SP-X-2")->reading, "our reading U6");
    cr_assert_str_eq(catalogue_find(&catalogue, "SP-X-3")->reading, "");
    cr_assert_not(catalogue_weighs(catalogue_find(&catalogue, "SP-X-2")));
    cr_assert(catalogue_weighs(catalogue_find(&catalogue, "SP-X-3")));
    catalogue_done(&catalogue);
}

Test(catalogue, a_missing_file_is_named)
{
    struct catalogue catalogue;
    char error[256];

    cr_assert_lt(catalogue_load("/nonexistent", &catalogue, error, sizeof(error)), 0);
    cr_assert(strstr(error, "/nonexistent/wmdm.tsv"), "%s", error);
}

/* Every row has a level, a subject and a flow the engine knows. */
Test(catalogue, the_rows_of_this_tree_are_all_there)
{
    static const char *const levels[] = {"MUST", "SHOULD", "MAY"};
    struct catalogue catalogue;
    char error[256];

    cr_assert_eq(catalogue_load("conformance/catalogue", &catalogue, error, sizeof(error)), 0, "%s",
                 error);
    cr_assert_eq(catalogue.count, 1010);
    for (size_t i = 0; i < catalogue.count; i++) {
        const struct catalogue_row *row = &catalogue.rows[i];
        bool known = false;

        for (size_t k = 0; k < 3; k++)
            known |= strcmp(row->level, levels[k]) == 0;
        cr_assert(known, "%s has level %s", row->id, row->level);
        cr_assert(*row->requirement && *row->subject && *row->flow, "%s", row->id);
    }
    catalogue_done(&catalogue);
}

Test(catalogue, an_item_stands_for_all_of_its_form)
{
    struct catalogue catalogue;
    char error[256];

    put("ics.tsv", ITEMS "MTP\tdevice\tm\to\tdevice\nMTP.OP.hhhh\tdevice\tm\to\tdevice\n"
                         "MTP.STORES.n\tvendor\tm\to\tdevice\n");
    cr_assert_eq(catalogue_load(folder, &catalogue, error, sizeof(error)), 0, "%s", error);
    cr_assert_str_eq(catalogue_item(&catalogue, "MTP.OP.10AF")->name, "MTP.OP.hhhh");
    cr_assert_str_eq(catalogue_item(&catalogue, "MTP.STORES.2")->by, "vendor");
    cr_assert_null(catalogue_item(&catalogue, "MTP.STORES.0"));
    cr_assert_null(catalogue_item(&catalogue, "MTP.OP.10AG"));
    cr_assert_null(catalogue_item(&catalogue, "MTP.OP.10A"));
    cr_assert_null(catalogue_item(&catalogue, "MT"));
    catalogue_done(&catalogue);
}

Test(catalogue, an_item_without_its_columns_is_named)
{
    struct catalogue catalogue;
    char error[256];

    put("ics.tsv", ITEMS "MTP\tdevice\tm\to\n");
    cr_assert_lt(catalogue_load(folder, &catalogue, error, sizeof(error)), 0);
    cr_assert(strstr(error, "ics.tsv:2: expected 5 "), "%s", error);
}
