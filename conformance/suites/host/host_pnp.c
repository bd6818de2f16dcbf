/* Devices and their interfaces in our model of a Windows host: what they are called, which driver
 * is theirs, when interfaces come and go (standard-usb-identifiers.md, device-instance-ids.md,
 * how-windows-ranks-driver-packages.md, and what the pages on interfaces say). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/pnp/pnp_reach.h"
#include "conformance/suites/host/host_machine.h"
#include "spcore/base.h"

/* ---- a device of descriptors */
struct fake {
    uint8_t device[18], config[64];
    size_t length;
    const char *serial;
};

static int control(void *self, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                   uint16_t length, void *data)
{
    const struct fake *fake = self;
    uint8_t string[254] = {0};
    size_t size = fake->serial ? strlen(fake->serial) : 0;
    const void *from = NULL;

    (void)index;
    if (type != 0x80 || request != 6)
        return -EPIPE;
    string[0] = (uint8_t)(2 + 2 * size);
    string[1] = 3;
    for (size_t i = 0; i < size; i++)
        string[2 + 2 * i] = (uint8_t)fake->serial[i];
    if (value == 0x0100) {
        from = fake->device;
        size = 18;
    } else if (value == 0x0200) {
        from = fake->config;
        size = fake->length;
    } else if (value == 0x0301) {
        from = string;
        size = string[0];
    }
    if (!from)
        return -EPIPE;
    size = size < length ? size : length;
    memcpy(data, from, size);
    return (int)size;
}

/* bcdDevice 0x0102; interfaces of the vendor's class with these numbers. */
static struct fake fake(const char *serial, const uint8_t *numbers, size_t count)
{
    struct fake it = {.device = {18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 0x41, 0x50, 0x02, 0x01, 0, 0,
                                 serial != NULL, 1},
                      .config = {9, 2, 0, 0, (uint8_t)count, 1, 0, 0x80, 50},
                      .length = 9,
                      .serial = serial};

    for (size_t i = 0; i < count; i++) {
        const uint8_t one[9] = {9, 4, numbers[i], 0, 0, 0x06, 0x01, 0x01, 0};

        memcpy(it.config + it.length, one, sizeof(one));
        it.length += sizeof(one);
    }
    put_le16(it.config + 2, (uint16_t)it.length);
    return it;
}

static struct pnp_devnode *plug(struct host_machine *it, unsigned number, struct pnp_port *port,
                                struct fake *device)
{
    struct pnp_devnode *devnode = NULL;

    *port = (struct pnp_port){.bus = {device, control}};
    if (pnp_attach(it->machine, number, port, &devnode))
        conf_setup_failed(it->c, "the device cannot be plugged");
    return devnode;
}

