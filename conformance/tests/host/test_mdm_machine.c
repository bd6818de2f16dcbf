/* The machine and its managers, over a provider that records; and that no class leaves a slot of
 * its interfaces out. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/recorder/recorder.h"
#include "spcore/base.h"
#include "spcore/com/com_object.h"

static struct recorder *tape;
static struct mdm_machine *machine;
static const struct mdm_parameters extended = {.UseExtendedWmdm = 1};

static void begin(void)
{
    tape = calloc(1, sizeof(*tape));
    *tape = (struct recorder){.version_3 = true,
                              .device_3 = true,
                              .storage_4 = true,
                              .object_2 = true,
                              .session = true,
                              .devices = 1};
    recorder_bind(tape);
    machine = mdm_machine_new();
    mdm_machine_register_class(machine, recorder_get_class_object, &recorder_clsid,
                               MDM_PLUG_AND_PLAY);
}

/* Whatever a test held has been let go: no instance and no object is left. */
static void end(void)
{
    mdm_machine_free(machine);
    cr_assert_eq(tape->instances, 0);
    cr_assert_not(com_module_busy());
    free(tape);
}

TestSuite(mdm_machine, .init = begin, .fini = end);

static IWMDeviceManager3 *manager_of(struct sac_channel **ret_channel)
{
    IWMDeviceManager3 *manager = NULL;

    cr_assert_eq(mdm_open(machine, &manager, ret_channel), S_OK);
    return manager;
}

static DWORD count_of(IWMDeviceManager3 *manager)
{
    DWORD count = 0xeeee;

    cr_assert_eq(IWMDeviceManager3_GetDeviceCount(manager, &count), S_OK);
    return count;
}

