/* Opening a device through the transport: devices that describe themselves in unusual ways, or in
 * none at all. */
#include "spcore/base.h"
#include "spcore/tests/usbip_server.h"

#include <criterion/parameterized.h>

#include "spcore/transport/transport.h"

/* What the device answers; lengths may be less than the bytes, or than what they say. */
struct device {
    char what[40];
    uint8_t device[18], config[32];
    uint8_t device_length, config_length;
    uint8_t configured; /* GET_CONFIGURATION before anything was set */
    uint8_t silent;     /* GET_CONFIGURATION answers nothing */
    int error;          /* of tp_open() */
};

#define DEVICE_BYTES                                                                               \
    {                                                                                              \
        18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 1, 0, 0, 1, 0, 0, 0, 1                               \
    }
/* One interface with bulk IN 0x81; bConfigurationValue is byte 5. */
#define CONFIG_BYTES(total, value)                                                                 \
    {                                                                                              \
        9, 2, total, 0, 1, value, 0, 0x80, 50, 9, 4, 0, 0, 1, 0xff, 0, 0, 0, 7, 5, 0x81, 2, 0, 2,  \
            0                                                                                      \
    }

struct place {
    struct server server;
    int listener;
    char uri[64];
    uint8_t set_to; /* what SET_CONFIGURATION asked for; 0xff: it never came */
};

static void answer_control(struct server *server, const struct device *device, uint32_t seqnum,
                           struct place *place)
{
    const uint8_t *setup = server->request + 40;
    const uint8_t *data = NULL;
    uint32_t length = 0, asked = get_be32(server->request + 24);
    uint8_t frame[48 + 256];

    if (setup[1] == 6 && setup[3] == 1) {
        data = device->device;
        length = device->device_length;
    } else if (setup[1] == 6 && setup[3] == 2) {
        data = device->config;
        length = device->config_length;
    } else if (setup[1] == 8) {
        data = &device->configured;
        length = device->silent ? 0 : 1;
    } else if (setup[1] == 9) {
        place->set_to = setup[2];
    }
    if (length > asked)
        length = asked;
    make_reply(frame, RET_SUBMIT, seqnum, 0, length);
    if (length > 0)
        memcpy(frame + 48, data, length);
    tell(server, frame, 48 + length);
}

static void be_device(struct server *server)
{
    struct place *place = (struct place *)(void *)server;
    uint32_t seqnum;

    while ((seqnum = hear(server, 0)) != 0)
        answer_control(server, server->argument, seqnum, place);
}

static void *accept_and_serve(void *argument)
{
    struct place *place = argument;

    place->server.ends[1] = accept(place->listener, NULL, NULL);
    return serve(&place->server);
}

static void place_start(struct place *place, const struct device *device)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    *place = (struct place){.server = {.script = be_device, .argument = device}, .set_to = 0xff};
    place->listener = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(place->listener, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(listen(place->listener, 1), 0);
    cr_assert_eq(getsockname(place->listener, (struct sockaddr *)&address, &size), 0);
    snprintf(place->uri, sizeof(place->uri), "usbip:127.0.0.1:%u/1-1", ntohs(address.sin_port));
    cr_assert_eq(pthread_create(&place->server.thread, NULL, accept_and_serve, place), 0);
}

static void place_end(struct place *place)
{
    pthread_join(place->server.thread, NULL);
    close(place->server.ends[1]);
    close(place->listener);
}

/* tp_open()'s result; the device is closed again. */
static int open_one(const struct device *device, uint8_t *ret_set_to)
{
    struct place place;
    struct tp *tp = NULL;
    int error;

    place_start(&place, device);
    error = tp_open(place.uri, NULL, &tp);
    tp_close(tp);
    place_end(&place);
    *ret_set_to = place.set_to;
    return error;
}

static struct device refused[] = {
    {.what = "no device descriptor", .error = -EPROTO},
    {.what = "half a device descriptor",
     .device = DEVICE_BYTES,
     .device_length = 17,
     .error = -EPROTO},
    {.what = "another descriptor", .device = {18, 2}, .device_length = 18, .error = -EPROTO},
    {.what = "no configuration", .device = DEVICE_BYTES, .device_length = 18, .error = -EPROTO},
    {.what = "half a configuration",
     .device = DEVICE_BYTES,
     .device_length = 18,
     .config = CONFIG_BYTES(25, 1),
     .config_length = 8,
     .error = -EPROTO},
    {.what = "a total below the header",
     .device = DEVICE_BYTES,
     .device_length = 18,
     .config = CONFIG_BYTES(8, 1),
     .config_length = 25,
     .error = -EPROTO},
    {.what = "no configuration's number",
     .device = DEVICE_BYTES,
     .device_length = 18,
     .config = CONFIG_BYTES(25, 1),
     .config_length = 25,
     .silent = 1,
     .error = -EPROTO},
};

ParameterizedTestParameters(tp_usbip, device_that_does_not_describe_itself_is_refused)
{
    return cr_make_param_array(struct device, refused, ARRAY_SIZE(refused));
}

ParameterizedTest(struct device *one, tp_usbip, device_that_does_not_describe_itself_is_refused)
{
    uint8_t set_to;
    int error = open_one(one, &set_to);

    cr_expect_eq(error, one->error, "%s: %d", one->what, error);
    cr_expect_eq(set_to, 0xff, "%s", one->what);
}

static struct device opened[] = {
    {.what = "value 1", .config = CONFIG_BYTES(25, 1), .config_length = 25},
    {.what = "value 3", .config = CONFIG_BYTES(25, 3), .config_length = 25},
    {.what = "value 255", .config = CONFIG_BYTES(25, 255), .config_length = 25},
    {.what = "value 0, which is none", .config = CONFIG_BYTES(25, 0), .config_length = 25},
    {.what = "cut off", .config = CONFIG_BYTES(200, 2), .config_length = 20},
    {.what = "an endpoint of no length",
     .config = {9, 2, 25, 0, 1, 4, 0, 0x80, 50, 9, 4, 0, 0, 1, 0xff, 0, 0, 0, 0, 5, 0x81},
     .config_length = 25},
};

ParameterizedTestParameters(tp_usbip, device_is_configured_by_its_own_value)
{
    return cr_make_param_array(struct device, opened, ARRAY_SIZE(opened));
}

ParameterizedTest(struct device *one, tp_usbip, device_is_configured_by_its_own_value)
{
    static const uint8_t device[18] = DEVICE_BYTES;
    uint8_t set_to;

    memcpy(one->device, device, sizeof(device));
    one->device_length = 18;
    cr_expect_eq(open_one(one, &set_to), 0, "%s", one->what);
    cr_expect_eq(set_to, one->config[5] ? one->config[5] : 1, "%s: %u", one->what, set_to);
}

Test(tp_usbip, device_that_is_configured_stays_as_it_is)
{
    static const struct device device = {.device = DEVICE_BYTES,
                                         .device_length = 18,
                                         .config = CONFIG_BYTES(25, 1),
                                         .config_length = 25,
                                         .configured = 1};
    uint8_t set_to;

    cr_expect_eq(open_one(&device, &set_to), 0);
    cr_expect_eq(set_to, 0xff);
}
