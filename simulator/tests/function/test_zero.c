/* Persona zero: through USB/IP, byte for byte as usbip_protocol.rst has them, and its function
 * through the device core. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "simulator/control/verbs.h"
#include "simulator/player/player.h"
#include "simulator/spec/spec.h"
#include "simulator/wire/usbip/usbip_internal.h"
#include "spcore/base.h"

/* A player, a server and a client in one loop. */
struct bench {
    struct wire_source client; /* first: its callback gets it */
    struct wire_loop *loop;
    struct wire_bus bus;
    struct wire_server *server;
    struct player *player;
    struct usb_device *device;
    uint8_t got[1 << 16];
    size_t length, wanted;
};

static void client_ready(struct wire_source *source, uint32_t events)
{
    struct bench *bench = (struct bench *)source;
    ssize_t got = recv(source->fd, bench->got + bench->length, bench->wanted - bench->length, 0);

    (void)events;
    cr_assert_gt(got, 0, "the server closed the connection");
    bench->length += (size_t)got;
    if (bench->length == bench->wanted)
        wire_loop_stop(bench->loop);
}

static struct bench *bench_new(const char *file)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct player_options options = {.busid = "1-1", .seed = 1};
    struct wire_server_options listen = {.port = 0};
    struct usb_function functions[USB_FUNCTIONS_MAX];
    struct player_spec *spec;
    char error[500] = "";
    size_t count;
    int pair[2];

    cr_assert_eq(spec_load(file, &spec, error, sizeof(error)), 0, "%s", error);
    cr_assert_eq(player_new(spec, &options, &bench->player, error, sizeof(error)), 0, "%s", error);
    count = player_functions(bench->player, functions);
    cr_assert_eq(count, 2);
    cr_assert_eq(usb_device_new(player_identity(bench->player),
                                &player_policies(bench->player)->usb, functions, count,
                                &bench->device),
                 0);
    player_attach(bench->player, bench->device);
    cr_assert_eq(wire_loop_new(&bench->loop), 0);
    wire_bus_init(&bench->bus);
    cr_assert_eq(wire_server_new(bench->loop, &bench->bus, &listen, &bench->server), 0);
    cr_assert_eq(
        wire_bus_offer(&bench->bus, "1-1", bench->device, &player_policies(bench->player)->usbip),
        0);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    cr_assert_eq(wire_peer_new(bench->server, pair[0]), 0);
    bench->client = (struct wire_source){pair[1], client_ready};
    cr_assert_eq(wire_loop_add(bench->loop, &bench->client, EPOLLIN), 0);
    return bench;
}

static void bench_free(struct bench *bench)
{
    wire_loop_remove(bench->loop, &bench->client);
    close(bench->client.fd);
    wire_server_free(bench->server);
    wire_bus_done(&bench->bus);
    player_attach(bench->player, NULL);
    usb_device_free(bench->device);
    player_free(bench->player);
    wire_loop_free(bench->loop);
    free(bench);
}

static void say(struct bench *bench, const void *bytes, size_t length)
{
    cr_assert_eq(send(bench->client.fd, bytes, length, 0), (ssize_t)length);
}

/* Runs the loop until so many bytes have come. */
static const uint8_t *hear(struct bench *bench, size_t wanted)
{
    bench->length = 0;
    bench->wanted = wanted;
    cr_assert_eq(wire_loop_run(bench->loop), 0);
    return bench->got;
}

/* CMD_SUBMIT: command, seqnum, devid, direction, ep, flags, length, start frame, packets,
 * interval, setup. */
static void say_submit(struct bench *bench, uint32_t seqnum, uint8_t endpoint, uint32_t length,
                       uint32_t packets)
{
    uint8_t frame[48] = {0, 0, 0, 1};

    put_be32(frame + 4, seqnum);
    put_be32(frame + 8, 0x00010002);
    put_be32(frame + 12, endpoint >> 7);
    put_be32(frame + 16, endpoint & 0x0f);
    put_be32(frame + 24, length);
    put_be32(frame + 32, packets);
    say(bench, frame, sizeof(frame));
}

