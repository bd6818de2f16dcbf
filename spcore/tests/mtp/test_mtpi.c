/* Transactions against a device that is a list of packets. */
#include "spcore/tests/fake_device.h"

#include "spcore/mtp/mtpi_private.h"

struct host {
    struct fake *fake;
    struct mtpi *mtpi;
};

/* The recording starts afterwards. */
static void host_new(struct host *host)
{
    host->fake = fake_new();
    cr_assert_eq(mtpi_new(&host->fake->tp, &host->mtpi), 0);
    host->fake->control_count = 0;
}

/* With session 1 open and the next transaction id 1; the recording starts afterwards. */
static void host_open(struct host *host)
{
    host_new(host);
    fake_response(host->fake, 0x2001, 0);
    cr_assert_eq(mtpi_open_session(host->mtpi, 1), 0);
}

static void host_free(struct host *host)
{
    fake_response(host->fake, 0x2001, mtpi_next_transaction(host->mtpi));
    mtpi_free(host->mtpi);
    fake_free(host->fake);
}

struct received {
    uint8_t *data;
    size_t length;
    size_t stop_after; /* 0: never */
};

static int receive(void *context, const void *data, size_t length)
{
    struct received *received = context;
    uint8_t *more = realloc(received->data, received->length + length);

    cr_assert_not_null(more);
    memcpy(more + received->length, data, length);
    received->data = more;
    received->length += length;
    return received->stop_after && received->length >= received->stop_after ? 77 : 0;
}

static void expect_content(const struct received *received, size_t length)
{
    size_t i = 0;

    cr_assert_eq(received->length, length);
    while (i < length && received->data[i] == (uint8_t)(i * 7))
        i++;
    cr_expect_eq(i, length, "first difference at %zu", i);
}

/* GetObject of `payload` bytes that the queue already holds, and its response. */
static int get(struct host *host, struct received *received)
{
    return mtpi_get_object(host->mtpi, 5, receive, received);
}

/* ---- sessions and ids */

Test(mtpi, open_session_has_id_0_and_the_next_operation_1)
{
    struct host host;

    host_open(&host);
    cr_expect_arr_eq(host.fake->out[0].data, "\x10\0\0\0\1\0\2\x10\0\0\0\0\1\0\0\0", 16);
    cr_expect_eq(mtpi_next_transaction(host.mtpi), 1);
    fake_response(host.fake, 0x2001, 1);
    cr_expect_eq(mtpi_delete_object(host.mtpi, 9), 0);
    cr_expect_arr_eq(host.fake->out[1].data, "\x14\0\0\0\1\0\x0b\x10\1\0\0\0\x09\0\0\0\0\0\0\0",
                     20);
    cr_expect_eq(mtpi_next_transaction(host.mtpi), 2);
    host_free(&host);
}

Test(mtpi, ids_wrap_past_0_and_ffffffff)
{
    static const uint32_t expected[] = {0xfffffffd, 0xfffffffe, 1, 2};
    struct host host;

    host_open(&host);
    mtpi_set_transaction(host.mtpi, 0xfffffffd);
    for (size_t i = 0; i < 4; i++) {
        uint8_t id[4];

        put_le32(id, expected[i]);
        fake_response(host.fake, 0x2001, expected[i]);
        cr_expect_eq(mtpi_delete_object(host.mtpi, 9), 0);
        cr_expect_arr_eq(host.fake->out[1 + i].data + 8, id, 4);
    }
    host_free(&host);
}

Test(mtpi, outside_a_session_the_id_is_0)
{
    struct host host;
    struct mtpi_device_info info;

    host_new(&host);
    fake_response(host.fake, 0x2002, 0);
    cr_expect_eq(mtpi_get_device_info(host.mtpi, &info), 0x2002);
    cr_expect_arr_eq(host.fake->out[0].data, "\x0c\0\0\0\1\0\1\x10\0\0\0\0", 12);
    cr_expect_eq(mtpi_next_transaction(host.mtpi), 0);
    host_free(&host);
}