Test(mdm_machine, a_library_that_is_not_there_is_said_in_a_line)
{
    cr_assert_eq(mdm_machine_register(machine, "/nowhere/provider.so", NULL, MDM_PLUG_AND_PLAY),
                 HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
    cr_assert_not_null(strstr(mdm_machine_reason(machine), "/nowhere/provider.so"));
}

Test(mdm_machine, a_library_of_another_kind_is_no_provider)
{
    cr_assert_eq(mdm_machine_register(machine, "libm.so.6", NULL, MDM_PLUG_AND_PLAY),
                 CLASS_E_CLASSNOTAVAILABLE);
    cr_assert_str_eq(mdm_machine_reason(machine), "libm.so.6 exports no DllGetClassObject");
}

Test(mdm_machine, a_device_of_a_class_nobody_registered_is_refused_and_not_there)
{
    const struct mdm_parameters other = {.WMDMSPCLSID = "{00000001-0002-0003-0405-060708090A0B}"};
    IWMDeviceManager3 *manager = manager_of(NULL);

    cr_assert_eq(mdm_machine_plug(machine, "path", &other), CLASS_E_CLASSNOTAVAILABLE);
    cr_assert_not_null(strstr(mdm_machine_reason(machine), "{00000001-"));
    cr_assert_eq(mdm_machine_unplug(machine, "path"), S_FALSE);
    cr_assert_eq(count_of(manager), 0);
    IWMDeviceManager3_Release(manager);
}

Test(mdm_machine, a_device_is_plugged_once)
{
    IWMDeviceManager3 *manager = manager_of(NULL);

    cr_assert_eq(count_of(manager), 0);
    cr_assert_eq(mdm_machine_plug(machine, "path", &extended), S_OK);
    cr_assert_eq(mdm_machine_plug(machine, "path", &extended), S_FALSE);
    cr_assert_eq(count_of(manager), 1);
    IWMDeviceManager3_Release(manager);
}

Test(mdm_machine, a_path_that_begins_like_another_is_another)
{
    IWMDeviceManager3 *manager = manager_of(NULL);

    cr_assert_eq(mdm_machine_plug(machine, "path", &extended), S_OK);
    cr_assert_eq(mdm_machine_plug(machine, "path/2", &extended), S_OK);
    cr_assert_eq(count_of(manager), 2);
    cr_assert_eq(mdm_machine_unplug(machine, "path"), S_OK);
    cr_assert_eq(count_of(manager), 1);
    IWMDeviceManager3_Release(manager);
}

Test(mdm_machine, what_the_provider_answers_is_the_plugs)
{
    IWMDeviceManager3 *manager = manager_of(NULL);

    cr_assert_eq(count_of(manager), 0);
    tape->fails = "CreateDevice";
    tape->failure = WMDM_E_BUSY;
    cr_assert_eq(mdm_machine_plug(machine, "path", &extended), WMDM_E_BUSY);
    cr_assert_eq(count_of(manager), 0);
    cr_assert_eq(mdm_machine_unplug(machine, "path"), S_FALSE);
    tape->fails = NULL;
    cr_assert_eq(mdm_machine_plug(machine, "path", &extended), S_OK);
    cr_assert_eq(count_of(manager), 1);
    IWMDeviceManager3_Release(manager);
}

Test(mdm_machine, a_manager_outlives_its_machine)
{
    IWMDeviceManager3 *manager = manager_of(NULL);

    cr_assert_eq(mdm_machine_plug(machine, "path", &extended), S_OK);
    mdm_machine_free(machine);
    machine = NULL;
    cr_assert_eq(count_of(manager), 1);
    IWMDeviceManager3_Release(manager);
}

Test(mdm_machine, a_preference_comes_before_the_list_and_goes_to_the_provider)
{
    IWMDeviceManager3 *manager = manager_of(NULL);

    cr_assert_eq(mdm_machine_plug(machine, "path", &extended), S_OK);
    cr_assert_eq(IWMDeviceManager3_SetDeviceEnumPreference(manager, 4), E_INVALIDARG);
    cr_assert_eq(IWMDeviceManager3_SetDeviceEnumPreference(manager, 1), S_OK);
    cr_assert_eq(count_of(manager), 1);
    cr_assert_eq(recorder_count(tape, "SetDeviceEnumPreference"), 1);
    cr_assert_eq(IWMDeviceManager3_SetDeviceEnumPreference(manager, 1), S_OK);
    cr_assert_eq(IWMDeviceManager3_SetDeviceEnumPreference(manager, 0),
                 WMDM_E_CALL_OUT_OF_SEQUENCE);
    IWMDeviceManager3_Release(manager);
}

Test(mdm_machine, a_name_that_is_not_listed_is_no_device)
{
    IWMDeviceManager3 *manager = manager_of(NULL);
    IWMDMDevice *device = (IWMDMDevice *)manager;

    cr_assert_eq(mdm_machine_plug(machine, "path", &extended), S_OK);
    cr_assert_eq(IWMDeviceManager3_GetDeviceFromCanonicalName(manager, u"path$1", &device),
                 S_FALSE);
    cr_assert_null(device);
    cr_assert_eq(IWMDeviceManager3_GetDeviceFromCanonicalName(manager, u"path$0", &device), S_OK);
    IWMDMDevice_Release(device);
    IWMDeviceManager3_Release(manager);
}

/* ---- classes: as many slots as the published table says, none of them empty */
static unsigned slots_of(const char *name)
{
    char line[512], found[64];
    unsigned slots = 0;
    FILE *file = fopen("fixtures/abi/wmdm_interfaces.tsv", "r");

    cr_assert_not_null(file);
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "I\t%63s\t%*s\t%*s\t%u", found, &slots) == 2 && strcmp(found, name) == 0)
            break;
        slots = 0;
    }
    fclose(file);
    cr_assert_gt(slots, 0, "%s", name);
    return slots;
}

/* Asked of `object`; whoever answers it answers IUnknown with the one identity. */
static void is_whole(void *object, const IID *iid, const char *name)
{
    IUnknown *interface = NULL, *identity = NULL, *own = NULL;
    void *const *slot;

    cr_assert_eq(IUnknown_QueryInterface((IUnknown *)object, iid, (void **)&interface), S_OK, "%s",
                 name);
    slot = (void *const *)(const void *)interface->lpVtbl;
    for (unsigned i = 0; i < slots_of(name); i++)
        cr_assert_not_null(slot[i], "%s slot %u", name, i);
    IUnknown_QueryInterface(interface, &IID_IUnknown, (void **)&identity);
    IUnknown_QueryInterface((IUnknown *)object, &IID_IUnknown, (void **)&own);
    cr_assert_eq(identity, own, "%s", name);
    IUnknown_Release(identity);
    IUnknown_Release(own);
    IUnknown_Release(interface);
}
#define WHOLE(object, iface) is_whole(object, &IID_##iface, #iface)

