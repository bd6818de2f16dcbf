/* What the configuration manager says of a device or an interface: properties, and the keys of
 * their parameters. Some it has itself, most stand in the registry, and what a program sets is put
 * there as Windows does: below Properties, a key for each, its type in the value's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/include/cfgmgr32.h"
#include "conformance/host/win/win_private.h"
#include "conformance/host/win/win_text.h"
#include "spcore/com/com_guid.h"

enum { STORED = 0xffff, KEY_MAX = PNP_KEY_MAX + 1 };
#define STORED_TYPE 0xffff0000u
/* {a45c254e-…}: a device's; the number is that of CM_DRP_… and 1. */
static const GUID of_device = {
    0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}};
static const GUID of_instance = {
    0x78c34fc8, 0x104a, 0x4aca, {0x9e, 0xa4, 0x52, 0x4d, 0x52, 0x99, 0x6e, 0x57}};
static const GUID of_interface = {
    0x026e516e, 0xb814, 0x414b, {0x83, 0xcd, 0x85, 0x6d, 0x6f, 0xef, 0x48, 0x22}};

/* What is handed out; `data` to free(). */
struct property {
    DEVPROPTYPE type;
    void *data;
    size_t size;
};

/* A device, or an interface and its device, where it is in the registry. */
struct subject {
    const struct pnp_devnode *devnode;
    const struct pnp_interface *interface; /* NULL: the device */
    char key[KEY_MAX];
};

/* ---- parts */
static bool same(const DEVPROPKEY *key, const GUID *fmtid, DWORD pid)
{
    return key->pid == pid && memcmp(&key->fmtid, fmtid, sizeof(*fmtid)) == 0;
}

static void *copy_of(const void *data, size_t size)
{
    void *copy = malloc(size + 1);

    if (copy)
        memcpy(copy, data, size);
    return copy;
}

static bool put_data(struct property *property, DEVPROPTYPE type, const void *data, size_t size)
{
    *property = (struct property){type, copy_of(data, size), size};
    return property->data != NULL;
}

static bool put_text(struct property *property, const char *text)
{
    const size_t size = win_utf16(text, NULL, 0);
    WCHAR *wide = calloc(size + 1, sizeof(*wide));

    *property = (struct property){DEVPROP_TYPE_STRING, wide, size * sizeof(*wide)};
    return wide && win_utf16(text, wide, size) == size;
}

/* ---- the registry's: HKLM is what the path begins with */
static bool widen(const char *path, LPWSTR ret_path, size_t room)
{
    return win_utf16(path, ret_path, room) <= room;
}

static bool read_value(const char *key, LPCWSTR name, DWORD *ret_type, struct property *property)
{
    WCHAR wide[KEY_MAX];
    DWORD size = 0;
    bool found = widen(key + strlen("HKLM\\"), wide, KEY_MAX) &&
                 RegGetValueW(HKEY_LOCAL_MACHINE, wide, name, RRF_RT_ANY | RRF_NOEXPAND, ret_type,
                              NULL, &size) == ERROR_SUCCESS;

    if (!found)
        return false;
    property->data = malloc(size + 1u);
    if (!property->data || RegGetValueW(HKEY_LOCAL_MACHINE, wide, name, RRF_RT_ANY | RRF_NOEXPAND,
                                        NULL, property->data, &size) != ERROR_SUCCESS) {
        free(property->data);
        property->data = NULL;
        return false;
    }
    property->size = size;
    return true;
}

