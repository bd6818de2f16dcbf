/* The still image class from the endpoints: containers cut into transfers in every way a host may
 * choose, and the class requests beside them. */
#include "simulator/tests/driver.h"

static void open_session(struct driver *d)
{
    driver_open(d, "mtp.yaml", NULL);
    cr_assert_eq(driver_run(d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_OK);
}

static int control(struct driver *d, uint8_t type, uint8_t request, uint16_t index, uint16_t length,
                   const uint8_t *data, uint8_t *reply)
{
    struct usb_setup setup = {type, request, 0, index, length};

    return d->ops->setup(d->self, &setup, data, reply);
}

/* Still Image 1.0, 7.1: length, type 3, code 0x2001, transaction 0. */
Test(still_image, open_session_is_answered_by_a_bare_response)
{
    static const uint8_t command[] = {16, 0, 0, 0, 1, 0, 0x02, 0x10, 0, 0, 0, 0, 1, 0, 0, 0};
    static const uint8_t response[] = {12, 0, 0, 0, 3, 0, 0x01, 0x20, 0, 0, 0, 0};
    struct driver d;
    struct wr got = {0};

    driver_open(&d, "mtp.yaml", NULL);
    cr_assert_eq(driver_out(&d, command, sizeof(command)), 0);
    cr_assert_eq(driver_in(&d, DRIVER_IN, &got), 0);
    cr_assert_eq(got.used, sizeof(response));
    cr_assert_arr_eq(got.data, response, sizeof(response));
    wr_done(&got);
    driver_close(&d);
}

/* MTP 1.1, 5.1.1: version 100, extension 6, version 100, then the description. */
Test(still_image, device_info_starts_with_its_versions_and_ends_with_the_serial)
{
    struct driver d;
    struct rd rd;
    char text[MTPR_TEXT_MAX];

    driver_open(&d, "mtp.yaml", NULL);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_DEVICE_INFO, 0), MTP_RC_OK);
    rd = rd_over(d.data.data, d.data.used);
    cr_assert_eq(rd_u16(&rd), 100);
    cr_assert_eq(rd_u32(&rd), 6);
    cr_assert_eq(rd_u16(&rd), 100);
    rd_string(&rd, text);
    cr_assert_str_eq(text, "microsoft.com: 1.0; papkit.org: 1.0;");
    cr_assert_eq(rd_u16(&rd), 0);
    for (unsigned i = 0; i < 5; i++)
        (void)rd_bytes(&rd, 2 * (size_t)rd_array(&rd, 2));
    for (unsigned i = 0; i < 4; i++)
        rd_string(&rd, text);
    cr_assert_str_eq(text, "0A1B2C3D4E5F6071");
    cr_assert_not(rd.failed);
    cr_assert_eq(rd_left(&rd), 0);
    driver_close(&d);
}

Test(still_image, an_object_sent_comes_back_byte_for_byte)
{
    uint8_t bytes[5000];
    struct driver d;
    uint32_t handle;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    open_session(&d);
    handle = driver_put(&d, "song.bin", bytes, sizeof(bytes));
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT, 1, handle), MTP_RC_OK);
    cr_assert_eq(d.data.used, sizeof(bytes));
    cr_assert_arr_eq(d.data.data, bytes, sizeof(bytes));
    driver_close(&d);
}

Test(still_image, a_data_phase_that_fills_its_packets_needs_no_zero_packet)
{
    uint8_t bytes[1012];
    struct driver d;
    uint32_t handle;

    memset(bytes, 0x5a, sizeof(bytes));
    open_session(&d);
    handle = driver_put(&d, "edge.bin", bytes, sizeof(bytes));
    cr_assert_eq(d.ops->out(d.self, DRIVER_OUT, NULL, 0, true), 0);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT, 1, handle), MTP_RC_OK);
    cr_assert_eq(d.data.used, sizeof(bytes));
    driver_close(&d);
}

Test(still_image, a_header_in_its_own_packet_is_accepted)
{
    static const uint8_t header[] = {15, 0, 0, 0, 2, 0, 0x0d, 0x10, 2, 0, 0, 0};
    struct driver d;
    uint32_t handle;

    open_session(&d);
    cr_assert_eq(driver_info(&d, "s.bin", MTP_FC_UNDEFINED, 3, 0x00010001, 0xffffffff), MTP_RC_OK);
    handle = d.params[2];
    cr_assert_eq(driver_command(&d, MTP_OP_SEND_OBJECT, ++d.transaction, 0, NULL), 0);
    cr_assert_eq(driver_out(&d, header, sizeof(header)), 0);
    cr_assert_eq(driver_out(&d, "abc", 3), 0);
    cr_assert_eq(driver_answer(&d), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT, 1, handle), MTP_RC_OK);
    cr_assert_arr_eq(d.data.data, "abc", 3);
    driver_close(&d);
}

