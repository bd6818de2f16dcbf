/* `usb:VID:PID[:SERIAL]` over libusb-1.0, asynchronous so that transfers are pipelined and every
 * call can be cancelled. Any waiting thread runs libusb's event loop for all. */
#include <errno.h>
#include <libusb-1.0/libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "spcore/base.h"
#include "spcore/transport/tp_private.h"

enum { CANCEL_GRACE_MS = 1000, SLICE_MS = 200 };

struct usb_tp {
    struct tp tp; /* first */
    libusb_context *context;
    libusb_device_handle *handle;
    uint32_t claimed[8]; /* a bit an interface */
    pthread_mutex_t lock;
    unsigned ticket; /* counts cancellations */
};

static struct usb_tp *of(struct tp *tp)
{
    return (struct usb_tp *)tp;
}

static int error_of(int code)
{
    static const struct {
        int code, error;
    } table[] = {
        {LIBUSB_ERROR_INVALID_PARAM, -EINVAL}, {LIBUSB_ERROR_ACCESS, -EACCES},
        {LIBUSB_ERROR_NO_DEVICE, -ENODEV},     {LIBUSB_ERROR_NOT_FOUND, -ENOENT},
        {LIBUSB_ERROR_BUSY, -EBUSY},           {LIBUSB_ERROR_TIMEOUT, -ETIMEDOUT},
        {LIBUSB_ERROR_OVERFLOW, -EOVERFLOW},   {LIBUSB_ERROR_PIPE, -EPIPE},
        {LIBUSB_ERROR_NO_MEM, -ENOMEM},        {LIBUSB_ERROR_NOT_SUPPORTED, -ENOTSUP},
    };

    if (code >= 0)
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (table[i].code == code)
            return table[i].error;
    }
    return -EIO;
}

static int error_of_transfer(enum libusb_transfer_status status)
{
    static const int errors[] = {
        [LIBUSB_TRANSFER_COMPLETED] = 0,          [LIBUSB_TRANSFER_ERROR] = -EIO,
        [LIBUSB_TRANSFER_TIMED_OUT] = -ETIMEDOUT, [LIBUSB_TRANSFER_CANCELLED] = -ECANCELED,
        [LIBUSB_TRANSFER_STALL] = -EPIPE,         [LIBUSB_TRANSFER_NO_DEVICE] = -ENODEV,
        [LIBUSB_TRANSFER_OVERFLOW] = -EOVERFLOW,
    };

    return (unsigned)status < ARRAY_SIZE(errors) ? errors[status] : -EIO;
}

/* ---- opening */

struct wanted {
    unsigned vendor, product;
    const char *serial; /* NULL: any */
};

static int parse(const char *rest, struct wanted *ret_wanted)
{
    struct wanted wanted = {0};
    int used = 0;

    if (sscanf(rest, "%4x:%4x%n", &wanted.vendor, &wanted.product, &used) != 2)
        return -EINVAL;
    if (rest[used] == ':' && rest[used + 1] != '\0')
        wanted.serial = rest + used + 1;
    else if (rest[used] != '\0')
        return -EINVAL;
    *ret_wanted = wanted;
    return 0;
}

static bool has_serial(libusb_device_handle *handle, uint8_t index, const char *serial)
{
    unsigned char text[256];
    int length;

    if (!serial)
        return true;
    if (index == 0)
        return false;
    length = libusb_get_string_descriptor_ascii(handle, index, text, sizeof(text) - 1);
    if (length < 0)
        return false;
    text[length] = '\0';
    return strcmp((const char *)text, serial) == 0;
}

/* The first device that fits and lets itself be opened, else the last error. */
static int find(struct usb_tp *self, const struct wanted *wanted)
{
    libusb_device **list;
    ssize_t count = libusb_get_device_list(self->context, &list);
    int error = -ENODEV;

    if (count < 0)
        return error_of((int)count);
    for (ssize_t i = 0; i < count && !self->handle; i++) {
        struct libusb_device_descriptor descriptor;
        libusb_device_handle *handle;
        int code;

        if (libusb_get_device_descriptor(list[i], &descriptor) != 0 ||
            descriptor.idVendor != wanted->vendor || descriptor.idProduct != wanted->product)
            continue;
        code = libusb_open(list[i], &handle);
        if (code != 0) {
            error = error_of(code);
        } else if (!has_serial(handle, descriptor.iSerialNumber, wanted->serial)) {
            libusb_close(handle);
        } else {
            self->handle = handle;
            self->tp.speed = libusb_get_device_speed(list[i]);
        }
    }
    libusb_free_device_list(list, 1);
    return self->handle ? 0 : error;
}

