/* A connection of the usbredir front against the guest's half of libusbredirparser, which we did
 * not write, in one process: the loop runs until the guest has heard what it waits for. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simulator/tests/rig.h"
#include "simulator/wire/usbip/usbip_policy.h"
#include "simulator/wire/usbredir/redir_internal.h"
#include "spcore/base.h"

static struct rig *rig;
static struct wire_loop *loop;
static struct wire_bus bus;
static struct redir_port *port;

/* The guest's side, and what it heard last. */
static struct {
    struct usbredirparser *parser;
    struct wire_source source;
    bool wants;
    unsigned connects, disconnects, complaints;
    struct usb_redir_device_connect_header device;
    struct usb_redir_ep_info_header endpoints;
    uint8_t status, data[4096];
    int length;
    uint64_t id;
} guest;

/* System calls of the front's on its socket, but for receives that find nothing: waiting for the
 * next request is that one's. And where its last recvmsg() put what was behind the first part. */
static struct {
    int fd;
    unsigned calls;
    const void *behind;
} front;

static void count(int fd)
{
    front.calls += fd == front.fd;
}

#define WRAP(function) extern __typeof__(function) __wrap_##function, __real_##function

WRAP(recv);
ssize_t __wrap_recv(int fd, void *bytes, size_t room, int flags)
{
    ssize_t got = __real_recv(fd, bytes, room, flags);

    if (got > 0)
        count(fd);
    return got;
}

WRAP(recvmsg);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
    ssize_t got = __real_recvmsg(fd, message, flags);

    if (got <= 0)
        return got;
    count(fd);
    front.behind = message->msg_iov[1].iov_base;
    return got;
}

WRAP(send);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags)
{
    count(fd);
    return __real_send(fd, bytes, length, flags);
}

WRAP(sendmsg);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    count(fd);
    return __real_sendmsg(fd, message, flags);
}

WRAP(sendfile);
ssize_t __wrap_sendfile(int fd, int from, off_t *offset, size_t length)
{
    count(fd);
    return __real_sendfile(fd, from, offset, length);
}

WRAP(fcntl);
int __wrap_fcntl(int fd, int command, ...)
{
    va_list words;
    int value;

    va_start(words, command);
    value = va_arg(words, int);
    va_end(words);
    count(fd);
    return __real_fcntl(fd, command, value);
}

static int read_socket(void *priv, uint8_t *data, int count)
{
    ssize_t got = recv(guest.source.fd, data, (size_t)count, MSG_DONTWAIT);

    (void)priv;
    return got > 0 ? (int)got : got == 0 ? -1 : 0;
}

static int write_socket(void *priv, uint8_t *data, int count)
{
    (void)priv;
    return (int)send(guest.source.fd, data, (size_t)count, MSG_NOSIGNAL);
}

static void complain(void *priv, int level, const char *message)
{
    (void)priv;
    if (level <= usbredirparser_warning) {
        fprintf(stderr, "the library: %s\n", message);
        guest.complaints++;
    }
}

static void on_hello(void *priv, struct usb_redir_hello_header *hello)
{
    (void)priv, (void)hello;
}

static void on_connect(void *priv, struct usb_redir_device_connect_header *device)
{
    (void)priv;
    guest.device = *device;
    guest.connects++;
}

static void on_disconnect(void *priv)
{
    (void)priv;
    guest.disconnects++;
}

static void on_interfaces(void *priv, struct usb_redir_interface_info_header *info)
{
    (void)priv, (void)info;
}

static void on_endpoints(void *priv, struct usb_redir_ep_info_header *info)
{
    (void)priv;
    guest.endpoints = *info;
}

static void heard(uint64_t id, uint8_t status, uint8_t *data, int length)
{
    guest.id = id;
    guest.status = status;
    guest.length = length;
    if (data)
        memcpy(guest.data, data, (size_t)length < sizeof(guest.data) ? (size_t)length : 0);
    usbredirparser_free_packet_data(guest.parser, data);
}

static void on_control(void *priv, uint64_t id, struct usb_redir_control_packet_header *header,
                       uint8_t *data, int length)
{
    (void)priv;
    heard(id, header->status, data, length);
}

static void on_bulk(void *priv, uint64_t id, struct usb_redir_bulk_packet_header *header,
                    uint8_t *data, int length)
{
    (void)priv;
    heard(id, header->status, data, length);
}

