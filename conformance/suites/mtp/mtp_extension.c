/* Operations that some players list and the others' cases do not call: MTP 1.1, E.2.11 (Skip),
 * D.2.10 (GetThumb), D.2.16 (ResetDevice), and the extensions microsoft.com/WMPPD and /WMDRMPD. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "conformance/raw/raw_wav.h"
#include "spcore/base.h"

/* Ten seconds of sound. */
enum { WAV_RATE = 8000, WAV_DATA = 10 * WAV_RATE };

static uint16_t set_number(struct dut *dut, uint16_t property, uint32_t value)
{
    struct ct_writer writer = {0};

    ct_put32(&writer, value);
    return dut_put(dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(property), writer.bytes,
                   writer.length);
}

static uint32_t number(struct dut *dut, uint16_t property)
{
    struct conf *c = dut->c;
    struct ct_reader reader;

    CHECK_RC(dut_op(dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(property)), MTP_RC_OK);
    reader = dut_reader(dut);
    return ct_u32(&reader);
}

static uint32_t playlist(struct dut *dut)
{
    static uint8_t wav[WAV_HEAD + WAV_DATA];
    struct ct_writer list = {0};
    uint32_t handle;

    wav_fill(wav, WAV_RATE, WAV_DATA);
    ct_put32(&list, 3);
    for (unsigned i = 0; i < 3; i++) {
        char name[] = "track 0.wav";

        name[6] = (char)('0' + i);
        ct_put32(&list, dut_file(dut, dut->folder, name, MTP_FC_WAV, wav, WAV_HEAD + WAV_DATA));
    }
    handle = dut_file(dut, dut->folder, "list.pla", MTP_FC_AV_PLAYLIST, NULL, 0);
    if (dut_put(dut, MTP_OP_SET_OBJECT_REFERENCES, PARAMS(handle), list.bytes, list.length) !=
        MTP_RC_OK)
        dut_unprepared(dut, "operation");
    return handle;
}

CONF_CASE(MTP_DEV_BV_51, .title = "Skip goes to other tracks of what plays, and not beyond",
          .reqs = REQS("MTP-DEV-003"), .ics = "MTP.OP.9820 && MTP.OP.9811 && STORE.WRITABLE",
          .player = "mtp-music", .needs = CONF_WRITES,
          .steps = "Play a playlist of three: PlaybackContainerIndex 0; Skip 2: 2; Skip -1: 1; "
                   "Skip 5 is refused and still 1; stop")
{
    DUT dut = dut_work(c);
    uint32_t list = playlist(&dut);
    const struct {
        int32_t skip;
        uint32_t index;
        bool ok;
    } steps[] = {{2, 2, true}, {-1, 1, true}, {5, 1, false}};

    if (set_number(&dut, MTP_DPC_PLAYBACK_OBJECT, list) != MTP_RC_OK)
        conf_inconclusive(c, "the playlist does not play");
    ROW("MTP-DEV-003.skip") {
        CHECK_EQ(number(&dut, MTP_DPC_PLAYBACK_CONTAINER_INDEX), 0);
        for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
            uint16_t code = dut_op(&dut, MTP_OP_SKIP, PARAMS((uint32_t)steps[i].skip));

            CHECK_SEEN((code == MTP_RC_OK) == steps[i].ok, value_rc(code));
            CHECK_EQ(number(&dut, MTP_DPC_PLAYBACK_CONTAINER_INDEX), steps[i].index);
        }
        CHECK_RC(set_number(&dut, MTP_DPC_PLAYBACK_OBJECT, 0), MTP_RC_OK);
    }
}

