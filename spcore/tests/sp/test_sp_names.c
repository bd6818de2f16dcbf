/* Filling a folder of a papsim's player, and what it takes. */
#include "spcore/sp/sp_names.h"
#include "spcore/sp/sp_object.h"
#include "spcore/tests/provided.h"

struct scene {
    struct provided provided;
    struct sp_device *device;
    struct mtpi *mtpi;
    struct sp_names *names;
    uint32_t medium;
};

static void open_scene(struct scene *scene)
{
    struct mtpi_u32_array media = {0};

    provide(&scene->provided, "pap-player");
    scene->device =
        container_of((IMDSPDevice3 *)scene->provided.device, struct sp_device, IMDSPDevice3_iface);
    scene->mtpi = sp_connection_mtpi(scene->device->connection);
    scene->names = sp_connection_names(scene->device->connection);
    cr_assert_eq(mtpi_get_storage_ids(scene->mtpi, &media), 0);
    scene->medium = media.item[0];
    free(media.item);
}

static HRESULT create(struct scene *scene, const WCHAR *name, uint32_t *ret_handle)
{
    struct sp_storage root = {.device = scene->device, .storage = scene->medium};
    IMDSPStorage *storage = NULL;
    const struct sp_creation creation = {
        .attributes = WMDM_STORAGECONTROL_INSERTINTO | WMDM_FILE_ATTR_FILE, .name = name};
    HRESULT hr = sp_storage_create(&root, &creation, &storage);

    if (SUCCEEDED(hr)) {
        *ret_handle = sp_storage_of(storage)->handle;
        IMDSPStorage_Release(storage);
    }
    return hr;
}

static unsigned transactions_of(struct scene *scene, const WCHAR *name)
{
    uint32_t before = mtpi_next_transaction(scene->mtpi), handle;

    cr_assert_eq(create(scene, name, &handle), S_OK);
    return mtpi_next_transaction(scene->mtpi) - before;
}

static bool lacks(struct scene *scene, const WCHAR *name)
{
    return sp_names_lack(scene->names, scene->mtpi, scene->medium, 0, name);
}

Test(sp_names, each_object_of_a_folder_costs_the_same)
{
    struct scene scene;
    unsigned first, second;

    open_scene(&scene);
    first = transactions_of(&scene, u"first.bin");
    second = transactions_of(&scene, u"second.bin");
    cr_expect_lt(second, first);
    for (WCHAR name[] = u"a.bin"; name[0] <= 'z'; name[0]++)
        cr_expect_eq(transactions_of(&scene, name), second);
    provide_end(&scene.provided);
}

Test(sp_names, what_is_there_is_found_all_the_same)
{
    struct scene scene;
    uint32_t handle;

    open_scene(&scene);
    cr_assert_eq(create(&scene, u"a.bin", &handle), S_OK);
    cr_expect_eq(create(&scene, u"a.bin", &handle), HRESULT_FROM_WIN32(ERROR_FILE_EXISTS));
    cr_expect_not(lacks(&scene, u"a.bin"));
    cr_expect(lacks(&scene, u"b.bin"));
    cr_expect_not(sp_names_lack(scene.names, scene.mtpi, scene.medium, 1, u"b.bin"));
    provide_end(&scene.provided);
}

Test(sp_names, what_this_side_renames_is_read_again)
{
    struct mtpi_value name = {.type = MTP_DTC_STRING, .string = (uint16_t[]){u"b.bin"}};
    struct scene scene;
    uint32_t handle;

    open_scene(&scene);
    cr_assert_eq(create(&scene, u"a.bin", &handle), S_OK);
    cr_expect(lacks(&scene, u"b.bin"));
    cr_assert_eq(mtpi_set_object_prop_value(scene.mtpi, handle, MTP_OPC_OBJECT_FILE_NAME, &name),
                 0);
    cr_expect_not(lacks(&scene, u"b.bin"));
    cr_expect_eq(create(&scene, u"b.bin", &handle), HRESULT_FROM_WIN32(ERROR_FILE_EXISTS));
    cr_expect_eq(create(&scene, u"a.bin", &handle), S_OK);
    provide_end(&scene.provided);
}

Test(sp_names, another_number_of_children_is_another_folder)
{
    struct sp_names_set set = {0};
    struct scene scene;
    uint32_t there = 0;
    int64_t now = base_now_ms();

    open_scene(&scene);
    cr_assert_eq(mtpi_get_num_objects(scene.mtpi, scene.medium, 0, 0xffffffff, &there), 0);
    for (uint32_t i = 0; i <= there; i++)
        cr_assert(sp_names_add(&set, u"x"));
    sp_names_keep(scene.names, scene.medium, 0, &set, mtpi_name_changes(scene.mtpi), now);
    cr_expect_not(lacks(&scene, u"a.bin"));
    for (uint32_t i = 0; i < there; i++)
        cr_assert(sp_names_add(&set, u"x"));
    sp_names_keep(scene.names, scene.medium, 0, &set, mtpi_name_changes(scene.mtpi), now);
    cr_expect(lacks(&scene, u"a.bin"));
    cr_expect_not(lacks(&scene, u"x"));
    provide_end(&scene.provided);
}