Test(mtpi, response_code_is_the_result)
{
    struct host host;

    host_new(&host);
    fake_response(host.fake, 0x201e, 0);
    cr_expect_eq(mtpi_open_session(host.mtpi, 1), 0x201e);
    host_free(&host);
}

Test(mtpi, response_of_another_transaction_is_no_protocol)
{
    struct host host;

    host_open(&host);
    fake_response(host.fake, 0x2001, 2);
    cr_expect_eq(mtpi_delete_object(host.mtpi, 9), -EPROTO);
    host_free(&host);
}

/* ---- data from the device */

static void check_get(size_t payload, bool mark)
{
    struct received received = {0};
    struct host host;

    host_open(&host);
    fake_data(host.fake, 0x1009, 1, payload, mark);
    fake_response(host.fake, 0x2001, 1);
    cr_expect_eq(get(&host, &received), 0);
    expect_content(&received, payload);
    free(received.data);
    host_free(&host);
}

Test(mtpi, object_without_bytes)
{
    check_get(0, true);
}

Test(mtpi, object_that_ends_with_a_short_packet)
{
    check_get(1000, true);
}

Test(mtpi, object_that_fills_its_last_packet)
{
    check_get(2 * PACKET - 12, true);
}

Test(mtpi, object_that_fills_its_last_packet_without_a_mark)
{
    check_get(2 * PACKET - 12, false);
}

Test(mtpi, object_that_fills_the_first_read)
{
    check_get(MTPI_FIRST - 12, true);
}

Test(mtpi, object_that_fills_the_first_read_without_a_mark)
{
    check_get(MTPI_FIRST - 12, false);
}

Test(mtpi, object_of_several_reads)
{
    check_get(5 * MTPI_FIRST + 77, true);
}

Test(mtpi, object_of_several_reads_that_fills_its_last_packet)
{
    check_get(3 * MTPI_FIRST + 2 * PACKET - 12, true);
}

Test(mtpi, extra_byte_in_place_of_the_mark_is_no_data)
{
    struct received received = {0};
    struct host host;

    host_open(&host);
    fake_data(host.fake, 0x1009, 1, 3 * MTPI_FIRST + PACKET - 12, false);
    fake_packet(host.fake, "x", 1);
    fake_response(host.fake, 0x2001, 1);
    cr_expect_eq(get(&host, &received), 0);
    expect_content(&received, 3 * MTPI_FIRST + PACKET - 12);
    free(received.data);
    host_free(&host);
}

Test(mtpi, header_in_a_packet_of_its_own)
{
    struct received received = {0};
    uint8_t *bytes = make_data(12 + 700, 0x1009, 1, 700);
    struct host host;

    host_open(&host);
    fake_packet(host.fake, bytes, 12);
    fake_transfer(host.fake, bytes + 12, 700, true);
    fake_response(host.fake, 0x2001, 1);
    cr_expect_eq(get(&host, &received), 0);
    expect_content(&received, 700);
    free(bytes);
    free(received.data);
    host_free(&host);
}

static void check_unbounded(size_t payload)
{
    struct received received = {0};
    uint8_t *bytes = make_data(0xffffffff, 0x1009, 1, payload);
    struct host host;

    host_open(&host);
    fake_transfer(host.fake, bytes, 12 + payload, true);
    fake_response(host.fake, 0x2001, 1);
    cr_expect_eq(get(&host, &received), 0);
    expect_content(&received, payload);
    free(bytes);
    free(received.data);
    host_free(&host);
}

Test(mtpi, length_ffffffff_runs_to_the_short_packet)
{
    check_unbounded(2 * MTPI_FIRST + 99);
}

Test(mtpi, length_ffffffff_runs_to_the_mark)
{
    check_unbounded(2 * MTPI_FIRST - 12);
}

Test(mtpi, response_instead_of_data)
{
    struct received received = {0};
    struct host host;

    host_open(&host);
    fake_response(host.fake, 0x2009, 1);
    cr_expect_eq(get(&host, &received), 0x2009);
    cr_expect_eq(received.length, 0);
    host_free(&host);
}

