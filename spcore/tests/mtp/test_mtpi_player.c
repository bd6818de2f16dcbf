/* The whole way: initiator, USB/IP client, wire, player. papsim is started for each test on a port
 * of its own choice and ended by its process id. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spcore/mtp/mtpi.h"
#include "spcore/tests/serving.h"

struct player {
    struct serving serving;
    char uri[128];
    struct tp *tp;
    struct mtpi *mtpi;
};

static void plug(struct player *player)
{
    serve(&player->serving, "mtp", NULL);
    snprintf(player->uri, sizeof(player->uri), "usbip:%s/1-1", player->serving.address);
    cr_assert_eq(tp_open(player->uri, NULL, &player->tp), 0);
    cr_assert_eq(mtpi_new(player->tp, &player->mtpi), 0);
    cr_assert_eq(mtpi_open_session(player->mtpi, 1), 0);
}

static void unplug(struct player *player)
{
    mtpi_free(player->mtpi);
    tp_close(player->tp);
    serve_end(&player->serving);
}

static uint8_t *make_content(size_t length)
{
    uint8_t *content = malloc(length + 1);

    cr_assert_not_null(content);
    for (size_t i = 0; i < length; i++)
        content[i] = (uint8_t)(i * 31 + (i >> 8) + (i >> 16));
    return content;
}

static uint32_t send_content(struct player *player, const uint8_t *content, size_t length)
{
    static const uint16_t name[] = {'t', '.', 'b', 'i', 'n', 0};
    struct mtpi_new_object object = {
        .parent = 0xffffffff, .format = MTP_FC_UNDEFINED, .size = length, .name = name};
    uint32_t handle = 0;

    cr_assert_eq(mtpi_send_object_info(player->mtpi, &object, &handle, NULL), 0);
    cr_assert_eq(mtpi_send_object(player->mtpi, content, length), 0);
    return handle;
}

struct check {
    const uint8_t *content;
    size_t length, got, stop_at;
    bool differs;
};

static int compare(void *context, const void *data, size_t length)
{
    struct check *check = context;

    if (length > check->length - check->got) {
        check->differs = true;
        return -EOVERFLOW;
    }
    check->differs = check->differs || memcmp(check->content + check->got, data, length) != 0;
    check->got += length;
    return check->stop_at && check->got >= check->stop_at ? 99 : 0;
}

static void expect_object(struct player *player, uint32_t handle, const uint8_t *content,
                          size_t length)
{
    struct check check = {.content = content, .length = length};

    cr_expect_eq(mtpi_get_object(player->mtpi, handle, compare, &check), 0);
    cr_expect_eq(check.got, length);
    cr_expect_not(check.differs);
}

static void round_trip(size_t length)
{
    uint8_t *content = make_content(length);
    struct player player;
    uint32_t handle;

    plug(&player);
    handle = send_content(&player, content, length);
    expect_object(&player, handle, content, length);
    /* Still in step. */
    cr_expect_eq(mtpi_delete_object(player.mtpi, handle), 0);
    unplug(&player);
    free(content);
}

Test(player, empty_object_comes_back)
{
    round_trip(0);
}

Test(player, object_that_fills_one_packet_comes_back)
{
    round_trip(512 - 12);
}

Test(player, object_one_byte_beyond_a_packet_comes_back)
{
    round_trip(512 - 12 + 1);
}

Test(player, object_that_fills_the_first_read_comes_back)
{
    round_trip(64 * 1024 - 12);
}

Test(player, object_of_many_urbs_comes_back)
{
    round_trip(9 * 1024 * 1024 + 1);
}

Test(player, object_of_many_urbs_that_fills_its_last_packet_comes_back)
{
    round_trip(5 * 1024 * 1024 + 512 - 12);
}

Test(player, new_object_is_listed)
{
    struct mtpi_u32_array before = {0}, after = {0};
    struct mtpi_object_info info = {0};
    struct player player;
    uint32_t handle;

    plug(&player);
    cr_assert_eq(mtpi_get_object_handles(player.mtpi, 0xffffffff, 0, 0, &before), 0);
    handle = send_content(&player, (const uint8_t *)"hello", 5);
    cr_assert_eq(mtpi_get_object_handles(player.mtpi, 0xffffffff, 0, 0, &after), 0);
    cr_expect_eq(after.count, before.count + 1);
    cr_assert_eq(mtpi_get_object_info(player.mtpi, handle, &info), 0);
    cr_expect_eq(info.compressed_size, 5);
    cr_expect_eq(info.name[0], 't');
    mtpi_object_info_done(&info);
    free(before.item);
    free(after.item);
    unplug(&player);
}

Test(player, part_of_an_object_comes_from_its_offset)
{
    uint8_t *content = make_content(300000), part[1000];
    struct player player;
    uint32_t handle, count = 0;

    plug(&player);
    handle = send_content(&player, content, 300000);
    cr_assert_eq(mtpi_get_partial_object(player.mtpi, handle, 299500, sizeof(part), part, &count),
                 0);
    cr_assert_eq(count, 500);
    cr_expect_arr_eq(part, content + 299500, 500);
    unplug(&player);
    free(content);
}

/* ---- breaking off */

