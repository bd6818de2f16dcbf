/* An application of Windows Media Device Manager: lists what is on a device, and with a FILE sends
 * it there. docs/application.md goes through it.
 *
 *     cc application.c $(pkg-config --cflags --libs wmdm) -o application
 *     ./application libspcore.so usbip:127.0.0.1:3240/1-1 song.mp3
 */
#include <mdm.h>
#include <stdio.h>
#include <stdlib.h>

static void print(const WCHAR *text)
{
    for (; *text; text++)
        putchar(*text < 0x80 ? (char)*text : '?');
}

static void check(HRESULT hr, const char *what)
{
    if (FAILED(hr)) {
        fprintf(stderr, "%s: 0x%08x\n", what, (unsigned)hr);
        exit(1);
    }
}

static void list(IWMDMEnumStorage *storages, unsigned depth)
{
    IWMDMStorage *storage;

    while (IWMDMEnumStorage_Next(storages, 1, &storage, NULL) == S_OK) {
        IWMDMEnumStorage *children = NULL;
        DWORD attributes = 0, low = 0, high = 0;
        WCHAR name[256];

        check(IWMDMStorage_GetName(storage, name, 256), "GetName");
        check(IWMDMStorage_GetAttributes(storage, &attributes, NULL), "GetAttributes");
        printf("%*s", 2 * (int)depth, "");
        print(name);
        if (attributes & WMDM_FILE_ATTR_FILE) {
            check(IWMDMStorage_GetSize(storage, &low, &high), "GetSize");
            printf("  %llu", (unsigned long long)high << 32 | low);
        } else if (SUCCEEDED(IWMDMStorage_EnumStorage(storage, &children))) {
            putchar('\n');
            list(children, depth + 1);
            IWMDMEnumStorage_Release(children);
            IWMDMStorage_Release(storage);
            continue;
        }
        putchar('\n');
        IWMDMStorage_Release(storage);
    }
}

/* Into the first storage, under its own name. */
static void send(IWMDMDevice *device, const char *path)
{
    IWMDMEnumStorage *storages = NULL;
    IWMDMStorage *root = NULL, *created = NULL;
    IWMDMStorageControl *control = NULL;
    WCHAR wide[1024];
    size_t i;

    for (i = 0; path[i] && i < 1023; i++)
        wide[i] = (unsigned char)path[i];
    wide[i] = 0;
    check(IWMDMDevice_EnumStorage(device, &storages), "EnumStorage");
    check(IWMDMEnumStorage_Next(storages, 1, &root, NULL), "Next");
    check(IWMDMStorage_QueryInterface(root, &IID_IWMDMStorageControl, (void **)&control),
          "IWMDMStorageControl");
    check(IWMDMStorageControl_Insert(
              control, WMDM_MODE_BLOCK | WMDM_STORAGECONTROL_INSERTINTO | WMDM_CONTENT_FILE, wide,
              NULL, NULL, &created),
          "Insert");
    IWMDMStorage_Release(created);
    IWMDMStorageControl_Release(control);
    IWMDMStorage_Release(root);
    IWMDMEnumStorage_Release(storages);
}

int main(int argc, char **argv)
{
    struct mdm_machine *machine = mdm_machine_new();
    IWMDeviceManager3 *manager = NULL;
    IWMDMEnumDevice *devices = NULL;
    IWMDMEnumStorage *storages = NULL;
    IWMDMDevice *device = NULL;
    WCHAR name[256];

    if (argc < 3) {
        fprintf(stderr, "usage: application PROVIDER DEVICE [FILE]\n");
        return 2;
    }
    if (FAILED(mdm_machine_register(machine, argv[1], NULL, MDM_PLUG_AND_PLAY)) ||
        FAILED(mdm_machine_plug(machine, argv[2], NULL))) {
        fprintf(stderr, "%s\n", mdm_machine_reason(machine));
        return 1;
    }
    check(mdm_open(machine, &manager, NULL), "the device manager");
    check(IWMDeviceManager3_EnumDevices2(manager, &devices), "EnumDevices2");
    while (IWMDMEnumDevice_Next(devices, 1, &device, NULL) == S_OK) {
        check(IWMDMDevice_GetName(device, name, 256), "GetName");
        print(name);
        putchar('\n');
        if (argc > 3)
            send(device, argv[3]);
        check(IWMDMDevice_EnumStorage(device, &storages), "EnumStorage");
        list(storages, 1);
        IWMDMEnumStorage_Release(storages);
        IWMDMDevice_Release(device);
    }
    IWMDMEnumDevice_Release(devices);
    IWMDeviceManager3_Release(manager);
    mdm_machine_free(machine);
    return 0;
}
