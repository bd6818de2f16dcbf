/* The machine of a case, and its registry in words. */
#include "conformance/suites/host/host_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

#define SERVICES "HKLM\\SYSTEM\\CurrentControlSet\\Services\\"

const char host_head[] =
    "[Version]\nSignature=\"$Windows NT$\"\nClass=WPD\nCatalogFile=p.cat\n"
    "ClassGuid={EEC5AD98-8080-425F-922A-DABF3DE3F69A}\nProvider=P\n"
    "DriverVer=11/30/2026,1.0.0.0\n[Manufacturer]\nM=Models,NTamd64\n[Models.NTamd64]\n"
    "D=I,USB\\VID_1209&PID_5041\n[I.NT]\nAddReg=Soft\n[Soft]\n[I.NT.HW]\nAddReg=Hard\n[Hard]\n"
    "[I.NT.Services]\nAddService=drv,2,Drv\n[Drv]\nServiceType=1\nStartType=3\n"
    "ErrorControl=1\nServiceBinary=%13%\\drv.sys\n";

/* A service that is to be started. */
static void installed(void *self, const char *service, bool start)
{
    char *told = self;

    if (start)
        snprintf(told, sizeof(((struct host_machine *)NULL)->told), "%s", service);
}

static const struct pnp_events events = {.service_installed = installed};

struct host_machine host_machine(struct conf *c, const struct pnp_options *options)
{
    struct host_machine it = {.c = c, .machine = pnp_machine_new(options)};
    const char *defect = conf_host_defect(c);

    if (!it.machine)
        conf_setup_failed(c, "no memory for a machine");
    if (*defect && !inf_misread(defect) && !pnp_model_deviate(defect) &&
        !pnp_machine_deviate(it.machine, defect))
        conf_setup_failed(c, "%s is no defect of the host", defect);
    return it;
}

void host_machine_leave(struct host_machine *it)
{
    pnp_machine_free(it->machine);
    it->machine = NULL;
}

void host_plug(struct host_machine *it)
{
    static const struct pnp_given given = {
        .device_id = "USB\\VID_1209&PID_5041",
        .instance = "C001",
        .hardware = {"USB\\VID_1209&PID_5041&REV_0100", "USB\\VID_1209&PID_5041"},
        .compatible = {"USB\\CLASS_FF&SUBCLASS_00&PROT_00", "USB\\CLASS_FF&SUBCLASS_00",
                       "USB\\CLASS_FF"}};

    if (pnp_attach_given(it->machine, 1, &given, NULL, &it->devnode))
        conf_setup_failed(it->c, "the device cannot be plugged");
}

void host_install(struct host_machine *it, const char *inf, size_t size)
{
    it->listener = (struct pnp_listener){.events = &events, .self = it->told};
    pnp_listen(it->machine, &it->listener);
    (void)pnp_stage(it->machine, "p.inf", inf, size, it->error, sizeof(it->error));
    host_plug(it);
    pnp_unlisten(it->machine, &it->listener);
}

/* ---- what is seen */

static void key_of(const struct host_machine *it, const char *where, char *ret, size_t size)
{
    static const struct {
        const char *letter, *path;
    } places[] = {
        {"V", SERVICES "svc"},
        {"D", SERVICES "drv"},
        {"T0", SERVICES "svc\\TriggerInfo\\0"},
        {"T1", SERVICES "svc\\TriggerInfo\\1"},
        {"L", SERVICES "EventLog\\System\\svc"},
        {"P", "HKLM\\SYSTEM\\DriverDatabase\\DriverPackages\\p.inf"},
        {"I", "HKLM\\SYSTEM\\CurrentControlSet\\Control\\DeviceClasses\\" PNP_PAP_CLASS
              "\\##?#USB#VID_1209&PID_5041#C001#" PNP_PAP_CLASS "\\#\\Device Parameters"},
    };
    size_t length = strcspn(where, "\\");
    const char *path = NULL, *more = "";

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        if (strlen(places[i].letter) == length && strncmp(where, places[i].letter, length) == 0)
            path = places[i].path;
    }
    if (length == 1 && where[0] == 'S')
        path = it->devnode->driver_key;
    if (length == 1 && where[0] == 'H') {
        path = it->devnode->key;
        more = "\\Device Parameters";
    }
    if (path)
        snprintf(ret, size, "%s%s%s", path, more, where + length);
    else
        snprintf(ret, size, "%s", where);
}

/* UTF-16 in ASCII; strings of a list with a bar between. */
static void put_strings(const struct registry_value *value, const char *type, bool is_list,
                        char ret[HOST_SEEN])
{
    size_t length = (size_t)snprintf(ret, HOST_SEEN, "%s:", type);
    size_t end = value->size / 2;

    end -= end && is_list; /* its last NUL */
    for (size_t i = 0; i + 1 < end && length + 1 < HOST_SEEN; i++) {
        uint16_t unit = get_le16(value->data + 2 * i);

        ret[length++] = unit ? (char)(unit < 0x7f ? unit : '?') : '|';
    }
    ret[length] = '\0';
}

