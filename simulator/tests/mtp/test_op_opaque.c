/* Commands of a vendor's own, on the player that has them. */
#include "simulator/tests/driver.h"

enum { FIRST_STORE = 0x00010001, COMMAND_MOST = 64 };

static void open_commands(struct driver *d)
{
    driver_open(d, "pap-commands.yaml", NULL);
    cr_assert_eq(driver_run(d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_OK);
}

static uint16_t command(struct driver *d, uint8_t number, const char *data, uint32_t storage)
{
    uint8_t bytes[COMMAND_MOST] = {0x6b, 0x70, 0x61, 0x70, 0x74, 0x69, 0x70, 0x4f,
                                   0x80, 0,    0,    0,    0,    0,    0,    number};

    memcpy(bytes + 16, data, strlen(data));
    return driver_send(d, MTP_OP_SEND_OPAQUE_COMMAND, bytes, 16 + strlen(data), 1, storage);
}

static void answers(struct driver *d, const char *wanted, size_t length)
{
    cr_assert_eq(driver_run(d, MTP_OP_GET_OPAQUE_ANSWER, 0), MTP_RC_OK);
    cr_expect_eq(d->data.used, length);
    cr_expect(!length || memcmp(d->data.data, wanted, length) == 0);
}

Test(opaque, a_command_is_answered_with_its_data_or_with_them_twice)
{
    struct driver d;

    open_commands(&d);
    cr_assert_eq(command(&d, 1, "abc", 0), MTP_RC_OK);
    answers(&d, "abc", 3);
    cr_assert_eq(command(&d, 2, "abc", FIRST_STORE), MTP_RC_OK);
    answers(&d, "abcabc", 6);
    cr_assert_eq(command(&d, 1, "", 0), MTP_RC_OK);
    answers(&d, "", 0);
    driver_close(&d);
}

Test(opaque, it_counts_those_that_it_knew)
{
    struct driver d;

    open_commands(&d);
    cr_assert_eq(command(&d, 1, "abc", 0), MTP_RC_OK);
    cr_assert_eq(command(&d, 4, "abc", 0), MTP_RC_PARAMETER_NOT_SUPPORTED);
    cr_assert_eq(command(&d, 3, "", 0), MTP_RC_OK);
    answers(&d, "\1\0\0", 4);
    driver_close(&d);
}

Test(opaque, what_is_no_command_is_refused)
{
    struct driver d;

    open_commands(&d);
    cr_expect_eq(driver_send(&d, MTP_OP_SEND_OPAQUE_COMMAND, "too short", 9, 1, 0),
                 MTP_RC_INVALID_DATASET);
    cr_expect_eq(command(&d, 1, "abc", 0x00090001), MTP_RC_INVALID_STORAGE_ID);
    cr_expect_eq(command(&d, 0, "abc", 0), MTP_RC_PARAMETER_NOT_SUPPORTED);
    answers(&d, "", 0);
    driver_close(&d);
}

Test(opaque, other_players_have_no_commands)
{
    struct driver d;

    driver_open(&d, "pap-winusb.yaml", NULL);
    cr_assert_eq(driver_run(&d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_OK);
    cr_expect_eq(driver_run(&d, MTP_OP_GET_OPAQUE_ANSWER, 0), MTP_RC_OPERATION_NOT_SUPPORTED);
    driver_close(&d);
}