/* Of what a device's key has a value. */
static const struct {
    ULONG property; /* CM_DRP_… */
    const WCHAR *name;
} values[] = {{CM_DRP_DEVICEDESC, u"DeviceDesc"},
              {CM_DRP_HARDWAREID, u"HardwareID"},
              {CM_DRP_COMPATIBLEIDS, u"CompatibleIDs"},
              {CM_DRP_SERVICE, u"Service"},
              {CM_DRP_CLASS, u"Class"},
              {CM_DRP_CLASSGUID, u"ClassGUID"},
              {CM_DRP_DRIVER, u"Driver"},
              {CM_DRP_MFG, u"Mfg"},
              {CM_DRP_FRIENDLYNAME, u"FriendlyName"},
              {CM_DRP_LOCATION_INFORMATION, u"LocationInformation"},
              {CM_DRP_LOWERFILTERS, u"LowerFilters"},
              {CM_DRP_UPPERFILTERS, u"UpperFilters"}};

static bool device_value(const struct pnp_devnode *devnode, ULONG number, DWORD *ret_type,
                         struct property *property)
{
    if (number == CM_DRP_ENUMERATOR_NAME) {
        char name[PNP_ID_MAX + 1];

        snprintf(name, sizeof(name), "%.*s", (int)strcspn(devnode->instance_id, "\\"),
                 devnode->instance_id);
        *ret_type = REG_SZ;
        return put_text(property, name);
    }
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (values[i].property == number)
            return read_value(devnode->key, values[i].name, ret_type, property);
    }
    return false;
}

static bool device_property(const struct pnp_devnode *devnode, const DEVPROPKEY *key,
                            struct property *property)
{
    DWORD type = 0;

    if (!device_value(devnode, key->pid - 1, &type, property))
        return false;
    property->type = type == REG_MULTI_SZ ? DEVPROP_TYPE_STRING_LIST : DEVPROP_TYPE_STRING;
    if (key->pid - 1 == CM_DRP_CLASSGUID) {
        char *text = win_utf8(property->data);
        GUID guid;
        const bool is = text && com_guid_parse(text, &guid);

        free(text);
        free(property->data);
        property->data = NULL;
        return is && put_data(property, DEVPROP_TYPE_GUID, &guid, sizeof(guid));
    }
    return true;
}

static void stored_key(const struct subject *subject, const DEVPROPKEY *key, char ret[KEY_MAX])
{
    char guid[COM_GUID_TEXT];

    com_guid_format(&key->fmtid, guid);
    snprintf(ret, KEY_MAX, "%.690s\\Properties\\%s\\%04X", subject->key, guid, key->pid);
}

/* What is the configuration manager's own to say. */
static bool own_property(const struct subject *subject, const DEVPROPKEY *key,
                         struct property *property)
{
    const signed char enabled =
        subject->interface && subject->interface->enabled ? DEVPROP_TRUE : DEVPROP_FALSE;
    GUID guid;

    if (same(key, &of_instance, 256))
        return put_text(property, subject->devnode->instance_id);
    if (!subject->interface)
        return memcmp(&key->fmtid, &of_device, sizeof(of_device)) == 0 &&
               device_property(subject->devnode, key, property);
    if (same(key, &of_interface, 3))
        return put_data(property, DEVPROP_TYPE_BOOLEAN, &enabled, sizeof(enabled));
    return same(key, &of_interface, 4) && com_guid_parse(subject->interface->class_guid, &guid) &&
           put_data(property, DEVPROP_TYPE_GUID, &guid, sizeof(guid));
}

static bool find_property(const struct subject *subject, const DEVPROPKEY *key,
                          struct property *property)
{
    char stored[KEY_MAX];
    DWORD type = 0;

    if (own_property(subject, key, property))
        return true;
    stored_key(subject, key, stored);
    if (!read_value(stored, NULL, &type, property))
        return false;
    property->type = type & STORED;
    return true;
}

static CONFIGRET hand_out(bool found, const struct property *property, PVOID buffer, PULONG io_size)
{
    const ULONG room = *io_size;

    *io_size = found ? (ULONG)property->size : 0;
    if (!found)
        return CR_NO_SUCH_VALUE;
    if (room < property->size || !buffer)
        return CR_BUFFER_SMALL;
    memcpy(buffer, property->data, property->size);
    return CR_SUCCESS;
}

