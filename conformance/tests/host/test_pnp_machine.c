/* A Windows machine as far as plug and play goes. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/pnp/pnp_machine.h"
#include "spcore/base.h"

#define TOP "HKLM\\SYSTEM\\CurrentControlSet\\"
#define PLAYER "USB\\VID_1209&PID_5041"

/* The INF of a player, with `more` behind it. */
static const char head[] = "[Version]\nSignature=\"$Windows NT$\"\nClass=WPD\n"
                           "ClassGuid={EEC5AD98-8080-425F-922A-DABF3DE3F69A}\nProvider=P\n"
                           "CatalogFile=p.cat\nDriverVer=11/30/2026,1.0.0.0\n"
                           "[Manufacturer]\nM=Models,NTamd64\n[Models.NTamd64]\n"
                           "D=I,USB\\VID_1209&PID_5041\n"
                           "[I.NT]\nAddReg=Soft\n[Soft]\nHKR,,S,,soft\n"
                           "[I.NT.HW]\nAddReg=Hard\n[Hard]\n"
                           "HKR,,WMDMSPCLSID,,\"{5A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}\"\n"
                           "[I.NT.Interfaces]\nAddInterface=" PNP_PAP_CLASS ",,If\n"
                           "[If]\nAddReg=IfReg\n[IfReg]\nHKR,,I,,face\n"
                           "[I.NT.Services]\nAddService=drv,2,Drv\nAddService=svc,,Svc,Log\n"
                           "[Drv]\nServiceType=1\nStartType=3\nErrorControl=1\n"
                           "ServiceBinary=%13%\\drv.sys\n"
                           "[Svc]\nServiceType=16\nStartType=3\nErrorControl=0\n"
                           "ServiceBinary=%11%\\svc.exe\nAddTrigger=Tr\nDisplayName=Dis\n"
                           "AddReg=SvcReg\n[SvcReg]\nHKR,Parameters,V,0x10001,7\n"
                           "[Log]\nAddReg=LogReg\n[LogReg]\nHKR,,L,,log\n"
                           "[Tr]\nTriggerType=1\nAction=1\nSubType=" PNP_PAP_CLASS "\n"
                           "DataItem=2,\"USB\\VID_1209&PID_5041\"\n";

static const struct pnp_given given = {.device_id = PLAYER,
                                       .instance = "C001",
                                       .hardware = {PLAYER "&REV_0100", PLAYER},
                                       .compatible = {"USB\\CLASS_FF"}};

static struct pnp_machine *machine_with(const char *more)
{
    struct pnp_machine *machine = pnp_machine_new(NULL);
    char text[4096], error[256];

    cr_assert_not_null(machine);
    snprintf(text, sizeof(text), "%s%s", head, more);
    cr_assert_eq(pnp_stage(machine, "p.inf", text, strlen(text), error, sizeof(error)), 0, "%s",
                 error);
    return machine;
}

static struct pnp_devnode *plug(struct pnp_machine *machine)
{
    struct pnp_devnode *devnode = NULL;

    cr_assert_eq(pnp_attach_given(machine, 1, &given, NULL, &devnode), 0);
    return devnode;
}

/* A string of the registry in ASCII; "(none)". */
static const char *text_of(struct pnp_machine *machine, const char *key, const char *name)
{
    static char text[512];
    const struct registry_value *value = registry_get(pnp_registry(machine), key, name);
    size_t length = 0;

    if (!value)
        return "(none)";
    for (size_t at = 0; at + 2 <= value->size && length < sizeof(text) - 1; at += 2)
        text[length++] = (char)get_le16(value->data + at);
    text[length] = '\0';
    return text;
}

static uint32_t number_of(struct pnp_machine *machine, const char *key, const char *name)
{
    const struct registry_value *value = registry_get(pnp_registry(machine), key, name);

    return value && value->size == 4 ? get_le32(value->data) : UINT32_MAX;
}

#define LINK "\\\\?\\usb#vid_1209&pid_5041#c001#{f33fdc04-d1ac-4e8e-9a30-19bbd4b108ae}"