Test(mtpi, data_of_another_transaction_is_no_protocol)
{
    struct received received = {0};
    struct host host;

    host_open(&host);
    fake_data(host.fake, 0x1009, 2, 100, true);
    cr_expect_eq(get(&host, &received), -EPROTO);
    cr_expect_eq(received.length, 0);
    host_free(&host);
}

Test(mtpi, data_of_another_operation_is_no_protocol)
{
    struct received received = {0};
    struct host host;

    host_open(&host);
    fake_data(host.fake, 0x1008, 1, 100, true);
    cr_expect_eq(get(&host, &received), -EPROTO);
    host_free(&host);
}

/* 400 bytes said, 300 sent, then the response. */
static int get_cut(struct host *host, uint16_t code)
{
    struct received received = {0};
    uint8_t *bytes = make_data(12 + 400, 0x1009, 1, 300);
    int result;

    host_open(host);
    fake_transfer(host->fake, bytes, 12 + 300, true);
    fake_response(host->fake, code, 1);
    result = get(host, &received);
    free(bytes);
    free(received.data);
    return result;
}

Test(mtpi, data_cut_short_is_no_success)
{
    struct host host;

    cr_expect_eq(get_cut(&host, 0x2001), -EPROTO);
    host_free(&host);
}

Test(mtpi, data_cut_short_is_explained_by_the_response)
{
    struct host host;

    cr_expect_eq(get_cut(&host, 0x2007), 0x2007);
    host_free(&host);
}

Test(mtpi, dataset_with_a_count_beyond_its_bytes_is_refused)
{
    uint8_t bytes[12 + 8] = {0};
    struct mtpi_u32_array array = {.count = 77};
    struct host host;

    host_open(&host);
    put_header(bytes, sizeof(bytes), 2, 0x1004, 1);
    put_le32(bytes + 12, 1000);
    fake_transfer(host.fake, bytes, sizeof(bytes), true);
    fake_response(host.fake, 0x2001, 1);
    cr_expect_eq(mtpi_get_storage_ids(host.mtpi, &array), -EPROTO);
    cr_expect_eq(array.count, 77);
    host_free(&host);
}

/* ---- cancelling and stalls */

Test(mtpi, sink_that_stops_cancels_the_transaction)
{
    struct received received = {.stop_after = 1};
    struct host host;

    host_open(&host);
    host.fake->busy = 2;
    fake_data(host.fake, 0x1009, 1, 100000, true);
    cr_expect_eq(get(&host, &received), 77);
    cr_assert_eq(host.fake->control_count, 4);
    cr_expect_eq(host.fake->control[0].setup.request_type, 0x21);
    cr_expect_eq(host.fake->control[0].setup.request, 0x64);
    cr_expect_arr_eq(host.fake->control[0].data, "\1\x40\1\0\0\0", 6);
    /* What the device had queued is gone: the next transaction is in step. */
    cr_expect_eq(host.fake->in_next, host.fake->in_count);
    fake_response(host.fake, 0x2001, 2);
    cr_expect_eq(mtpi_delete_object(host.mtpi, 5), 0);
    free(received.data);
    host_free(&host);
}

Test(mtpi, stall_clears_both_halts)
{
    struct received received = {0};
    struct host host;

    host_open(&host);
    fake_error(host.fake, -EPIPE);
    cr_expect_eq(get(&host, &received), -EPIPE);
    cr_assert_eq(host.fake->control_count, 2);
    cr_expect_eq(host.fake->control[0].setup.request_type, 0x02);
    cr_expect_eq(host.fake->control[0].setup.index, 0x81);
    cr_expect_eq(host.fake->control[1].setup.index, 0x02);
    host_free(&host);
}

Test(mtpi, device_that_is_gone_is_left_alone)
{
    struct received received = {0};
    struct host host;

    host_open(&host);
    fake_error(host.fake, -ENODEV);
    cr_expect_eq(get(&host, &received), -ENODEV);
    cr_expect_eq(host.fake->control_count, 0);
    host_free(&host);
}