static CONFIGRET get_property(const struct subject *subject, const DEVPROPKEY *key,
                              DEVPROPTYPE *ret_type, PBYTE buffer, PULONG io_size, ULONG flags)
{
    struct property property = {0};
    CONFIGRET result;
    bool found;

    if (!key || !ret_type || !io_size || (*io_size && !buffer))
        return CR_INVALID_POINTER;
    if (flags)
        return CR_INVALID_FLAG;
    found = find_property(subject, key, &property);
    *ret_type = found ? property.type : DEVPROP_TYPE_EMPTY;
    result = hand_out(found, &property, buffer, io_size);
    free(property.data);
    return result;
}

static CONFIGRET set_property(const struct subject *subject, const DEVPROPKEY *key,
                              DEVPROPTYPE type, const BYTE *data, ULONG size, ULONG flags)
{
    char stored[KEY_MAX];
    WCHAR wide[KEY_MAX];
    struct property own = {0};
    LSTATUS error;

    if (!key || (size && !data))
        return CR_INVALID_POINTER;
    if (flags)
        return CR_INVALID_FLAG;
    if (own_property(subject, key, &own)) {
        free(own.data);
        return CR_ACCESS_DENIED;
    }
    stored_key(subject, key, stored);
    if (!widen(stored + strlen("HKLM\\"), wide, KEY_MAX))
        return CR_FAILURE;
    error = type == DEVPROP_TYPE_EMPTY
                ? RegDeleteTreeW(HKEY_LOCAL_MACHINE, wide)
                : RegSetKeyValueW(HKEY_LOCAL_MACHINE, wide, NULL, type | STORED_TYPE, data, size);
    return error == ERROR_FILE_NOT_FOUND ? CR_NO_SUCH_VALUE
           : error                       ? CR_REGISTRY_ERROR
                                         : CR_SUCCESS;
}