Test(still_image, short_data_are_an_incomplete_transfer_and_may_be_sent_again)
{
    static const char bytes[] = "0123456789";
    struct driver d;
    uint32_t handle;

    open_session(&d);
    cr_assert_eq(driver_info(&d, "s.bin", MTP_FC_UNDEFINED, 10, 0x00010001, 0xffffffff), MTP_RC_OK);
    handle = d.params[2];
    cr_assert_eq(driver_command(&d, MTP_OP_SEND_OBJECT, ++d.transaction, 0, NULL), 0);
    cr_assert_eq(driver_data(&d, MTP_OP_SEND_OBJECT, 22, bytes, 5), 0);
    cr_assert_eq(driver_answer(&d), MTP_RC_INCOMPLETE_TRANSFER);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_INFO, 1, handle), MTP_RC_INVALID_OBJECT_HANDLE);
    cr_assert_eq(driver_send(&d, MTP_OP_SEND_OBJECT, bytes, 10, 0), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT, 1, handle), MTP_RC_OK);
    cr_assert_arr_eq(d.data.data, bytes, 10);
    driver_close(&d);
}

/* A client was killed between two writes of its data phase: no cancel, no reset, and the first the
 * device hears of the next one is its OpenSession. */
Test(still_image, a_new_host_begins_in_the_middle_of_its_predecessors_data)
{
    uint8_t bytes[1500] = {0};
    struct driver d;

    open_session(&d);
    cr_assert_eq(driver_info(&d, "s.bin", MTP_FC_UNDEFINED, 5000, 0x00010001, 0xffffffff),
                 MTP_RC_OK);
    cr_assert_eq(driver_command(&d, MTP_OP_SEND_OBJECT, ++d.transaction, 0, NULL), 0);
    cr_assert_eq(driver_data(&d, MTP_OP_SEND_OBJECT, 5012, bytes, 500), 0);
    cr_assert_eq(driver_out(&d, bytes, 512), 0);
    cr_assert_eq(driver_run(&d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_SESSION_ALREADY_OPEN);
    cr_assert_eq(driver_run(&d, MTP_OP_CLOSE_SESSION, 0), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_NUM_OBJECTS, 3, 0x00010001, 0, 0xffffffff), MTP_RC_OK);
    driver_close(&d);
}

Test(still_image, a_new_host_begins_in_the_middle_of_refused_data)
{
    uint8_t bytes[512] = {0};
    struct driver d;

    open_session(&d);
    cr_assert_eq(driver_command(&d, 0x10ff, ++d.transaction, 0, NULL), 0);
    cr_assert_eq(driver_data(&d, 0x10ff, 5012, bytes, 500), 0);
    cr_assert_eq(driver_answer(&d), MTP_RC_OPERATION_NOT_SUPPORTED);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_DEVICE_INFO, 0), MTP_RC_OK);
    driver_close(&d);
}

/* The very bytes of a command are data where just so many were due. */
Test(still_image, data_that_look_like_a_command_are_data_where_they_fit)
{
    static const uint8_t tail[] = {16, 0, 0, 0, 1, 0, 0x02, 0x10, 0, 0, 0, 0, 1, 0, 0, 0};
    uint8_t bytes[516] = {0};
    struct driver d;
    uint32_t handle;

    memcpy(bytes + 500, tail, sizeof(tail));
    open_session(&d);
    cr_assert_eq(driver_info(&d, "s.bin", MTP_FC_UNDEFINED, sizeof(bytes), 0x00010001, 0xffffffff),
                 MTP_RC_OK);
    handle = d.params[2];
    cr_assert_eq(driver_command(&d, MTP_OP_SEND_OBJECT, ++d.transaction, 0, NULL), 0);
    cr_assert_eq(driver_data(&d, MTP_OP_SEND_OBJECT, 12 + sizeof(bytes), bytes, 500), 0);
    cr_assert_eq(driver_out(&d, tail, sizeof(tail)), 0);
    cr_assert_eq(driver_answer(&d), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT, 1, handle), MTP_RC_OK);
    cr_assert_arr_eq(d.data.data, bytes, sizeof(bytes));
    driver_close(&d);
}