static void on_configured(void *priv, uint64_t id,
                          struct usb_redir_configuration_status_header *status)
{
    (void)priv;
    heard(id, status->status, NULL, 0);
}

static void readable(struct wire_source *source, uint32_t events)
{
    (void)source, (void)events;
    cr_assert_eq(usbredirparser_do_read(guest.parser), 0);
    while (usbredirparser_has_data_to_write(guest.parser)) /* an acknowledgement */
        cr_assert_eq(usbredirparser_do_write(guest.parser), 0);
    wire_loop_stop(loop);
}

static void start_guest(int fd)
{
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {0};

    for (int cap = 0; cap <= usb_redir_cap_bulk_receiving; cap++)
        usbredirparser_caps_set_cap(caps, cap);
    guest.source = (struct wire_source){fd, readable};
    guest.parser = usbredirparser_create();
    guest.parser->log_func = complain;
    guest.parser->read_func = read_socket;
    guest.parser->write_func = write_socket;
    guest.parser->hello_func = on_hello;
    guest.parser->device_connect_func = on_connect;
    guest.parser->device_disconnect_func = on_disconnect;
    guest.parser->interface_info_func = on_interfaces;
    guest.parser->ep_info_func = on_endpoints;
    guest.parser->control_packet_func = on_control;
    guest.parser->bulk_packet_func = on_bulk;
    guest.parser->configuration_status_func = on_configured;
    usbredirparser_init(guest.parser, "a test", caps, USB_REDIR_CAPS_SIZE, 0);
    cr_assert_eq(wire_loop_add(loop, &guest.source, EPOLLIN), 0);
}

/* Runs the loop until this is so. */
#define AWAIT(condition)                                                                           \
    do {                                                                                           \
        cr_assert_eq(usbredirparser_do_write(guest.parser), 0);                                    \
        while (!(condition))                                                                       \
            cr_assert_eq(wire_loop_run(loop), 0);                                                  \
    } while (0)

enum { STALL_MS = 50 };

static void start(void)
{
    struct redir_place place = {.port = 0, .stall_ms = STALL_MS};
    int ends[2];

    rig = rig_unplugged();
    cr_assert_eq(wire_loop_new(&loop), 0);
    wire_bus_init(&bus);
    cr_assert_eq(wire_bus_offer(&bus, "1-1", rig->device, &usbip_by_the_book), 0);
    cr_assert_eq(redir_port_new(loop, &bus, &place, &port), 0);
    cr_assert_eq(redir_port_offer(port, "1-1"), 0);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    cr_assert_eq(redir_guest_new(port, ends[0]), 0);
    front.fd = ends[0];
    start_guest(ends[1]);
    AWAIT(guest.connects);
}

static void end(void)
{
    cr_expect_eq(guest.complaints, 0);
    wire_loop_remove(loop, &guest.source);
    usbredirparser_destroy(guest.parser);
    close(guest.source.fd);
    redir_port_free(port);
    cr_expect_eq(bus.links, 0);
    cr_expect_not(wire_loop_has_timers(loop));
    wire_bus_done(&bus);
    wire_loop_free(loop);
    rig_free(rig);
}

static void configure(void)
{
    struct usb_redir_set_configuration_header set = {1};

    usbredirparser_send_set_configuration(guest.parser, 1, &set);
    AWAIT(guest.id == 1);
    cr_assert_eq(guest.status, usb_redir_success);
}

static void ask_bulk(uint64_t id, uint8_t endpoint, uint32_t length, const uint8_t *data)
{
    struct usb_redir_bulk_packet_header header = {
        .endpoint = endpoint, .length = (uint16_t)length, .length_high = (uint16_t)(length >> 16)};

    usbredirparser_send_bulk_packet(guest.parser, id, &header, (uint8_t *)(uintptr_t)data,
                                    data ? (int)length : 0);
}

Test(redir_guest, the_library_understands_what_it_is_told, .init = start, .fini = end)
{
    cr_expect_eq(guest.device.vendor_id, 0x1209);
    cr_expect_eq(guest.device.device_version_bcd, 0x0102);
    cr_expect_eq(guest.device.speed, usb_redir_speed_high);
    cr_expect_eq(guest.endpoints.type[0x11], usb_redir_type_bulk);
    cr_expect_eq(guest.endpoints.max_packet_size[0x11], 512);
    cr_expect_eq(guest.endpoints.type[0x02], usb_redir_type_bulk);
    cr_expect_eq(guest.endpoints.type[0x13], usb_redir_type_interrupt);
    cr_expect_eq(guest.endpoints.type[0x01], usb_redir_type_invalid);
    cr_expect_eq(guest.endpoints.max_streams[0x11], 0);
}

