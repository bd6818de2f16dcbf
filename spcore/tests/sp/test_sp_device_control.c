/* IMDSPDeviceControl on players of papsim: one that can be worked, one that only starts and stops,
 * and one without a player. Its clock stands still, so that what plays stays where it is. */
#include "spcore/sp/sp_activity.h"
#include "spcore/tests/provided.h"

/* fixtures/media/tone.wav, in milliseconds. */
#define TONE 1000

struct scene {
    struct provided provided;
    IMDSPDeviceControl *control;
};

static void open_scene(struct scene *scene, const char *player)
{
    provide(&scene->provided, player);
    cr_assert_eq(IMDSPDevice_QueryInterface(scene->provided.device, &IID_IMDSPDeviceControl,
                                            (void **)&scene->control),
                 S_OK);
}

static void close_scene(struct scene *scene)
{
    IMDSPDeviceControl_Release(scene->control);
    provide_end(&scene->provided);
}

static struct sp_connection *connection_of(struct scene *scene)
{
    return container_of(scene->control, struct sp_device, IMDSPDeviceControl_iface)->connection;
}

/* A song at the root of the first medium. */
static void add_song(struct scene *scene)
{
    struct mtpi *mtpi = sp_connection_mtpi(connection_of(scene));
    struct mtpi_u32_array ids = {0};
    uint8_t wav[40000];
    FILE *file = fopen("fixtures/media/tone.wav", "re");
    size_t length;
    uint32_t handle;

    cr_assert_not_null(file, "run from the top of the tree");
    length = fread(wav, 1, sizeof(wav), file);
    fclose(file);
    cr_assert_eq(mtpi_get_storage_ids(mtpi, &ids), 0);
    cr_assert_eq(mtpi_send_object_info(mtpi,
                                       &(struct mtpi_new_object){.storage = ids.item[0],
                                                                 .parent = 0xffffffff,
                                                                 .format = MTP_FC_WAV,
                                                                 .size = length,
                                                                 .name = u"tone.wav"},
                                       &handle, NULL),
                 0);
    cr_assert_eq(mtpi_send_object(mtpi, wav, length), 0);
    free(ids.item);
}

static DWORD status(struct scene *scene)
{
    DWORD status = 0xffffffff;

    cr_expect_eq(IMDSPDeviceControl_GetDCStatus(scene->control, &status), S_OK);
    return status;
}

static uint32_t position(struct scene *scene)
{
    struct mtpi_value value = {0};

    cr_expect_eq(mtpi_get_device_prop_value(sp_connection_mtpi(connection_of(scene)),
                                            MTP_DPC_PLAYBACK_POSITION, MTP_DTC_UINT32, &value),
                 0);
    return (uint32_t)value.integer;
}

static HRESULT seek(struct scene *scene, DWORD mode, LONG offset)
{
    return IMDSPDeviceControl_Seek(scene->control, mode, offset);
}

Test(device_control, a_device_without_a_player_has_no_such_interface)
{
    struct provided provided;
    IMDSPDeviceControl *control = NULL;

    provide(&provided, "pap-winusb");
    cr_expect_eq(
        IMDSPDevice_QueryInterface(provided.device, &IID_IMDSPDeviceControl, (void **)&control),
        E_NOINTERFACE);
    cr_expect_null(control);
    provide_end(&provided);
}

Test(device_control, it_can_what_the_device_lists_to_be_set)
{
    struct scene scene;
    DWORD can = 0;

    open_scene(&scene, "pap-player");
    cr_expect_eq(IMDSPDeviceControl_GetCapabilities(scene.control, &can), S_OK);
    cr_expect_eq(can, WMDM_DEVICECAP_CANPLAY | WMDM_DEVICECAP_CANSTOP | WMDM_DEVICECAP_CANPAUSE |
                          WMDM_DEVICECAP_CANRESUME | WMDM_DEVICECAP_CANSEEK);
    cr_expect_eq(IMDSPDeviceControl_Record(scene.control, NULL), WMDM_E_NOTSUPPORTED);
    close_scene(&scene);
}

Test(device_control, without_rate_and_position_it_plays_and_stops)
{
    struct scene scene;
    DWORD can = 0;

    open_scene(&scene, "pap-player-keyless");
    add_song(&scene);
    cr_expect_eq(IMDSPDeviceControl_GetCapabilities(scene.control, &can), S_OK);
    cr_expect_eq(can, WMDM_DEVICECAP_CANPLAY | WMDM_DEVICECAP_CANSTOP);
    cr_expect_eq(IMDSPDeviceControl_Play(scene.control), S_OK);
    cr_expect_eq(status(&scene), WMDM_STATUS_DEVICECONTROL_PLAYING);
    cr_expect_eq(IMDSPDeviceControl_Pause(scene.control), WMDM_E_NOTSUPPORTED);
    cr_expect_eq(IMDSPDeviceControl_Resume(scene.control), WMDM_E_NOTSUPPORTED);
    cr_expect_eq(seek(&scene, MDSP_SEEK_BOF, 0), WMDM_E_NOTSUPPORTED);
    cr_expect_eq(IMDSPDeviceControl_Stop(scene.control), S_OK);
    cr_expect_eq(status(&scene), WMDM_STATUS_READY);
    close_scene(&scene);
}

