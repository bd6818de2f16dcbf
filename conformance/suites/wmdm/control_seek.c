/* IMDSPDeviceControl::Seek, by where the device plays after it; and control of a device that is
 * busy with something else. */
#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "conformance/wmdm/wmdm_player.h"
#include "spcore/base.h"

#define CONTROL_CASE(token, ics_, title_, level_, steps_, ...)                                     \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_, .ics = ics_,     \
              .player = "pap-player", .needs = CONF_PROVIDER | CONF_WRITES | CONF_CONTROL,         \
              .steps = steps_)
#define SEEKS "PROVIDER.CONTROL.PLAY && PROVIDER.CONTROL.SEEK"

/* From where each step seeks. */
#define START 60000

struct step {
    const char *clause;
    DWORD mode;
    LONG offset;
    uint32_t place; /* where it is then */
};

/* Seek to START, the step, and where the device then plays. */
static void take_step(struct wmdm *w, IMDSPDeviceControl *control, const struct step *step,
                      HRESULT expected)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_heard heard;

    SETUP_CALL(IMDSPDeviceControl, Seek, control, MDSP_SEEK_BOF, START);
    ROW(step->clause) {
        if (!CHECK_HR(CALL(IMDSPDeviceControl, Seek, control, step->mode, step->offset), expected))
            return;
    }
    SETUP_CALL(IMDSPDeviceControl, Play, control);
    heard = wmdm_hear(c);
    ROW(expected == S_OK ? step->clause : "SP-CTRL-011.kept")
        AGREE(heard.length == WMDM_SONG_ONE && heard.position == step->place,
              "Play then begins at %u ms, not at %u of %u", step->place, heard.position,
              heard.length);
    SETUP_CALL(IMDSPDeviceControl, Stop, control);
}

static void take_steps(struct conf *c, const struct step *steps, size_t count, HRESULT expected)
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);

    wmdm_songs(w);
    for (size_t i = 0; i < count; i++)
        take_step(w, control, &steps[i], expected);
    RELEASE(control);
}

CONTROL_CASE(CONTROL_SEEK_BV_01, SEEKS, "Seek goes where it is told", CONF_MUST,
             "In a song of 180 s, each from 60 s: BOF 0, 1000 and 180000 - 1; CUR 1000, 0, -1000 "
             "and -60000; then Play, and what the device says",
             "SP-CTRL-011")
{
    static const struct step steps[] = {
        {"SP-CTRL-011.begin", MDSP_SEEK_BOF, 0, 0},
        {"SP-CTRL-011.begin", MDSP_SEEK_BOF, 1000, 1000},
        {"SP-CTRL-011.begin", MDSP_SEEK_BOF, WMDM_SONG_ONE - 1, WMDM_SONG_ONE - 1},
        {"SP-CTRL-011.forward", MDSP_SEEK_CUR, 1000, START + 1000},
        {"SP-CTRL-011.forward", MDSP_SEEK_CUR, 0, START},
        {"SP-CTRL-011.back", MDSP_SEEK_CUR, -1000, START - 1000},
        {"SP-CTRL-011.back", MDSP_SEEK_CUR, -START, 0},
    };

    take_steps(c, steps, ARRAY_SIZE(steps), S_OK);
}

CONTROL_CASE(CONTROL_SEEK_BI_01, SEEKS, "Seek out of the song is refused, and moves nothing",
             CONF_MUST,
             "In a song of 180 s, each from 60 s: BOF -1, BOF 180001, CUR -60001, CUR 120001, EOF "
             "180001; then Play, and what the device says",
             "SP-CTRL-011")
{
    static const struct step steps[] = {
        {"SP-CTRL-011.before", MDSP_SEEK_BOF, -1, START},
        {"SP-CTRL-011.beyond", MDSP_SEEK_BOF, WMDM_SONG_ONE + 1, START},
        {"SP-CTRL-011.before", MDSP_SEEK_CUR, -START - 1, START},
        {"SP-CTRL-011.beyond", MDSP_SEEK_CUR, WMDM_SONG_ONE - START + 1, START},
        {"SP-CTRL-011.before-end", MDSP_SEEK_EOF, WMDM_SONG_ONE + 1, START},
    };

    take_steps(c, steps, ARRAY_SIZE(steps), E_INVALIDARG);
}

