/* IMDSPDeviceControl: what it offers, and that the device plays, pauses and stops as it is told. */
#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "conformance/wmdm/wmdm_player.h"
#include "spcore/base.h"

#define CONTROL_CASE(token, ics_, title_, level_, needs_, steps_, ...)                             \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .player = "pap-player", .needs = CONF_PROVIDER | (needs_), .steps = steps_)
#define PLAYS "PROVIDER.CONTROL.PLAY"
#define PAUSES "PROVIDER.CONTROL.PAUSE"
#define SEEKS "PROVIDER.CONTROL.SEEK"
#define HEARD (CONF_WRITES | CONF_CONTROL)

/* What GetDCStatus may say; a device that is not there has another bit. */
#define OF_CONTROL (WMDM_STATUS_READY | WMDM_STATUS_BUSY | WMDM_STATUS_CONTROL)
#define OF_PLAYING                                                                                 \
    (WMDM_STATUS_DEVICECONTROL_PLAYING | WMDM_STATUS_DEVICECONTROL_RECORDING |                     \
     WMDM_STATUS_DEVICECONTROL_PAUSED)

/* ---- what there is */
CONTROL_CASE(CONTROL_OFFER_BV_01, "PROVIDER.CONTROL",
             "Device control is an interface of the device", CONF_MAY, 0,
             "QueryInterface of the device for IMDSPDeviceControl, and of that for IUnknown and "
             "IMDSPDevice",
             "SP-CTRL-001")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);
    IUnknown *device = AS(IUnknown, wmdm_device(w)), *same = NULL;
    IMDSPDevice *back = NULL;

    ROW("SP-CTRL-001.identity") {
        CHECK_HR(SP_HR("IMDSPDeviceControl::QueryInterface",
                       IMDSPDeviceControl_QueryInterface(control, &IID_IUnknown, (void **)&same)),
                 S_OK);
        CHECK(same == device);
    }
    ROW("SP-CTRL-001.back")
        CHECK_HR(
            SP_HR("IMDSPDeviceControl::QueryInterface",
                  IMDSPDeviceControl_QueryInterface(control, &IID_IMDSPDevice, (void **)&back)),
            S_OK);
    RELEASE(back);
    RELEASE(same);
    RELEASE(device);
    RELEASE(control);
}

CONTROL_CASE(CONTROL_OFFER_BI_01, "PROVIDER.CONTROL", "Outputs of device control have to be given",
             CONF_MUST, 0, "GetCapabilities and GetDCStatus, with room for the answer and without",
             "SP-CTRL-002", "SP-CTRL-004")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);
    DWORD can = 0;

    ROW("SP-CTRL-002.mask") {
        CHECK_HR(CALL(IMDSPDeviceControl, GetCapabilities, control, &can), S_OK);
        CHECK_EQ(can & ~(DWORD)0x1ff, 0);
    }
    ROW("SP-CTRL-002.null")
        CHECK_HR(CALL(IMDSPDeviceControl, GetCapabilities, control, NULL), E_INVALIDARG);
    ROW("SP-CTRL-004.null")
        CHECK_HR(CALL(IMDSPDeviceControl, GetDCStatus, control, NULL), E_INVALIDARG);
    RELEASE(control);
}

/* ---- each capability */
static HRESULT do_play(struct conf *c, IMDSPDeviceControl *control)
{
    return CALL(IMDSPDeviceControl, Play, control);
}

static HRESULT do_pause(struct conf *c, IMDSPDeviceControl *control)
{
    return CALL(IMDSPDeviceControl, Pause, control);
}

static HRESULT do_resume(struct conf *c, IMDSPDeviceControl *control)
{
    return CALL(IMDSPDeviceControl, Resume, control);
}

static HRESULT do_seek(struct conf *c, IMDSPDeviceControl *control)
{
    return CALL(IMDSPDeviceControl, Seek, control, MDSP_SEEK_BOF, 0);
}

static HRESULT do_stop(struct conf *c, IMDSPDeviceControl *control)
{
    return CALL(IMDSPDeviceControl, Stop, control);
}

static HRESULT do_record(struct conf *c, IMDSPDeviceControl *control)
{
    return CALL(IMDSPDeviceControl, Record, control, NULL);
}

