/* IMDSPObjectInfo on a player of papsim whose clock stands still; the song is
 * fixtures/media/tone.wav, of a second. */
#include "spcore/sp/sp_heard.h"
#include "spcore/sp/sp_storage.h"
#include "spcore/tests/provided.h"

struct scene {
    struct provided provided;
    struct sp_device *device;
    uint32_t storage, song;
    IMDSPObjectInfo *info; /* of the song */
};

static IMDSPObjectInfo *info_of(struct scene *scene, uint32_t handle)
{
    IMDSPObjectInfo *info = NULL;
    IMDSPStorage *storage = NULL;

    cr_assert_eq(sp_storage_new(scene->device, scene->storage, handle, &storage), S_OK);
    cr_assert_eq(IMDSPStorage_QueryInterface(storage, &IID_IMDSPObjectInfo, (void **)&info), S_OK);
    IMDSPStorage_Release(storage);
    return info;
}

static void open_scene(struct scene *scene)
{
    struct mtpi_u32_array ids = {0};
    uint8_t wav[40000];
    FILE *file = fopen("fixtures/media/tone.wav", "re");
    size_t length;
    struct mtpi *mtpi;

    cr_assert_not_null(file, "run from the top of the tree");
    length = fread(wav, 1, sizeof(wav), file);
    fclose(file);
    provide(&scene->provided, "pap-player");
    scene->device =
        container_of((IMDSPDevice3 *)scene->provided.device, struct sp_device, IMDSPDevice3_iface);
    mtpi = sp_connection_mtpi(scene->device->connection);
    cr_assert_eq(mtpi_get_storage_ids(mtpi, &ids), 0);
    scene->storage = ids.item[0];
    free(ids.item);
    cr_assert_eq(mtpi_send_object_info(mtpi,
                                       &(struct mtpi_new_object){.storage = scene->storage,
                                                                 .parent = 0xffffffff,
                                                                 .format = MTP_FC_WAV,
                                                                 .size = length,
                                                                 .name = u"tone.wav"},
                                       &scene->song, NULL),
                 0);
    cr_assert_eq(mtpi_send_object(mtpi, wav, length), 0);
    scene->info = info_of(scene, scene->song);
}

static void close_scene(struct scene *scene)
{
    IMDSPObjectInfo_Release(scene->info);
    provide_end(&scene->provided);
}

static DWORD number(IMDSPObjectInfo *info,
                    HRESULT(STDMETHODCALLTYPE *method)(IMDSPObjectInfo *, DWORD *))
{
    DWORD number = 0xffffffff;

    cr_expect_eq(method(info, &number), S_OK);
    return number;
}
#define NUMBER(info, name) number((info), (info)->lpVtbl->name)

Test(object_info, a_device_without_a_player_has_no_such_interface)
{
    struct provided provided;
    struct sp_device *device;
    IMDSPStorage *root = NULL;
    IMDSPObjectInfo *info = NULL;

    provide(&provided, "pap-player-keyless");
    device = container_of((IMDSPDevice3 *)provided.device, struct sp_device, IMDSPDevice3_iface);
    cr_assert_eq(sp_storage_new(device, 0x00010001, 0, &root), S_OK);
    cr_expect_eq(IMDSPStorage_QueryInterface(root, &IID_IMDSPObjectInfo, (void **)&info),
                 E_NOINTERFACE);
    IMDSPStorage_Release(root);
    provide_end(&provided);
}

Test(object_info, a_song_is_a_second_and_its_root_a_track)
{
    struct scene scene;
    IMDSPObjectInfo *root;

    open_scene(&scene);
    root = info_of(&scene, 0);
    cr_expect_eq(NUMBER(scene.info, GetTotalLength), 1000);
    cr_expect_eq(NUMBER(root, GetTotalLength), 1);
    IMDSPObjectInfo_Release(root);
    close_scene(&scene);
}

Test(object_info, a_limit_is_no_more_than_is_left)
{
    struct scene scene;

    open_scene(&scene);
    cr_expect_eq(NUMBER(scene.info, GetPlayLength), 1000);
    cr_expect_eq(IMDSPObjectInfo_SetPlayLength(scene.info, 400), S_OK);
    cr_expect_eq(NUMBER(scene.info, GetPlayLength), 400);
    cr_expect_eq(IMDSPObjectInfo_SetPlayLength(scene.info, 4000), S_OK);
    cr_expect_eq(NUMBER(scene.info, GetPlayLength), 1000);
    close_scene(&scene);
}

Test(object_info, an_offset_leaves_room_for_what_is_to_be_played)
{
    struct scene scene;

    open_scene(&scene);
    cr_expect_eq(NUMBER(scene.info, GetPlayOffset), 0);
    cr_expect_eq(IMDSPObjectInfo_SetPlayOffset(scene.info, 1000), S_OK);
    cr_expect_eq(NUMBER(scene.info, GetPlayOffset), 999);
    cr_expect_eq(IMDSPObjectInfo_SetPlayLength(scene.info, 400), S_OK);
    cr_expect_eq(IMDSPObjectInfo_SetPlayOffset(scene.info, 700), S_OK);
    cr_expect_eq(NUMBER(scene.info, GetPlayOffset), 600);
    cr_expect_eq(IMDSPObjectInfo_SetPlayLength(scene.info, 0xffffffff), S_OK);
    cr_expect_eq(IMDSPObjectInfo_SetPlayOffset(scene.info, 0xffffffff), S_OK);
    cr_expect_eq(NUMBER(scene.info, GetPlayOffset), 0);
    close_scene(&scene);
}

Test(object_info, the_position_is_that_of_the_device)
{
    struct scene scene;
    struct mtpi_value song = {.type = MTP_DTC_UINT32}, at = {.type = MTP_DTC_UINT32};
    struct mtpi *mtpi;

    open_scene(&scene);
    mtpi = sp_connection_mtpi(scene.device->connection);
    song.integer = scene.song;
    cr_assert_eq(mtpi_set_device_prop_value(mtpi, MTP_DPC_PLAYBACK_OBJECT, &song), 0);
    at.integer = 600;
    cr_assert_eq(mtpi_set_device_prop_value(mtpi, MTP_DPC_PLAYBACK_POSITION, &at), 0);
    cr_expect_eq(NUMBER(scene.info, GetLastPlayPosition), 600);
    at.integer = 200;
    cr_assert_eq(mtpi_set_device_prop_value(mtpi, MTP_DPC_PLAYBACK_POSITION, &at), 0);
    cr_expect_eq(NUMBER(scene.info, GetPlayLength), 800);
    cr_expect_eq(NUMBER(scene.info, GetLastPlayPosition), 200);
    cr_expect_eq(NUMBER(scene.info, GetLongestPlayPosition), 600);
    close_scene(&scene);
}