Test(pnp_machine, what_an_inf_says_is_in_the_registry)
{
    struct pnp_machine *machine = machine_with("");
    struct pnp_devnode *devnode = plug(machine);
    const char *interface = TOP "Control\\DeviceClasses\\" PNP_PAP_CLASS
                                "\\##?#USB#VID_1209&PID_5041#C001#" PNP_PAP_CLASS "\\#";
    char key[1024];

    cr_assert_eq(devnode->state, PNP_STARTED, "%s", pnp_reason(machine));
    cr_assert_str_eq(devnode->instance_id, PLAYER "\\C001");
    cr_assert_str_eq(devnode->service, "drv");
    cr_assert_str_eq(devnode->driver_key,
                     TOP "Control\\Class\\{EEC5AD98-8080-425F-922A-DABF3DE3F69A}\\0000");
    cr_assert_str_eq(text_of(machine, devnode->driver_key, "S"), "soft");
    snprintf(key, sizeof(key), "%s\\Device Parameters", devnode->key);
    cr_assert_str_eq(text_of(machine, key, "WMDMSPCLSID"),
                     "{5A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}");
    cr_assert_str_eq(text_of(machine, interface, "SymbolicLink"), LINK);
    snprintf(key, sizeof(key), "%s\\Device Parameters", interface);
    cr_assert_str_eq(text_of(machine, key, "I"), "face");
    cr_assert_str_eq(text_of(machine, TOP "Services\\drv", "ImagePath"),
                     "C:\\Windows\\System32\\DriverStore\\FileRepository\\p.inf\\drv.sys");
    cr_assert_eq(number_of(machine, TOP "Services\\svc", "Type"), 16);
    cr_assert_str_eq(text_of(machine, TOP "Services\\svc", "DisplayName"), "Dis");
    cr_assert_eq(number_of(machine, TOP "Services\\svc\\Parameters", "V"), 7);
    cr_assert_str_eq(text_of(machine, TOP "Services\\EventLog\\System\\svc", "L"), "log");
    cr_assert_eq(number_of(machine, TOP "Services\\svc\\TriggerInfo\\0", "Action"), 1);
    cr_assert_str_eq(text_of(machine, TOP "Services\\svc\\TriggerInfo\\0", "Data0"), PLAYER);
    pnp_machine_free(machine);
}

Test(pnp_machine, an_installation_that_fails_leaves_nothing)
{
    struct pnp_machine *machine =
        machine_with("[I.NT.Services]\nAddService=bad,,Bad\n[Bad]\nServiceType=16\n");
    struct pnp_devnode *devnode = plug(machine);

    cr_assert_eq(devnode->state, PNP_ENUMERATED);
    cr_assert_eq(devnode->problem, 28);
    cr_assert(strstr(pnp_reason(machine), "SVC-SVC-002"), "%s", pnp_reason(machine));
    cr_assert_not(registry_has_key(pnp_registry(machine), TOP "Services"));
    cr_assert_not(registry_has_key(pnp_registry(machine), TOP "Control\\Class"));
    cr_assert_null(devnode->interfaces);
    pnp_machine_free(machine);
}

static void refused(const char *text, const char *row)
{
    struct pnp_machine *machine = pnp_machine_new(NULL);
    struct pnp_devnode *devnode;
    char error[256];

    cr_assert_eq(pnp_stage(machine, "p.inf", text, strlen(text), error, sizeof(error)), -EBADMSG);
    cr_assert(strstr(error, row), "%s", error);
    devnode = plug(machine);
    cr_assert_eq(devnode->problem, 28);
    pnp_machine_free(machine);
}

Test(pnp_machine, an_inf_that_is_none_is_not_taken_in)
{
    refused("[Manufacturer]\n", "SVC-VER-001");
    refused("[Version]\nSignature=\"Windows NT\"\n", "SVC-VER-001");
    refused("[Version]\nSignature=\"$Windows NT$\"\n[Manufacturer]\n", "SVC-VER-002");
}

/* ---- events, a letter each */
struct heard {
    struct pnp_listener listener;
    struct pnp_machine *machine;
    char text[64];
    bool veto, opened;
};

static void say(void *self, char letter)
{
    struct heard *heard = self;

    heard->text[strlen(heard->text)] = letter;
}
static void enumerated(void *self, const struct pnp_devnode *devnode)
{
    (void)devnode;
    say(self, 'E');
}
static void started(void *self, const struct pnp_devnode *devnode)
{
    (void)devnode;
    say(self, 'S');
}
static void removed(void *self, const struct pnp_devnode *devnode)
{
    (void)devnode;
    say(self, 'R');
}
static void arrived(void *self, const struct pnp_interface *interface)
{
    struct heard *heard = self;
    struct pnp_handle *handle = NULL;

    heard->opened = pnp_open(heard->machine, interface->link, &handle) == 0;
    pnp_close(handle);
    say(self, 'A');
}
static void interface_removed(void *self, const struct pnp_interface *interface)
{
    (void)interface;
    say(self, 'a');
}
static bool query(void *self, const struct pnp_devnode *devnode)
{
    (void)devnode;
    say(self, 'Q');
    return !((struct heard *)self)->veto;
}
static void failed(void *self, const struct pnp_devnode *devnode)
{
    (void)devnode;
    say(self, 'F');
}
static void pending(void *self, const struct pnp_devnode *devnode)
{
    (void)devnode;
    say(self, 'P');
}
static void complete(void *self, const struct pnp_devnode *devnode)
{
    (void)devnode;
    say(self, 'C');
}
static const struct pnp_events events = {enumerated, started, removed, arrived,  interface_removed,
                                         query,      failed,  pending, complete, NULL};