Test(still_image, excess_data_are_refused)
{
    struct driver d;

    open_session(&d);
    cr_assert_eq(driver_info(&d, "s.bin", MTP_FC_UNDEFINED, 4, 0x00010001, 0xffffffff), MTP_RC_OK);
    cr_assert_eq(driver_command(&d, MTP_OP_SEND_OBJECT, ++d.transaction, 0, NULL), 0);
    cr_assert_eq(driver_data(&d, MTP_OP_SEND_OBJECT, 16, "abcdefghij", 10), 0);
    cr_assert_eq(driver_answer(&d), MTP_RC_INCOMPLETE_TRANSFER);
    driver_close(&d);
}

Test(still_image, data_without_info_are_drained)
{
    uint8_t bytes[1012] = {0};
    struct driver d;

    open_session(&d);
    cr_assert_eq(driver_send(&d, MTP_OP_SEND_OBJECT, bytes, sizeof(bytes), 0),
                 MTP_RC_NO_VALID_OBJECT_INFO);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_DEVICE_INFO, 0), MTP_RC_OK);
    driver_close(&d);
}

Test(still_image, an_unknown_operation_with_data_stays_in_step)
{
    struct driver d;

    open_session(&d);
    cr_assert_eq(driver_command(&d, 0x10ff, ++d.transaction, 0, NULL), 0);
    cr_assert_eq(driver_data(&d, 0x10ff, 22, "abcdefghij", 10), 0);
    cr_assert_eq(driver_answer(&d), MTP_RC_OPERATION_NOT_SUPPORTED);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_STORAGE_IDS, 0), MTP_RC_OK);
    driver_close(&d);
}

Test(still_image, a_response_from_the_host_is_a_protocol_error)
{
    static const uint8_t junk[] = {12, 0, 0, 0, 3, 0, 0x01, 0x20, 1, 0, 0, 0};
    struct driver d;

    open_session(&d);
    cr_assert_eq(driver_out(&d, junk, sizeof(junk)), -EPIPE);
    d.ops->reset(d.self, (struct usb_reset){.cause = USB_RESET_HALT, .endpoint = DRIVER_OUT});
    cr_assert_eq(driver_run(&d, MTP_OP_GET_STORAGE_IDS, 0), MTP_RC_OK);
    driver_close(&d);
}

Test(still_image, a_command_of_eleven_bytes_is_refused)
{
    static const uint8_t junk[] = {11, 0, 0, 0, 1, 0, 0x01, 0x10, 1, 0, 0};
    struct driver d;

    open_session(&d);
    cr_assert_eq(driver_out(&d, junk, sizeof(junk)), -EPIPE);
    driver_close(&d);
}

Test(still_image, a_cancelled_get_sends_no_response)
{
    uint8_t cancel[] = {0x01, 0x40, 0, 0, 0, 0}, reply[32];
    uint8_t bytes[2000] = {1};
    struct driver d;
    struct usb_in in;
    uint32_t handle;

    open_session(&d);
    handle = driver_put(&d, "s.bin", bytes, sizeof(bytes));
    cr_assert_eq(driver_command(&d, MTP_OP_GET_OBJECT, ++d.transaction, 1, &handle), 0);
    cr_assert_eq(d.ops->in(d.self, DRIVER_IN, 512, &in), 0);
    cancel[2] = (uint8_t)d.transaction;
    cr_assert_eq(control(&d, 0x21, MTP_REQ_CANCEL, 0, 6, cancel, reply), 0);
    cr_assert_eq(d.ops->in(d.self, DRIVER_IN, 512, &in), -EAGAIN);
    cr_assert_eq(control(&d, 0xa1, MTP_REQ_GET_DEVICE_STATUS, 0, 64, NULL, reply), 4);
    cr_assert_eq(reply[2] | reply[3] << 8, MTP_RC_DEVICE_BUSY);
    cr_assert_eq(control(&d, 0xa1, MTP_REQ_GET_DEVICE_STATUS, 0, 64, NULL, reply), 4);
    cr_assert_eq(reply[2] | reply[3] << 8, MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_STORAGE_IDS, 0), MTP_RC_OK);
    driver_close(&d);
}

Test(still_image, a_cancel_of_another_transaction_has_no_effect)
{
    static const uint8_t cancel[] = {0x01, 0x40, 0x77, 0, 0, 0};
    struct driver d;
    uint8_t reply[32];

    open_session(&d);
    cr_assert_eq(driver_command(&d, MTP_OP_GET_STORAGE_IDS, ++d.transaction, 0, NULL), 0);
    cr_assert_eq(control(&d, 0x21, MTP_REQ_CANCEL, 0, 6, cancel, reply), 0);
    cr_assert_eq(driver_answer(&d), MTP_RC_OK);
    cr_assert(d.has_data);
    driver_close(&d);
}