/* In an order in which each has something to do; last what would write. */
static const struct {
    const char *clause;
    DWORD bit;
    HRESULT (*run)(struct conf *c, IMDSPDeviceControl *control);
} abilities[] = {
    {"SP-CTRL-003.play", WMDM_DEVICECAP_CANPLAY, do_play},
    {"SP-CTRL-003.pause", WMDM_DEVICECAP_CANPAUSE, do_pause},
    {"SP-CTRL-003.resume", WMDM_DEVICECAP_CANRESUME, do_resume},
    {"SP-CTRL-003.seek", WMDM_DEVICECAP_CANSEEK, do_seek},
    {"SP-CTRL-003.stop", WMDM_DEVICECAP_CANSTOP, do_stop},
    {"SP-CTRL-003.record", WMDM_DEVICECAP_CANRECORD, do_record},
};

static void check_abilities(struct wmdm *w, IMDSPDeviceControl *control)
{
    struct conf *c = wmdm_conf(w);
    DWORD can = wmdm_control_caps(w, control);

    for (size_t i = 0; i < ARRAY_SIZE(abilities); i++) {
        HRESULT hr = abilities[i].run(c, control);

        ROW(abilities[i].clause) {
            if (can & abilities[i].bit)
                CHECK_HR(hr, S_OK);
            else
                CHECK_HR(hr, WMDM_E_NOTSUPPORTED);
        }
    }
    if (can & WMDM_DEVICECAP_CANSTOP)
        (void)CALL(IMDSPDeviceControl, Stop, control);
}

CONTROL_CASE(CONTROL_ABLE_BV_01, "PROVIDER.CONTROL",
             "What it says it can it does, and nothing else", CONF_MUST, CONF_WRITES,
             "GetCapabilities; Play, Pause, Resume, Seek, Stop and Record: S_OK where the bit is "
             "set, WMDM_E_NOTSUPPORTED where not",
             "SP-CTRL-003")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);

    wmdm_songs(w);
    check_abilities(w, control);
    RELEASE(control);
}

CONF_CASE(CONTROL_ABLE_BV_02, .title = "A player that only starts and stops is said to do no more",
          .reqs = REQS("SP-CTRL-003", "SP-CTRL-013"), .ics = "PROVIDER.CONTROL",
          .player = "pap-player-keyless", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "As CONTROL_ABLE_BV_01, of a device that has no rate and no position")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);
    DWORD can = wmdm_control_caps(w, control);

    wmdm_songs(w);
    check_abilities(w, control);
    ROW("SP-CTRL-013.unable") {
        if (can & WMDM_DEVICECAP_CANSEEK)
            conf_excused(c, 1, "it can seek");
        else
            CHECK_HR(CALL(IMDSPDeviceControl, Seek, control, MDSP_SEEK_BOF, 0),
                     WMDM_E_NOTSUPPORTED);
    }
    RELEASE(control);
}

/* ---- status */
static DWORD status_of(struct conf *c, IMDSPDeviceControl *control)
{
    DWORD status = 0xffffffff;

    ROW("SP-CTRL-004.answer")
        CHECK_HR(CALL(IMDSPDeviceControl, GetDCStatus, control, &status), S_OK);
    ROW("SP-CTRL-004.control")
        CHECK_EQ(status & ~(DWORD)OF_CONTROL, 0);
    return status;
}

static void eject(struct conf *c)
{
    free(conf_control(c, "{\"verb\":\"eject\",\"storage\":1}"));
}

