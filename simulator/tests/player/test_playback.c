/* Playing on the player's own clock: 1.5 s of MP3, 1 s of WAV and FLAC. */
#include "simulator/tests/music.h"

static void advance(struct driver *d, const char *seconds)
{
    char request[60];

    snprintf(request, sizeof(request), "{\"advance\": %s}", seconds);
    cr_assert(verb(d, "clock", request));
}

static uint32_t playlist(struct driver *d, const uint32_t *tracks, uint32_t count)
{
    struct wr list = {0};
    uint32_t handle;

    cr_assert_eq(driver_info(d, "list.pla", MTP_FC_AV_PLAYLIST, 0, STORE, 0xffffffff), MTP_RC_OK);
    handle = d->params[2];
    wr_u32(&list, count);
    for (uint32_t i = 0; i < count; i++)
        wr_u32(&list, tracks[i]);
    cr_assert_eq(driver_send(d, MTP_OP_SET_OBJECT_REFERENCES, list.data, list.used, 1, handle),
                 MTP_RC_OK);
    wr_done(&list);
    return handle;
}

Test(playback, what_the_host_did_not_say_is_read_from_the_file)
{
    static const uint8_t title[] = {5, 'T', 0, 'o', 0, 'n', 0, 'e', 0, 0, 0};
    struct driver d;
    uint32_t handle;

    open_music(&d);
    handle = send_tone(&d, "a.mp3", MTP_FC_MP3);
    cr_expect_eq(object_number(&d, handle, MTP_OPC_DURATION, MTP_DTC_UINT32), 1500);
    cr_expect_eq(object_number(&d, handle, MTP_OPC_SAMPLE_RATE, MTP_DTC_UINT32), 44100);
    cr_expect_eq(object_number(&d, handle, MTP_OPC_NUMBER_OF_CHANNELS, MTP_DTC_UINT16), 1);
    cr_expect_eq(object_number(&d, handle, MTP_OPC_AUDIO_WAVE_CODEC, MTP_DTC_UINT32), 0x55);
    cr_expect_eq(object_number(&d, handle, MTP_OPC_TRACK, MTP_DTC_UINT16), 3);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_OBJECT_PROP_VALUE, 2, handle, MTP_OPC_NAME), MTP_RC_OK);
    cr_expect_arr_eq(d.data.data, title, sizeof(title));
    driver_close(&d);
}

Test(playback, what_the_host_said_stays)
{
    struct driver d;
    uint8_t *bytes = malloc(200000);
    struct wr list = {0};
    ssize_t length;
    int fd = open("fixtures/media/tone.wav", O_RDONLY);

    length = read(fd, bytes, 200000);
    close(fd);
    wr_u32(&list, 2);
    wr_u32(&list, 0);
    wr_u16(&list, MTP_OPC_OBJECT_FILE_NAME);
    wr_u16(&list, MTP_DTC_STRING);
    wr_string(&list, "said.wav");
    wr_u32(&list, 0);
    wr_u16(&list, MTP_OPC_DURATION);
    wr_u16(&list, MTP_DTC_UINT32);
    wr_u32(&list, 777);
    open_music(&d);
    cr_assert_eq(driver_send(&d, MTP_OP_SEND_OBJECT_PROP_LIST, list.data, list.used, 5, STORE,
                             0xffffffff, MTP_FC_WAV, 0, (uint32_t)length),
                 MTP_RC_OK);
    uint32_t handle = d.params[2];
    cr_assert_eq(driver_send(&d, MTP_OP_SEND_OBJECT, bytes, (size_t)length, 0), MTP_RC_OK);
    cr_expect_eq(object_number(&d, handle, MTP_OPC_DURATION, MTP_DTC_UINT32), 777);
    cr_expect_eq(object_number(&d, handle, MTP_OPC_SAMPLE_RATE, MTP_DTC_UINT32), 16000);
    wr_done(&list);
    free(bytes);
    driver_close(&d);
}

Test(playback, the_position_follows_the_clock_and_the_rate)
{
    struct driver d;
    uint32_t handle;

    open_music(&d);
    handle = send_tone(&d, "a.wav", MTP_FC_WAV);
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_OBJECT), 0);
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_RATE), 0);
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, handle), MTP_RC_OK);
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_RATE), 1000);
    advance(&d, "0.25");
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_POSITION), 250);
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_RATE, 0), MTP_RC_OK);
    advance(&d, "60");
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_POSITION), 250, "paused");
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_RATE, 2000), MTP_RC_OK);
    advance(&d, "0.3");
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_POSITION), 850);
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_RATE, (uint32_t)-1000), MTP_RC_OK);
    advance(&d, "0.1");
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_POSITION), 750);
    advance(&d, "9");
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_POSITION), 0);
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_RATE), 0);
    driver_close(&d);
}