/* Those without a data phase of the host, and without an effect that stays. */
CONF_CASE(MTP_DEV_BV_52, .title = "Operations of the extensions are implemented where listed",
          .reqs = REQS("MTP-DEV-003"), .ics = "MTP.OP.9101 || MTP.OP.9201 || MTP.OP.9202",
          .player = "mtp-music", .needs = CONF_WRITES,
          .steps = "GetSecureTimeChallenge, GetSyncList, GetMeterChallenge, GetLicenseState and "
                   "the two reports, as far as listed: anything but 0x2005, and in step")
{
    DUT dut = dut_session(c);
    static struct dut_info info;
    static const uint16_t codes[] = {
        MTP_OP_WMDRMPD_GET_SECURE_TIME_CHALLENGE, MTP_OP_WMDRMPD_GET_SYNC_LIST,
        MTP_OP_WMDRMPD_GET_METER_CHALLENGE,       MTP_OP_WMDRMPD_GET_LICENSE_STATE,
        MTP_OP_WMPPD_REPORT_ADDED_DELETED_ITEMS,  MTP_OP_WMPPD_REPORT_ACQUIRED_ITEMS};

    ROW("MTP-DEV-003.extensions") {
        dut_device_info(&dut, &info);
        for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
            uint16_t code;

            if (!dut_lists(info.operations, info.operation_count, codes[i]))
                continue;
            code = dut_op(&dut, codes[i], PARAMS());
            conf_note(c, "operation 0x%04x: %s", codes[i], value_rc(code).text);
            CHECK_NOT_RC(code, MTP_RC_OPERATION_NOT_SUPPORTED);
            CHECK(dut_in_step(&dut));
        }
    }
}

/* ---- the dialogue of our player's WMDRMPD, which is text (simulator/mtp/op_wmdrmpd.c) */

/* The answer's text; "": none. */
static const char *asked(struct dut *dut, uint16_t code, char text[80])
{
    size_t length;

    text[0] = '\0';
    if (dut_op(dut, code, PARAMS()) != MTP_RC_OK)
        return text;
    length = dut->answer.size < 79 ? dut->answer.size : 79;
    if (length)
        memcpy(text, dut->answer.data, length);
    text[length] = '\0';
    return text;
}

static uint16_t said(struct dut *dut, uint16_t code, const char *text)
{
    return dut_put(dut, code, PARAMS(), text, strlen(text));
}

/* What the challenge says last, said again. */
static void respond(struct dut *dut, uint16_t challenge, uint16_t response, const char *what,
                    const char *behind)
{
    struct conf *c = dut->c;
    char text[80], nonce[16] = "", answer[120];

    CHECK(sscanf(asked(dut, challenge, text), "papkit-test-%*[a-z]-challenge %15s", nonce) == 1);
    snprintf(answer, sizeof(answer), "papkit-test-%s-response %s%s", what, nonce, behind);
    CHECK_RC(said(dut, response, answer), MTP_RC_OK);
}

/* Uses that are left. */
static uint32_t licensed(struct dut *dut, uint32_t handle)
{
    struct conf *c = dut->c;
    struct ct_reader reader;

    CHECK_RC(dut_op(dut, MTP_OP_WMDRMPD_GET_LICENSE_STATE, PARAMS(handle)), MTP_RC_OK);
    reader = dut_reader(dut);
    return ct_u32(&reader);
}