static struct heard *listen_to(struct pnp_machine *machine)
{
    struct heard *heard = calloc(1, sizeof(*heard));

    heard->machine = machine;
    heard->listener = (struct pnp_listener){.events = &events, .self = heard};
    pnp_listen(machine, &heard->listener);
    return heard;
}

static const char *said(struct heard *heard)
{
    static char text[64];

    memcpy(text, heard->text, sizeof(text));
    memset(heard->text, 0, sizeof(heard->text));
    return text;
}

/* Either order of what nothing promises. */
static bool is_either(const char *text, const char *one, const char *other)
{
    return strcmp(text, one) == 0 || strcmp(text, other) == 0;
}

Test(pnp_machine, a_life_tells_its_steps)
{
    struct pnp_machine *machine = machine_with("");
    struct heard *heard = listen_to(machine);
    struct pnp_devnode *devnode = plug(machine);

    cr_assert_str_eq(said(heard), "ESA");
    cr_assert(heard->opened);
    pnp_suspend(machine, devnode);
    pnp_resume(machine, devnode);
    cr_assert_str_eq(said(heard), "");
    cr_assert_eq(pnp_interface_set(machine, devnode, PNP_PAP_CLASS, "", false), 0);
    cr_assert_str_eq(said(heard), "a");
    cr_assert_eq(pnp_interface_set(machine, devnode, PNP_PAP_CLASS, "", true), 0);
    cr_assert_str_eq(said(heard), "A");
    pnp_detach(machine, devnode);
    cr_assert(is_either(said(heard), "aCR", "CaR"));
    cr_assert_eq(plug(machine), devnode);
    cr_assert_str_eq(said(heard), "ESA");
    cr_assert_eq(pnp_eject(machine, devnode), 0);
    cr_assert(is_either(said(heard), "QPaCR", "QPCaR"));
    pnp_unlisten(machine, &heard->listener);
    free(heard);
    pnp_machine_free(machine);
}

Test(pnp_machine, a_veto_and_an_open_handle_keep_a_device)
{
    struct pnp_machine *machine = machine_with("");
    struct heard *heard = listen_to(machine), *second = listen_to(machine);
    struct pnp_devnode *devnode = plug(machine);
    struct pnp_handle *handle = NULL;

    (void)said(heard);
    (void)said(second);
    second->veto = true;
    cr_assert_eq(pnp_eject(machine, devnode), -EBUSY);
    cr_assert_str_eq(said(heard), "QF");
    cr_assert_str_eq(said(second), "Q"); /* it knows */
    second->veto = false;
    cr_assert_eq(pnp_open(machine, LINK, &handle), 0);
    cr_assert_eq(pnp_disable(machine, devnode), -EBUSY);
    cr_assert_str_eq(said(heard), "QF");
    pnp_close(handle);
    cr_assert_eq(pnp_disable(machine, devnode), 0);
    cr_assert_eq(devnode->problem, 22);
    cr_assert_eq(pnp_open(machine, LINK, &handle), -ENOENT);
    cr_assert_eq(pnp_enable(machine, devnode), 0);
    cr_assert_eq(devnode->state, PNP_STARTED);
    free(heard);
    free(second);
    pnp_machine_free(machine);
}

Test(pnp_machine, a_handle_of_a_device_that_is_gone_answers_so)
{
    struct pnp_machine *machine = machine_with("");
    struct pnp_devnode *devnode = plug(machine);
    struct pnp_handle *handle = NULL;
    size_t count;
    char byte;

    cr_assert_eq(pnp_open(machine, LINK, &handle), 0);
    cr_assert_eq(pnp_read(handle, &byte, 1, &count), -ENOSYS);
    pnp_detach(machine, devnode);
    cr_assert_eq(pnp_read(handle, &byte, 1, &count), -ENODEV);
    (void)plug(machine);
    cr_assert_eq(pnp_read(handle, &byte, 1, &count), -ENODEV);
    pnp_close(handle);
    cr_assert_eq(devnode->handles, 0);
    pnp_machine_free(machine);
}