/* A request without data: SET_CONFIGURATION or SET_INTERFACE. */
static void choose(struct bench *bench, uint8_t type, uint8_t request, uint8_t value)
{
    uint8_t frame[48] = {[3] = 1, [40] = type, [41] = request, [42] = value};

    put_be32(frame + 4, 0x100u + request);
    put_be32(frame + 8, 0x00010002);
    say(bench, frame, sizeof(frame));
    cr_assert_eq(get_be32(hear(bench, 48) + 20), 0, "status");
}

static struct bench *configured(const char *file, uint8_t setting)
{
    static const uint8_t import[40] = {0x01, 0x11, 0x80, 0x03, 0, 0, 0, 0, '1', '-', '1'};
    struct bench *bench = bench_new(file);

    say(bench, import, sizeof(import));
    cr_assert_eq(get_be32(hear(bench, 320) + 4), 0, "imported");
    cr_assert_eq(get_be32(bench->got + 8 + 292), 2, "devnum of the devid above");
    choose(bench, 0x00, 9, 1);
    choose(bench, 0x01, 11, setting);
    return bench;
}

static void set_pattern(struct bench *bench, const char *pattern)
{
    json_t *request = json_pack("{s:s}", "pattern", pattern);
    json_t *answer = player_verb_run(player_verb_find("pattern"), bench->player, request);

    cr_assert(json_is_true(json_object_get(answer, "ok")));
    json_decref(answer);
    json_decref(request);
}

#define HIGH "fixtures/players/zero.yaml"
#define FULL "fixtures/players/zero-full.yaml"

/* Three packets of 1024, 8 and 0 bytes with a gap of 16 behind the first. zero sends 1024 in each
 * frame: the second and third overflow, with the 8 and 0 bytes there was room for. */