CONF_CASE(HOST_PNP_BV_01, .title = "A device is called by its descriptors",
          .reqs = REQS("SVC-PNP-001", "SVC-PNP-002", "SVC-PNP-003"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "Plug a device with bcdDevice 0x0102, and one with interfaces 0 and 3; read "
                   "their ids; an INF for the parent alone")
{
    static const char inf[] = "[Version]\nSignature=\"$Windows NT$\"\nClass=X\nCatalogFile=c\n"
                              "ClassGuid={EEC5AD98-8080-425F-922A-DABF3DE3F69A}\nProvider=P\n"
                              "DriverVer=11/30/2026,1.0.0.0\n[Manufacturer]\nM=M,NTamd64\n"
                              "[M.NTamd64]\nD=I,USB\\VID_1209&PID_5041\n[I]\n[I.Services]\n"
                              "AddService=parent,2,S\n[S]\nServiceType=1\nStartType=3\n"
                              "ErrorControl=1\nServiceBinary=%13%\\p.sys\n";
    HOST_MACHINE it = host_machine(c, NULL);
    struct fake one = fake("A1", (const uint8_t[]){0}, 1),
                two = fake("A2", (const uint8_t[]){0, 3}, 2);
    struct pnp_port ports[2];
    struct pnp_devnode *devnode = plug(&it, 1, &ports[0], &one), *child;

    ROW("SVC-PNP-001.order") {
        CHECK(strstr(devnode->hardware_ids[0], "&REV_") != NULL);
        CHECK(conf_same_text(c, devnode->hardware_ids[1], "USB\\VID_1209&PID_5041"));
    }
    ROW("SVC-PNP-001.digits") {
        CHECK(strstr(devnode->hardware_ids[0], "USB\\VID_1209&PID_5041&REV_0102") ||
              strstr(devnode->hardware_ids[1], "USB\\VID_1209&PID_5041&REV_0102"));
        CHECK_EQ(devnode->hardware_count, 2);
    }
    ROW("SVC-PNP-002.order") {
        CHECK(conf_same_text(c, devnode->compatible_ids[0], "USB\\CLASS_06&SUBCLASS_01&PROT_01"));
        CHECK(conf_same_text(c, devnode->compatible_ids[1], "USB\\CLASS_06&SUBCLASS_01"));
    }
    ROW("SVC-PNP-002.all")
        CHECK_EQ(devnode->compatible_count, 3);
    if (pnp_stage(it.machine, "p.inf", inf, strlen(inf), it.error, sizeof(it.error)))
        conf_setup_failed(c, "%s", it.error);
    devnode = plug(&it, 2, &ports[1], &two);
    child = devnode->next;
    ROW("SVC-PNP-003.number") {
        REQUIRE(child != NULL && child->next != NULL);
        CHECK(conf_same_text(c, child->hardware_ids[1], "USB\\VID_1209&PID_5041&MI_00"));
        CHECK(conf_same_text(c, child->next->hardware_ids[1], "USB\\VID_1209&PID_5041&MI_03"));
        CHECK(child->parent == devnode && child->next->parent == devnode);
    }
    ROW("SVC-PNP-003.parent") {
        size_t last = devnode->compatible_count - 1;

        CHECK(conf_same_text(c, devnode->compatible_ids[last], "USB\\COMPOSITE"));
    }
    ROW("SVC-PNP-003.bound") {
        CHECK(conf_same_text(c, devnode->service, "parent"));
        CHECK(strcmp(child->service, "parent") != 0);
    }
}

/* ---- matching */

/* An INF of one model whose driver is `service`. */
static void stage(struct host_machine *it, const char *service, const char *ids)
{
    char text[1024], name[64];

    snprintf(name, sizeof(name), "%s.inf", service);
    snprintf(text, sizeof(text),
             "[Version]\nSignature=\"$Windows NT$\"\nClass=X\nCatalogFile=c\n"
             "ClassGuid={EEC5AD98-8080-425F-922A-DABF3DE3F69A}\nProvider=P\n"
             "DriverVer=11/30/2026,1.0.0.0\n[Manufacturer]\nM=M,NTamd64\n[M.NTamd64]\n"
             "D=I,%s\n[I]\n[I.Interfaces]\nAddInterface=" PNP_PAP_CLASS
             "\n[I.Services]\nAddService=%s,2,S\n[S]\nServiceType=1\nStartType=3\n"
             "ErrorControl=1\nServiceBinary=%%13%%\\p.sys\n",
             ids, service);
    if (pnp_stage(it->machine, name, text, strlen(text), it->error, sizeof(it->error)))
        conf_setup_failed(it->c, "%s", it->error);
}

/* The driver of the device when both INFs are there; NULL: one alone. */
static void driver_of(struct conf *c, const char *first, const char *second, char ret[64])
{
    HOST_MACHINE it = host_machine(c, NULL);

    stage(&it, "one", first);
    if (second)
        stage(&it, "two", second);
    host_plug(&it);
    snprintf(ret, 64, "%.63s", it.devnode->service);
}

CONF_CASE(HOST_PNP_BV_02, .title = "The package that matches best is the device's",
          .reqs = REQS("SVC-PNP-004", "SVC-PNP-005"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "INFs for ids in another case, for the beginning of one, and pairs of INFs for "
                   "better and worse ids, in both orders")
{
#define EXACT "USB\\VID_1209&PID_5041&REV_0100"
    static const char any[] = "USB\\CLASS_FF", plain[] = "USB\\VID_1209&PID_5041";
    char service[64];

    driver_of(c, "usb\\vid_1209&pid_5041", NULL, service);
    ROW("SVC-PNP-004.case")
        CHECK(conf_same_text(c, service, "one"));
    driver_of(c, "USB\\VID_1209", NULL, service);
    ROW("SVC-PNP-004.whole")
        CHECK(conf_same_text(c, service, ""));
    ROW("SVC-PNP-005.hardware") {
        driver_of(c, plain, any, service);
        CHECK(conf_same_text(c, service, "one"));
        driver_of(c, any, plain, service);
        CHECK(conf_same_text(c, service, "two"));
    }
    ROW("SVC-PNP-005.place") {
        driver_of(c, plain, EXACT, service);
        CHECK(conf_same_text(c, service, "two"));
        driver_of(c, any, "USB\\CLASS_FF&SUBCLASS_00", service);
        CHECK(conf_same_text(c, service, "two"));
    }
}

/* ---- instances */

/* A device whose instance id has that many characters; what plugging it answers, and how many the
 * id has then. */
static int plug_long(struct host_machine *it, size_t characters, size_t *ret_length)
{
    char serial[256];
    struct pnp_given given = {.device_id = "USB\\VID_1209&PID_5041", .instance = serial};
    struct pnp_devnode *devnode = NULL;
    size_t length = characters - strlen(given.device_id) - 1;
    int error;

    memset(serial, characters == 199 ? 'S' : 'T', length);
    serial[length] = '\0';
    error = pnp_attach_given(it->machine, 9, &given, NULL, &devnode);
    *ret_length = error ? 0 : strlen(devnode->instance_id);
    return error;
}

CONF_CASE(HOST_PNP_BV_03, .title = "An instance is the same one each time", .level = CONF_MUST,
          .reqs = REQS("SVC-PNP-006", "SVC-PNP-007"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Plug a device, again, another one; ids of 199 and 200 characters; two devices "
                   "without a serial number")
{
    HOST_MACHINE it = host_machine(c, NULL);
    struct fake a = fake("A", (const uint8_t[]){0}, 1), b = fake("B", (const uint8_t[]){0}, 1),
                none = fake(NULL, (const uint8_t[]){0}, 1);
    struct pnp_port ports[3];
    size_t length;
    int error;
    struct pnp_devnode *first = plug(&it, 1, &ports[0], &a), *again, *other = NULL;

    pnp_detach(it.machine, first);
    again = plug(&it, 2, &ports[0], &a);
    ROW("SVC-PNP-006.same")
        CHECK(conf_same_text(c, again->instance_id, first->instance_id));
    ROW("SVC-PNP-006.key")
        CHECK(conf_same_text(c, again->key, first->key));
    pnp_detach(it.machine, again);
    other = plug(&it, 1, &ports[1], &b);
    ROW("SVC-PNP-006.other")
        CHECK(strcmp(other->instance_id, first->instance_id) != 0);
    ROW("SVC-PNP-006.most") {
        CHECK_EQ(plug_long(&it, 199, &length), 0);
        CHECK_EQ(length, 199);
    }
    ROW("SVC-PNP-006.over")
        CHECK(plug_long(&it, 200, &length) != 0);
    stage(&it, "one", "USB\\VID_1209&PID_5041");
    other = NULL;
    first = plug(&it, 3, &ports[0], &none);
    error = pnp_attach(it.machine, 4, &ports[0], &other);
    ROW("SVC-PNP-007.instance") {
        CHECK_EQ(error, 0);
        CHECK(other && strcmp(other->instance_id, first->instance_id) != 0);
    }
    ROW("SVC-PNP-007.link") {
        CHECK(other && first->interfaces && other->interfaces &&
              strcmp(first->interfaces->link, other->interfaces->link) != 0);
    }
}

/* ---- interfaces */

/* Two classes and two reference strings of one device. */
#define OTHER_CLASS "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AF}"
static const char interfaces[] =
    "[Version]\nSignature=\"$Windows NT$\"\nClass=X\nCatalogFile=c\n"
    "ClassGuid={EEC5AD98-8080-425F-922A-DABF3DE3F69A}\nProvider=P\n"
    "DriverVer=11/30/2026,1.0.0.0\n[Manufacturer]\nM=M,NTamd64\n[M.NTamd64]\n"
    "D=I,USB\\VID_1209&PID_5041\n[I]\n[I.Interfaces]\nAddInterface=" PNP_PAP_CLASS "\n"
    "AddInterface=" OTHER_CLASS "\nAddInterface=" PNP_PAP_CLASS ",ref\n";

/* What is heard, and seen from inside the calls. */
struct ear {
    struct pnp_listener listener;
    struct pnp_machine *machine;
    struct pnp_port port;
    struct fake device;
    unsigned arrived, removed, complete;
    unsigned before_start, listed_before; /* when the driver started */
    bool opened;
};

static unsigned listed(struct pnp_machine *machine)
{
    const struct pnp_interface *one = NULL;
    unsigned count = 0;

    while ((one = pnp_next_interface(machine, one, NULL, NULL, PNP_PRESENT)))
        count++;
    return count;
}

static void arrived(void *self, const struct pnp_interface *interface)
{
    struct ear *ear = self;
    struct pnp_handle *handle = NULL;

    ear->opened = pnp_open(ear->machine, interface->link, &handle) == 0;
    pnp_close(handle);
    ear->arrived++;
}

static void removed(void *self, const struct pnp_interface *interface)
{
    (void)interface;
    ((struct ear *)self)->removed++;
}

static void complete(void *self, const struct pnp_devnode *devnode)
{
    (void)devnode;
    ((struct ear *)self)->complete++;
}

static const struct pnp_events heard = {
    .interface_arrived = arrived, .interface_removed = removed, .remove_complete = complete};

/* A byte comes of each read. */
static int read_one(void *self, void *data, size_t size, size_t *ret_count)
{
    (void)self;
    memset(data, 1, size ? 1 : 0);
    *ret_count = 1;
    return 0;
}
static const struct pnp_io io = {.read = read_one};

static int open_one(void *self, const char *link, const struct pnp_io **ret_io, void **ret_self)
{
    (void)link;
    *ret_io = &io;
    *ret_self = self;
    return 0;
}

static int driver_starts(void *self, struct pnp_devnode *devnode)
{
    struct ear *ear = container_of((struct fake *)self, struct ear, device);

    (void)devnode;
    ear->before_start = ear->arrived;
    ear->listed_before = listed(ear->machine);
    return 0;
}

static struct pnp_devnode *plug_heard(struct host_machine *it, struct ear *ear)
{
    struct pnp_devnode *devnode = NULL;

    *ear = (struct ear){.machine = it->machine, .device = fake("A", (const uint8_t[]){0}, 1)};
    ear->port = (struct pnp_port){{&ear->device, control}, open_one, driver_starts};
    ear->listener = (struct pnp_listener){.events = &heard, .self = ear};
    pnp_listen(it->machine, &ear->listener);
    if (pnp_stage(it->machine, "i.inf", interfaces, strlen(interfaces), it->error,
                  sizeof(it->error)) ||
        pnp_attach(it->machine, 1, &ear->port, &devnode))
        conf_setup_failed(it->c, "the device cannot be plugged: %s", it->error);
    return devnode;
}

CONF_CASE(HOST_IFC_BV_01, .title = "An interface comes when its device has started",
          .reqs = REQS("SVC-IFC-002", "SVC-IFC-003", "SVC-IFC-004"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "Plug a device with three interfaces; what is listed and heard when its driver "
                   "starts and after; plug it again")
{
    HOST_MACHINE it = host_machine(c, NULL);
    struct ear ear;
    struct pnp_devnode *devnode = plug_heard(&it, &ear);
    const struct pnp_interface *one = devnode->interfaces;
    char link[PNP_LINK_MAX + 1];

    if (!one || !one->next || !one->next->next)
        conf_setup_failed(c, "the INF's interfaces are not registered");
    ROW("SVC-IFC-002.list")
        CHECK_EQ(ear.listed_before, 0);
    ROW("SVC-IFC-002.arrival")
        CHECK_EQ(ear.before_start, 0);
    ROW("SVC-IFC-002.enabled") {
        CHECK_EQ(listed(it.machine), 3);
        CHECK_EQ(ear.arrived, 3);
    }
    ROW("SVC-IFC-004.after") {
        CHECK_EQ(ear.before_start, 0);
        CHECK_EQ(ear.listed_before, 0);
    }
    ROW("SVC-IFC-004.open")
        CHECK(ear.opened);
    ROW("SVC-IFC-003.class")
        CHECK(strcmp(one->link, one->next->link) != 0);
    ROW("SVC-IFC-003.reference")
        CHECK(strcmp(one->link, one->next->next->link) != 0);
    snprintf(link, sizeof(link), "%s", one->link);
    ROW("SVC-IFC-003.stays") {
        HOST_MACHINE second = host_machine(c, NULL);
        struct ear other;
        struct pnp_devnode *again = plug_heard(&second, &other);

        REQUIRE(again->interfaces != NULL);
        CHECK(conf_same_text(c, again->interfaces->link, link));
    }
}

CONF_CASE(HOST_IFC_BV_02, .title = "An interface goes alone, and stays while its device sleeps",
          .reqs = REQS("SVC-IFC-005", "SVC-IFC-006"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "Disable one interface with a handle open; suspend and resume the device")
{
    HOST_MACHINE it = host_machine(c, NULL);
    struct ear ear;
    struct pnp_devnode *devnode = plug_heard(&it, &ear);
    struct pnp_handle *handle = NULL;
    size_t count = 0;
    char byte;

    pnp_suspend(it.machine, devnode);
    ROW("SVC-IFC-006.suspend") {
        CHECK_EQ(ear.removed, 0);
        CHECK_EQ(listed(it.machine), 3);
    }
    ear.arrived = 0;
    pnp_resume(it.machine, devnode);
    ROW("SVC-IFC-006.resume")
        CHECK_EQ(ear.arrived, 0);
    ear.removed = ear.complete = 0;
    if (pnp_open(it.machine, devnode->interfaces->link, &handle))
        conf_setup_failed(c, "the interface cannot be opened");
    (void)pnp_interface_set(it.machine, devnode, PNP_PAP_CLASS, "", false);
    ROW("SVC-IFC-005.told")
        CHECK_EQ(ear.removed, 1);
    ROW("SVC-IFC-005.complete")
        CHECK_EQ(ear.complete, 0);
    ROW("SVC-IFC-005.handle")
        CHECK_EQ(pnp_read(handle, &byte, 1, &count), 0);
    pnp_close(handle);
}

/* ---- all or nothing */

/* What an INF has behind its head, wrong at one directive each. */
static const char *const wrong[] = {
    "[I.NT]\nAddReg=Nowhere\n",
    "[Soft]\nHKR,,V,0x10001,x\n",
    "[Hard]\nHKEY,,V,,x\n",
    "[I.NT.Services]\nAddService=bad,,Bad\n[Bad]\nServiceType=16\n",
    "[I.NT.Services]\nAddService=bad,,Bad\n[Bad]\nServiceType=16\nStartType=3\n"
    "ErrorControl=1\nServiceBinary=%11%\\b.exe\nAddTrigger=T\n[T]\nTriggerType=1\n",
    "[I.NT.Interfaces]\nAddInterface=" PNP_PAP_CLASS "\nAddInterface=x\n",
    /* What is found only when it is done: a file for no folder, behind all the rest. */
    "[Soft]\nHKR,,V,,x\n[I.NT.Interfaces]\nAddInterface=" PNP_PAP_CLASS
    "\nCopyFiles=F\n[F]\nf.sys\n[DestinationDirs]\nF=9999\n",
};
#define TOP "HKLM\\SYSTEM\\CurrentControlSet\\"

CONF_CASE(HOST_PNP_BV_04, .title = "An installation is made as a whole or not at all",
          .reqs = REQS("SVC-REG-010"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "INFs with one wrong directive each; what is in the registry after")
{
    static const char good[] = "[I.NT.Interfaces]\nAddInterface=" PNP_PAP_CLASS "\n";

    for (size_t i = 0; i <= ARRAY_SIZE(wrong); i++) {
        bool is_wrong = i < ARRAY_SIZE(wrong);
        HOST_MACHINE it = host_machine(c, NULL);
        const struct registry *registry = pnp_registry(it.machine);
        char text[4096];

        snprintf(text, sizeof(text), "%s%s", host_head, is_wrong ? wrong[i] : good);
        host_install(&it, text, strlen(text));
        conf_note(c, "%s", is_wrong ? pnp_reason(it.machine) : "good");
        ROW(is_wrong ? "SVC-REG-010.service" : "SVC-REG-010.done")
            CHECK_EQ(registry_has_key(registry, TOP "Services"), !is_wrong);
        ROW(is_wrong ? "SVC-REG-010.class" : "SVC-REG-010.done")
            CHECK_EQ(registry_has_key(registry, TOP "Control\\Class"), !is_wrong);
        ROW(is_wrong ? "SVC-REG-010.interface" : "SVC-REG-010.done")
            CHECK_EQ(registry_has_key(registry, TOP "Control\\DeviceClasses"), !is_wrong);
    }
}

/* ---- a player */

static void leave_reach(void *reach)
{
    pnp_reach_free(reach);
}

/* USB 2.0, 9.4.3: the device descriptor through an interface's handle, and a container both ways.
 */
CONF_CASE(HOST_PNP_BV_05, .title = "What is opened is the player", .level = CONF_MUST,
          .reqs = REQS("SVC-IFC-004"), .ics = "ANY", .player = "pap-inf",
          .needs = CONF_CONTROL | CONF_HOST,
          .steps = "Plug the player of an INF and open its interface; GetDeviceInfo through it")
{
    static const uint8_t setup[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};
    static const uint8_t info[12] = {12, 0, 0, 0, 1, 0, 0x01, 0x10, 0, 0, 0, 0};
    HOST_MACHINE it = host_machine(c, NULL);
    struct pnp_devnode *devnode = NULL;
    struct pnp_handle *handle = NULL;
    struct pnp_reach *reach = NULL;
    uint8_t device[18], answer[512] = {0};
    size_t count = 0;
    int error = pnp_reach_new(conf_device_uri(c), &reach);

    conf_at_end(c, leave_reach, reach);
    stage(&it, "player", "USB\\VID_1209&PID_5043");
    if (error || pnp_attach(it.machine, 1, pnp_reach_port(reach), &devnode))
        conf_setup_failed(c, "the player cannot be plugged: %s", value_errno(error).text);
    ROW("SVC-IFC-004.player") {
        REQUIRE(devnode->interfaces != NULL);
        REQUIRE_EQ(pnp_open(it.machine, devnode->interfaces->link, &handle), 0);
        CHECK_EQ(pnp_ioctl(handle, PNP_IOCTL_CONTROL, setup, 8, device, 18, &count), 0);
        CHECK_EQ(count, 18);
        CHECK_EQ(get_le16(device + 10), 0x5043);
        CHECK_EQ(pnp_write(handle, info, sizeof(info), &count), 0);
        CHECK_EQ(pnp_read(handle, answer, sizeof(answer), &count), 0);
        CHECK_EQ(get_le16(answer + 4), 2); /* a data container */
        CHECK_EQ(get_le16(answer + 6), 0x1001);
    }
    pnp_close(handle);
}