CONF_CASE(MTP_DEV_BV_56, .title = "A dialogue of an extension comes to its end",
          .reqs = REQS("MTP-DEV-003"),
          .ics = "FIXTURE.CONTROL && MTP.OP.9102 && MTP.OP.9108 && MTP.OP.910A",
          .player = "mtp-music", .needs = CONF_WRITES,
          .steps = "Secure time and metering by challenge and response; a license of two uses for "
                   "a song, which says 2, and after CleanDataStore that it needs none; a command, "
                   "and the request that repeats it")
{
    DUT dut = dut_work(c);
    uint32_t song = dut_file(&dut, dut.folder, "licensed.mp3", MTP_FC_MP3, "song", 4);
    char text[100] = "papkit-test-license ", answer[80];

    ROW("MTP-DEV-003.dialogue") {
        respond(&dut, MTP_OP_WMDRMPD_GET_SECURE_TIME_CHALLENGE,
                MTP_OP_WMDRMPD_GET_SECURE_TIME_RESPONSE, "time", " 20260604T120000");
        REQUIRE_RC(dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(song, MTP_OPC_PERSISTENT_UID)),
                   MTP_RC_OK);
        REQUIRE_EQ(dut.answer.size, 16);
        for (size_t i = 0; i < 16; i++)
            snprintf(text + strlen(text), 3, "%02x", dut.answer.data[i]);
        CHECK_EQ(licensed(&dut, song), UINT32_MAX);
        strcat(text, " 2");
        CHECK_RC(said(&dut, MTP_OP_WMDRMPD_SET_LICENSE_RESPONSE, text), MTP_RC_OK);
        CHECK_EQ(licensed(&dut, song), 2);
        CHECK_RC(dut_op(&dut, MTP_OP_WMDRMPD_CLEAN_DATA_STORE, PARAMS()), MTP_RC_OK);
        CHECK_EQ(licensed(&dut, song), UINT32_MAX);
        CHECK_RC(said(&dut, MTP_OP_WMDRMPD_SEND_METER_CHALLENGE_QUERY, "papkit-test-meter-query"),
                 MTP_RC_OK);
        respond(&dut, MTP_OP_WMDRMPD_GET_METER_CHALLENGE, MTP_OP_WMDRMPD_SET_METER_RESPONSE,
                "meter", "");
        CHECK_RC(said(&dut, MTP_OP_WMDRMPD_SEND_WMDRMPD_COMMAND, "papkit-test-command again"),
                 MTP_RC_OK);
        asked(&dut, MTP_OP_WMDRMPD_SEND_WMDRMPD_REQUEST, answer);
        CHECK(conf_same_text(c, answer, "papkit-test-request again"));
    }
}

/* One change on the device itself; the handle its answer names, or 0. */
static uint32_t change(struct conf *c, const char *request)
{
    char *answer = conf_control(c, request);
    json_t *parsed = json_loads(answer, 0, NULL);
    uint32_t handle = (uint32_t)json_integer_value(json_object_get(parsed, "handle"));

    json_decref(parsed);
    free(answer);
    return handle;
}

/* Is the unique id in the array that stands next in the answer? */
static bool next_array_has(struct ct_reader *reader, const uint8_t id[16])
{
    size_t count = ct_u32(reader);
    bool found = false;

    for (size_t i = 0; i < count && !reader->failed; i++) {
        const uint8_t *at = reader->at;

        ct_skip_value(reader, MTP_DTC_UINT128);
        found |= !reader->failed && memcmp(at, id, 16) == 0;
    }
    return found;
}

CONF_CASE(MTP_DEV_BV_53, .title = "What comes and goes on the device is in its reports",
          .reqs = REQS("MTP-DEV-003"), .ics = "MTP.OP.9201 && MTP.OP.9202", .player = "mtp-music",
          .needs = CONF_CONTROL,
          .steps = "Add a file on the device: its unique id is among the acquired items, once the "
                   "transaction id of that report is given it is not; remove it: among the deleted")
{
    DUT dut = dut_session(c);
    uint32_t file = change(c, "{\"verb\":\"add\",\"path\":\"report.txt\",\"text\":\"x\"}"), since;
    struct ct_reader reader;
    char request[64];
    uint8_t id[16];

    if (dut_op(&dut, MTP_OP_GET_OBJECT_PROP_VALUE, PARAMS(file, MTP_OPC_PERSISTENT_UID)) !=
            MTP_RC_OK ||
        dut.answer.size != sizeof(id))
        dut_unprepared(&dut, "GetObjectPropValue");
    memcpy(id, dut.answer.data, sizeof(id));
    ROW("MTP-DEV-003.reports") {
        CHECK_RC(dut_op(&dut, MTP_OP_WMPPD_REPORT_ACQUIRED_ITEMS, PARAMS(0, 0, 100)), MTP_RC_OK);
        since = dut.answer.param[0];
        reader = dut_reader(&dut);
        CHECK(next_array_has(&reader, id));
        dut_op(&dut, MTP_OP_WMPPD_REPORT_ACQUIRED_ITEMS, PARAMS(since, 0, 100));
        reader = dut_reader(&dut);
        CHECK(!next_array_has(&reader, id));
        snprintf(request, sizeof(request), "{\"verb\":\"remove\",\"handle\":%u}", file);
        change(c, request);
        CHECK_RC(dut_op(&dut, MTP_OP_WMPPD_REPORT_ADDED_DELETED_ITEMS, PARAMS(since, 0, 100)),
                 MTP_RC_OK);
        reader = dut_reader(&dut);
        next_array_has(&reader, id); /* modified ones */
        CHECK(next_array_has(&reader, id));
    }
}