CONTROL_CASE(CONTROL_STATUS_BV_01, PLAYS " && " PAUSES,
             "The status of control says what the device does", CONF_MUST, HEARD,
             "GetDCStatus while stopped, after Play, Pause, Resume and Stop, each against what the "
             "device says; after a Play that its user stops; once more without its second medium",
             "SP-CTRL-004", "SP-CTRL-010")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);
    DWORD status;

    wmdm_songs(w);
    ROW("SP-CTRL-004.ready")
        CHECK_EQ(status_of(c, control) & (WMDM_STATUS_READY | OF_PLAYING), WMDM_STATUS_READY);
    SETUP_CALL(IMDSPDeviceControl, Play, control);
    ROW("SP-CTRL-004.playing")
        CHECK_EQ(status_of(c, control) & OF_PLAYING, WMDM_STATUS_DEVICECONTROL_PLAYING);
    SETUP_CALL(IMDSPDeviceControl, Pause, control);
    ROW("SP-CTRL-004.paused")
        CHECK_EQ(status_of(c, control) & OF_PLAYING, WMDM_STATUS_DEVICECONTROL_PAUSED);
    SETUP_CALL(IMDSPDeviceControl, Resume, control);
    ROW("SP-CTRL-004.resumed")
        CHECK_EQ(status_of(c, control) & OF_PLAYING, WMDM_STATUS_DEVICECONTROL_PLAYING);
    ROW("SP-CTRL-010.answer")
        CHECK_HR(CALL(IMDSPDeviceControl, Stop, control), S_OK);
    status = status_of(c, control);
    ROW("SP-CTRL-010.ready")
        CHECK_EQ(status & (WMDM_STATUS_READY | WMDM_STATUS_DEVICECONTROL_PLAYING),
                 WMDM_STATUS_READY);
    ROW("SP-CTRL-010.device") {
        wmdm_wait(c, 1000);
        AGREE(wmdm_hear(c).state != WMDM_PLAYING, "after Stop nothing plays");
    }
    SETUP_CALL(IMDSPDeviceControl, Play, control);
    wmdm_user_stops(c);
    ROW("SP-CTRL-004.ended")
        CHECK_EQ(status_of(c, control) & (WMDM_STATUS_READY | OF_PLAYING), WMDM_STATUS_READY);
    eject(c);
    ROW("SP-CTRL-004.missing")
        CHECK_EQ(status_of(c, control) & OF_CONTROL, WMDM_STATUS_READY);
    RELEASE(control);
}

/* The keys of the device are not the provider's. */
CONTROL_CASE(CONTROL_STATUS_BV_02, "PROVIDER.CONTROL",
             "What its user makes the device play is seen, too", CONF_MUST, HEARD,
             "A song is started and stopped on the device; GetDCStatus after each", "SP-CTRL-004")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);

    wmdm_songs(w);
    wmdm_user_plays(w, "two.wav");
    ROW("SP-CTRL-004.user") {
        CHECK_EQ(status_of(c, control) & OF_PLAYING, WMDM_STATUS_DEVICECONTROL_PLAYING);
        wmdm_user_stops(c);
        CHECK_EQ(status_of(c, control) & (WMDM_STATUS_READY | OF_PLAYING), WMDM_STATUS_READY);
    }
    RELEASE(control);
}

/* ---- where it starts */
/* Of the second medium, and sent before any of the first: by the judge's own initiator, for a
 * provider may show each medium as a device of its own. */
static void song_on_card(struct conf *c)
{
    DUT dut = dut_session(c);
    uint32_t stores[DUT_STORES];
    size_t length;
    uint8_t *wav = wmdm_song_bytes(c, WMDM_SONG_TWO / 2, &length);

    if (dut_stores(&dut, stores) < 2)
        conf_setup_failed(c, "a player with one medium");
    if (dut_send_info(&dut, stores[1], 0xffffffff, MTP_FC_WAV, (uint32_t)length, "card.wav") !=
            MTP_RC_OK ||
        dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), wav, length) != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    free(wav);
    conf_transport_drop(c);
}

static bool plays_one(const struct wmdm_heard *heard, uint32_t position)
{
    return heard->state == WMDM_PLAYING && heard->length == WMDM_SONG_ONE &&
           heard->position == position;
}

CONTROL_CASE(CONTROL_PLAY_BV_01, PLAYS " && " SEEKS,
             "Play begins with the first track, or where Seek went", CONF_MUST, HEARD,
             "A song on the second medium, three on the first, of which the device played the last "
             "one up to 42 s; Play; Stop, Seek(BOF, 30000), Play",
             "SP-CTRL-006")
{
    IMDSPDeviceControl *control;
    struct wmdm_heard heard;
    struct wmdm *w;

    song_on_card(c);
    w = wmdm_open(c);
    wmdm_songs(w);
    wmdm_user_plays(w, "three.wav");
    wmdm_wait(c, 42000);
    wmdm_user_stops(c);
    control = wmdm_control(w);
    ROW("SP-CTRL-006.answer")
        CHECK_HR(CALL(IMDSPDeviceControl, Play, control), S_OK);
    heard = wmdm_hear(c);
    ROW("SP-CTRL-006.plays")
        AGREE(heard.state == WMDM_PLAYING, "after Play the device plays");
    ROW("SP-CTRL-006.medium")
        AGREE(heard.length != WMDM_SONG_TWO / 2, "it is of the first medium");
    ROW("SP-CTRL-006.track")
        AGREE(heard.length != WMDM_SONG_TWO && heard.length != WMDM_SONG_THREE,
              "it is the first track, not the one played last");
    ROW("SP-CTRL-006.begin")
        AGREE(heard.position == 0, "it begins at its beginning, not at %u ms", heard.position);
    SETUP_CALL(IMDSPDeviceControl, Stop, control);
    ROW("SP-CTRL-006.seek") {
        CHECK_HR(CALL(IMDSPDeviceControl, Seek, control, MDSP_SEEK_BOF, 30000), S_OK);
        CHECK_HR(CALL(IMDSPDeviceControl, Play, control), S_OK);
        heard = wmdm_hear(c);
        AGREE(plays_one(&heard, 30000), "Play begins where Seek went, not at %u of %u ms",
              heard.position, heard.length);
    }
    (void)CALL(IMDSPDeviceControl, Stop, control);
    RELEASE(control);
}

