/* Files on a device that answers when it does. */
#include <criterion/criterion.h>
#include <semaphore.h>
#include <string.h>

#include "conformance/host/include/winbase.h"
#include "conformance/host/win/win_host.h"
#include "conformance/host/win/win_text.h"

static const char package[] = "[Version]\nSignature=\"$WINDOWS NT$\"\nClass=WPD\n"
                              "ClassGuid={eec5ad98-8080-425f-922a-dabf3de3f69a}\nProvider=P\n"
                              "DriverVer=11/30/2026,1.0.0.0\nCatalogFile=a.cat\n"
                              "[Manufacturer]\nM=Models,NTamd64\n"
                              "[Models.NTamd64]\nD=I,USB\\VID_1209&PID_5041\n"
                              "[I]\n[I.Services]\nAddService=Driver,2,Driver\n"
                              "[Driver]\nServiceType=1\nStartType=3\nErrorControl=1\n"
                              "ServiceBinary=%13%\\driver.sys\n"
                              "[I.Interfaces]\nAddInterface=" PNP_PAP_CLASS "\n";

struct device {
    sem_t asked, answers;
};

static int read_device(void *self, void *data, size_t size, size_t *ret_count)
{
    struct device *device = self;

    sem_post(&device->asked);
    while (sem_wait(&device->answers)) {
    }
    memset(data, 'x', size);
    *ret_count = size;
    return 0;
}

static int open_device(void *self, const char *link, const struct pnp_io **ret_io, void **ret_self)
{
    static const struct pnp_io io = {.read = read_device};

    (void)link;
    *ret_io = &io;
    *ret_self = self;
    return 0;
}

struct reader {
    const char *link;
    char read[4];
    DWORD count;
    BOOL result;
};

static void read_it(void *self)
{
    struct reader *reader = self;
    WCHAR link[PNP_LINK_MAX + 1] = {0};
    HANDLE file;

    for (size_t i = 0; reader->link[i]; i++)
        link[i] = (WCHAR)reader->link[i];
    file = CreateFileW(link, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    reader->result = ReadFile(file, reader->read, sizeof(reader->read), &reader->count, NULL);
    CloseHandle(file);
}

Test(win_file, who_waits_for_a_device_is_not_at_work)
{
    struct win_host host = {.world = world_new(), .machine = pnp_machine_new(NULL)};
    struct device device;
    const struct pnp_port port = {.bus = {.self = &device}, .open = open_device};
    const struct pnp_given given = {.device_id = "USB\\VID_1209&PID_5041",
                                    .instance = "1",
                                    .hardware = {"USB\\VID_1209&PID_5041"}};
    struct pnp_devnode *devnode;
    struct reader reader = {.result = FALSE};
    char error[512] = "";

    sem_init(&device.asked, 0, 0);
    sem_init(&device.answers, 0, 0);
    win_bind(&host);
    cr_assert_eq(pnp_stage(host.machine, "a.inf", package, strlen(package), error, sizeof(error)),
                 0, "%s", error);
    cr_assert_eq(pnp_attach_given(host.machine, 1, &given, &port, &devnode), 0);
    cr_assert_not_null(devnode->interfaces);
    reader.link = devnode->interfaces->link;
    world_patience(host.world, 500);
    cr_assert_eq(world_start(host.world, "reads", read_it, &reader, NULL), 0);
    while (sem_wait(&device.asked)) {
    }
    cr_expect(world_quiesce(host.world), "only the device is at work");
    cr_expect(world_advance(host.world, 1000));
    world_patience(host.world, 10000);
    sem_post(&device.answers);
    while (world_alive(host.world))
        cr_assert(world_quiesce(host.world));
    cr_expect(reader.result);
    cr_expect_eq(reader.count, 4);
    cr_expect_arr_eq(reader.read, "xxxx", 4);
    win_bind(NULL);
    pnp_machine_free(host.machine);
    cr_assert_eq(world_free(host.world), 0);
}