Test(mdm_machine, every_method_of_every_class_is_there)
{
    IWMDeviceManager3 *manager = manager_of(NULL);
    IWMDMEnumDevice *devices = NULL;
    IWMDMEnumStorage *storages = NULL;
    IWMDMStorageGlobals *globals = NULL;
    IWMDMMetaData *list = NULL;
    IWMDMDevice *device = NULL;
    IWMDMStorage *root = NULL;
    IWMDMStorage3 *third = NULL;

    cr_assert_eq(mdm_machine_plug(machine, "path", &extended), S_OK);
    WHOLE(manager, IWMDeviceManager);
    WHOLE(manager, IWMDeviceManager2);
    WHOLE(manager, IWMDeviceManager3);
    WHOLE(manager, IComponentAuthenticate);
    cr_assert_eq(IWMDeviceManager3_EnumDevices(manager, &devices), S_OK);
    WHOLE(devices, IWMDMEnumDevice);
    cr_assert_eq(IWMDMEnumDevice_Next(devices, 1, &device, NULL), S_OK);
    WHOLE(device, IWMDMDevice);
    WHOLE(device, IWMDMDevice2);
    WHOLE(device, IWMDMDevice3);
    WHOLE(device, IWMDMDeviceSession);
    cr_assert_eq(IWMDMDevice_EnumStorage(device, &storages), S_OK);
    WHOLE(storages, IWMDMEnumStorage);
    cr_assert_eq(IWMDMEnumStorage_Next(storages, 1, &root, NULL), S_OK);
    WHOLE(root, IWMDMStorage);
    WHOLE(root, IWMDMStorage2);
    WHOLE(root, IWMDMStorage3);
    WHOLE(root, IWMDMStorage4);
    WHOLE(root, IWMDMStorageControl);
    WHOLE(root, IWMDMStorageControl2);
    WHOLE(root, IWMDMStorageControl3);
    WHOLE(root, IWMDMRevoked);
    cr_assert_eq(IWMDMStorage_GetStorageGlobals(root, &globals), S_OK);
    WHOLE(globals, IWMDMStorageGlobals);
    IWMDMStorage_QueryInterface(root, &IID_IWMDMStorage3, (void **)&third);
    cr_assert_eq(IWMDMStorage3_CreateEmptyMetadataObject(third, &list), S_OK);
    WHOLE(list, IWMDMMetaData);
    IWMDMMetaData_Release(list);
    IWMDMStorage3_Release(third);
    IWMDMStorageGlobals_Release(globals);
    IWMDMStorage_Release(root);
    IWMDMEnumStorage_Release(storages);
    IWMDMDevice_Release(device);
    IWMDMEnumDevice_Release(devices);
    IWMDeviceManager3_Release(manager);
}

/* What an application holds works on when everything that led to it is gone. */
Test(mdm_machine, an_object_outlives_what_it_came_from)
{
    IWMDeviceManager3 *manager = manager_of(NULL);
    IWMDMEnumStorage *storages = NULL;
    IWMDMDevice *device = NULL;
    IWMDMStorage *root = NULL;
    DWORD attributes = 0;

    cr_assert_eq(mdm_machine_plug(machine, "path", &extended), S_OK);
    cr_assert_eq(IWMDeviceManager3_GetDeviceFromCanonicalName(manager, u"path$0", &device), S_OK);
    cr_assert_eq(IWMDMDevice_EnumStorage(device, &storages), S_OK);
    cr_assert_eq(IWMDMEnumStorage_Next(storages, 1, &root, NULL), S_OK);
    IWMDMEnumStorage_Release(storages);
    IWMDMDevice_Release(device);
    IWMDeviceManager3_Release(manager);
    cr_assert_eq(IWMDMStorage_GetAttributes(root, &attributes, NULL), S_OK);
    cr_assert_eq(attributes, WMDM_FILE_ATTR_FOLDER);
    IWMDMStorage_Release(root);
}

/* ---- several threads at one manager */
static atomic_bool over;

static void *looks(void *argument)
{
    IWMDeviceManager3 *manager = argument;

    while (!over) {
        IWMDMEnumDevice *devices = NULL;
        IWMDMDevice *device = NULL;

        cr_assert_eq(IWMDeviceManager3_EnumDevices2(manager, &devices), S_OK);
        while (IWMDMEnumDevice_Next(devices, 1, &device, NULL) == S_OK)
            IWMDMDevice_Release(device);
        IWMDMEnumDevice_Release(devices);
    }
    return NULL;
}

Test(mdm_machine, the_list_is_served_while_devices_come_and_go)
{
    IWMDeviceManager3 *manager = manager_of(NULL);
    pthread_t threads[2];

    for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, looks, manager), 0);
    for (unsigned i = 0; i < 200; i++) {
        cr_assert_eq(mdm_machine_plug(machine, "path", &extended), S_OK);
        recorder_clear(tape);
        cr_assert_eq(mdm_machine_unplug(machine, "path"), S_OK);
    }
    over = true;
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
        pthread_join(threads[i], NULL);
    IWMDeviceManager3_Release(manager);
}