Test(pnp_machine, lists_know_who_is_there)
{
    struct pnp_machine *machine = machine_with("");
    struct pnp_devnode *devnode = plug(machine);

    cr_assert_not_null(pnp_next_interface(machine, NULL, PNP_PAP_CLASS, NULL, PNP_PRESENT));
    cr_assert_not_null(
        pnp_next_interface(machine, NULL, NULL, "usb\\vid_1209&pid_5041\\c001", PNP_PRESENT));
    cr_assert_null(pnp_next_interface(machine, NULL, NULL, PLAYER "\\C002", PNP_ALL));
    pnp_detach(machine, devnode);
    cr_assert_null(pnp_next_interface(machine, NULL, PNP_PAP_CLASS, NULL, PNP_PRESENT));
    cr_assert_not_null(pnp_next_interface(machine, NULL, PNP_PAP_CLASS, NULL, PNP_ALL));
    pnp_machine_free(machine);
}

Test(pnp_machine, a_reinstallation_keeps_what_its_flags_say)
{
    struct pnp_machine *machine = machine_with("");
    struct pnp_devnode *devnode = plug(machine);
    char text[4096], error[256];

    cr_assert_eq(registry_set(pnp_registry(machine), TOP "Services\\svc", "Start", REG_TYPE_DWORD,
                              "\4\0\0\0", 4),
                 0);
    cr_assert_eq(pnp_install(machine, devnode), 0);
    cr_assert_eq(number_of(machine, TOP "Services\\svc", "Start"), 3);
    cr_assert_eq(registry_set(pnp_registry(machine), TOP "Services\\svc", "Start", REG_TYPE_DWORD,
                              "\4\0\0\0", 4),
                 0);
    snprintf(text, sizeof(text), "%s", head);
    memcpy(strstr(text, "svc,,Svc,Log"), "svc,16,Svc  ", 12);
    cr_assert_eq(pnp_stage(machine, "p.inf", text, strlen(text), error, sizeof(error)), 0, "%s",
                 error);
    cr_assert_eq(pnp_install(machine, devnode), 0, "%s", pnp_reason(machine));
    cr_assert_eq(number_of(machine, TOP "Services\\svc", "Start"), 4);
    cr_assert_eq(devnode->state, PNP_STARTED);
    pnp_machine_free(machine);
}

Test(pnp_machine, a_thousand_lives_leave_what_one_left)
{
    struct pnp_machine *machine = machine_with("");
    size_t bytes[2] = {0};

    for (size_t i = 0; i < 1000; i++) {
        struct pnp_devnode *devnode = plug(machine);

        cr_assert_eq(devnode->state, PNP_STARTED);
        pnp_detach(machine, devnode);
        if (i == 0 || i == 999)
            bytes[i != 0] = pnp_registry(machine)->bytes;
    }
    cr_assert_eq(bytes[0], bytes[1]);
    pnp_machine_free(machine);
}

/* ---- a registry that others write */
enum { WRITES = 2000, INSTALLATIONS = 20 };

static void *write_on(void *self)
{
    struct registry *registry = pnp_registry(self);
    char name[16];

    for (unsigned i = 0; i < WRITES; i++) {
        snprintf(name, sizeof(name), "%u", i);
        registry_hold(registry);
        (void)registry_set(registry, "HKLM\\SOFTWARE\\Writer", name, REG_TYPE_DWORD,
                           (uint8_t[4]){0}, 4);
        registry_release(registry);
    }
    return NULL;
}

Test(pnp_machine, what_is_written_during_an_installation_is_kept)
{
    struct pnp_machine *machine = machine_with("");
    struct pnp_devnode *devnode = plug(machine);
    pthread_t writer;
    unsigned kept = 0;

    cr_assert_eq(pthread_create(&writer, NULL, write_on, machine), 0);
    for (unsigned i = 0; i < INSTALLATIONS; i++)
        cr_assert_eq(pnp_install(machine, devnode), 0);
    cr_assert_eq(pthread_join(writer, NULL), 0);
    while (registry_value_at(pnp_registry(machine), "HKLM\\SOFTWARE\\Writer", kept))
        kept++;
    cr_expect_eq(kept, WRITES);
    pnp_machine_free(machine);
}