Test(playback, a_track_heard_to_its_end_counts_once)
{
    struct driver d;
    uint32_t handle;

    open_music(&d);
    handle = send_tone(&d, "a.flac", MTP_FC_FLAC);
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, handle), MTP_RC_OK);
    advance(&d, "0.999");
    cr_expect_eq(object_number(&d, handle, MTP_OPC_USE_COUNT, MTP_DTC_UINT32), 0);
    advance(&d, "0.001");
    cr_expect_eq(object_number(&d, handle, MTP_OPC_USE_COUNT, MTP_DTC_UINT32), 1);
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_OBJECT), 0, "stopped at the end");
    driver_close(&d);
}

Test(playback, a_list_goes_on_by_itself_and_skips)
{
    struct driver d;
    uint32_t tracks[3], list;

    open_music(&d);
    tracks[0] = send_tone(&d, "a.wav", MTP_FC_WAV);
    tracks[1] = send_tone(&d, "b.mp3", MTP_FC_MP3);
    tracks[2] = send_tone(&d, "c.flac", MTP_FC_FLAC);
    list = playlist(&d, tracks, 3);
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, list), MTP_RC_OK);
    advance(&d, "1.4");
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_OBJECT), list);
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_CONTAINER_INDEX), 1);
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_POSITION), 400);
    cr_expect_eq(driver_run(&d, MTP_OP_SKIP, 1, 1), MTP_RC_OK);
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_CONTAINER_INDEX), 2);
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_POSITION), 0);
    cr_expect_eq(object_number(&d, tracks[1], MTP_OPC_SKIP_COUNT, MTP_DTC_UINT32), 1);
    cr_expect_eq(object_number(&d, tracks[1], MTP_OPC_USE_COUNT, MTP_DTC_UINT32), 0);
    cr_expect_eq(driver_run(&d, MTP_OP_SKIP, 1, 1), MTP_RC_INVALID_PARAMETER);
    cr_expect_eq(driver_run(&d, MTP_OP_SKIP, 1, 0xfffffffe), MTP_RC_OK);
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_CONTAINER_INDEX), 0);
    driver_close(&d);
}

Test(playback, what_cannot_be_played_is_refused)
{
    struct driver d;
    uint32_t handle;

    open_music(&d);
    handle = driver_put(&d, "noise.bin", "no music", 8);
    cr_expect_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, handle),
                 MTP_RC_INVALID_DEVICE_PROP_VALUE);
    cr_expect_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, 0x7777),
                 MTP_RC_INVALID_DEVICE_PROP_VALUE);
    cr_expect_eq(set_device_number(&d, MTP_DPC_PLAYBACK_RATE, 1000),
                 MTP_RC_INVALID_DEVICE_PROP_VALUE);
    cr_expect_eq(driver_run(&d, MTP_OP_SKIP, 1, 1), MTP_RC_GENERAL_ERROR);
    cr_expect_not(verb(&d, "press", "{\"key\": \"play\"}"));
    driver_close(&d);
}

Test(playback, seeking_beyond_the_end_is_refused)
{
    struct driver d;

    open_music(&d);
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, send_tone(&d, "a.wav", MTP_FC_WAV)),
                 MTP_RC_OK);
    cr_expect_eq(set_device_number(&d, MTP_DPC_PLAYBACK_POSITION, 1001),
                 MTP_RC_INVALID_DEVICE_PROP_VALUE);
    cr_expect_eq(set_device_number(&d, MTP_DPC_PLAYBACK_POSITION, 900), MTP_RC_OK);
    cr_expect(verb(&d, "seek", "{\"position\": 300}"));
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_POSITION), 300);
    driver_close(&d);
}

Test(playback, a_deleted_track_stops)
{
    struct driver d;
    uint32_t handle;

    open_music(&d);
    handle = send_tone(&d, "a.wav", MTP_FC_WAV);
    cr_assert(verb(&d, "press", "{\"key\": \"play\"}"));
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_OBJECT), handle);
    cr_assert_eq(driver_run(&d, MTP_OP_DELETE_OBJECT, 1, handle), MTP_RC_OK);
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_OBJECT), 0);
    driver_close(&d);
}

