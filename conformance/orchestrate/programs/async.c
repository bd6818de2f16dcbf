/* libusb's asynchronous interface as its documentation has it, against one player (persona mtp).
 * Prints a line for each thing that came true; anything else ends it with status 1.
 * argv[1]: a command that unplugs the player; argv[2]: one that plugs it in again. */
#include <libusb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "true_or_end.h"

enum { VENDOR = 0x1209, PRODUCT = 0x4d54, BULK_IN = 0x81, INTERRUPT_IN = 0x83, THREADS = 4 };
enum { PATIENCE = 30000 }; /* ms, for what must come */

static libusb_context *context;
static libusb_device_handle *handle;
static atomic_int arrived, left, calls, stop;

static void LIBUSB_CALL count(struct libusb_transfer *transfer)
{
    (void)transfer;
    atomic_fetch_add(&calls, 1);
}

static void wait_for_calls(int wanted)
{
    while (atomic_load(&calls) < wanted)
        TRUE_OR_END(libusb_handle_events(context) == 0);
}

/* ---- cancel, time-out, freeing in the call-back */

static void cancel_ends_a_transfer(void)
{
    static unsigned char data[64];
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);

    atomic_store(&calls, 0);
    libusb_fill_interrupt_transfer(transfer, handle, INTERRUPT_IN, data, sizeof(data), count, NULL,
                                   0);
    TRUE_OR_END(libusb_cancel_transfer(transfer) == LIBUSB_ERROR_NOT_FOUND);
    TRUE_OR_END(libusb_submit_transfer(transfer) == 0);
    TRUE_OR_END(libusb_submit_transfer(transfer) == LIBUSB_ERROR_BUSY);
    TRUE_OR_END(libusb_cancel_transfer(transfer) == 0);
    TRUE_OR_END(libusb_cancel_transfer(transfer) == LIBUSB_ERROR_NOT_FOUND);
    wait_for_calls(1);
    TRUE_OR_END(transfer->status == LIBUSB_TRANSFER_CANCELLED && transfer->actual_length == 0);
    libusb_free_transfer(transfer);
    puts("cancelled");
}

static void time_outs_end_transfers(void)
{
    static unsigned char data[64];
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);
    int got = -1;

    atomic_store(&calls, 0);
    libusb_fill_bulk_transfer(transfer, handle, BULK_IN, data, sizeof(data), count, NULL, 20);
    TRUE_OR_END(libusb_submit_transfer(transfer) == 0);
    wait_for_calls(1);
    TRUE_OR_END(transfer->status == LIBUSB_TRANSFER_TIMED_OUT);
    libusb_free_transfer(transfer);
    TRUE_OR_END(libusb_bulk_transfer(handle, BULK_IN, data, sizeof(data), &got, 20) ==
                LIBUSB_ERROR_TIMEOUT);
    TRUE_OR_END(got == 0);
    puts("timed out");
}

static void buffers_and_transfers_are_freed(void)
{
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);
    unsigned char *setup = malloc(LIBUSB_CONTROL_SETUP_SIZE + 18);

    atomic_store(&calls, 0);
    libusb_fill_control_setup(setup, 0x80, LIBUSB_REQUEST_GET_DESCRIPTOR, 0x100, 0, 18);
    libusb_fill_control_transfer(transfer, handle, setup, count, NULL, PATIENCE);
    transfer->flags = LIBUSB_TRANSFER_FREE_BUFFER | LIBUSB_TRANSFER_FREE_TRANSFER;
    TRUE_OR_END(libusb_submit_transfer(transfer) == 0);
    wait_for_calls(1);
    puts("freed");
}

static void short_is_an_error_when_asked(void)
{
    static unsigned char setup[LIBUSB_CONTROL_SETUP_SIZE + 64];
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);

    atomic_store(&calls, 0);
    libusb_fill_control_setup(setup, 0x80, LIBUSB_REQUEST_GET_DESCRIPTOR, 0x100, 0, 64);
    libusb_fill_control_transfer(transfer, handle, setup, count, NULL, PATIENCE);
    transfer->flags = LIBUSB_TRANSFER_SHORT_NOT_OK;
    TRUE_OR_END(libusb_submit_transfer(transfer) == 0);
    wait_for_calls(1);
    TRUE_OR_END(transfer->status == LIBUSB_TRANSFER_ERROR && transfer->actual_length == 18);
    libusb_free_transfer(transfer);
    puts("short");
}

/* ---- what a call-back may do */

static void LIBUSB_CALL asks_back(struct libusb_transfer *transfer)
{
    unsigned char byte[2];
    int *again = transfer->user_data;

    TRUE_OR_END(libusb_control_transfer(handle, 0x80, 0, 0, 0, byte, 2, 100) == LIBUSB_ERROR_BUSY);
    TRUE_OR_END(libusb_handle_events(context) == LIBUSB_ERROR_BUSY);
    if (--*again > 0)
        TRUE_OR_END(libusb_submit_transfer(transfer) == 0);
    atomic_fetch_add(&calls, 1);
}

