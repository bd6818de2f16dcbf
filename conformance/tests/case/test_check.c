/* Rows and checks of a running case, without a worker around it. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "conformance/case/worker.h"
#include "mtp_codes.h"
#include "spcore/include/mswmdm.h"

static const char *const rows[] = {"TST-ONE-001", "TST-ONE-002", NULL};
static const struct conf_case tested = {.id = "TST_ONE_BV_01", .reqs = rows};

static struct conf running(void)
{
    return (struct conf){.conf_case = &tested,
                         .trace.fd = open("/dev/null", O_WRONLY | O_CLOEXEC),
                         .rows = json_object(),
                         .checks = json_array(),
                         .notes = json_array(),
                         .sites = json_object(),
                         .excused = json_object()};
}

static void done(struct conf *c)
{
    cr_expect_eq(trace_close(&c->trace), 0);
    json_decref(c->rows);
    json_decref(c->checks);
    json_decref(c->notes);
    json_decref(c->sites);
    json_decref(c->excused);
}
#define RUNNING __attribute__((cleanup(done))) struct conf

static int count(const struct conf *c, const char *row, const char *key)
{
    return (int)json_integer_value(json_object_get(json_object_get(c->rows, row), key));
}

static const char *seen(const struct conf *c, size_t check)
{
    return json_string_value(json_object_get(json_array_get(c->checks, check), "seen"));
}

static void helper(struct conf *c)
{
    CHECK(true);
}

static int leaves_early(struct conf *c)
{
    ROW("TST-ONE-002")
        return 1;
    return 0;
}

Test(check, a_check_counts_for_the_innermost_row)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;

    ROW("TST-ONE-001") {
        CHECK(true);
        ROW("TST-ONE-002") {
            helper(c);
            CHECK(false);
        }
        CHECK(true);
    }
    cr_assert_eq(count(c, "TST-ONE-001", "pass"), 2);
    cr_assert_eq(count(c, "TST-ONE-002", "pass"), 1);
    cr_assert_eq(count(c, "TST-ONE-002", "fail"), 1);
    cr_assert_null(conf_row(c));
}

Test(check, a_row_ends_however_its_block_is_left)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;

    ROW("TST-ONE-001") {
        cr_assert_eq(leaves_early(c), 1);
        cr_assert_str_eq(conf_row(c), "TST-ONE-001");
        SETUP
            cr_assert_null(conf_row(c));
        cr_assert_str_eq(conf_row(c), "TST-ONE-001");
    }
    ROW("TST-ONE-002")
        break;
    cr_assert_null(conf_row(c));
}

Test(check, outside_of_every_row_the_first_of_the_case_is_to_blame)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;

    cr_assert_str_eq(conf_row_blamed(c), "TST-ONE-001");
    ROW("TST-ONE-002")
        cr_assert_str_eq(conf_row_blamed(c), "TST-ONE-002");
}

Test(check, a_check_outside_of_every_row_is_a_mistake_of_the_suite)
{
    static struct conf running_case;
    struct conf *c = &running_case;

    running_case = running();
    if (!setjmp(c->end)) {
        CHECK(true);
        cr_assert_fail("the check was made");
    }
    cr_assert_eq(c->cause, CAUSE_SUITE);
    cr_assert(strstr(c->reason, "test_check.c") && strstr(c->reason, "outside of every ROW"));
}

Test(check, response_codes_and_results_are_shown_by_name)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;

    ROW("TST-ONE-001") {
        CHECK_RC(MTP_RC_OK, MTP_RC_INVALID_PARAMETER);
        CHECK_RC(0x2fff, MTP_RC_OK);
        CHECK_RC(-EPIPE, MTP_RC_OK);
        CHECK_HR(S_OK, WMDM_E_NOTCERTIFIED);
    }
    cr_assert_str_eq(seen(c, 0), "0x2001 OK, expected 0x201d InvalidParameter");
    cr_assert_str_eq(seen(c, 1), "0x2fff (no name), expected 0x2001 OK");
    cr_assert_str_eq(seen(c, 2), "-32 EPIPE, expected 0x2001 OK");
    cr_assert_str_eq(seen(c, 3), "0x00000000 S_OK, expected WMDM_E_NOTCERTIFIED");
}

Test(check, a_code_is_named_where_the_check_is_more_than_one_comparison)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;

    ROW("TST-ONE-001") {
        CHECK_NOT_RC(MTP_RC_OK, MTP_RC_OK);
        CHECK_FAILS(S_FALSE);
        CHECK_SEEN(1 + 1 == 3, value_errno(-ETIMEDOUT));
    }
    cr_assert_str_eq(seen(c, 0), "0x2001 OK, expected anything but 0x2001 OK");
    cr_assert_str_eq(seen(c, 1), "0x00000001 S_FALSE, expected a failure");
    cr_assert_str_eq(seen(c, 2), "-110 ETIMEDOUT");
}

Test(check, a_number_with_a_sign_is_an_error_when_negative)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;
    int status = -ETIMEDOUT;
    uint32_t all_ones = 0xffffffff;
    uint64_t none = UINT64_MAX;

    ROW("TST-ONE-001") {
        CHECK_EQ(status, 0);
        CHECK_EQ(18, -EPIPE);
        CHECK_EQ(all_ones, 0);
        CHECK_EQ(none, 0);
    }
    cr_assert_str_eq(seen(c, 0), "-110 ETIMEDOUT, expected 0");
    cr_assert_str_eq(seen(c, 1), "18, expected -32 EPIPE");
    cr_assert_str_eq(seen(c, 2), "0xffffffff, expected 0x0");
    cr_assert_str_eq(seen(c, 3), "0xffffffffffffffff, expected 0x0");
}

/* What a case's own operation answered. */
static void answer(struct conf *c, const char *call, int code)
{
    conf_called(c, call, code, value_rc(code));
}