/* ---- thumbnails and the reset */

CONF_CASE(MTP_DEV_BV_54, .title = "GetThumb gives the representative sample and nothing else",
          .reqs = REQS("MTP-DEV-003"), .ics = "MTP.OP.100A && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps =
              "A song without sample: 0x2010 and no data; its sample set: GetThumb sends these "
              "bytes, and ObjectInfo their number")
{
    DUT dut = dut_work(c);
    uint32_t song = dut_file(&dut, dut.folder, "cover.mp3", MTP_FC_MP3, "music", 5);
    static uint8_t image[700];
    struct ct_writer writer = {0};
    struct ct_reader reader;

    dut_fill(image, sizeof(image), 54);
    image[0] = 0xff; /* as a JPEG begins */
    image[1] = 0xd8;
    ct_put32(&writer, sizeof(image));
    ct_put_bytes(&writer, image, sizeof(image));
    ROW("MTP-DEV-003.thumb") {
        CHECK_RC(dut_op(&dut, MTP_OP_GET_THUMB, PARAMS(song)), MTP_RC_NO_THUMBNAIL_PRESENT);
        CHECK(!dut.answer.has_data);
        SETUP {
            if (dut_put(&dut, MTP_OP_SET_OBJECT_PROP_VALUE,
                        PARAMS(song, MTP_OPC_REPRESENTATIVE_SAMPLE_DATA), writer.bytes,
                        writer.length) != MTP_RC_OK)
                conf_inconclusive(c, "no representative sample can be set");
        }
        CHECK_RC(dut_op(&dut, MTP_OP_GET_THUMB, PARAMS(song)), MTP_RC_OK);
        CHECK_BYTES(dut.answer.data, dut.answer.size, image, sizeof(image));
        dut_op(&dut, MTP_OP_GET_OBJECT_INFO, PARAMS(song));
        reader = dut_reader(&dut);
        ct_u64(&reader); /* store, format, protection */
        ct_u32(&reader);
        ct_u16(&reader); /* format of the thumbnail */
        CHECK_EQ(ct_u32(&reader), sizeof(image));
    }
}

CONF_CASE(MTP_DEV_BV_55, .title = "ResetDevice ends the session and keeps the objects",
          .reqs = REQS("MTP-DEV-003"), .ics = "MTP.OP.1010 && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "ResetDevice; GetStorageIDs answers 0x2003; a new session finds the object")
{
    DUT dut = dut_work(c);
    uint32_t file = dut_file(&dut, dut.folder, "stays.mp3", MTP_FC_MP3, "stays", 5);

    ROW("MTP-DEV-003.reset") {
        CHECK_RC(dut_op(&dut, MTP_OP_RESET_DEVICE, PARAMS()), MTP_RC_OK);
        CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS()), MTP_RC_SESSION_NOT_OPEN);
        REQUIRE_RC(dut_open(&dut, 1), MTP_RC_OK);
        if (dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(file)) == MTP_RC_INVALID_OBJECT_HANDLE)
            dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(dut_named(&dut, "stays.mp3")));
        CHECK_RC(dut.answer.code, MTP_RC_OK);
        CHECK_BYTES(dut.answer.data, dut.answer.size, "stays", 5);
    }
}