Test(redir_guest, requests_are_answered, .init = start, .fini = end)
{
    struct usb_redir_control_packet_header get = {0x80, 6, 0x80, 0, 0x100, 0, 18};

    usbredirparser_send_control_packet(guest.parser, 5, &get, NULL, 0);
    AWAIT(guest.id == 5);
    cr_expect_eq(guest.length, 18);
    cr_expect_eq(guest.data[0], 18);
}

Test(redir_guest, payloads_go_both_ways, .init = start, .fini = end)
{
    static uint8_t data[100000];

    configure();
    ask_bulk(2, 0x02, sizeof(data), data);
    AWAIT(guest.id == 2);
    cr_expect_eq(rig->out_lengths[0], sizeof(data));
    rig->pieces[0] = (struct rig_piece){.length = 300, .end = true};
    rig->piece_count = 1;
    ask_bulk(3, 0x81, 4096, NULL);
    AWAIT(guest.id == 3);
    cr_expect_eq(guest.status, usb_redir_success);
    cr_expect_eq(guest.length, 300);
    cr_expect_eq(guest.data[299], 1);
}

Test(redir_guest, a_cancelled_transfer_is_answered_and_undone, .init = start, .fini = end)
{
    configure();
    ask_bulk(((uint64_t)1 << 50) + 1, 0x81, 4096, NULL);
    usbredirparser_send_cancel_data_packet(guest.parser, ((uint64_t)1 << 50) + 1);
    AWAIT(guest.id == ((uint64_t)1 << 50) + 1);
    cr_expect_eq(guest.status, usb_redir_cancelled);
    cr_expect_eq(guest.length, 0);
}

Test(redir_guest, an_unplugged_player_comes_back_when_that_is_acknowledged, .init = start,
     .fini = end)
{
    usb_device_unplug(rig->device);
    usb_device_plug(rig->device);
    cr_expect_not(usb_device_attached(rig->device));
    AWAIT(guest.connects == 2);
    cr_expect_eq(guest.disconnects, 1);
    cr_expect(usb_device_attached(rig->device));
}

Test(redir_guest, what_is_taken_is_offered_when_it_is_free, .init = start, .fini = end)
{
    usb_device_unplug(rig->device);
    AWAIT(guest.disconnects);
    usb_device_plug(rig->device);
    cr_assert_eq(usb_device_attach(rig->device, &rig_host, rig), 0, "nobody was faster");
    usb_device_detach(rig->device);
    AWAIT(guest.connects == 2);
}

/* A stall of the function halts; the endpoint runs again after its clear. */
Test(redir_guest, a_stall_is_one, .init = start, .fini = end)
{
    struct usb_redir_control_packet_header clear = {0x00, 1, 0x02, 0, 0, 0x81, 0};

    configure();
    rig->pieces[0] = (struct rig_piece){.error = -EPIPE};
    rig->pieces[1] = (struct rig_piece){.length = 512, .end = false};
    rig->piece_count = 2;
    ask_bulk(2, 0x81, 512, NULL);
    AWAIT(guest.id == 2);
    cr_expect_eq(guest.status, usb_redir_stall);
    usbredirparser_send_control_packet(guest.parser, 3, &clear, NULL, 0);
    AWAIT(guest.id == 3);
    cr_expect_eq(guest.status, usb_redir_success);
    ask_bulk(4, 0x81, 512, NULL);
    AWAIT(guest.id == 4);
    cr_expect_eq(guest.length, 512);
}

/* ---- what a transfer costs */

enum { LONG = 100000 };
static uint8_t payload[LONG];

static void write_bulk(uint64_t id, uint32_t length)
{
    front.calls = 0;
    ask_bulk(id, 0x02, length, payload);
    AWAIT(guest.id == id);
    cr_assert_eq(guest.status, usb_redir_success);
    cr_expect_eq(rig->out_lengths[rig->out_count - 1], length);
}