Test(still_image, class_requests_to_another_interface_stall)
{
    static const uint8_t cancel[] = {0x01, 0x40, 1, 0, 0, 0};
    uint8_t reply[64];
    struct driver d;

    open_session(&d);
    cr_assert_eq(control(&d, 0x21, MTP_REQ_CANCEL, 5, 6, cancel, reply), -EPIPE);
    cr_assert_eq(control(&d, 0x21, MTP_REQ_DEVICE_RESET, 5, 0, NULL, reply), -EPIPE);
    cr_assert_eq(control(&d, 0xa1, MTP_REQ_GET_DEVICE_STATUS, 5, 64, NULL, reply), -EPIPE);
    cr_assert_eq(control(&d, 0xa1, MTP_REQ_GET_EXTENDED_EVENT, 5, 64, NULL, reply), -EPIPE);
    driver_close(&d);
}

Test(still_image, device_reset_closes_the_session)
{
    struct driver d;
    uint8_t reply[8];

    open_session(&d);
    cr_assert_eq(control(&d, 0x21, MTP_REQ_DEVICE_RESET, 0, 0, NULL, reply), 0);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_STORAGE_IDS, 0), MTP_RC_SESSION_NOT_OPEN);
    driver_close(&d);
}

Test(still_image, a_command_that_comes_early_is_answered_after_the_first)
{
    uint8_t bytes[40000] = {3};
    struct driver d;
    struct usb_in in;
    uint32_t handle;

    open_session(&d);
    handle = driver_put(&d, "s.bin", bytes, sizeof(bytes));
    cr_assert_eq(driver_command(&d, MTP_OP_GET_OBJECT, ++d.transaction, 1, &handle), 0);
    cr_assert_eq(d.ops->in(d.self, DRIVER_IN, 512, &in), 0);
    cr_assert_eq(driver_command(&d, MTP_OP_GET_STORAGE_IDS, ++d.transaction, 0, NULL), 0);
    do
        cr_assert_eq(d.ops->in(d.self, DRIVER_IN, 512, &in), 0);
    while (!in.end);
    cr_assert_eq(driver_answer(&d), MTP_RC_OK);
    cr_assert_not(d.has_data, "the response of GetObject");
    cr_assert_eq(driver_answer(&d), MTP_RC_OK);
    cr_assert_eq(d.data.used, 12, "two storage ids");
    driver_close(&d);
}

Test(still_image, cancelled_in_data_come_again)
{
    uint8_t bytes[100];
    struct driver d;
    struct usb_in in;
    struct wr got = {0};
    uint32_t handle;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)i;
    open_session(&d);
    handle = driver_put(&d, "s.bin", bytes, sizeof(bytes));
    cr_assert_eq(driver_command(&d, MTP_OP_GET_OBJECT, ++d.transaction, 1, &handle), 0);
    cr_assert_eq(d.ops->in(d.self, DRIVER_IN, 512, &in), 0);
    d.ops->in_undo(d.self, DRIVER_IN, in.length);
    cr_assert_eq(driver_in(&d, DRIVER_IN, &got), 0);
    cr_assert_eq(got.used, 112);
    cr_assert_arr_eq(got.data + 12, bytes, sizeof(bytes));
    wr_done(&got);
    driver_close(&d);
}

Test(still_image, an_idle_interrupt_endpoint_has_nothing_to_say)
{
    struct driver d;
    struct usb_in in;

    open_session(&d);
    cr_assert_eq(d.ops->in(d.self, DRIVER_EVENT, 64, &in), -EAGAIN);
    driver_close(&d);
}

Test(still_image, the_list_of_all_properties_has_as_many_elements_as_it_says)
{
    struct driver d;
    struct rd rd;
    uint32_t count, length;

    open_session(&d);
    cr_assert_eq(
        driver_run(&d, MTP_OP_GET_OBJECT_PROP_LIST, 5, 0xffffffff, 0, 0xffffffff, 0, 0xffffffff),
        MTP_RC_OK);
    rd = rd_over(d.data.data, d.data.used);
    count = rd_u32(&rd);
    cr_assert_gt(count, 50);
    for (uint32_t i = 0; i < count; i++) {
        (void)rd_u32(&rd);
        (void)rd_u16(&rd);
        cr_assert_not_null(rd_value(&rd, rd_u16(&rd), &length));
    }
    cr_assert_eq(rd_left(&rd), 0);
    driver_close(&d);
}
