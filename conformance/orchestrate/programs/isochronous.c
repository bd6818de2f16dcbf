/* Isochronous transfers and alternate settings on libusb's asynchronous interface, against a player
 * with the functions of Linux's gadget zero (player zero): setting 1 of interface 0 has a source
 * and a sink, a packet a millisecond. Prints a line for each thing that came true; anything else
 * ends it with status 1. */
#include <libusb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "true_or_end.h"

enum { ISO_IN = 0x82, ISO_OUT = 0x02, PACKET_MAX = 1024, PACKETS = 8, QUEUED = 6 };
enum { LONG_PACKETS = 200 }; /* as many milliseconds */

static libusb_device_handle *handle;
static int calls, packet_size; /* 512 at full speed, 1024 above */

static long milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void LIBUSB_CALL count(struct libusb_transfer *transfer)
{
    (void)transfer;
    calls++;
}

static void wait_for_calls(int wanted)
{
    while (calls < wanted)
        TRUE_OR_END(libusb_handle_events(NULL) == 0);
    TRUE_OR_END(calls == wanted);
    calls = 0;
}

static struct libusb_transfer *iso(unsigned char endpoint, unsigned char *data, int packets)
{
    struct libusb_transfer *transfer = libusb_alloc_transfer(packets);

    TRUE_OR_END(transfer);
    libusb_fill_iso_transfer(transfer, handle, endpoint, data, packets * packet_size, packets,
                             count, NULL, 0);
    libusb_set_iso_packet_lengths(transfer, (unsigned)packet_size);
    return transfer;
}

static void endpoints_come_with_their_setting(void)
{
    static unsigned char data[PACKET_MAX];
    struct libusb_transfer *transfer = iso(ISO_IN, data, 1);

    TRUE_OR_END(libusb_submit_transfer(transfer) == LIBUSB_ERROR_IO);
    TRUE_OR_END(libusb_set_interface_alt_setting(handle, 0, 1) == 0);
    TRUE_OR_END(libusb_submit_transfer(transfer) == 0);
    wait_for_calls(1);
    TRUE_OR_END(transfer->status == LIBUSB_TRANSFER_COMPLETED);
    libusb_free_transfer(transfer);
    puts("setting");
}

static void every_packet_has_its_result(void)
{
    static unsigned char data[PACKETS * PACKET_MAX], zeroes[PACKET_MAX];
    struct libusb_transfer *transfer = iso(ISO_IN, data, PACKETS);

    memset(data, 0x55, sizeof(data));
    TRUE_OR_END(libusb_submit_transfer(transfer) == 0);
    TRUE_OR_END(libusb_submit_transfer(transfer) == LIBUSB_ERROR_BUSY);
    wait_for_calls(1);
    TRUE_OR_END(transfer->status == LIBUSB_TRANSFER_COMPLETED);
    for (unsigned i = 0; i < PACKETS; i++) {
        TRUE_OR_END(transfer->iso_packet_desc[i].status == LIBUSB_TRANSFER_COMPLETED);
        TRUE_OR_END(transfer->iso_packet_desc[i].actual_length == (unsigned)packet_size);
        TRUE_OR_END(memcmp(libusb_get_iso_packet_buffer_simple(transfer, i), zeroes,
                           (size_t)packet_size) == 0);
    }
    libusb_free_transfer(transfer);
    puts("in");
}

static void packets_out_may_differ_in_length(void)
{
    static unsigned char data[PACKETS * PACKET_MAX];
    struct libusb_transfer *transfer = iso(ISO_OUT, data, PACKETS);

    for (unsigned i = 0; i < PACKETS; i++)
        transfer->iso_packet_desc[i].length = i * 60;
    TRUE_OR_END(libusb_submit_transfer(transfer) == 0);
    wait_for_calls(1);
    TRUE_OR_END(transfer->status == LIBUSB_TRANSFER_COMPLETED);
    for (unsigned i = 0; i < PACKETS; i++) {
        TRUE_OR_END(transfer->iso_packet_desc[i].status == LIBUSB_TRANSFER_COMPLETED);
        TRUE_OR_END(transfer->iso_packet_desc[i].actual_length == i * 60);
    }
    libusb_free_transfer(transfer);
    puts("out");
}