Test(zero, iso_in_as_it_stands_on_the_wire)
{
    static const uint8_t asked[48] = {0, 0, 0, 0,  0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                      0, 0, 4, 16, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0,
                                      0, 0, 4, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t descriptors[48] = {
        0, 0, 0x04, 0x00, 0, 0, 0x04, 0x00, 0, 0, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00,
        0, 0, 0x04, 0x10, 0, 0, 0x00, 0x08, 0, 0, 0x00, 0x08, 0xff, 0xff, 0xff, 0xb5,
        0, 0, 0x04, 0x18, 0, 0, 0x00, 0x00, 0, 0, 0x00, 0x00, 0xff, 0xff, 0xff, 0xb5};
    static const uint8_t head[28] = {0, 0, 0, 3, 0, 0, 0, 77, 0, 0, 0, 0, 0, 0,
                                     0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, 4, 8};
    struct bench *bench = configured(HIGH, 1);
    const uint8_t *got;
    uint8_t first[16];

    set_pattern(bench, "mod63");
    memcpy(first, descriptors, 16);
    first[2] = 0; /* offset 0 */
    say_submit(bench, 77, 0x82, 0x418, 3);
    say(bench, asked, sizeof(asked));
    got = hear(bench, 48 + 1032 + 48);
    cr_expect_arr_eq(got, head, sizeof(head));
    cr_expect_eq(get_be32(got + 32), 3, "number_of_packets");
    cr_expect_eq(get_be32(got + 36), 2, "error_count");
    cr_expect_eq(got[48 + 62], 62);
    cr_expect_eq(got[48 + 63], 0);
    cr_expect_eq(got[48 + 1023], 1023 % 63);
    cr_expect_eq(got[48 + 1024], 0, "packed: the second packet's data follow at once");
    cr_expect_eq(got[48 + 1031], 7);
    cr_expect_arr_eq(got + 1080, first, 16);
    cr_expect_arr_eq(got + 1096, descriptors + 16, 32);
    bench_free(bench);
}

Test(zero, iso_out_as_it_stands_on_the_wire)
{
    static const uint8_t packets[48] = {0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                        0, 0, 2, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0,
                                        0, 0, 4, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t answer[48] = {0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0,    0,    0,    0,
                                       0, 0, 2, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xa6,
                                       0, 0, 4, 1, 0, 0, 0, 3, 0, 0, 0, 3, 0,    0,    0,    0};
    static const uint8_t zeroes[1028];
    struct bench *bench = configured(FULL, 1);
    const uint8_t *got;

    say_submit(bench, 5, 0x02, 1028, 3);
    say(bench, zeroes, sizeof(zeroes));
    say(bench, packets, sizeof(packets));
    got = hear(bench, 48 + 48);
    cr_expect_eq(get_be32(got), 3);
    cr_expect_eq(get_be32(got + 4), 5);
    cr_expect_eq(get_be32(got + 20), 0, "status");
    cr_expect_eq(get_be32(got + 24), 0x203, "the sum: 513 bytes do not fit a frame of 512");
    cr_expect_eq(get_be32(got + 32), 3);
    cr_expect_eq(get_be32(got + 36), 1);
    cr_expect_arr_eq(got + 48, answer, sizeof(answer));
    bench_free(bench);
}

Test(zero, no_packets_and_bad_packets_leave_the_connection_whole)
{
    static const uint8_t outside[16] = {0, 0, 0, 1, 0, 0, 0, 8};
    static const uint8_t refused[16] = {0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xea};
    struct bench *bench = configured(HIGH, 1);
    const uint8_t *got;

    say_submit(bench, 8, 0x82, 64, 0);
    got = hear(bench, 48);
    cr_expect_eq(get_be32(got + 4), 8);
    cr_expect_eq(get_be32(got + 20), 0);
    cr_expect_eq(get_be32(got + 24), 0);
    cr_expect_eq(get_be32(got + 32), 0);
    say_submit(bench, 9, 0x82, 8, 1);
    say(bench, outside, sizeof(outside));
    got = hear(bench, 64);
    cr_expect_eq(get_be32(got + 4), 9);
    cr_expect_eq(get_be32(got + 20), (uint32_t)-EINVAL);
    cr_expect_eq(get_be32(got + 24), 0);
    cr_expect_eq(get_be32(got + 32), 1);
    cr_expect_arr_eq(got + 48, refused, sizeof(refused));
    choose(bench, 0x01, 11, 2);
    bench_free(bench);
}

/* A URB of 1024 frames is pending for a second: its unlink is answered long before. */
Test(zero, a_pending_iso_urb_is_unlinked)
{
    static uint8_t packets[1024 * 16];
    uint8_t frame[48] = {[3] = 2, [7] = 31, [23] = 30};
    struct bench *bench = configured(HIGH, 1);
    const uint8_t *got;

    put_be32(frame + 8, 0x00010002);
    say_submit(bench, 30, 0x82, 4096, 1024);
    say(bench, packets, sizeof(packets));
    say(bench, frame, sizeof(frame));
    got = hear(bench, 48);
    cr_expect_eq(get_be32(got), 4, "RET_UNLINK, and no RET_SUBMIT before it");
    cr_expect_eq(get_be32(got + 4), 31);
    cr_expect_eq(get_be32(got + 20), (uint32_t)-ECONNRESET);
    choose(bench, 0x01, 11, 0);
    bench_free(bench);
}

Test(zero, a_pending_iso_urb_is_answered_by_set_interface)
{
    static uint8_t packets[1024 * 16];
    uint8_t set[48] = {[3] = 1, [7] = 41, [40] = 0x01, [41] = 11};
    struct bench *bench = configured(HIGH, 1);
    const uint8_t *got;

    put_be32(set + 8, 0x00010002);
    say_submit(bench, 40, 0x82, 4096, 1024);
    say(bench, packets, sizeof(packets));
    say(bench, set, sizeof(set));
    got = hear(bench, 48 + sizeof(packets) + 48);
    cr_expect_eq(get_be32(got + 4), 40);
    cr_expect_eq(get_be32(got + 20), (uint32_t)-ESHUTDOWN);
    cr_expect_eq(get_be32(got + 24), 0);
    cr_expect_eq(get_be32(got + 32), 1024);
    cr_expect_eq(get_be32(got + 48 + sizeof(packets) + 4), 41);
    bench_free(bench);
}

Test(zero, the_source_streams_whole_packets_in_either_pattern)
{
    struct bench *bench = configured(FULL, 0);
    const uint8_t *got;

    say_submit(bench, 1, 0x81, 640, 0);
    got = hear(bench, 48 + 640);
    for (unsigned i = 0; i < 640; i++)
        cr_assert_eq(got[48 + i], 0);
    set_pattern(bench, "mod63");
    say_submit(bench, 2, 0x81, 640, 0);
    got = hear(bench, 48 + 640);
    cr_expect_eq(get_be32(got + 24), 640);
    for (unsigned i = 0; i < 640; i++)
        cr_assert_eq(got[48 + i], i % 64 % 63, "byte %u", i);
    say_submit(bench, 3, 0x81, 100, 0);
    got = hear(bench, 48 + 100);
    cr_expect_eq(get_be32(got + 20), (uint32_t)-EOVERFLOW, "the second packet has 64 bytes");
    bench_free(bench);
}

Test(zero, the_sink_halts_at_a_wrong_byte_until_the_halt_is_cleared)
{
    uint8_t clear[48] = {[3] = 1, [7] = 9, [40] = 0x02, [41] = 1, [44] = 0x01};
    uint8_t data[130] = {0};
    struct bench *bench = configured(FULL, 0);
    const uint8_t *got;

    put_be32(clear + 8, 0x00010002);
    say_submit(bench, 1, 0x01, sizeof(data), 0);
    say(bench, data, sizeof(data));
    got = hear(bench, 48);
    cr_expect_eq(get_be32(got + 20), 0);
    cr_expect_eq(get_be32(got + 24), 130);
    data[129] = 1;
    say_submit(bench, 2, 0x01, sizeof(data), 0);
    say(bench, data, sizeof(data));
    cr_expect_eq(get_be32(hear(bench, 48) + 20), (uint32_t)-EPIPE);
    data[129] = 0;
    say_submit(bench, 3, 0x01, sizeof(data), 0);
    say(bench, data, sizeof(data));
    cr_expect_eq(get_be32(hear(bench, 48) + 20), (uint32_t)-EPIPE);
    say(bench, clear, sizeof(clear));
    cr_expect_eq(get_be32(hear(bench, 48) + 20), 0);
    say_submit(bench, 4, 0x01, sizeof(data), 0);
    say(bench, data, sizeof(data));
    cr_expect_eq(get_be32(hear(bench, 48) + 20), 0);
    bench_free(bench);
}

/* Linux's sink does the same: an isochronous endpoint has no way to complain. */
Test(zero, a_wrong_iso_byte_halts_the_bulk_sink)
{
    static const uint8_t packet[16] = {0, 0, 0, 0, 0, 0, 0, 1};
    struct bench *bench = configured(HIGH, 1);
    const uint8_t *got;

    say_submit(bench, 1, 0x02, 1, 1);
    say(bench, "x", 1);
    say(bench, packet, sizeof(packet));
    got = hear(bench, 64);
    cr_expect_eq(get_be32(got + 20), 0);
    cr_expect_eq(get_be32(got + 24), 1);
    say_submit(bench, 2, 0x01, 0, 0);
    cr_expect_eq(get_be32(hear(bench, 48) + 20), (uint32_t)-EPIPE);
    bench_free(bench);
}

Test(zero, the_loopback_returns_transfers_as_they_came)
{
    struct bench *bench = configured(HIGH, 0);
    uint8_t data[600];
    const uint8_t *got;
    unsigned i;

    for (i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7);
    say_submit(bench, 1, 0x84, 1024, 0); /* waits */
    say_submit(bench, 2, 0x04, 100, 0);
    say(bench, data, 100);
    got = hear(bench, 48 + 48 + 100);
    i = get_be32(got + 4) == 2 ? 48 : 0; /* either may be answered first */
    cr_expect_eq(get_be32(got + i + 4), 1);
    cr_expect_eq(get_be32(got + i + 24), 100, "a short packet ended it");
    cr_expect_arr_eq(got + i + 48, data, 100);
    say_submit(bench, 3, 0x04, 600, 0);
    say(bench, data, 600);
    (void)hear(bench, 48);
    say_submit(bench, 4, 0x04, 0, 0);
    (void)hear(bench, 48);
    say_submit(bench, 5, 0x84, 512, 0);
    got = hear(bench, 48 + 512);
    cr_expect_arr_eq(got + 48, data, 512);
    say_submit(bench, 6, 0x84, 512, 0);
    got = hear(bench, 48 + 88);
    cr_expect_eq(get_be32(got + 24), 88);
    cr_expect_arr_eq(got + 48, data + 512, 88);
    say_submit(bench, 7, 0x84, 512, 0);
    got = hear(bench, 48);
    cr_expect_eq(get_be32(got + 4), 7);
    cr_expect_eq(get_be32(got + 24), 0, "an empty transfer is one, too");
    bench_free(bench);
}

/* More than its room at once, and then more than is left of it: OUT waits for IN. */
Test(zero, a_full_loopback_makes_out_wait)
{
    static uint8_t data[300000], more[512];
    struct bench *bench = configured(HIGH, 0);
    const uint8_t *got;

    memset(data, 0x35, sizeof(data));
    memset(more, 0x53, sizeof(more));
    say_submit(bench, 1, 0x04, sizeof(data) - 1, 0);
    for (uint32_t at = 0; at < sizeof(data) - 1;) { /* as much as the socket takes */
        ssize_t sent = send(bench->client.fd, data + at, sizeof(data) - 1 - at, MSG_DONTWAIT);

        if (sent > 0)
            at += (uint32_t)sent;
        else
            bench->server->peers->link.source.ready(&bench->server->peers->link.source, EPOLLIN);
    }
    cr_expect_eq(get_be32(hear(bench, 48) + 4), 1);
    say_submit(bench, 2, 0x04, sizeof(more), 0);
    say(bench, more, sizeof(more));
    say_submit(bench, 3, 0x84, 32768, 0);
    got = hear(bench, 48 + 32768);
    cr_expect_eq(get_be32(got + 4), 3, "not 2: there is no room");
    cr_expect_eq(got[48 + 32767], 0x35);
    cr_expect_eq(get_be32(hear(bench, 48) + 4), 2, "now there is");
    bench_free(bench);
}

Test(zero, vendor_requests_keep_and_return_what_they_get)
{
    uint8_t out[48] = {[3] = 1, [7] = 1, [27] = 5, [40] = 0x40, [41] = 0x5b, [46] = 5};
    uint8_t in[48] = {[3] = 1, [7] = 2, [15] = 1, [27] = 5, [40] = 0xc0, [41] = 0x5c, [46] = 5};
    struct bench *bench = configured(HIGH, 0);
    const uint8_t *got;

    put_be32(out + 8, 0x00010002);
    put_be32(in + 8, 0x00010002);
    say(bench, out, sizeof(out));
    say(bench, "hello", 5);
    got = hear(bench, 48);
    cr_expect_eq(get_be32(got + 20), 0);
    cr_expect_eq(get_be32(got + 24), 5);
    say(bench, in, sizeof(in));
    got = hear(bench, 48 + 5);
    cr_expect_arr_eq(got + 48, "hello", 5);
    in[7] = 3;
    in[42] = 1; /* wValue */
    say(bench, in, sizeof(in));
    cr_expect_eq(get_be32(hear(bench, 48) + 20), (uint32_t)-EPIPE);
    bench_free(bench);
}

Test(zero, interrupt_endpoints_of_setting_2)
{
    struct bench *bench = configured(HIGH, 2);

    set_pattern(bench, "mod63");
    say_submit(bench, 1, 0x83, 2048, 0);
    cr_expect_eq(hear(bench, 48 + 2048)[48 + 1024 + 64], 1);
    say_submit(bench, 2, 0x03, 3, 0);
    say(bench, "\0\1\2", 3);
    cr_expect_eq(get_be32(hear(bench, 48) + 24), 3);
    bench_free(bench);
}

Test(zero, verbs_of_other_players_are_refused)
{
    struct bench *bench = bench_new(HIGH);
    json_t *nothing = json_object();

    for (const struct player_verb *verb = player_verbs; verb->name; verb++) {
        json_t *answer = player_verb_run(verb, bench->player, nothing);

        cr_expect(json_is_false(json_object_get(answer, "ok")), "%s", verb->name);
        json_decref(answer);
    }
    json_decref(nothing);
    bench_free(bench);
}
