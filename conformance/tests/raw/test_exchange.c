/* Headers that say what was not asked, or another length than what came. */
#include <criterion/criterion.h>
#include <fcntl.h>

#include "conformance/case/worker.h"
#include "conformance/raw/exchange.h"
#include "conformance/results/clause.h"
#include "spcore/base.h"

static const char *const rows[] = {"TST-ONE-001", NULL};
static const struct conf_case tested = {.id = "TST_ONE_BV_01", .reqs = rows};

static struct conf running(void)
{
    return (struct conf){.conf_case = &tested,
                         .trace.fd = open("/dev/null", O_WRONLY | O_CLOEXEC),
                         .rows = json_object(),
                         .checks = json_array(),
                         .notes = json_array()};
}

static void done(struct conf *c)
{
    cr_expect_eq(trace_close(&c->trace), 0);
    json_decref(c->rows);
    json_decref(c->checks);
    json_decref(c->notes);
}
#define RUNNING                                                                                    \
    __attribute__((cleanup(done))) struct conf running_case = running();                           \
    struct conf *c = &running_case

/* Of all clauses of the row. */
static int fails(const struct conf *c, const char *row)
{
    const char *clause;
    json_t *counts;
    int found = 0;

    json_object_foreach(c->rows, clause, counts)
    {
        if (clause_is_of(clause, row))
            found += (int)json_integer_value(json_object_get(counts, "fail"));
    }
    return found;
}

static const struct exchange_asked asked = {.operation = MTP_OP_GET_OBJECT, .id = 7};

/* OK with one parameter, after five bytes of data. */
static struct ct_answer right(void)
{
    return (struct ct_answer){.code = MTP_RC_OK,
                              .id = 7,
                              .length = 16,
                              .came = 4,
                              .has_data = true,
                              .data_code = MTP_OP_GET_OBJECT,
                              .data_id = 7,
                              .data_length = 17,
                              .size = 5};
}

Test(exchange, what_is_right_is_not_counted_where_nobody_judges_it)
{
    RUNNING;
    struct ct_answer answer = right();

    exchange_check(c, asked, &answer);
    cr_assert_eq(json_object_size(c->rows), 0);
}

Test(exchange, lengths_are_those_of_what_came)
{
    RUNNING;
    struct ct_answer answer = right();

    answer.length = 12;
    answer.data_length = 5;
    exchange_check(c, asked, &answer);
    cr_assert_eq(fails(c, "USB-BLK-001"), 2);
}

Test(exchange, ids_and_codes_are_those_of_the_command)
{
    RUNNING;
    struct ct_answer answer = right();

    answer.id = 6;
    answer.data_id = 0;
    answer.data_code = MTP_OP_GET_OBJECT_INFO;
    exchange_check(c, asked, &answer);
    cr_assert_eq(fails(c, "USB-BLK-005"), 3);
}

Test(exchange, a_response_is_made_of_parameters)
{
    RUNNING;
    struct ct_answer answer = right();

    answer.came = 24;
    answer.length = 36;
    exchange_check(c, asked, &answer);
    cr_assert_eq(fails(c, "USB-BLK-014"), 1);
}

Test(exchange, a_refusal_comes_without_data)
{
    RUNNING;
    struct ct_answer answer = right();

    answer.code = MTP_RC_INVALID_OBJECT_HANDLE;
    answer.size = 0;
    answer.data_length = 12;
    exchange_check(c, asked, &answer);
    cr_assert_eq(fails(c, "USB-BLK-012"), 1);
}

Test(exchange, data_of_four_gibibytes_may_say_so)
{
    RUNNING;
    struct ct_answer answer = right();

    answer.data_length = UINT32_MAX;
    answer.size = (size_t)5 << 30;
    exchange_check(c, asked, &answer);
    cr_assert_eq(json_object_size(c->rows), 0);
}

/* ---- USB/IP */
static const struct raw_pending pending = {.seqnum = 1, .direction = RAW_IN, .length = 64};

Test(exchange, a_reply_keeps_to_what_was_asked_for)
{
    RUNNING;
    uint8_t header[RAW_HEADER] = {0};

    put_be32(header, RAW_RET_SUBMIT);
    put_be32(header + 4, 1);
    put_be32(header + 24, 64);
    put_be32(header + 32, UINT32_MAX);
    exchange_check_reply(c, &pending, header);
    cr_assert_eq(json_object_size(c->rows), 0);
    put_be32(header + 24, 65);
    exchange_check_reply(c, &pending, header);
    cr_assert_eq(fails(c, "USBIP-URB-005"), 1);
}

Test(exchange, fields_that_say_nothing_are_zero)
{
    RUNNING;
    uint8_t header[RAW_HEADER] = {0};

    put_be32(header, RAW_RET_SUBMIT);
    header[11] = header[15] = header[19] = 1; /* devid, direction, endpoint */
    header[31] = header[35] = header[39] = 1; /* start_frame, number_of_packets, error_count */
    header[47] = 1;
    exchange_check_reply(c, &pending, header);
    cr_assert_eq(fails(c, "USBIP-URB-002"), 3);
    cr_assert_eq(fails(c, "USBIP-URB-010"), 3);
    cr_assert_eq(fails(c, "USBIP-OP-004"), 1);
}

Test(exchange, an_unlink_is_answered_by_a_status_alone)
{
    RUNNING;
    uint8_t header[RAW_HEADER] = {0};

    put_be32(header, RAW_RET_UNLINK);
    header[24] = header[40] = 1;
    exchange_check_reply(c, &pending, header);
    cr_assert_eq(fails(c, "USBIP-OP-004"), 1);
}
