/* The phase before URBs against servers that say anything, in one piece, cut short or too slowly.
 */
#include "spcore/base.h"
#include "spcore/tests/usbip_server.h"

#include <criterion/parameterized.h>

enum { IMPORT = 8 + 312, LIST_HEAD = 12, RECORD = 312 };

enum ending { STAY, LEAVE, RESET };

/* Bytes to answer with, and how. */
struct answer {
    size_t request; /* bytes to read before */
    const uint8_t *bytes;
    size_t length;
    enum ending then;
};

struct listener {
    int fd;
    char port[8];
    pthread_t thread;
    struct answer answer;
};

static void *accept_once(void *argument)
{
    static const struct linger at_once = {.l_onoff = 1};
    struct listener *listener = argument;
    const struct answer *answer = &listener->answer;
    uint8_t request[40];
    int fd = accept(listener->fd, NULL, NULL);

    if (fd < 0)
        return NULL;
    if (recv(fd, request, answer->request, MSG_WAITALL) == (ssize_t)answer->request &&
        answer->length > 0)
        (void)!send(fd, answer->bytes, answer->length, MSG_NOSIGNAL);
    if (answer->then == RESET)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    else if (answer->then != LEAVE)
        (void)!recv(fd, request, 1, MSG_WAITALL); /* until the client has gone */
    close(fd);
    return NULL;
}