/* libusb counts super speed as 4, Linux as 5. */
static int linux_speed(int speed)
{
    return speed >= LIBUSB_SPEED_SUPER ? speed + 1 : speed;
}

static void usb_close(struct tp *tp)
{
    struct usb_tp *self = of(tp);

    for (int i = 0; self->handle && i < 256; i++) {
        if (self->claimed[i / 32] >> (i % 32) & 1)
            (void)libusb_release_interface(self->handle, i);
    }
    if (self->handle)
        libusb_close(self->handle);
    if (self->context)
        libusb_exit(self->context);
    tp_done(tp);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static bool usb_fits(const char *rest)
{
    struct wanted wanted;

    return parse(rest, &wanted) == 0;
}

static int usb_open(const char *rest, const struct tp_options *options, struct tp **ret_tp)
{
    struct wanted wanted;
    int error = parse(rest, &wanted);
    struct usb_tp *self;

    if (error)
        return error;
    self = calloc(1, sizeof(*self));
    if (!self)
        return -ENOMEM;
    tp_init(&self->tp, &tp_backend_usb, options);
    pthread_mutex_init(&self->lock, NULL);
    error = error_of(libusb_init(&self->context));
    if (error)
        self->context = NULL;
    else
        error = find(self, &wanted);
    if (error) {
        usb_close(&self->tp);
        return error;
    }
    self->tp.speed = linux_speed(self->tp.speed);
    /* The kernel's driver comes back when the interface is released. */
    (void)libusb_set_auto_detach_kernel_driver(self->handle, 1);
    *ret_tp = &self->tp;
    return 0;
}

static int usb_claim(struct tp *tp, uint8_t number)
{
    struct usb_tp *self = of(tp);
    int code;

    if (self->claimed[number / 32] >> (number % 32) & 1)
        return 0;
    code = libusb_claim_interface(self->handle, number);
    if (code == 0)
        self->claimed[number / 32] |= 1u << (number % 32);
    return error_of(code);
}

/* ---- transfers */

struct slot {
    struct libusb_transfer *transfer;
    int over; /* set by the completion, read by libusb's event loop under its lock */
};

struct call {
    struct usb_tp *self;
    unsigned ticket;
    struct slot slots[TP_DEPTH];
};

static void LIBUSB_CALL transfer_over(struct libusb_transfer *transfer)
{
    __atomic_store_n((int *)transfer->user_data, 1, __ATOMIC_RELEASE);
}

static unsigned ticket_of(struct usb_tp *self)
{
    unsigned ticket;

    pthread_mutex_lock(&self->lock);
    ticket = self->ticket;
    pthread_mutex_unlock(&self->lock);
    return ticket;
}

/* In slices: libusb has no way to wake one waiting thread that surely reaches it. */
static int await(struct call *call, struct slot *slot, int64_t deadline, bool cancellable)
{
    while (!__atomic_load_n(&slot->over, __ATOMIC_ACQUIRE)) {
        int64_t left = deadline - base_now_ms();
        struct timeval slice;

        if (cancellable && ticket_of(call->self) != call->ticket)
            return -ECANCELED;
        if (left <= 0)
            return -ETIMEDOUT;
        if (left > SLICE_MS)
            left = SLICE_MS;
        slice = (struct timeval){.tv_usec = left * 1000};
        (void)libusb_handle_events_timeout_completed(call->self->context, &slice, &slot->over);
    }
    return 0;
}

static int submit(struct slot *slot)
{
    int code;

    slot->over = 0;
    slot->transfer->user_data = &slot->over;
    slot->transfer->callback = transfer_over;
    code = libusb_submit_transfer(slot->transfer);
    return error_of(code);
}

/* A transfer must end before its memory is the caller's again; the kernel ends every cancelled one,
 * so this only waits longer when the machine is slow. */
static void settle(struct call *call, struct slot *slot)
{
    while (await(call, slot, base_now_ms() + CANCEL_GRACE_MS, false) != 0)
        (void)libusb_cancel_transfer(slot->transfer);
}

static int slot_submit(void *self, unsigned index, uint8_t endpoint, void *data, size_t length,
                       bool zero_packet)
{
    struct call *call = self;
    struct slot *slot = &call->slots[index];
    bool interrupt =
        call->self->tp.endpoints[(endpoint & 0x0fu) | (endpoint & 0x80u) >> 3].type == 3;

    if (!slot->transfer)
        slot->transfer = libusb_alloc_transfer(0);
    if (!slot->transfer)
        return -ENOMEM;
    libusb_fill_bulk_transfer(slot->transfer, call->self->handle, endpoint, data, (int)length,
                              transfer_over, &slot->over, 0);
    slot->transfer->type = interrupt ? LIBUSB_TRANSFER_TYPE_INTERRUPT : LIBUSB_TRANSFER_TYPE_BULK;
    slot->transfer->flags = zero_packet && length > 0 ? LIBUSB_TRANSFER_ADD_ZERO_PACKET : 0;
    return submit(slot);
}

static int slot_wait(void *self, unsigned index, unsigned deadline_ms)
{
    struct call *call = self;

    return await(call, &call->slots[index], base_now_ms() + deadline_ms, true);
}

static void slot_unlink(void *self, unsigned index)
{
    struct call *call = self;

    (void)libusb_cancel_transfer(call->slots[index].transfer);
}

static void slot_settle(void *self, unsigned index)
{
    struct call *call = self;

    settle(call, &call->slots[index]);
}

static int slot_result(void *self, unsigned index, size_t *ret_actual)
{
    const struct call *call = self;
    const struct libusb_transfer *transfer = call->slots[index].transfer;

    *ret_actual = (size_t)transfer->actual_length;
    return error_of_transfer(transfer->status);
}

static const struct tp_slots slots = {
    .submit = slot_submit,
    .wait = slot_wait,
    .unlink = slot_unlink,
    .settle = slot_settle,
    .result = slot_result,
};

static void call_start(struct call *call, struct tp *tp)
{
    *call = (struct call){.self = of(tp), .ticket = ticket_of(of(tp))};
}

static int64_t call_end(struct call *call, int64_t result)
{
    for (unsigned i = 0; i < TP_DEPTH; i++) {
        if (call->slots[i].transfer)
            libusb_free_transfer(call->slots[i].transfer);
    }
    return result;
}

static int64_t usb_bulk_out(struct tp *tp, uint8_t endpoint, const void *data, size_t length,
                            bool end, unsigned deadline_ms)
{
    struct call call;

    call_start(&call, tp);
    return call_end(&call,
                    tp_pipeline_out(&slots, &call, endpoint, data, length, end, deadline_ms));
}

static int64_t usb_bulk_in(struct tp *tp, uint8_t endpoint, void *data, size_t length,
                           unsigned deadline_ms)
{
    struct call call;

    call_start(&call, tp);
    return call_end(&call, tp_pipeline_in(tp, &slots, &call, endpoint, data, length, deadline_ms));
}

static int64_t usb_bulk_in_to(struct tp *tp, uint8_t endpoint, uint64_t length, bool answered,
                              int (*put)(void *context, const void *data, size_t length),
                              void *context, unsigned deadline_ms)
{
    struct tp_sink sink = {put, context, answered};
    uint8_t *ring = malloc(TP_DEPTH * TP_UNIT);
    struct call call;
    int64_t count;

    if (!ring)
        return -ENOMEM;
    call_start(&call, tp);
    count = call_end(
        &call, tp_pipeline_in_to(tp, &slots, &call, endpoint, length, &sink, ring, deadline_ms));
    free(ring);
    return count;
}

static int usb_ask(struct tp *tp, const struct tp_question *question, unsigned deadline_ms,
                   int ret_parts[TP_PARTS])
{
    struct call call;

    call_start(&call, tp);
    return (int)call_end(&call,
                         tp_pipeline_ask(tp, &slots, &call, question, deadline_ms, ret_parts));
}

/* ---- control */

/* Requests the host's stack must know of, or its state and the device's would differ. */
static int set_configuration(struct usb_tp *self, uint16_t value)
{
    int code;

    for (int i = 0; i < 256; i++) {
        if (self->claimed[i / 32] >> (i % 32) & 1)
            (void)libusb_release_interface(self->handle, i);
    }
    code = libusb_set_configuration(self->handle, value == 0 ? -1 : value);
    for (int i = 0; code == 0 && value != 0 && i < 256; i++) {
        if (self->claimed[i / 32] >> (i % 32) & 1)
            (void)libusb_claim_interface(self->handle, i);
    }
    return error_of(code);
}

static bool is_for_stack(struct usb_tp *self, const struct tp_setup *setup, int *ret_result)
{
    if (setup->request_type == 0x00 && setup->request == LIBUSB_REQUEST_SET_CONFIGURATION)
        *ret_result = set_configuration(self, setup->value);
    else if (setup->request_type == 0x01 && setup->request == LIBUSB_REQUEST_SET_INTERFACE)
        *ret_result =
            error_of(libusb_set_interface_alt_setting(self->handle, setup->index, setup->value));
    else if (setup->request_type == 0x02 && setup->request == LIBUSB_REQUEST_CLEAR_FEATURE &&
             setup->value == 0)
        *ret_result = error_of(libusb_clear_halt(self->handle, (unsigned char)setup->index));
    else
        return false;
    return true;
}

static int run_control(struct usb_tp *self, uint8_t *buffer, void *data, unsigned deadline_ms)
{
    struct call call = {.self = self, .ticket = ticket_of(self)};
    struct slot *slot = &call.slots[0];
    int error, waited, result;

    slot->transfer = libusb_alloc_transfer(0);
    if (!slot->transfer)
        return -ENOMEM;
    libusb_fill_control_transfer(slot->transfer, self->handle, buffer, transfer_over, &slot->over,
                                 0);
    error = submit(slot);
    if (error)
        return (int)call_end(&call, error);
    waited = await(&call, slot, base_now_ms() + deadline_ms, true);
    if (waited) {
        (void)libusb_cancel_transfer(slot->transfer);
        settle(&call, slot);
    }
    result = error_of_transfer(slot->transfer->status);
    if (result == -ECANCELED)
        result = waited ? waited : result;
    if (result == 0) {
        result = slot->transfer->actual_length;
        if (buffer[0] & 0x80)
            memcpy(data, buffer + LIBUSB_CONTROL_SETUP_SIZE, (size_t)result);
    }
    return (int)call_end(&call, result);
}

static int usb_control(struct tp *tp, const struct tp_setup *setup, void *data,
                       unsigned deadline_ms)
{
    uint8_t *buffer;
    int result;

    if (is_for_stack(of(tp), setup, &result))
        return result;
    buffer = malloc(LIBUSB_CONTROL_SETUP_SIZE + (size_t)setup->length);
    if (!buffer)
        return -ENOMEM;
    libusb_fill_control_setup(buffer, setup->request_type, setup->request, setup->value,
                              setup->index, setup->length);
    if (!(setup->request_type & 0x80) && setup->length > 0)
        memcpy(buffer + LIBUSB_CONTROL_SETUP_SIZE, data, setup->length);
    result = run_control(of(tp), buffer, data, deadline_ms);
    free(buffer);
    return result;
}

static void usb_cancel(struct tp *tp)
{
    struct usb_tp *self = of(tp);

    pthread_mutex_lock(&self->lock);
    self->ticket++;
    pthread_mutex_unlock(&self->lock);
    libusb_interrupt_event_handler(self->context);
}

const struct tp_backend tp_backend_usb = {
    .scheme = "usb",
    .fits = usb_fits,
    .open = usb_open,
    .close = usb_close,
    .claim = usb_claim,
    .control = usb_control,
    .bulk_out = usb_bulk_out,
    .bulk_in = usb_bulk_in,
    .bulk_in_to = usb_bulk_in_to,
    .ask = usb_ask,
    .cancel = usb_cancel,
};
