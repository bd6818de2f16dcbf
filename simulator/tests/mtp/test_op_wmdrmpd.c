/* The simulated rights management: its own messages, its own states. */
#include "simulator/tests/music.h"

/* What the device gives, as text. */
static const char *give(struct driver *d, uint16_t operation)
{
    static char text[300];

    cr_assert_eq(driver_run(d, operation, 0), MTP_RC_OK, "%04x", operation);
    cr_assert_lt(d->data.used, sizeof(text));
    memcpy(text, d->data.data, d->data.used);
    text[d->data.used] = '\0';
    return text;
}

static uint16_t take(struct driver *d, uint16_t operation, const char *text)
{
    return driver_send(d, operation, text, strlen(text), 0);
}

Test(wmdrmpd, secure_time_is_set_by_an_answer_to_the_challenge)
{
    /* 16 words: 15 characters and a terminator. */
    static const uint8_t expected[] = {16,  0, 0,   0, '2', 0, '0', 0, '2', 0, '6', 0,
                                       '0', 0, '3', 0, '0', 0, '4', 0, 'T', 0, '0', 0,
                                       '5', 0, '0', 0, '6', 0, '0', 0, '7', 0, 0,   0};
    char answer[100];
    struct driver d;
    unsigned nonce;

    open_music(&d);
    cr_assert_eq(sscanf(give(&d, 0x9101), "papkit-test-time-challenge %x", &nonce), 1);
    snprintf(answer, sizeof(answer), "papkit-test-time-response %08x 20260304T050607", nonce + 1);
    cr_expect_eq(take(&d, 0x9102, answer), MTP_RC_ACCESS_DENIED, "another challenge's answer");
    snprintf(answer, sizeof(answer), "papkit-test-time-response %08x 20260304T050607", nonce);
    cr_assert_eq(take(&d, 0x9102, answer), MTP_RC_OK);
    cr_assert_eq(driver_run(&d, MTP_OP_GET_DEVICE_PROP_VALUE, 1, MTP_DPC_SECURE_TIME), MTP_RC_OK);
    cr_assert_eq(d.data.used, sizeof(expected));
    cr_expect_arr_eq(d.data.data, expected, sizeof(expected));
    driver_close(&d);
}

Test(wmdrmpd, other_messages_are_no_datasets)
{
    static const uint16_t takes[] = {0x9102, 0x9103, 0x9105, 0x9107, 0x910a};
    char large[600];
    struct driver d;

    memset(large, 'a', sizeof(large));
    open_music(&d);
    for (size_t i = 0; i < 5; i++) {
        cr_expect_eq(take(&d, takes[i], "a real license"), MTP_RC_INVALID_DATASET, "%04x",
                     takes[i]);
        cr_expect_eq(take(&d, takes[i], ""), MTP_RC_INVALID_DATASET, "%04x", takes[i]);
        cr_expect_eq(driver_send(&d, takes[i], large, sizeof(large), 0), MTP_RC_INVALID_DATASET);
    }
    driver_close(&d);
}

static void license(struct driver *d, uint32_t handle, unsigned uses)
{
    char text[120] = "papkit-test-license ";

    cr_assert_eq(driver_run(d, MTP_OP_GET_OBJECT_PROP_VALUE, 2, handle, MTP_OPC_PERSISTENT_UID),
                 MTP_RC_OK);
    for (unsigned i = 0; i < 16; i++)
        snprintf(text + strlen(text), 3, "%02x", d->data.data[i]);
    snprintf(text + strlen(text), 12, " %u", uses);
    cr_assert_eq(take(d, 0x9103, text), MTP_RC_OK, "%s", text);
}

static uint32_t state(struct driver *d, uint32_t handle)
{
    cr_assert_eq(driver_run(d, 0x9109, 1, handle), MTP_RC_OK);
    return (uint32_t)mtpr_integer(MTP_DTC_UINT32, d->data.data);
}

Test(wmdrmpd, a_license_is_used_up_by_playing)
{
    static const uint8_t is_protected[] = {1, 0};
    struct driver d;
    uint32_t handle;

    open_music(&d);
    handle = send_tone(&d, "a.wma", MTP_FC_WMA);
    cr_expect_eq(state(&d, handle), 0xffffffff, "free content");
    cr_assert_eq(driver_send(&d, MTP_OP_SET_OBJECT_PROP_VALUE, is_protected, 2, 2, handle,
                             MTP_OPC_DRM_STATUS),
                 MTP_RC_OK);
    cr_expect_eq(state(&d, handle), 0);
    cr_assert_eq(driver_run(&d, 0x9104, 0), MTP_RC_OK);
    cr_expect_eq(d.data.used, 20, "one id needs a license");
    cr_expect_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, handle), MTP_RC_ACCESS_DENIED);
    license(&d, handle, 1);
    cr_expect_eq(state(&d, handle), 1);
    cr_assert_eq(driver_run(&d, 0x9104, 0), MTP_RC_OK);
    cr_expect_eq(d.data.used, 4, "none does");
    cr_expect_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, handle), MTP_RC_OK);
    cr_expect_eq(state(&d, handle), 0);
    cr_expect_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, handle), MTP_RC_ACCESS_DENIED);
    driver_close(&d);
}

Test(wmdrmpd, plays_are_metered_until_they_are_settled)
{
    static const uint8_t is_protected[] = {1, 0};
    unsigned nonce, count;
    char answer[100];
    struct driver d;
    uint32_t handle;

    open_music(&d);
    handle = send_tone(&d, "a.wma", MTP_FC_WMA);
    cr_assert_eq(driver_send(&d, MTP_OP_SET_OBJECT_PROP_VALUE, is_protected, 2, 2, handle,
                             MTP_OPC_DRM_STATUS),
                 MTP_RC_OK);
    license(&d, handle, 5);
    cr_assert_eq(set_device_number(&d, MTP_DPC_PLAYBACK_OBJECT, handle), MTP_RC_OK);
    cr_assert_eq(take(&d, 0x9105, "papkit-test-meter-query"), MTP_RC_OK);
    cr_assert_eq(sscanf(give(&d, 0x9106), "papkit-test-meter-challenge %x %u", &nonce, &count), 2);
    cr_expect_eq(count, 1);
    snprintf(answer, sizeof(answer), "papkit-test-meter-response %08x", nonce);
    cr_assert_eq(take(&d, 0x9107, answer), MTP_RC_OK);
    cr_assert_eq(sscanf(give(&d, 0x9106), "papkit-test-meter-challenge %x %u", &nonce, &count), 2);
    cr_expect_eq(count, 0);
    cr_assert_eq(driver_run(&d, 0x9108, 0), MTP_RC_OK);
    cr_expect_eq(state(&d, handle), 0, "licenses are gone");
    driver_close(&d);
}

Test(wmdrmpd, a_command_comes_back_as_a_request)
{
    struct driver d;

    open_music(&d);
    cr_assert_eq(take(&d, 0x910a, "papkit-test-command hello"), MTP_RC_OK);
    cr_expect_str_eq(give(&d, 0x910b), "papkit-test-request hello");
    driver_close(&d);
}