Test(device_control, without_a_song_there_is_nothing_to_play_or_to_seek_in)
{
    struct scene scene;

    open_scene(&scene, "pap-player");
    cr_expect_eq(IMDSPDeviceControl_Play(scene.control), HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
    cr_expect_eq(seek(&scene, MDSP_SEEK_BOF, 0), HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
    cr_expect_eq(IMDSPDeviceControl_Pause(scene.control), WMDM_E_CALL_OUT_OF_SEQUENCE);
    cr_expect_eq(IMDSPDeviceControl_Resume(scene.control), S_FALSE);
    cr_expect_eq(status(&scene), WMDM_STATUS_READY);
    close_scene(&scene);
}

Test(device_control, it_plays_pauses_resumes_and_stops)
{
    struct scene scene;

    open_scene(&scene, "pap-player");
    add_song(&scene);
    cr_expect_eq(IMDSPDeviceControl_Play(scene.control), S_OK);
    cr_expect_eq(status(&scene), WMDM_STATUS_DEVICECONTROL_PLAYING);
    cr_expect_eq(IMDSPDeviceControl_Resume(scene.control), S_FALSE);
    cr_expect_eq(IMDSPDeviceControl_Pause(scene.control), S_OK);
    cr_expect_eq(status(&scene), WMDM_STATUS_DEVICECONTROL_PAUSED);
    cr_expect_eq(IMDSPDeviceControl_Pause(scene.control), S_FALSE);
    cr_expect_eq(IMDSPDeviceControl_Resume(scene.control), S_OK);
    cr_expect_eq(status(&scene), WMDM_STATUS_DEVICECONTROL_PLAYING);
    cr_expect_eq(IMDSPDeviceControl_Stop(scene.control), S_OK);
    cr_expect_eq(status(&scene), WMDM_STATUS_READY);
    close_scene(&scene);
}

Test(device_control, a_position_is_good_for_one_play)
{
    struct scene scene;

    open_scene(&scene, "pap-player");
    add_song(&scene);
    cr_expect_eq(seek(&scene, MDSP_SEEK_BOF, 600), S_OK);
    cr_expect_eq(seek(&scene, MDSP_SEEK_CUR, -100), S_OK);
    cr_expect_eq(IMDSPDeviceControl_Play(scene.control), S_OK);
    cr_expect_eq(position(&scene), 500);
    cr_expect_eq(IMDSPDeviceControl_Stop(scene.control), S_OK);
    cr_expect_eq(IMDSPDeviceControl_Play(scene.control), S_OK);
    cr_expect_eq(position(&scene), 0);
    close_scene(&scene);
}

Test(device_control, seeking_moves_what_plays)
{
    struct scene scene;

    open_scene(&scene, "pap-player");
    add_song(&scene);
    cr_expect_eq(IMDSPDeviceControl_Play(scene.control), S_OK);
    cr_expect_eq(seek(&scene, MDSP_SEEK_EOF, 400), S_OK);
    cr_expect_eq(position(&scene), TONE - 400);
    cr_expect_eq(seek(&scene, MDSP_SEEK_CUR, 300), S_OK);
    cr_expect_eq(position(&scene), TONE - 100);
    cr_expect_eq(seek(&scene, MDSP_SEEK_CUR, 101), E_INVALIDARG);
    cr_expect_eq(position(&scene), TONE - 100);
    close_scene(&scene);
}

Test(device_control, seeking_stays_in_the_song)
{
    struct scene scene;

    open_scene(&scene, "pap-player");
    add_song(&scene);
    cr_expect_eq(seek(&scene, MDSP_SEEK_BOF, TONE), S_OK);
    cr_expect_eq(seek(&scene, MDSP_SEEK_BOF, TONE + 1), E_INVALIDARG);
    cr_expect_eq(seek(&scene, MDSP_SEEK_BOF, -1), E_INVALIDARG);
    cr_expect_eq(seek(&scene, MDSP_SEEK_EOF, TONE), S_OK);
    cr_expect_eq(seek(&scene, MDSP_SEEK_EOF, TONE + 1), E_INVALIDARG);
    cr_expect_eq(seek(&scene, MDSP_SEEK_EOF, -1), E_INVALIDARG);
    cr_expect_eq(seek(&scene, MDSP_SEEK_CUR, INT32_MIN), E_INVALIDARG);
    cr_expect_eq(seek(&scene, MDSP_SEEK_CUR, INT32_MAX), E_INVALIDARG);
    cr_expect_eq(seek(&scene, 0, 0), E_INVALIDARG);
    cr_expect_eq(seek(&scene, MDSP_SEEK_BOF | MDSP_SEEK_CUR, 0), E_INVALIDARG);
    close_scene(&scene);
}

Test(device_control, a_busy_device_is_left_alone)
{
    struct scene scene;
    struct sp_activity *activity;
    struct sp_running running;

    open_scene(&scene, "pap-player");
    add_song(&scene);
    activity = sp_connection_activity(connection_of(&scene));
    sp_activity_begin(activity, &running, 1, WMDM_STATUS_STORAGECONTROL_READING);
    cr_expect_eq(status(&scene), WMDM_STATUS_BUSY);
    cr_expect_eq(IMDSPDeviceControl_Play(scene.control), WMDM_E_BUSY);
    cr_expect_eq(IMDSPDeviceControl_Pause(scene.control), WMDM_E_BUSY);
    cr_expect_eq(IMDSPDeviceControl_Resume(scene.control), WMDM_E_BUSY);
    cr_expect_eq(IMDSPDeviceControl_Stop(scene.control), WMDM_E_BUSY);
    cr_expect_eq(seek(&scene, MDSP_SEEK_BOF, 0), WMDM_E_BUSY);
    sp_activity_end(activity, &running);
    cr_expect_eq(status(&scene), WMDM_STATUS_READY);
    close_scene(&scene);
}