CONTROL_CASE(CONTROL_SEEK_BV_02, SEEKS, "From the end Seek counts backward", CONF_SHOULD,
             "In a song of 180 s: EOF 1000 and EOF 180000, then Play, and what the device says",
             "SP-CTRL-012")
{
    static const struct step steps[] = {
        {"SP-CTRL-012.backward", MDSP_SEEK_EOF, 1000, WMDM_SONG_ONE - 1000},
        {"SP-CTRL-012.backward", MDSP_SEEK_EOF, WMDM_SONG_ONE, 0},
    };

    take_steps(c, steps, ARRAY_SIZE(steps), S_OK);
}

CONTROL_CASE(CONTROL_SEEK_BI_02, SEEKS, "Seek beyond the end, or in a mode that is none",
             CONF_SHOULD, "EOF -1; the modes 0, 3 and 8; then Play, and what the device says",
             "SP-CTRL-012", "SP-CTRL-013")
{
    static const DWORD modes[] = {0, 3, 8};
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);
    struct wmdm_heard heard;

    wmdm_songs(w);
    ROW("SP-CTRL-012.beyond")
        CHECK_HR(CALL(IMDSPDeviceControl, Seek, control, MDSP_SEEK_EOF, -1), E_INVALIDARG);
    SETUP_CALL(IMDSPDeviceControl, Seek, control, MDSP_SEEK_BOF, START);
    ROW("SP-CTRL-013.mode") {
        for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
            CHECK_HR(CALL(IMDSPDeviceControl, Seek, control, modes[i], 0), E_INVALIDARG);
    }
    SETUP_CALL(IMDSPDeviceControl, Play, control);
    heard = wmdm_hear(c);
    ROW("SP-CTRL-013.kept")
        AGREE(heard.position == START, "Play begins where Seek was before, not at %u ms",
              heard.position);
    SETUP_CALL(IMDSPDeviceControl, Stop, control);
    RELEASE(control);
}

/* In a ROW: where Play begins after that Seek. */
static void check_play(struct wmdm *w, IMDSPDeviceControl *control, DWORD mode, LONG offset,
                       uint32_t place)
{
    struct conf *c = wmdm_conf(w);
    struct wmdm_heard heard;

    CHECK_HR(CALL(IMDSPDeviceControl, Seek, control, mode, offset), S_OK);
    CHECK_HR(CALL(IMDSPDeviceControl, Play, control), S_OK);
    heard = wmdm_hear(c);
    AGREE(heard.state == WMDM_PLAYING && heard.length == WMDM_SONG_ONE && heard.position == place,
          "it plays at %u ms, not at %u of %u", place, heard.position, heard.length);
}

/* What plays is moved, too. */
CONTROL_CASE(CONTROL_SEEK_BV_03, SEEKS, "While something plays Seek counts from there", CONF_MUST,
             "Play to 60 s; CUR 1000, then Play; to 90 s; CUR -120000 is refused; BOF 20000, then "
             "Play; to 25 s, where offered Pause, CUR 5000, then Play",
             "SP-CTRL-011")
{
    struct wmdm *w = wmdm_open(c);
    IMDSPDeviceControl *control = wmdm_control(w);

    wmdm_songs(w);
    SETUP_CALL(IMDSPDeviceControl, Play, control);
    wmdm_wait(c, START);
    ROW("SP-CTRL-011.playing") {
        check_play(w, control, MDSP_SEEK_CUR, 1000, START + 1000);
        wmdm_wait(c, 29000);
        CHECK_HR(CALL(IMDSPDeviceControl, Seek, control, MDSP_SEEK_CUR, -120000), E_INVALIDARG);
    }
    ROW("SP-CTRL-011.restart")
        check_play(w, control, MDSP_SEEK_BOF, 20000, 20000);
    if (conf_offers(c, "PROVIDER.CONTROL.PAUSE")) {
        wmdm_wait(c, 5000);
        SETUP_CALL(IMDSPDeviceControl, Pause, control);
        ROW("SP-CTRL-011.pausing")
            check_play(w, control, MDSP_SEEK_CUR, 5000, 30000);
    }
    (void)CALL(IMDSPDeviceControl, Stop, control);
    RELEASE(control);
}

/* ---- busy */
struct busy {
    struct wmdm *w;
    IMDSPDeviceControl *control;
    DWORD can;
    bool is_done; /* the first time is enough */
};

static void refuses_one(struct conf *c, const char *clause, HRESULT hr)
{
    ROW("SP-CTRL-005.refused")
        CHECK_FAILS(hr);
    ROW(clause)
        CHECK_HR(hr, WMDM_E_BUSY);
}