static void put_value(const struct registry_value *value, char ret[HOST_SEEN])
{
    static const char *const names[] = {"none", "sz", "expand", "binary", "dword"};
    const char *name = value->type < ARRAY_SIZE(names) ? names[value->type]
                       : value->type == 7              ? "multi"
                       : value->type == 11             ? "qword"
                                                       : "other";
    size_t length;

    if (value->type == 1 || value->type == 2 || value->type == 7) {
        put_strings(value, name, value->type == 7, ret);
        return;
    }
    if (value->type == 4 && value->size == 4) {
        snprintf(ret, HOST_SEEN, "dword:%u", get_le32(value->data));
        return;
    }
    length = (size_t)snprintf(ret, HOST_SEEN, "%s:", name);
    for (size_t i = 0; i < value->size && length + 3 < HOST_SEEN; i++)
        length += (size_t)snprintf(ret + length, 3, "%02x", value->data[i]);
}

static const char *state_of(const struct host_machine *it)
{
    if (*it->error)
        return "refused";
    if (it->devnode->state == PNP_STARTED)
        return "started";
    return *pnp_reason(it->machine) ? "refused" : "no driver";
}

static bool is_remarked(const struct host_machine *it, const char *word)
{
    const char *remark;

    for (size_t i = 0; (remark = pnp_remark(it->machine, i)); i++) {
        if (strstr(remark, word))
            return true;
    }
    return false;
}

static unsigned count_interfaces(const struct host_machine *it)
{
    unsigned count = 0;

    for (const struct pnp_interface *i = it->devnode->interfaces; i; i = i->next)
        count++;
    return count;
}

/* What is no key; false: it is one. */
static bool see_device(const struct host_machine *it, const char *where, const char *name,
                       char ret[HOST_SEEN])
{
    const struct pnp_interface *interface = it->devnode->interfaces;

    if (strcmp(where, "state") == 0)
        snprintf(ret, HOST_SEEN, "%s", state_of(it));
    else if (strcmp(where, "reason") == 0)
        snprintf(ret, HOST_SEEN, "%s", *it->error ? it->error : pnp_reason(it->machine));
    else if (strcmp(where, "rank") == 0)
        snprintf(ret, HOST_SEEN, "%08x", it->devnode->rank);
    else if (strcmp(where, "service") == 0)
        snprintf(ret, HOST_SEEN, "%s", it->devnode->service);
    else if (strcmp(where, "interfaces") == 0)
        snprintf(ret, HOST_SEEN, "%u", count_interfaces(it));
    else if (strcmp(where, "link") == 0)
        snprintf(ret, HOST_SEEN, "%s", interface ? interface->link : "");
    else if (strcmp(where, "told") == 0)
        snprintf(ret, HOST_SEEN, "%s", it->told);
    else if (strcmp(where, "remark") == 0)
        snprintf(ret, HOST_SEEN, "%s", is_remarked(it, name) ? "said" : "unsaid");
    else
        return false;
    return true;
}

void host_see(struct host_machine *it, const char *where, const char *name, char ret[HOST_SEEN])
{
    const struct registry *registry = pnp_registry(it->machine);
    const struct registry_value *value;
    char key[PNP_KEY_MAX + 64];

    if (see_device(it, where, name, ret))
        return;
    key_of(it, where, key, sizeof(key));
    if (strcmp(name, "(key)") == 0) {
        snprintf(ret, HOST_SEEN, "%s", registry_has_key(registry, key) ? "there" : "absent");
        return;
    }
    value = *key ? registry_get(registry, key, name) : NULL;
    if (value)
        put_value(value, ret);
    else
        snprintf(ret, HOST_SEEN, "absent");
}

void host_set(struct host_machine *it, const char *where, const char *name, const char *what)
{
    const char *text = strchr(what, ':') + 1;
    uint8_t bytes[128] = {0};
    char key[PNP_KEY_MAX + 64];
    uint32_t type = REG_TYPE_DWORD;
    size_t size = 4;

    key_of(it, where, key, sizeof(key));
    if (what[0] == 'd') {
        put_le32(bytes, (uint32_t)strtoul(text, NULL, 10));
    } else {
        type = what[0] == 's' ? REG_TYPE_SZ : 2;
        size = 2 * (strlen(text) + 1);
        for (size_t i = 0; text[i]; i++)
            bytes[2 * i] = (uint8_t)text[i];
    }
    if (registry_set(pnp_registry(it->machine), key, name, type, bytes, size))
        conf_setup_failed(it->c, "no memory");
}