Test(playback, a_player_that_ignores_content_reads_nothing)
{
    char path[] = "/tmp/papkit-music-XXXXXX";
    FILE *from = fopen("fixtures/players/mtp-music.yaml", "re"), *to;
    struct driver d;
    uint32_t handle;
    int byte;

    to = fdopen(mkstemp(path), "we");
    cr_assert(from && to);
    while ((byte = fgetc(from)) != EOF)
        fputc(byte, to);
    fputs("ignores-content: true\n", to);
    fclose(from);
    fclose(to);
    driver_open(&d, path, NULL);
    unlink(path);
    cr_assert_eq(driver_run(&d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_OK);
    handle = send_tone(&d, "a.mp3", MTP_FC_MP3);
    cr_expect_eq(object_number(&d, handle, MTP_OPC_DURATION, MTP_DTC_UINT32), 0);
    driver_close(&d);
}

static uint16_t event(struct driver *d, uint32_t params[2], unsigned *ret_count)
{
    struct wr bytes = {0};
    uint16_t code = 0;

    if (driver_in(d, DRIVER_EVENT, &bytes) == 0) {
        code = (uint16_t)mtpr_integer(MTP_DTC_UINT16, bytes.data + 6);
        *ret_count = (unsigned)(bytes.used - 12) / 4;
        for (unsigned i = 0; i < *ret_count && i < 2; i++)
            params[i] = (uint32_t)mtpr_integer(MTP_DTC_UINT32, bytes.data + 12 + 4 * i);
    }
    wr_done(&bytes);
    return code;
}

Test(playback, the_end_of_a_track_is_told)
{
    struct driver d;
    uint32_t handle, params[2];
    unsigned count;

    open_music(&d);
    handle = send_tone(&d, "a.wav", MTP_FC_WAV);
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, handle), MTP_RC_OK);
    advance(&d, "1");
    cr_expect_eq(event(&d, params, &count), MTP_EC_OBJECT_PROP_CHANGED);
    cr_expect(count == 2 && params[0] == handle && params[1] == 0xdc91);
    cr_expect_eq(event(&d, params, &count), MTP_EC_DEVICE_PROP_CHANGED);
    cr_expect(count == 1 && params[0] == 0xd411);
    cr_expect_eq(event(&d, params, &count), MTP_EC_DEVICE_PROP_CHANGED);
    cr_expect(count == 1 && params[0] == 0xd412);
    cr_expect_eq(event(&d, params, &count), 0);
    driver_close(&d);
}

Test(playback, any_event_can_be_said)
{
    struct driver d;
    uint32_t params[2];
    unsigned count;

    open_music(&d);
    cr_assert(verb(&d, "event", "{\"code\": \"0x4008\", \"parameter\": 5}"));
    cr_expect_eq(event(&d, params, &count), MTP_EC_DEVICE_INFO_CHANGED);
    cr_expect_eq(count, 0, "it has no parameter");
    cr_assert(verb(&d, "event", "{\"code\": \"0xc802\", \"parameter\": 56393, \"second\": 12297}"));
    cr_expect_eq(event(&d, params, &count), MTP_EC_OBJECT_PROP_DESC_CHANGED);
    cr_expect(count == 2 && params[0] == 0xdc49 && params[1] == 0x3009);
    cr_expect_not(verb(&d, "event", "{\"code\": 1}"));
    driver_close(&d);
}

Test(playback, an_ejected_card_stops_what_played_from_it)
{
    struct driver d;
    uint8_t *bytes = malloc(200000);
    int fd = open("fixtures/media/tone.wav", O_RDONLY);
    ssize_t length = read(fd, bytes, 200000);
    uint32_t handle;

    close(fd);
    open_music(&d);
    cr_assert_eq(driver_info(&d, "a.wav", MTP_FC_WAV, (uint32_t)length, 0x00020001, 0xffffffff),
                 MTP_RC_OK);
    handle = d.params[2];
    cr_assert_eq(driver_send(&d, MTP_OP_SEND_OBJECT, bytes, (size_t)length, 0), MTP_RC_OK);
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, handle), MTP_RC_OK);
    cr_assert(verb(&d, "eject", "{}"));
    cr_expect_eq(device_number(&d, MTP_DPC_PLAYBACK_OBJECT), 0);
    free(bytes);
    driver_close(&d);
}

Test(playback, the_operation_is_there_only_where_it_is_listed)
{
    struct driver d;

    driver_open(&d, "mtp.yaml", NULL);
    cr_assert_eq(driver_run(&d, MTP_OP_OPEN_SESSION, 1, 1), MTP_RC_OK);
    cr_expect_eq(driver_run(&d, MTP_OP_SKIP, 1, 1), MTP_RC_OPERATION_NOT_SUPPORTED);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_DEVICE_INFO, 0), MTP_RC_OK);
    /* 0x9820 among the words of DeviceInfo, little-endian. */
    cr_expect_null(memmem(d.data.data, d.data.used, "\x20\x98", 2));
    driver_close(&d);
    driver_open(&d, "mtp-music.yaml", NULL);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_DEVICE_INFO, 0), MTP_RC_OK);
    cr_expect_not_null(memmem(d.data.data, d.data.used, "\x20\x98", 2));
    driver_close(&d);
}
