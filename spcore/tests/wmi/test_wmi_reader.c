/* What is asked of a player, by bytes that were written by hand (MTP 1.1, appendix C and D). */
#include <criterion/criterion.h>
#include <errno.h>

#include "mtp_codes.h"
#include "spcore/base.h"
#include "spcore/wmi/wmi_reader.h"

/* Answers to one operation each: bytes as they come, a transfer at a time. */
struct answer {
    uint16_t code;
    size_t data;         /* bytes of the data phase behind its header; 0: there is none */
    const char *content; /* of these */
    uint16_t response;
};
struct player {
    const struct answer *answers;
    uint8_t out[8][2048];
    size_t lengths[8], next, count;
    uint16_t asked[64];
    size_t asked_count;
    size_t piece; /* of a transfer of data; 0: all at once */
};

static void queue(struct player *it, const uint8_t *bytes, size_t length)
{
    memcpy(it->out[it->count], bytes, length);
    it->lengths[it->count++] = length;
}

static int take_command(void *self, const void *data, size_t size)
{
    struct player *it = self;
    const uint16_t code = get_le16((const uint8_t *)data + 6);
    const struct answer *answer = it->answers;
    uint8_t bytes[2048];

    cr_assert_geq(size, 12);
    it->asked[it->asked_count++] = code;
    it->next = it->count = 0;
    while (answer->code && answer->code != code)
        answer++;
    if (answer->data) {
        put_le32(bytes, (uint32_t)answer->data + 12);
        put_le16(bytes + 4, MTP_CT_DATA);
        put_le16(bytes + 6, code);
        put_le32(bytes + 8, 0);
        memcpy(bytes + 12, answer->content, answer->data);
        if (it->piece) {
            queue(it, bytes, it->piece);
            queue(it, bytes + it->piece, answer->data + 12 - it->piece);
            queue(it, bytes, 0);
        } else {
            queue(it, bytes, answer->data + 12);
        }
    }
    put_le32(bytes, 12);
    put_le16(bytes + 4, MTP_CT_RESPONSE);
    put_le16(bytes + 6, answer->code ? answer->response : MTP_RC_OPERATION_NOT_SUPPORTED);
    put_le32(bytes + 8, 0);
    queue(it, bytes, 12);
    return 0;
}

static int give(void *self, void *data, size_t room, size_t *ret_size)
{
    struct player *it = self;

    if (it->next == it->count)
        return -ETIMEDOUT;
    cr_assert_leq(it->lengths[it->next], room);
    memcpy(data, it->out[it->next], it->lengths[it->next]);
    *ret_size = it->lengths[it->next++];
    return 0;
}

/* Version, vendor extension, its version, its text, mode; no operations, no events; one property;
 * no capture formats; MP3 and WMA; no manufacturer; "A1"; no version, no serial number. */
#define INFO                                                                                       \
    "\x64\0\x06\0\0\0\x64\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x01\x50\0\0\0\0"                       \
    "\x02\0\0\0\x09\x30\x01\xb9\0\x03"                                                             \
    "A\0"                                                                                          \
    "1\0\0\0\0\0"
#define BYTES(text) sizeof(text) - 1, text

static const struct answer good[] = {
    {MTP_OP_GET_DEVICE_INFO, BYTES(INFO), MTP_RC_OK},
    {MTP_OP_OPEN_SESSION, 0, NULL, MTP_RC_OK},
    {MTP_OP_GET_STORAGE_IDS, BYTES("\x01\0\0\0\x01\0\x01\0"), MTP_RC_OK},
    {MTP_OP_GET_STORAGE_INFO, BYTES("\x04\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     MTP_RC_OK},
    {MTP_OP_GET_DEVICE_PROP_DESC, BYTES("\x01\x50\x02\0\0\x64\x32\0"), MTP_RC_OK},
    {MTP_OP_CLOSE_SESSION, 0, NULL, MTP_RC_OK},
    {0, 0, NULL, 0},
};

static int read_from(struct player *it, struct wmi_player *ret)
{
    const struct wmi_pipe pipe = {it, take_command, give};

    return wmi_read_player(&pipe, ret);
}

static void expect_whole(const struct wmi_player *player)
{
    cr_assert_str_eq(player->model, "A1");
    cr_assert_eq(player->format_count, 2);
    cr_assert_eq(player->formats[1], MTP_FC_WMA);
    cr_assert_eq(player->property_count, 1);
    cr_assert_eq(player->properties[0].code, MTP_DPC_BATTERY_LEVEL);
    cr_assert_eq(player->properties[0].type, MTP_DTC_UINT8);
    cr_assert_eq(player->storage_count, 1);
    cr_assert_eq(player->storages[0], MTP_ST_REMOVABLE_RAM);
}

Test(wmi_reader, a_player_says_what_its_classes_are_made_of)
{
    struct player it = {.answers = good};
    struct wmi_player player;

    cr_assert_eq(read_from(&it, &player), 0);
    expect_whole(&player);
    cr_assert_eq(it.asked[it.asked_count - 1], MTP_OP_CLOSE_SESSION);
}

Test(wmi_reader, data_comes_in_pieces_and_with_an_empty_end)
{
    struct player it = {.answers = good, .piece = 14};
    struct wmi_player player;

    cr_assert_eq(read_from(&it, &player), 0);
    expect_whole(&player);
}

Test(wmi_reader, a_session_that_is_somebodys_leaves_what_device_info_has)
{
    const struct answer taken[] = {
        {MTP_OP_GET_DEVICE_INFO, BYTES(INFO), MTP_RC_OK},
        {MTP_OP_OPEN_SESSION, 0, NULL, MTP_RC_SESSION_ALREADY_OPEN},
        {0, 0, NULL, 0},
    };
    struct player it = {.answers = taken};
    struct wmi_player player;

    cr_assert_eq(read_from(&it, &player), 0);
    cr_assert_eq(player.storage_count, 0);
    cr_assert_eq(player.properties[0].type, MTP_DTC_STRING);
    cr_assert_eq(it.asked_count, 2);
}

Test(wmi_reader, a_device_that_is_no_player_is_an_error)
{
    const struct answer none[] = {{0, 0, NULL, 0}};
    struct player it = {.answers = none};
    struct wmi_player player;

    cr_assert_eq(read_from(&it, &player), -EPROTO);
}

Test(wmi_reader, a_device_info_that_is_cut_off_is_an_error)
{
    const struct answer cut[] = {{MTP_OP_GET_DEVICE_INFO, 20, INFO, MTP_RC_OK}, {0, 0, NULL, 0}};
    struct player it = {.answers = cut};
    struct wmi_player player;

    cr_assert_eq(read_from(&it, &player), -EPROTO);
}