/* ---- data to the device */

Test(mtpi, header_and_content_leave_together)
{
    struct host host;

    host_open(&host);
    fake_response(host.fake, 0x2001, 1);
    cr_expect_eq(mtpi_send_object(host.mtpi, "hello", 5), 0);
    cr_assert_eq(host.fake->out_count, 3);
    cr_assert_eq(host.fake->out[2].length, 17);
    cr_expect_arr_eq(host.fake->out[2].data, "\x11\0\0\0\2\0\x0d\x10\1\0\0\0hello", 17);
    cr_expect(host.fake->out[2].end);
    host_free(&host);
}

Test(mtpi, object_without_content_has_a_data_phase)
{
    struct host host;

    host_open(&host);
    fake_response(host.fake, 0x2001, 1);
    cr_expect_eq(mtpi_send_object(host.mtpi, NULL, 0), 0);
    cr_assert_eq(host.fake->out_count, 3);
    cr_expect_eq(host.fake->out[2].length, 12);
    cr_expect(host.fake->out[2].end);
    host_free(&host);
}

Test(mtpi, pieces_of_large_content_end_on_packets_and_only_the_last_is_marked)
{
    size_t length = 6 * 1024 * 1024 + 5;
    uint8_t *content = calloc(1, length);
    struct host host;
    size_t sum = 0;

    cr_assert_not_null(content);
    host_open(&host);
    fake_response(host.fake, 0x2001, 1);
    cr_expect_eq(mtpi_send_object(host.mtpi, content, length), 0);
    for (size_t i = 2; i < host.fake->out_count; i++) {
        bool last = i + 1 == host.fake->out_count;

        sum += host.fake->out[i].length;
        cr_expect_eq(host.fake->out[i].end, last);
        cr_expect(last || host.fake->out[i].length % PACKET == 0);
    }
    cr_expect_eq(sum, 12 + length);
    free(content);
    host_free(&host);
}

static int64_t give_three(void *context, void *buffer, size_t room)
{
    unsigned *left = context;

    if (*left == 0)
        return -EIO;
    (*left)--;
    memset(buffer, 'x', room < 3 ? room : 3);
    return room < 3 ? (int64_t)room : 3;
}

Test(mtpi, source_in_small_pieces_is_one_data_phase)
{
    unsigned left = 3;
    struct host host;

    host_open(&host);
    fake_response(host.fake, 0x2001, 1);
    cr_expect_eq(mtpi_send_object_from(host.mtpi, 8, give_three, &left), 0);
    cr_assert_eq(host.fake->out_count, 3);
    cr_expect_arr_eq(host.fake->out[2].data + 12, "xxxxxxxx", 8);
    host_free(&host);
}

Test(mtpi, source_that_fails_cancels_the_transaction)
{
    unsigned left = 1;
    struct host host;

    host_open(&host);
    cr_expect_eq(mtpi_send_object_from(host.mtpi, 8, give_three, &left), -EIO);
    cr_assert_geq(host.fake->control_count, 1);
    cr_expect_eq(host.fake->control[0].setup.request, 0x64);
    host_free(&host);
}

/* ---- the interface and events */

Test(mtpi, still_image_interface_is_found)
{
    struct fake *fake = fake_new();
    struct mtpi_pipe pipe;

    cr_assert_eq(mtpi_find_pipe(&fake->tp, &pipe), 0);
    cr_expect(pipe.still_image);
    cr_expect_eq(pipe.bulk_in, 0x81);
    cr_expect_eq(pipe.bulk_out, 0x02);
    cr_expect_eq(pipe.interrupt_in, 0x83);
    fake_free(fake);
}

Test(mtpi, vendor_interface_is_found_and_another_class_is_not)
{
    struct fake *fake = fake_new();
    struct mtpi_pipe pipe;

    fake->tp.config[14] = 0xff;
    cr_assert_eq(mtpi_find_pipe(&fake->tp, &pipe), 0);
    cr_expect_not(pipe.still_image);
    fake->tp.config[14] = 0x08;
    cr_expect_eq(mtpi_find_pipe(&fake->tp, &pipe), -ENOTSUP);
    fake_free(fake);
}