/* Later ones are cancelled while earlier ones are under way: those are not touched. False when this
 * program was held up for so long that a later one's turn came. */
static bool cancelled_in_time(struct libusb_transfer **transfers)
{
    long begin = milliseconds();
    bool in_time;
    for (int i = 0; i < QUEUED; i++)
        TRUE_OR_END(libusb_submit_transfer(transfers[i]) == 0);
    for (int i = QUEUED - 1; i > 0; i--)
        TRUE_OR_END(libusb_cancel_transfer(transfers[i]) == 0);
    in_time = milliseconds() - begin < LONG_PACKETS;
    wait_for_calls(QUEUED);
    TRUE_OR_END(transfers[0]->status == LIBUSB_TRANSFER_COMPLETED);
    TRUE_OR_END(transfers[0]->iso_packet_desc[LONG_PACKETS - 1].actual_length ==
                (unsigned)packet_size);
    for (int i = 1; i < QUEUED; i++)
        TRUE_OR_END(!in_time || transfers[i]->status == LIBUSB_TRANSFER_CANCELLED);
    return in_time;
}

static void what_waits_can_be_cancelled(void)
{
    static unsigned char data[QUEUED][LONG_PACKETS * PACKET_MAX];
    struct libusb_transfer *transfers[QUEUED];
    for (int i = 0; i < QUEUED; i++)
        transfers[i] = iso(ISO_IN, data[i], LONG_PACKETS);
    while (!cancelled_in_time(transfers))
        continue;
    for (int i = 0; i < QUEUED; i++)
        libusb_free_transfer(transfers[i]);
    puts("cancelled");
}

/* False when this program was held up until the transfer was over. */
static bool ended_in_time(struct libusb_transfer *transfer)
{
    long begin = milliseconds();
    bool in_time;

    TRUE_OR_END(libusb_submit_transfer(transfer) == 0);
    TRUE_OR_END(libusb_set_interface_alt_setting(handle, 0, 0) == 0);
    in_time = milliseconds() - begin < LONG_PACKETS;
    wait_for_calls(1);
    TRUE_OR_END(!in_time || transfer->status != LIBUSB_TRANSFER_COMPLETED);
    return in_time;
}

static void a_change_of_setting_ends_what_is_under_way(void)
{
    static unsigned char data[LONG_PACKETS * PACKET_MAX];
    struct libusb_transfer *transfer = iso(ISO_IN, data, LONG_PACKETS);

    while (!ended_in_time(transfer))
        TRUE_OR_END(libusb_set_interface_alt_setting(handle, 0, 1) == 0);
    TRUE_OR_END(libusb_submit_transfer(transfer) == LIBUSB_ERROR_IO);
    libusb_free_transfer(transfer);
    puts("ended");
}

static void impossible_packets_are_refused(void)
{
    static unsigned char data[2 * PACKET_MAX];
    struct libusb_transfer *transfer = iso(ISO_IN, data, 2);

    transfer->iso_packet_desc[1].length = (unsigned)packet_size + 1; /* beyond the buffer */
    TRUE_OR_END(libusb_submit_transfer(transfer) == LIBUSB_ERROR_INVALID_PARAM);
    transfer->num_iso_packets = 3; /* more than it was made for */
    TRUE_OR_END(libusb_submit_transfer(transfer) == LIBUSB_ERROR_INVALID_PARAM);
    libusb_free_transfer(transfer);
    puts("refused");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    TRUE_OR_END(libusb_init(NULL) == 0);
    handle = libusb_open_device_with_vid_pid(NULL, 0x0525, 0xa4a0);
    TRUE_OR_END(handle && libusb_claim_interface(handle, 0) == 0);
    packet_size = libusb_get_max_iso_packet_size(libusb_get_device(handle), ISO_IN);
    TRUE_OR_END(packet_size == 512 || packet_size == PACKET_MAX);
    endpoints_come_with_their_setting();
    every_packet_has_its_result();
    packets_out_may_differ_in_length();
    what_waits_can_be_cancelled();
    impossible_packets_are_refused();
    a_change_of_setting_ends_what_is_under_way();
    libusb_close(handle);
    libusb_exit(NULL);
    puts("done");
    return 0;
}