static int bind_to_any(char port[8])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    cr_assert_eq(bind(fd, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    snprintf(port, 8, "%u", ntohs(address.sin_port));
    return fd;
}

static int listen_on_any(char port[8], int backlog)
{
    int fd = bind_to_any(port);

    cr_assert_eq(listen(fd, backlog), 0);
    return fd;
}

static void listener_start(struct listener *listener, const struct answer *answer)
{
    listener->answer = *answer;
    listener->fd = listen_on_any(listener->port, 1);
    cr_assert_eq(pthread_create(&listener->thread, NULL, accept_once, listener), 0);
}

static void listener_end(struct listener *listener)
{
    shutdown(listener->fd, SHUT_RDWR); /* a client that gave up may never have come */
    pthread_join(listener->thread, NULL);
    close(listener->fd);
}

/* The import's result; *ret_device is set where it is 0. */
static int import(const struct answer *answer, unsigned deadline_ms,
                  struct usbip_device *ret_device)
{
    struct usbip_client *client = NULL;
    struct listener listener;
    int error;

    listener_start(&listener, answer);
    error = usbip_import("127.0.0.1", listener.port, "1-1", deadline_ms, &client);
    if (error == 0) {
        if (ret_device)
            *ret_device = *usbip_client_device(client);
        usbip_free(client);
    }
    listener_end(&listener);
    return error;
}

static int list(const struct answer *answer, unsigned deadline_ms,
                struct usbip_device **ret_devices, size_t *ret_count)
{
    struct listener listener;
    int error;

    listener_start(&listener, answer);
    error = usbip_devlist("127.0.0.1", listener.port, deadline_ms, ret_devices, ret_count);
    listener_end(&listener);
    return error;
}

static void good_record(uint8_t *record, const char *busid)
{
    memset(record, 0, RECORD);
    memcpy(record, "/sys/devices/x", 14);
    memcpy(record + 256, busid, strlen(busid));
    put_be32(record + 288, 1);
    put_be32(record + 292, 2);
    put_be32(record + 296, 3);
}

static void good_import(uint8_t bytes[IMPORT])
{
    memcpy(bytes, "\1\x11\0\3\0\0\0\0", 8);
    good_record(bytes + 8, "1-1");
}

/* ---- status, version, code */

struct head {
    uint8_t bytes[8];
    int import, list; /* what comes of it; the code fits one of the two */
};

static struct head heads[] = {
    {{1, 0x11, 0, 3, 0, 0, 0, 1}, -ENODEV, -EPROTO},
    {{1, 0x11, 0, 3, 0, 0, 0, 2}, -EBUSY, -EPROTO},
    {{1, 0x11, 0, 3, 0, 0, 0, 3}, -EIO, -EPROTO},
    {{1, 0x11, 0, 3, 0, 0, 0, 4}, -ENODEV, -EPROTO},
    {{1, 0x11, 0, 3, 0, 0, 0, 5}, -EPROTO, -EPROTO},
    {{1, 0x11, 0, 3, 0, 0, 0, 6}, -EPROTO, -EPROTO},
    {{1, 0x11, 0, 3, 0x80, 0, 0, 0}, -EPROTO, -EPROTO},
    {{1, 0x11, 0, 3, 0xff, 0xff, 0xff, 0xff}, -EPROTO, -EPROTO},
    {{1, 0x11, 0, 5, 0, 0, 0, 1}, -EPROTO, -ENODEV},
    {{1, 0x11, 0, 5, 0xff, 0xff, 0xff, 0xff}, -EPROTO, -EPROTO},
    {{1, 0x06, 0, 3, 0, 0, 0, 0}, -EPROTO, -EPROTO},
    {{1, 0x10, 0, 5, 0, 0, 0, 0}, -EPROTO, -EPROTO},
    {{0x11, 1, 0, 3, 0, 0, 0, 0}, -EPROTO, -EPROTO}, /* in the wrong byte order */
    {{0, 0, 0, 3, 0, 0, 0, 1}, -EPROTO, -EPROTO},    /* a RET_SUBMIT before any import */
    {{0xff, 0xff, 0, 5, 0, 0, 0, 0}, -EPROTO, -EPROTO},
    {{1, 0x11, 0x80, 3, 0, 0, 0, 0}, -EPROTO, -EPROTO}, /* the request itself */
    {{1, 0x11, 0x80, 5, 0, 0, 0, 0}, -EPROTO, -EPROTO},
    {{1, 0x11, 0, 0, 0, 0, 0, 0}, -EPROTO, -EPROTO},
    {{1, 0x11, 0xff, 0xff, 0, 0, 0, 0}, -EPROTO, -EPROTO},
    {{'H', 'T', 'T', 'P', '/', '1', '.', '1'}, -EPROTO, -EPROTO},
    {{0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46, 0}, -EPROTO, -EPROTO}, /* a TLS alert */
};

ParameterizedTestParameters(usbip_op, head_says_why_not)
{
    return cr_make_param_array(struct head, heads, ARRAY_SIZE(heads));
}

ParameterizedTest(struct head *head, usbip_op, head_says_why_not)
{
    uint8_t bytes[IMPORT + 64];
    struct answer answer = {40, bytes, sizeof(bytes), STAY};
    struct usbip_device *devices = NULL;
    size_t count = 77;
    int error;

    /* A record behind it changes nothing. */
    memset(bytes, 0, sizeof(bytes));
    good_import(bytes);
    memcpy(bytes, head->bytes, 8);
    error = import(&answer, LONG_MS, NULL);
    cr_expect_eq(error, head->import, "%02x %02x %02x…: import %d", bytes[1], bytes[3], bytes[7],
                 error);
    answer.request = 8;
    error = list(&answer, LONG_MS, &devices, &count);
    cr_expect_eq(error, head->list, "%02x %02x %02x…: list %d", bytes[1], bytes[3], bytes[7],
                 error);
    cr_expect_null(devices);
    cr_expect_eq(count, 77);
}

/* ---- cut short, and too slow */

static void cut_everywhere(enum ending then)
{
    uint8_t bytes[IMPORT];
    struct answer answer = {40, bytes, 0, then};

    good_import(bytes);
    for (; answer.length < IMPORT; answer.length += answer.length < 16 ? 1 : 19) {
        int error = import(&answer, LONG_MS, NULL);

        cr_expect(error == -EPROTO || error == -ECONNRESET, "after %zu bytes: %d", answer.length,
                  error);
    }
}

Test(usbip_op, import_cut_short_by_fin_is_refused)
{
    cut_everywhere(LEAVE);
}

Test(usbip_op, import_cut_short_by_rst_is_refused)
{
    cut_everywhere(RESET);
}

static void *dribble(void *argument)
{
    const int *ends = argument;
    uint8_t request[40], bytes[IMPORT];

    good_import(bytes);
    if (recv(ends[1], request, sizeof(request), MSG_WAITALL) == sizeof(request))
        for (size_t i = 0; i < sizeof(bytes) && tell_byte(ends[1], ends[0], bytes + i); i++)
            ;
    return NULL;
}

static int import_in_single_bytes(unsigned deadline_ms)
{
    struct usbip_client *client = NULL;
    pthread_t thread;
    int ends[2], error;

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    cr_assert_eq(pthread_create(&thread, NULL, dribble, ends), 0);
    error = usbip_import_on(ends[0], "1-1", deadline_ms, &client);
    if (error == 0)
        usbip_free(client);
    pthread_join(thread, NULL);
    close(ends[1]);
    return error;
}

Test(usbip_op, single_bytes_do_not_stretch_the_deadline)
{
    cr_expect_eq(import_in_single_bytes(SHORT_MS), -ETIMEDOUT);
    cr_expect_eq(import_in_single_bytes(LONG_MS), 0, "slow, but in time");
}

Test(usbip_op, list_without_an_end_costs_the_deadline)
{
    static uint8_t bytes[LIST_HEAD + 200 * RECORD] = {1, 0x11, 0, 5, 0, 0, 0, 0, 0, 0, 0x0f, 0xff};
    struct answer answer = {8, bytes, sizeof(bytes), STAY};
    struct usbip_device *devices = NULL;
    size_t count;

    for (unsigned i = 0; i < 200; i++)
        good_record(bytes + LIST_HEAD + i * RECORD, "1-1");
    cr_expect_eq(list(&answer, SHORT_MS, &devices, &count), -ETIMEDOUT);
    cr_expect_null(devices);
}

Test(usbip_op, server_that_accepts_nobody_costs_the_deadline)
{
    struct usbip_client *client = NULL;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fill[8], fd;
    char port[8];

    fd = listen_on_any(port, 0);
    address.sin_port = htons((uint16_t)atoi(port));
    /* Its queue is full: further connections are neither taken nor refused. */
    for (unsigned i = 0; i < 8; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(fill[i], (struct sockaddr *)&address, sizeof(address));
    }
    cr_expect_eq(usbip_import("127.0.0.1", port, "1-1", SHORT_MS, &client), -ETIMEDOUT);
    for (unsigned i = 0; i < 8; i++)
        close(fill[i]);
    close(fd);
}

Test(usbip_op, nobody_there_is_told_at_once)
{
    struct usbip_client *client = NULL;
    char port[8];
    int fd = bind_to_any(port); /* kept, so that nobody else gets it meanwhile */

    cr_expect_eq(usbip_import("127.0.0.1", port, "1-1", LONG_MS, &client), -ECONNREFUSED);
    close(fd);
}

/* ---- names */

struct name {
    char busid[33]; /* all 32 bytes count */
    int error;
};

static struct name names[] = {
    {"1-1", 0},
    {"1-1\0AAAAAAAAAAAAAAAAAAAAAAAAAAA", 0}, /* unclean, but the name is clear */
    {"", -EPROTO},
    {"1-", -EPROTO},
    {"1", -EPROTO},
    {"1-11", -EPROTO},
    {"1-1 ", -EPROTO},
    {" 1-1", -EPROTO},
    {"1-1\n", -EPROTO},
    {"1-01", -EPROTO},
    {"\0001-1", -EPROTO},
    {"1-1AAAAAAAAAAAAAAAAAAAAAAAAAAAAA", -EPROTO}, /* no end */
    {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
     "\xff\xff\xff\xff\xff\xff\xff\xff\xff",
     -EPROTO},
};

ParameterizedTestParameters(usbip_op, record_must_be_of_the_device_asked_for)
{
    return cr_make_param_array(struct name, names, ARRAY_SIZE(names));
}

ParameterizedTest(struct name *name, usbip_op, record_must_be_of_the_device_asked_for)
{
    uint8_t bytes[IMPORT];
    struct answer answer = {40, bytes, sizeof(bytes), STAY};
    int error;

    good_import(bytes);
    memcpy(bytes + 8 + 256, name->busid, 32);
    error = import(&answer, LONG_MS, NULL);
    cr_expect_eq(error, name->error, "'%.32s': %d", name->busid, error);
}

Test(usbip_op, strings_without_an_end_are_cut)
{
    uint8_t bytes[LIST_HEAD + RECORD] = {1, 0x11, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1};
    struct answer answer = {8, bytes, sizeof(bytes), STAY};
    struct usbip_device *devices;
    size_t count;

    memset(bytes + LIST_HEAD, 'p', 256);
    memset(bytes + LIST_HEAD + 256, 'b', 32);
    cr_assert_eq(list(&answer, LONG_MS, &devices, &count), 0);
    cr_expect_eq(strlen(devices[0].path), 255);
    cr_expect_eq(strlen(devices[0].busid), 31);
    cr_expect_eq(devices[0].speed, 0);
    free(devices);
}

Test(usbip_op, name_too_long_for_the_request_is_no_device)
{
    struct usbip_client *client = NULL;
    int ends[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    cr_expect_eq(usbip_import_on(ends[0], "12345678901234567890123456789012", SHORT_MS, &client),
                 -ENODEV);
    close(ends[1]);
}

/* usbip_protocol.rst, OP_REQ_IMPORT: version, code, status, 32 bytes of name. */
Test(usbip_op, request_has_the_documented_bytes)
{
    static const uint8_t expected[40] = {1, 0x11, 0x80, 3, 0, 0, 0, 0, '1', '-', '1'};
    struct usbip_client *client = NULL;
    uint8_t request[64];
    int ends[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    shutdown(ends[1], SHUT_WR);
    cr_expect_eq(usbip_import_on(ends[0], "1-1", LONG_MS, &client), -EPROTO);
    cr_assert_eq(recv(ends[1], request, sizeof(request), 0), 40);
    cr_expect_arr_eq(request, expected, 40);
    close(ends[1]);
}

/* ---- numbers */

static void list_of_two(uint8_t *bytes, uint8_t interfaces)
{
    memcpy(bytes, "\1\x11\0\5\0\0\0\0\0\0\0\2", LIST_HEAD);
    good_record(bytes + LIST_HEAD, "1-1");
    bytes[LIST_HEAD + 311] = interfaces;
    for (unsigned i = 0; i < interfaces; i++)
        memcpy(bytes + LIST_HEAD + RECORD + 4 * i, (uint8_t[]){(uint8_t)i, 1, 2, 0xee}, 4);
    good_record(bytes + LIST_HEAD + RECORD + 4 * interfaces, "1-2");
}

struct interfaces {
    uint8_t count;
};

static struct interfaces counts[] = {{0}, {1}, {32}, {33}, {255}};

ParameterizedTestParameters(usbip_op, any_interface_count_stays_in_step)
{
    return cr_make_param_array(struct interfaces, counts, ARRAY_SIZE(counts));
}

ParameterizedTest(struct interfaces *one, usbip_op, any_interface_count_stays_in_step)
{
    static uint8_t bytes[LIST_HEAD + 2 * RECORD + 4 * 255];
    struct answer answer = {8, bytes, LIST_HEAD + 2 * RECORD + 4u * one->count, STAY};
    struct usbip_device *devices;
    size_t count;

    list_of_two(bytes, one->count);
    cr_assert_eq(list(&answer, LONG_MS, &devices, &count), 0);
    cr_assert_eq(count, 2);
    cr_expect_eq(devices[0].interface_count, one->count);
    if (one->count > 0) {
        unsigned last = one->count < 32 ? one->count - 1u : 31;

        cr_expect_eq(devices[0].interfaces[last].class_code, last);
    }
    cr_expect_str_eq(devices[1].busid, "1-2");
    free(devices);
}

Test(usbip_op, list_shorter_than_its_count_is_refused)
{
    uint8_t bytes[LIST_HEAD + 2 * RECORD + 4];
    struct answer answer = {8, bytes, 0, LEAVE};
    struct usbip_device *devices = NULL;
    size_t count;

    list_of_two(bytes, 1);
    for (answer.length = 8; answer.length < sizeof(bytes); answer.length += 37) {
        int error = list(&answer, LONG_MS, &devices, &count);

        cr_expect_eq(error, -EPROTO, "after %zu bytes: %d", answer.length, error);
        cr_expect_null(devices);
    }
}

struct device_count {
    uint32_t count;
};

static struct device_count many[] = {{4097}, {0x7fffffff}, {0x80000000}, {0xffffffff}};

ParameterizedTestParameters(usbip_op, more_devices_than_there_can_be_are_refused_at_once)
{
    return cr_make_param_array(struct device_count, many, ARRAY_SIZE(many));
}

ParameterizedTest(struct device_count *one, usbip_op,
                  more_devices_than_there_can_be_are_refused_at_once)
{
    uint8_t bytes[LIST_HEAD] = {1, 0x11, 0, 5};
    struct answer answer = {8, bytes, sizeof(bytes), STAY};
    struct usbip_device *devices = NULL;
    size_t count;

    put_be32(bytes + 8, one->count);
    cr_expect_eq(list(&answer, LONG_MS, &devices, &count), -EPROTO, "%u", one->count);
    cr_expect_null(devices);
}

/* Linux's enum usb_device_speed ends at 6 (super plus). */
struct speed {
    uint32_t said, read;
};

static struct speed speeds[] = {{0, 0}, {1, 1}, {2, 2}, {3, 3},   {4, 4},          {5, 5},
                                {6, 6}, {7, 0}, {9, 0}, {255, 0}, {0x80000000, 0}, {0xffffffff, 0}};

ParameterizedTestParameters(usbip_op, speed_without_a_name_is_unknown)
{
    return cr_make_param_array(struct speed, speeds, ARRAY_SIZE(speeds));
}

ParameterizedTest(struct speed *one, usbip_op, speed_without_a_name_is_unknown)
{
    uint8_t bytes[IMPORT];
    struct answer answer = {40, bytes, sizeof(bytes), STAY};
    struct usbip_device device;

    good_import(bytes);
    put_be32(bytes + 8 + 296, one->said);
    cr_assert_eq(import(&answer, LONG_MS, &device), 0);
    cr_expect_eq(device.speed, one->read, "%u: %u", one->said, device.speed);
}

/* devid is busnum << 16 | devnum (usbip_protocol.rst). Linux has no 0 in it, others do. */
struct place {
    uint32_t busnum, devnum;
    int error;
};

static struct place places[] = {{1, 2, 0},
                                {0xffff, 0xffff, 0},
                                {0, 2, 0},
                                {1, 0, 0},
                                {0x10000, 2, -EPROTO},
                                {1, 0x10000, -EPROTO},
                                {0xffffffff, 2, -EPROTO},
                                {1, 0xffffffff, -EPROTO}};

ParameterizedTestParameters(usbip_op, place_on_the_bus_must_fit_the_device_id)
{
    return cr_make_param_array(struct place, places, ARRAY_SIZE(places));
}

ParameterizedTest(struct place *place, usbip_op, place_on_the_bus_must_fit_the_device_id)
{
    uint8_t bytes[IMPORT];
    struct answer answer = {40, bytes, sizeof(bytes), STAY};
    int error;

    good_import(bytes);
    put_be32(bytes + 8 + 288, place->busnum);
    put_be32(bytes + 8 + 292, place->devnum);
    error = import(&answer, LONG_MS, NULL);
    cr_expect_eq(error, place->error, "%x-%x: %d", place->busnum, place->devnum, error);
}

/* ---- more than was asked for */

/* Behind the record of an import: interface records, as some servers send, or a reply to what the
 * client has not asked yet. */
static void expect_no_frame(const uint8_t *more, size_t length)
{
    uint8_t bytes[IMPORT + 48], request[40];
    struct usbip_client *client = NULL;
    char buffer[16];
    struct usbip_urb urb = IN_URB(buffer);
    int ends[2];

    good_import(bytes);
    memcpy(bytes + IMPORT, more, length);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    cr_assert_eq(send(ends[1], bytes, IMPORT + length, 0), (ssize_t)(IMPORT + length));
    shutdown(ends[1], SHUT_WR);
    cr_assert_eq(usbip_import_on(ends[0], "1-1", LONG_MS, &client), 0);
    cr_assert_eq(recv(ends[1], request, sizeof(request), MSG_WAITALL), 40);
    (void)usbip_pump(client, LONG_MS);
    cr_expect_eq(usbip_error(client), -EPROTO);
    cr_expect_eq(usbip_submit(client, &urb), -ENODEV);
    usbip_free(client);
    close(ends[1]);
}

Test(usbip_op, interface_records_behind_an_import_are_no_frame)
{
    static const uint8_t interfaces[48] = {6, 1, 1, 0, 3, 0, 0, 0};

    expect_no_frame(interfaces, sizeof(interfaces));
}

Test(usbip_op, reply_ahead_of_its_request_drops_the_import)
{
    uint8_t reply[48];

    make_reply(reply, RET_SUBMIT, 1, 0, 0);
    expect_no_frame(reply, sizeof(reply));
}