static void call_backs_submit_again(void)
{
    static unsigned char setup[LIBUSB_CONTROL_SETUP_SIZE + 18];
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);
    int again = 3;

    atomic_store(&calls, 0);
    libusb_fill_control_setup(setup, 0x80, LIBUSB_REQUEST_GET_DESCRIPTOR, 0x100, 0, 18);
    libusb_fill_control_transfer(transfer, handle, setup, asks_back, &again, PATIENCE);
    TRUE_OR_END(libusb_submit_transfer(transfer) == 0);
    wait_for_calls(3);
    TRUE_OR_END(again == 0 && transfer->actual_length == 18);
    libusb_free_transfer(transfer);
    puts("submitted again");
}

/* ---- threads */

static void *handles_events(void *unused)
{
    (void)unused;
    while (!atomic_load(&stop)) {
        struct timeval time = {0, 5000};

        TRUE_OR_END(libusb_handle_events_timeout_completed(context, &time, NULL) == 0);
    }
    return NULL;
}

static void *reads_descriptors(void *unused)
{
    unsigned char data[18];
    (void)unused;
    for (int i = 0; i < 50; i++) {
        TRUE_OR_END(libusb_control_transfer(handle, 0x80, LIBUSB_REQUEST_GET_DESCRIPTOR, 0x100, 0,
                                            data, 18, PATIENCE) == 18);
        TRUE_OR_END(data[8] == (VENDOR & 0xff) && data[9] == VENDOR >> 8);
    }
    return NULL;
}

static void *lists_devices(void *unused)
{
    libusb_device **list;
    (void)unused;
    for (int i = 0; i < 5; i++) {
        TRUE_OR_END(libusb_get_device_list(context, &list) == 1);
        libusb_free_device_list(list, 1);
    }
    return NULL;
}

static void threads_share_a_device(void)
{
    pthread_t events, lists, readers[THREADS];
    atomic_store(&stop, 0);
    pthread_create(&events, NULL, handles_events, NULL);
    pthread_create(&lists, NULL, lists_devices, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&readers[i], NULL, reads_descriptors, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(readers[i], NULL);
    pthread_join(lists, NULL);
    TRUE_OR_END(libusb_clear_halt(handle, BULK_IN) == 0);
    atomic_store(&stop, 1);
    libusb_interrupt_event_handler(context);
    pthread_join(events, NULL);
    puts("threads");
}

/* ---- hot-plug */

static int LIBUSB_CALL plugged(libusb_context *of, libusb_device *device,
                               libusb_hotplug_event event, void *data)
{
    (void)data;
    TRUE_OR_END(of == context);
    if (event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED) {
        TRUE_OR_END(libusb_open(device, &handle) == 0);
        atomic_fetch_add(&arrived, 1);
    } else {
        TRUE_OR_END(libusb_get_device(handle) == device);
        libusb_close(handle);
        handle = NULL;
        atomic_fetch_add(&left, 1);
    }
    return 0;
}

static void unplugged_and_back(const char *unplug, const char *plug)
{
    static unsigned char data[64];
    struct libusb_transfer *transfer = libusb_alloc_transfer(0);

    atomic_store(&calls, 0);
    libusb_fill_interrupt_transfer(transfer, handle, INTERRUPT_IN, data, sizeof(data), count, NULL,
                                   0);
    TRUE_OR_END(libusb_submit_transfer(transfer) == 0);
    TRUE_OR_END(system(unplug) == 0);
    wait_for_calls(1);
    TRUE_OR_END(transfer->status == LIBUSB_TRANSFER_NO_DEVICE);
    libusb_free_transfer(transfer);
    while (!atomic_load(&left))
        TRUE_OR_END(libusb_handle_events(context) == 0);
    puts("left");
    TRUE_OR_END(system(plug) == 0);
    while (atomic_load(&arrived) < 2)
        TRUE_OR_END(libusb_handle_events(context) == 0);
    TRUE_OR_END(libusb_claim_interface(handle, 0) == 0);
    puts("back");
}

int main(int argc, char **argv)
{
    libusb_hotplug_callback_handle id;

    setvbuf(stdout, NULL, _IOLBF, 0);
    TRUE_OR_END(argc == 3);
    TRUE_OR_END(libusb_init(&context) == 0);
    TRUE_OR_END(libusb_hotplug_register_callback(
                    context, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
                    LIBUSB_HOTPLUG_ENUMERATE, VENDOR, PRODUCT, LIBUSB_HOTPLUG_MATCH_ANY, plugged,
                    NULL, &id) == 0);
    TRUE_OR_END(atomic_load(&arrived) == 1 && handle);
    TRUE_OR_END(libusb_claim_interface(handle, 0) == 0);
    cancel_ends_a_transfer();
    time_outs_end_transfers();
    buffers_and_transfers_are_freed();
    short_is_an_error_when_asked();
    call_backs_submit_again();
    threads_share_a_device();
    unplugged_and_back(argv[1], argv[2]);
    libusb_hotplug_deregister_callback(context, id);
    threads_share_a_device(); /* blocking calls take another way while nobody waits for hot-plug */
    libusb_close(handle);
    libusb_exit(context);
    puts("done");
    return 0;
}