static const char *text(const struct conf *c, size_t check, const char *key)
{
    return json_string_value(json_object_get(json_array_get(c->checks, check), key));
}

Test(check, a_response_is_said_with_its_operation_and_what_came_before)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;
    int code = MTP_RC_OK;

    answer(c, "DeleteObject(0x00010001)", MTP_RC_OK);
    answer(c, "GetObjectInfo(0x00010001)", MTP_RC_OK);
    ROW("TST-ONE-001")
        CHECK_RC(code, MTP_RC_INVALID_OBJECT_HANDLE);
    cr_assert_str_eq(text(c, 0, "text"),
                     "GetObjectInfo(0x00010001) answered 0x2001 OK, TST-ONE-001 wants 0x2009 "
                     "InvalidObjectHandle; before it DeleteObject(0x00010001) answered 0x2001 OK");
    cr_assert_str_eq(text(c, 0, "seen"), "");
    cr_assert_str_eq(text(c, 0, "expression"), "code == MTP_RC_INVALID_OBJECT_HANDLE");
}

Test(check, a_response_that_is_not_the_last_ones_is_not_said_to_be)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;
    int code = MTP_RC_STORE_FULL;

    answer(c, "GetObjectInfo(0x00010001)", MTP_RC_OK);
    ROW("TST-ONE-001")
        CHECK_RC(code, MTP_RC_OK);
    cr_assert_str_eq(text(c, 0, "text"), "after GetObjectInfo(0x00010001) answered 0x2001 OK");
    cr_assert_str_eq(text(c, 0, "seen"), "0x200c StoreFull, expected 0x2001 OK");
}

Test(check, the_places_of_a_rows_checks_are_kept_once)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;

    ROW("TST-ONE-001") {
        for (int i = 0; i < 3; i++)
            CHECK(i < 3);
        CHECK(true);
        conf_check_said(c, true, value_errno(0), __FILE__, __LINE__, "run %d", 1);
    }
    cr_assert_eq(json_object_size(json_object_get(c->sites, "TST-ONE-001")), 2);
}

Test(check, an_expression_is_never_what_a_reader_sees)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;
    const char *name = NULL;

    ROW("TST-ONE-001") {
        CHECK(name && *name == 'x');
        CHECK(!name);
    }
    answer(c, "GetObjectInfo(0x00010001)", MTP_RC_OK);
    ROW("TST-ONE-001")
        CHECK(name && *name == 'x');
    cr_assert_str_eq(text(c, 0, "text"), "it is not so");
    cr_assert_str_eq(text(c, 1, "text"), "");
    cr_assert_str_eq(text(c, 2, "text"),
                     "after GetObjectInfo(0x00010001) answered 0x2001 OK it is not so");
    cr_assert_str_eq(text(c, 2, "expression"), "name && *name == 'x'");
}

Test(check, texts_that_are_not_the_same_are_said_by_the_next_check_that_fails)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;

    ROW("TST-ONE-001") {
        CHECK(conf_same_text(c, "one", "one"));
        CHECK(conf_same_text(c, "one", "two"));
        CHECK(conf_same_text(c, NULL, "two"));
        CHECK(!conf_same_text(c, "one", "two"));
        CHECK(c == NULL);
    }
    cr_assert_str_eq(seen(c, 1), "\"one\", expected \"two\"");
    cr_assert_str_eq(seen(c, 2), "nothing, expected \"two\"");
    cr_assert_str_eq(seen(c, 3), "");
    cr_assert_str_eq(text(c, 3, "text"), "it is not so");
}

Test(check, of_a_long_text_whole_characters_are_shown)
{
    RUNNING running_case = running();
    struct conf *c = &running_case;
    char name[102] = {0};

    memset(name, 'x', 99);
    memcpy(name + 99, "\xc3\xa9", 2);
    ROW("TST-ONE-001")
        CHECK(conf_same_text(c, name, ""));
    cr_assert_eq(strlen(seen(c, 0)), 99 + strlen("\"\", expected \"\""));
}