Test(player, sink_that_stops_leaves_the_session_in_step)
{
    size_t length = 8 * 1024 * 1024;
    uint8_t *content = make_content(length);
    struct check check = {.content = content, .length = length, .stop_at = 1};
    struct player player;
    uint32_t handle;

    plug(&player);
    handle = send_content(&player, content, length);
    cr_expect_eq(mtpi_get_object(player.mtpi, handle, compare, &check), 99);
    cr_expect_lt(check.got, length);
    expect_object(&player, handle, content, length);
    unplug(&player);
    free(content);
}

#define CANCELLED_BYTES ((uint64_t)2 << 30)

struct canceller {
    struct player *player;
    pthread_t thread;
    bool started, ended;
    uint64_t given;
};

static void *cancel_now(void *argument)
{
    struct canceller *canceller = argument;

    (void)mtpi_cancel(canceller->player->mtpi);
    return NULL;
}

static void await_cancel(struct canceller *canceller)
{
    if (!canceller->ended)
        pthread_join(canceller->thread, NULL);
    canceller->ended = true;
}

/* Gives zeros for ever; another thread cancels after the first of them. It is waited for before the
 * object could be whole. */
static int64_t give_and_be_cancelled(void *context, void *buffer, size_t room)
{
    struct canceller *canceller = context;

    if (!canceller->started) {
        canceller->started = true;
        cr_assert_eq(pthread_create(&canceller->thread, NULL, cancel_now, canceller), 0);
    }
    canceller->given += room;
    if (canceller->given > CANCELLED_BYTES / 2)
        await_cancel(canceller);
    memset(buffer, 0, room);
    return (int64_t)room;
}

Test(player, send_that_another_thread_cancels_leaves_no_object)
{
    static const uint16_t name[] = {'c', 0};
    struct mtpi_new_object object = {
        .parent = 0xffffffff, .format = MTP_FC_UNDEFINED, .size = CANCELLED_BYTES, .name = name};
    struct mtpi_u32_array before = {0}, after = {0};
    struct player player;
    struct canceller canceller = {.player = &player};
    uint32_t handle;

    plug(&player);
    cr_assert_eq(mtpi_get_object_handles(player.mtpi, 0xffffffff, 0, 0, &before), 0);
    cr_assert_eq(mtpi_send_object_info(player.mtpi, &object, &handle, NULL), 0);
    cr_expect_eq(
        mtpi_send_object_from(player.mtpi, CANCELLED_BYTES, give_and_be_cancelled, &canceller),
        -ECANCELED);
    await_cancel(&canceller);
    cr_assert_eq(mtpi_get_object_handles(player.mtpi, 0xffffffff, 0, 0, &after), 0);
    cr_expect_eq(after.count, before.count);
    free(before.item);
    free(after.item);
    unplug(&player);
}

struct waiting {
    struct player *player;
    int result;
};

static void *wait_event(void *argument)
{
    struct waiting *waiting = argument;
    struct mtpi_event event;

    waiting->result = mtpi_wait_event(waiting->player->mtpi, 60000, &event);
    return NULL;
}

/* The interrupt endpoint is awaited over all transfers, and its thread ends with the device. */
Test(player, transfers_run_while_another_thread_waits_for_an_event)
{
    size_t length = 4 * 1024 * 1024;
    uint8_t *content = make_content(length);
    struct player player;
    struct waiting waiting = {.player = &player, .result = 1};
    struct mtpi_u32_array ids = {0};
    pthread_t thread;
    uint32_t handle;

    plug(&player);
    cr_assert_eq(pthread_create(&thread, NULL, wait_event, &waiting), 0);
    handle = send_content(&player, content, length);
    for (int i = 0; i < 4; i++)
        expect_object(&player, handle, content, length);
    cr_assert_eq(kill(player.serving.pid, SIGKILL), 0);
    pthread_join(thread, NULL);
    cr_expect_eq(waiting.result, -ENODEV);
    cr_expect_eq(mtpi_get_storage_ids(player.mtpi, &ids), -ENODEV);
    unplug(&player);
    free(content);
}

Test(player, device_in_use_is_busy)
{
    struct player player;
    struct tp *second = NULL;

    plug(&player);
    cr_expect_eq(tp_open(player.uri, NULL, &second), -EBUSY);
    cr_expect_null(second);
    unplug(&player);
}

/* ---- addresses */

static int open_uri(const char *uri)
{
    struct tp *tp;
    int error = tp_open(uri, NULL, &tp);

    if (error == 0)
        tp_close(tp);
    return error;
}

Test(transport, address_of_no_known_form_is_invalid)
{
    cr_expect_eq(open_uri("usbip"), -EINVAL);
    cr_expect_eq(open_uri("ftp:host/1-1"), -EINVAL);
    cr_expect_eq(open_uri("usbip:host"), -EINVAL);
    cr_expect_eq(open_uri("usbip:/1-1"), -EINVAL);
    cr_expect_eq(open_uri("usbip:host:/1-1"), -EINVAL);
    cr_expect_eq(open_uri("usbip:host/"), -EINVAL);
    cr_expect_eq(open_uri("usbip:[::1/1-1"), -EINVAL);
    cr_expect_eq(open_uri("usb:12"), -EINVAL);
    cr_expect_eq(open_uri("usb:1234:xyz"), -EINVAL);
}