/* ---- pausing */
CONTROL_CASE(CONTROL_PAUSE_BV_01, PLAYS " && " PAUSES,
             "Pause keeps the place, and Resume goes on from there", CONF_MUST, HEARD,
             "Play to 10 s, Pause, 5 s pass, Pause again, Resume, 2 s pass, Resume again; each "
             "against what the device says",
             "SP-CTRL-008", "SP-CTRL-009")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);
    struct wmdm_heard heard;

    wmdm_songs(w);
    SETUP_CALL(IMDSPDeviceControl, Play, control);
    wmdm_wait(c, 10000);
    ROW("SP-CTRL-008.answer")
        CHECK_HR(CALL(IMDSPDeviceControl, Pause, control), S_OK);
    wmdm_wait(c, 5000);
    heard = wmdm_hear(c);
    ROW("SP-CTRL-008.device")
        AGREE(heard.state == WMDM_PAUSED && heard.position == 10000,
              "the device stands still at 10 s, not at %u ms", heard.position);
    ROW("SP-CTRL-008.again")
        CHECK_HR(CALL(IMDSPDeviceControl, Pause, control), S_FALSE);
    ROW("SP-CTRL-008.kept") {
        heard = wmdm_hear(c);
        AGREE(heard.state == WMDM_PAUSED && heard.position == 10000,
              "the second Pause changes nothing");
    }
    ROW("SP-CTRL-009.answer")
        CHECK_HR(CALL(IMDSPDeviceControl, Resume, control), S_OK);
    wmdm_wait(c, 2000);
    heard = wmdm_hear(c);
    ROW("SP-CTRL-009.place")
        AGREE(plays_one(&heard, 12000), "2 s after Resume it plays at 12 s, not at %u ms",
              heard.position);
    ROW("SP-CTRL-009.playing")
        CHECK_HR(CALL(IMDSPDeviceControl, Resume, control), S_FALSE);
    ROW("SP-CTRL-009.kept") {
        heard = wmdm_hear(c);
        AGREE(plays_one(&heard, 12000), "a Resume of what plays changes nothing");
    }
    (void)CALL(IMDSPDeviceControl, Stop, control);
    RELEASE(control);
}

CONTROL_CASE(CONTROL_STOP_BV_01, PLAYS " && " PAUSES, "What is paused is stopped by Stop",
             CONF_MUST, HEARD,
             "Play to 10 s, Pause, Stop, Resume, Play; each against what the device says",
             "SP-CTRL-006", "SP-CTRL-009", "SP-CTRL-010")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);
    struct wmdm_heard heard;

    wmdm_songs(w);
    SETUP_CALL(IMDSPDeviceControl, Play, control);
    wmdm_wait(c, 10000);
    SETUP_CALL(IMDSPDeviceControl, Pause, control);
    ROW("SP-CTRL-010.paused") {
        CHECK_HR(CALL(IMDSPDeviceControl, Stop, control), S_OK);
        AGREE(wmdm_hear(c).state == WMDM_STOPPED, "after Stop nothing is paused");
    }
    ROW("SP-CTRL-009.stopped") {
        CHECK_HR(CALL(IMDSPDeviceControl, Resume, control), S_FALSE);
        AGREE(wmdm_hear(c).state == WMDM_STOPPED, "Resume starts nothing that was stopped");
    }
    ROW("SP-CTRL-006.paused") {
        CHECK_HR(CALL(IMDSPDeviceControl, Play, control), S_OK);
        heard = wmdm_hear(c);
        AGREE(plays_one(&heard, 0), "Play begins at its beginning, not at %u ms", heard.position);
    }
    (void)CALL(IMDSPDeviceControl, Stop, control);
    RELEASE(control);
}
