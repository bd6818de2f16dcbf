/* 0x9201, 0x9202: what the device did by itself. Unique ids: 8 bytes number, 8 bytes seed. */
#include "simulator/tests/music.h"

static uint64_t uid(struct driver *d, uint32_t handle)
{
    cr_assert_eq(driver_run(d, MTP_OP_GET_OBJECT_PROP_VALUE, 2, handle, MTP_OPC_PERSISTENT_UID),
                 MTP_RC_OK);
    cr_assert_eq(d->data.used, 16);
    return (uint64_t)mtpr_integer(MTP_DTC_UINT64, d->data.data);
}

static uint32_t add(struct driver *d, const char *request)
{
    json_t *answer = ask(d, "add", request);
    uint32_t handle = (uint32_t)json_integer_value(json_object_get(answer, "handle"));

    cr_assert_neq(handle, 0);
    json_decref(answer);
    return handle;
}

static uint32_t word(struct driver *d, size_t at)
{
    cr_assert_leq(at + 4, d->data.used);
    return (uint32_t)mtpr_integer(MTP_DTC_UINT32, d->data.data + at);
}

Test(report, a_fresh_player_reports_nothing)
{
    static const uint8_t two_empty_arrays[8] = {0};
    struct driver d;

    open_music(&d);
    cr_assert_eq(driver_run(&d, 0x9202, 3, 0, 0, 0x10000), MTP_RC_OK);
    cr_expect_eq(d.data.used, 4);
    cr_expect_eq(word(&d, 0), 0);
    cr_expect_eq(d.count, 3);
    cr_expect(d.params[0] == 0 && d.params[1] == 0 && d.params[2] == 0);
    cr_assert_eq(driver_run(&d, 0x9201, 3, 0, 0, 0x10000), MTP_RC_OK);
    cr_assert_eq(d.data.used, 8);
    cr_expect_arr_eq(d.data.data, two_empty_arrays, 8);
    driver_close(&d);
}

Test(report, what_the_host_sends_is_no_news_to_it)
{
    struct driver d;

    open_music(&d);
    (void)driver_put(&d, "x.bin", "x", 1);
    cr_assert_eq(driver_run(&d, 0x9202, 3, 0, 0, 0x10000), MTP_RC_OK);
    cr_expect_eq(word(&d, 0), 0);
    driver_close(&d);
}

Test(report, acquired_items_come_once_and_in_windows)
{
    struct driver d;
    uint64_t first, second;
    uint32_t number;

    open_music(&d);
    first = uid(&d, add(&d, "{\"path\": \"one.mp3\", \"size\": 9}"));
    second = uid(&d, add(&d, "{\"path\": \"two.mp3\", \"size\": 9}"));
    cr_assert_eq(driver_run(&d, 0x9202, 3, 0, 0, 1), MTP_RC_OK);
    cr_expect_eq(word(&d, 0), 1);
    cr_expect_eq((uint64_t)mtpr_integer(MTP_DTC_UINT64, d.data.data + 4), first);
    cr_expect_eq(d.params[1], 1, "one more");
    number = d.params[0];
    cr_assert_eq(driver_run(&d, 0x9202, 3, 0, 1, 1), MTP_RC_OK);
    cr_expect_eq((uint64_t)mtpr_integer(MTP_DTC_UINT64, d.data.data + 4), second);
    cr_expect_eq(d.params[1], 0);
    cr_assert_eq(driver_run(&d, 0x9202, 3, number, 0, 0x10000), MTP_RC_OK);
    cr_expect_eq(word(&d, 0), 0, "the host was here since");
    driver_close(&d);
}

Test(report, what_was_rated_and_what_went_come_apart)
{
    struct driver d;
    uint64_t rated, gone;
    uint32_t handle;

    open_music(&d);
    handle = driver_put(&d, "rated.mp3", "x", 1);
    rated = uid(&d, handle);
    gone = uid(&d, driver_put(&d, "gone.bin", "x", 1));
    cr_assert(verb(&d, "remove", "{\"path\": \"gone.bin\"}"));
    /* Sent as Undefined, it has no rating; the device's own file has. */
    cr_expect_not(verb(&d, "retag",
                       "{\"path\": \"rated.mp3\", \"property\": \"0xdc8a\","
                       " \"value\": \"75\"}"));
    handle = send_tone(&d, "tone.mp3", MTP_FC_MP3);
    rated = uid(&d, handle);
    cr_assert(verb(&d, "retag",
                   "{\"path\": \"tone.mp3\", \"property\": \"0xdc8a\","
                   " \"value\": \"75\"}"));
    cr_assert(verb(&d, "retag",
                   "{\"path\": \"tone.mp3\", \"property\": \"0xdc8a\","
                   " \"value\": \"50\"}"));
    cr_assert_eq(driver_run(&d, 0x9201, 3, 0, 0, 0x10000), MTP_RC_OK);
    cr_assert_eq(d.data.used, 4 + 16 + 4 + 16);
    cr_expect_eq(word(&d, 0), 1, "rated twice, said once");
    cr_expect_eq((uint64_t)mtpr_integer(MTP_DTC_UINT64, d.data.data + 4), rated);
    cr_expect_eq(word(&d, 20), 1);
    cr_expect_eq((uint64_t)mtpr_integer(MTP_DTC_UINT64, d.data.data + 24), gone);
    driver_close(&d);
}

Test(report, a_play_is_a_change)
{
    struct driver d;

    open_music(&d);
    (void)send_tone(&d, "a.wav", MTP_FC_WAV);
    cr_assert(verb(&d, "play", "{\"path\": \"a.wav\"}"));
    cr_assert(verb(&d, "clock", "{\"advance\": 2}"));
    cr_assert_eq(driver_run(&d, 0x9201, 3, 0, 0, 0x10000), MTP_RC_OK);
    cr_expect_eq(word(&d, 0), 1);
    driver_close(&d);
}

Test(report, more_than_the_journal_holds_is_said_to_be_missing)
{
    char request[80];
    struct driver d;

    open_music(&d);
    for (unsigned i = 0; i < 1025; i++) {
        snprintf(request, sizeof(request), "{\"path\": \"n%u.bin\", \"size\": 1}", i);
        (void)add(&d, request);
    }
    cr_assert_eq(driver_run(&d, 0x9202, 3, 0, 0, 0x10000), MTP_RC_OK);
    cr_expect_eq(word(&d, 0), 1024);
    cr_expect_eq(d.params[0], 1025);
    cr_expect_eq(d.params[2], 2, "added items that are not reported");
    driver_close(&d);
}