Test(redir_guest, a_payload_as_long_as_the_last_comes_with_its_header_to_where_it_stays,
     .init = start, .fini = end)
{
    configure();
    rig->out_wanted = payload;
    write_bulk(2, LONG);
    for (uint64_t id = 3; id < 6; id++) {
        payload[0] = payload[LONG - 1] = (uint8_t)id;
        write_bulk(id, LONG);
        cr_expect_eq(front.calls, 2, "%u", front.calls);
        cr_expect_eq(rig->out_data, front.behind);
    }
}

/* What was foreseen is not what comes: shorter, longer, and something else, each whole. */
Test(redir_guest, what_comes_instead_is_as_good, .init = start, .fini = end)
{
    struct usb_redir_control_packet_header get = {0x80, 6, 0x80, 0, 0x100, 0, 18};

    for (size_t i = 0; i < LONG; i++)
        payload[i] = (uint8_t)(i * 7);
    configure();
    rig->out_wanted = payload;
    write_bulk(2, 64 * 1024);
    write_bulk(3, 12);
    cr_expect_eq(front.calls, 2, "%u", front.calls);
    write_bulk(4, LONG);
    usbredirparser_send_control_packet(guest.parser, 5, &get, NULL, 0);
    usbredirparser_send_control_packet(guest.parser, 6, &get, NULL, 0);
    ask_bulk(7, 0x02, 40000, payload);
    ask_bulk(8, 0x02, 40000, payload);
    AWAIT(guest.id == 8);
    cr_expect_eq(rig->out_count, 5);
    write_bulk(9, 0);
}

Test(redir_guest, a_mapped_range_of_a_file_leaves_with_its_header, .init = start, .fini = end)
{
    int file = memfd_create("file", MFD_CLOEXEC);
    uint8_t *mapped;

    cr_assert_eq(ftruncate(file, LONG), 0);
    mapped = mmap(NULL, LONG, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    memset(mapped, 0x33, LONG);
    configure();
    rig->pieces[0] = (struct rig_piece){
        .length = LONG,
        .end = true,
        .chunk = {.fd = file, .length = LONG, .mapped = mapped},
    };
    rig->piece_count = 1;
    front.calls = 0;
    ask_bulk(2, 0x81, 2 * 65536, NULL);
    AWAIT(guest.id == 2);
    cr_expect_eq(guest.length, LONG);
    cr_expect_eq(front.calls, 2, "%u", front.calls);
    munmap(mapped, LONG);
    close(file);
}

/* ---- half a packet */

static bool over;

static void closed(struct wire_source *source, uint32_t events)
{
    (void)events;
    over = recv(source->fd, &(char){0}, 1, MSG_DONTWAIT) == 0;
    wire_loop_stop(loop);
}

static void idle_long_enough(struct wire_timer *timer)
{
    (void)timer;
    wire_loop_stop(loop);
}

/* The loop runs for longer than half a packet may wait. */
static void wait_past_the_deadline(void)
{
    struct wire_timer timer = {.expired = idle_long_enough};

    wire_timer_set(loop, &timer, 4 * STALL_MS);
    cr_assert_eq(wire_loop_run(loop), 0);
    wire_timer_clear(loop, &timer);
}

/* So many bytes of a bulk packet with a payload of 2,048. */
static void expect_cut_off_after(size_t part)
{
    static const uint8_t packet[1000] = {
        usb_redir_bulk_packet, [4] = 10, [5] = 8, [16] = 2, [19] = 8};

    configure();
    cr_redirect_stderr();
    guest.source.ready = closed;
    cr_assert_eq(send(guest.source.fd, packet, part, 0), (ssize_t)part);
    wait_past_the_deadline();
    cr_expect(over);
    cr_expect_not(usb_device_attached(rig->device));
    fflush(stderr);
    cr_expect_stderr_eq_str(
        "papsim: 1-1: a virtual machine's packet has stopped halfway; it is cut off\n");
}

Test(redir_guest, half_a_header_has_a_deadline, .init = start, .fini = end)
{
    expect_cut_off_after(3);
}

Test(redir_guest, a_header_alone_has_a_deadline, .init = start, .fini = end)
{
    expect_cut_off_after(26);
}

Test(redir_guest, half_a_payload_has_a_deadline, .init = start, .fini = end)
{
    expect_cut_off_after(1000);
}

Test(redir_guest, an_idle_guest_stays, .init = start, .fini = end)
{
    configure();
    wait_past_the_deadline();
    cr_expect(usb_device_attached(rig->device));
    write_bulk(2, 700);
}