/* USB mass storage, bulk-only transport 1.0, 4.3: a disk's interface has two endpoints. */
Test(mtpi, bulk_only_disk_with_an_interrupt_endpoint_is_none)
{
    struct fake *fake = fake_new();
    struct mtpi_pipe pipe;

    memcpy(fake->tp.config + 14, "\x08\x06\x50", 3);
    cr_assert_eq(mtpi_find_pipe(&fake->tp, &pipe), 0);
    cr_expect_not(pipe.still_image);
    cr_expect_eq(pipe.interrupt_in, 0x83);
    fake->tp.config_length -= 7;
    cr_expect_eq(mtpi_find_pipe(&fake->tp, &pipe), -ENOTSUP);
    fake_free(fake);
}

/* A player may say nothing before that; whether it has the string does not matter. */
Test(mtpi, os_string_is_read_before_the_first_container)
{
    struct fake *fake = fake_new();
    struct mtpi *mtpi;

    cr_assert_eq(mtpi_new(&fake->tp, &mtpi), 0);
    cr_assert_eq(fake->control_count, 1);
    cr_expect_eq(fake->control[0].setup.request_type, 0x80);
    cr_expect_eq(fake->control[0].setup.request, 6);
    cr_expect_eq(fake->control[0].setup.value, 0x03ee);
    cr_expect_eq(fake->out_count, 0);
    mtpi_free(mtpi);
    fake_free(fake);
}

static void queue_event(struct fake *fake, const void *data, size_t length)
{
    struct fake_packet *packet = &fake->interrupt[fake->interrupt_count++];

    *packet = (struct fake_packet){.data = malloc(length + 1), .length = length};
    cr_assert_not_null(packet->data);
    memcpy(packet->data, data, length);
}

Test(mtpi, event_arrives_with_its_parameter)
{
    struct mtpi_event event;
    struct host host;

    host_open(&host);
    queue_event(host.fake, "\x10\0\0\0\4\0\2\x40\xff\xff\xff\xff\7\0\0\0", 16);
    cr_assert_eq(mtpi_wait_event(host.mtpi, 1000, &event), 0);
    cr_expect_eq(event.code, 0x4002);
    cr_expect_eq(event.transaction_id, 0xffffffff);
    cr_expect_eq(event.param[0], 7);
    host_free(&host);
}

Test(mtpi, event_in_two_packets_is_put_together)
{
    struct mtpi_event event;
    struct host host;

    host_open(&host);
    queue_event(host.fake, "\x10\0\0\0\4\0\2\x40", 8);
    queue_event(host.fake, "\0\0\0\0\7\0\0\0", 8);
    cr_assert_eq(mtpi_wait_event(host.mtpi, 1000, &event), 0);
    cr_expect_eq(event.param_count, 1);
    cr_expect_eq(event.param[0], 7);
    host_free(&host);
}

Test(mtpi, half_an_event_waits_for_its_rest_over_two_calls)
{
    struct mtpi_event event;
    struct host host;

    host_open(&host);
    queue_event(host.fake, "\x0c\0\0\0\4\0", 6);
    cr_expect_eq(mtpi_wait_event(host.mtpi, 1000, &event), -ETIMEDOUT);
    queue_event(host.fake, "\x0a\x40\0\0\0\0", 6);
    cr_assert_eq(mtpi_wait_event(host.mtpi, 1000, &event), 0);
    cr_expect_eq(event.code, 0x400a);
    host_free(&host);
}

Test(mtpi, container_that_is_no_event_is_no_protocol)
{
    struct mtpi_event event;
    struct host host;

    host_open(&host);
    queue_event(host.fake, "\x0c\0\0\0\3\0\1\x20\0\0\0\0", 12);
    cr_expect_eq(mtpi_wait_event(host.mtpi, 1000, &event), -EPROTO);
    host_free(&host);
}