/* From within the provider's own call of our progress. */
static void while_idle(void *context)
{
    struct busy *busy = context;
    struct conf *c = wmdm_conf(busy->w);
    DWORD status = 0;
    HRESULT hr;

    if (busy->is_done)
        return;
    busy->is_done = true;
    ROW("SP-CTRL-005.status") {
        CHECK_HR(CALL(IMDSPDeviceControl, GetDCStatus, busy->control, &status), S_OK);
        CHECK_EQ(status, WMDM_STATUS_BUSY);
    }
    hr = CALL(IMDSPDeviceControl, Play, busy->control);
    refuses_one(c, "SP-CTRL-007.play", hr);
    hr = CALL(IMDSPDeviceControl, Stop, busy->control);
    refuses_one(c, "SP-CTRL-007.stop", hr);
    if (busy->can & WMDM_DEVICECAP_CANRECORD)
        refuses_one(c, "SP-CTRL-007.stop", CALL(IMDSPDeviceControl, Record, busy->control, NULL));
}

static void while_playing(void *context)
{
    struct busy *busy = context;
    struct conf *c = wmdm_conf(busy->w);

    if (busy->is_done)
        return;
    busy->is_done = true;
    ROW("SP-CTRL-005.pause")
        CHECK_FAILS(CALL(IMDSPDeviceControl, Pause, busy->control));
    ROW("SP-CTRL-005.resume")
        CHECK_FAILS(CALL(IMDSPDeviceControl, Resume, busy->control));
    (void)CALL(IMDSPDeviceControl, Stop, busy->control);
    (void)CALL(IMDSPDeviceControl, Play, busy->control);
}

/* A Delete, in the middle of which that is done. */
static void be_busy(struct busy *busy, void (*at_step)(void *context))
{
    struct wmdm *w = busy->w;
    struct conf *c = wmdm_conf(w);
    struct wmdm_progress_record record = {.at_step = at_step, .context = busy};
    IWMDMProgress3 *watcher = wmdm_progress_new(&record);
    IMDSPStorage *file = wmdm_put(w, wmdm_work_folder(w), "goes.bin", "x", 1);
    IMDSPObject *object = AS(IMDSPObject, file);

    SETUP_CALL(IMDSPObject, Delete, object, WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE,
               (IWMDMProgress *)watcher);
    if (!busy->is_done)
        conf_inconclusive(c, "Delete does not tell that it goes on");
    busy->is_done = false;
    RELEASE(object);
    RELEASE(file);
    RELEASE(watcher);
}

CONTROL_CASE(CONTROL_BUSY_BI_01, "PROVIDER.CONTROL.PLAY",
             "A device that is busy with its objects plays nothing", CONF_MUST,
             "Delete of a file, and from within its progress GetDCStatus, Play, Stop and Record; "
             "after it what the device says, and Play",
             "SP-CTRL-005", "SP-CTRL-007")
{
    struct busy busy = {.w = wmdm_open(c)};

    wmdm_songs(busy.w);
    busy.control = wmdm_control(busy.w);
    busy.can = wmdm_control_caps(busy.w, busy.control);
    be_busy(&busy, while_idle);
    ROW("SP-CTRL-005.quiet")
        AGREE(wmdm_hear(c).state == WMDM_STOPPED, "what was refused did not reach the device");
    ROW("SP-CTRL-007.idle")
        CHECK_HR(CALL(IMDSPDeviceControl, Play, busy.control), S_OK);
    (void)CALL(IMDSPDeviceControl, Stop, busy.control);
    RELEASE(busy.control);
}

CONTROL_CASE(CONTROL_BUSY_BI_02, "PROVIDER.CONTROL.PLAY && PROVIDER.CONTROL.PAUSE",
             "A device that plays goes on while it is busy with its objects", CONF_MUST,
             "Its user plays a song; Delete of a file, and from within its progress Pause, Resume, "
             "Stop and Play; after it what the device says",
             "SP-CTRL-005")
{
    struct busy busy = {.w = wmdm_open(c)};
    struct wmdm_heard heard;

    wmdm_songs(busy.w);
    busy.control = wmdm_control(busy.w);
    wmdm_user_plays(busy.w, "two.wav");
    wmdm_wait(c, 3000);
    be_busy(&busy, while_playing);
    heard = wmdm_hear(c);
    ROW("SP-CTRL-005.undisturbed")
        AGREE(heard.state == WMDM_PLAYING && heard.length == WMDM_SONG_TWO &&
                  heard.position == 3000,
              "it plays what it played, not at %u of %u ms", heard.position, heard.length);
    wmdm_user_stops(c);
    RELEASE(busy.control);
}
