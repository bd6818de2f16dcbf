/* The table of steps and their rows, and how a case ends whose subject does not take one. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "conformance/case/demand.h"
#include "conformance/case/worker.h"
#include "conformance/catalogue/catalogue.h"
#include "mtp_codes.h"

Test(demand, every_row_is_a_documents_and_a_must)
{
    struct catalogue catalogue;
    char error[512];

    cr_assert_eq(catalogue_load("conformance/catalogue", &catalogue, error, sizeof(error)), 0, "%s",
                 error);
    for (const struct demand *one = demands; one->step; one++) {
        const struct catalogue_row *row = one->row ? catalogue_find(&catalogue, one->row) : NULL;

        cr_expect_eq(demand_of(one->step), one, "%s stands twice", one->step);
        if (!one->row)
            continue;
        cr_assert_not_null(row, "%s", one->row);
        cr_expect(catalogue_weighs(row), "%s", one->row);
    }
    catalogue_done(&catalogue);
}

static const char *const rows[] = {"TST-ONE-001", "MTP-SES-007", NULL};
static const struct conf_case tested = {.id = "TST_ONE_BV_01", .reqs = rows, .file = "a.c"};
static struct conf running_case; /* survives the jump */

static struct conf *running(void)
{
    running_case = (struct conf){.conf_case = &tested,
                                 .trace.fd = open("/dev/null", O_WRONLY | O_CLOEXEC),
                                 .rows = json_object(),
                                 .checks = json_array(),
                                 .notes = json_array(),
                                 .sites = json_object()};
    return &running_case;
}

#define ENDS(c, statement)                                                                         \
    do {                                                                                           \
        if (!setjmp((c)->end)) {                                                                   \
            statement;                                                                             \
            cr_assert_fail("the case goes on");                                                    \
        }                                                                                          \
    } while (0)

static size_t failures(const char *row)
{
    return (size_t)json_integer_value(
        json_object_get(json_object_get(running_case.rows, row), "fail"));
}

Test(demand, a_row_of_another_case_bars_the_way)
{
    struct conf *c = running();

    ENDS(c, conf_refused_op(c, MTP_OP_OPEN_SESSION, MTP_RC_GENERAL_ERROR));
    cr_assert_eq(c->cause, CAUSE_BARRED);
    cr_assert_str_eq(c->barred, "MTP-DEV-004");
    cr_assert_str_eq(c->reason, "while preparing: OpenSession answered 0x2002 GeneralError");
    cr_assert_eq(json_object_size(c->rows), 0);
}

Test(demand, a_row_of_the_case_itself_fails_in_it)
{
    struct conf *c = running();

    ENDS(c, conf_refused_op(c, MTP_OP_CLOSE_SESSION, MTP_RC_SESSION_NOT_OPEN));
    cr_assert_eq(c->cause, CAUSE_CHECKS);
    cr_assert_eq(failures("MTP-SES-007"), 1);
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(c->checks, 0), "text")),
                     "while preparing: CloseSession answered 0x2003 SessionNotOpen");
}

Test(demand, what_no_document_demands_is_no_failure)
{
    struct conf *c = running();

    ENDS(c, conf_refused(c, "IMDSPDevice::GetSerialNumber", "it answered nothing"));
    cr_assert_eq(c->cause, CAUSE_OFFER);
    cr_assert(strstr(c->reason, "it answered nothing"));
}

Test(demand, a_container_that_is_none_is_the_protocols)
{
    struct conf *c = running();

    ENDS(c, conf_refused_op(c, MTP_OP_OPEN_SESSION, -EPROTO));
    cr_assert_str_eq(c->barred, "USB-BLK-001");
    cr_assert(strstr(c->reason, "OpenSession was answered by what is no container"));
}

Test(demand, a_step_without_a_row_is_a_mistake_of_the_suite)
{
    struct conf *c = running();

    ENDS(c, conf_refused(c, "a walk", "no"));
    cr_assert_eq(c->cause, CAUSE_SUITE);
}

Test(demand, an_operation_that_has_no_row_of_its_own_is_one_that_is_listed)
{
    struct conf *c = running();

    ENDS(c, conf_refused_op(c, MTP_OP_RESET_DEVICE, -ETIMEDOUT));
    cr_assert_str_eq(c->barred, "MTP-DEV-003");
    cr_assert_str_eq(c->reason, "while preparing: ResetDevice was not answered (-110 ETIMEDOUT)");
}