/* ---- of interfaces, by link */
static CONFIGRET interface_of(LPCWSTR link, struct subject *ret_subject)
{
    char *narrow = win_utf8(link);
    const struct pnp_interface *interface =
        narrow ? pnp_find_interface(win_host()->machine, narrow) : NULL;

    free(narrow);
    if (!interface)
        return link ? CR_NO_SUCH_DEVICE_INTERFACE : CR_INVALID_POINTER;
    *ret_subject = (struct subject){.devnode = interface->devnode, .interface = interface};
    pnp_interface_key(interface->devnode, interface->class_guid, interface->reference,
                      ret_subject->key);
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_Device_Interface_PropertyW(LPCWSTR link, const DEVPROPKEY *key,
                                                   DEVPROPTYPE *ret_type, PBYTE buffer,
                                                   PULONG io_size, ULONG flags)
{
    struct subject subject;
    const CONFIGRET result = interface_of(link, &subject);

    return result ? result : get_property(&subject, key, ret_type, buffer, io_size, flags);
}

CONFIGRET WINAPI CM_Set_Device_Interface_PropertyW(LPCWSTR link, const DEVPROPKEY *key,
                                                   DEVPROPTYPE type, const BYTE *data, ULONG size,
                                                   ULONG flags)
{
    struct subject subject;
    const CONFIGRET result = interface_of(link, &subject);

    return result ? result : set_property(&subject, key, type, data, size, flags);
}

/* ---- of devices, by number */
static CONFIGRET device_of(DEVINST instance, struct subject *ret_subject)
{
    const struct pnp_devnode *devnode = win_devnode(instance);

    if (!devnode)
        return CR_INVALID_DEVNODE;
    *ret_subject = (struct subject){.devnode = devnode};
    memcpy(ret_subject->key, devnode->key, sizeof(devnode->key));
    return CR_SUCCESS;
}

CONFIGRET WINAPI CM_Get_DevNode_PropertyW(DEVINST instance, const DEVPROPKEY *key,
                                          DEVPROPTYPE *ret_type, PBYTE buffer, PULONG io_size,
                                          ULONG flags)
{
    struct subject subject;
    const CONFIGRET result = device_of(instance, &subject);

    return result ? result : get_property(&subject, key, ret_type, buffer, io_size, flags);
}

CONFIGRET WINAPI CM_Set_DevNode_PropertyW(DEVINST instance, const DEVPROPKEY *key, DEVPROPTYPE type,
                                          const BYTE *data, ULONG size, ULONG flags)
{
    struct subject subject;
    const CONFIGRET result = device_of(instance, &subject);

    return result ? result : set_property(&subject, key, type, data, size, flags);
}

CONFIGRET WINAPI CM_Get_DevNode_Registry_PropertyW(DEVINST instance, ULONG property,
                                                   PULONG ret_type, PVOID buffer, PULONG io_size,
                                                   ULONG flags)
{
    struct property value = {0};
    struct subject subject;
    CONFIGRET result = device_of(instance, &subject);
    DWORD type = REG_NONE;
    bool found;

    if (result)
        return result;
    if (!io_size || flags)
        return io_size ? CR_INVALID_FLAG : CR_INVALID_POINTER;
    if (property < CM_DRP_MIN || property > CM_DRP_MAX)
        return CR_INVALID_PROPERTY;
    found = device_value(subject.devnode, property, &type, &value);
    if (ret_type)
        *ret_type = type;
    result = hand_out(found, &value, buffer, io_size);
    free(value.data);
    return result;
}

/* ---- keys */
static CONFIGRET open_key(const char *path, REGSAM access, ULONG disposition, PHKEY ret_key)
{
    WCHAR wide[KEY_MAX];
    LSTATUS error;

    if (!ret_key || !widen(path + strlen("HKLM\\"), wide, KEY_MAX))
        return ret_key ? CR_FAILURE : CR_INVALID_POINTER;
    *ret_key = NULL;
    if (disposition == RegDisposition_OpenAlways)
        error = RegCreateKeyExW(HKEY_LOCAL_MACHINE, wide, 0, NULL, 0, access, NULL, ret_key, NULL);
    else
        error = RegOpenKeyExW(HKEY_LOCAL_MACHINE, wide, 0, access, ret_key);
    return error == ERROR_FILE_NOT_FOUND ? CR_NO_SUCH_REGISTRY_KEY
           : error                       ? CR_REGISTRY_ERROR
                                         : CR_SUCCESS;
}

CONFIGRET WINAPI CM_Open_DevNode_Key(DEVINST instance, REGSAM access, ULONG profile,
                                     ULONG disposition, PHKEY ret_key, ULONG flags)
{
    char path[KEY_MAX + sizeof("\\Device Parameters")];
    struct subject subject;
    const CONFIGRET result = device_of(instance, &subject);

    if (result)
        return result;
    if (profile || flags & ~CM_REGISTRY_SOFTWARE)
        return CR_INVALID_FLAG;
    if (flags && !*subject.devnode->driver_key)
        return CR_NO_SUCH_REGISTRY_KEY; /* no driver is installed */
    snprintf(path, sizeof(path), "%s%s", flags ? subject.devnode->driver_key : subject.key,
             flags ? "" : "\\Device Parameters");
    return open_key(path, access, disposition, ret_key);
}

CONFIGRET WINAPI CM_Open_Device_Interface_KeyW(LPCWSTR link, REGSAM access, ULONG disposition,
                                               PHKEY ret_key, ULONG flags)
{
    char path[KEY_MAX + sizeof("\\Device Parameters")];
    struct subject subject;
    const CONFIGRET result = interface_of(link, &subject);

    if (result || flags)
        return result ? result : CR_INVALID_FLAG;
    snprintf(path, sizeof(path), "%s\\Device Parameters", subject.key);
    return open_key(path, access, disposition, ret_key);
}
