/* Our model of a Windows host, step by step as its documents tell them: the third side of what a
 * device's Microsoft OS descriptors are for, judged by cases of its own. */
#include "conformance/host/pnp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conformance/raw/raw_descriptors.h"
#include "spcore/base.h"

enum {
    FROM_DEVICE = 0x80,
    VENDOR_SET = 0x40,
    VENDOR_DEVICE = 0xc0,
    VENDOR_INTERFACE = 0xc1,
    GET_DESCRIPTOR = 6
};
enum {
    OS_STRING = 0xee,
    COMPATIBLE_INDEX = 4,
    PROPERTIES_INDEX = 5,
    SET_INDEX = 7,
    ALTERNATE_INDEX = 8
};
enum { VERSION_2_1 = 0x0201, ANSWER_MAX = 4096 };

#define CONTROL_SET "HKLM\\SYSTEM\\CurrentControlSet\\"
#define DEVICE_PARAMETERS "\\Device Parameters"
/* Setup class of portable devices (GUID_DEVCLASS_WPD), for the defect. */
#define CLASS_KEY CONTROL_SET "Control\\Class\\{EEC5AD98-8080-425F-922A-DABF3DE3F69A}\\0000"

/* GUID_DEVINTERFACE_USB_DEVICE, for another. */
#define USB_DEVICE_CLASS "{A5DCBF10-6530-11D2-901F-00C04FB951ED}"

/* One plugging under way. */
struct plugging {
    struct pnp_host *host;
    const struct pnp_bus *bus;
    struct pnp_plugged *ret;
    unsigned step;
    uint8_t device[18];
    uint8_t answer[ANSWER_MAX];
};

void pnp_done(struct pnp_host *host)
{
    registry_done(&host->registry);
}

bool pnp_deviate(struct pnp_host *host, const char *name)
{
    static const char *const names[PNP_DEFECTS] = {
#define DEFECT(token, name, text, ...) name,
#include "conformance/host/host_defects.def"
#undef DEFECT
    };

    for (size_t i = 0; i < PNP_DEFECTS; i++) {
        if (strcmp(names[i], name) == 0) {
            host->defects[i] = true;
            return true;
        }
    }
    return false;
}

/* ---- asking */

static int ask(const struct pnp_bus *bus, uint8_t type, uint8_t request, uint16_t value,
               uint16_t index, uint16_t length, void *data)
{
    int count = bus->control(bus->self, type, request, value, index, length, data);

    return count > length ? -EPROTO : count;
}

static int descriptor(const struct pnp_bus *bus, uint8_t kind, uint8_t number, uint16_t length,
                      void *data)
{
    return ask(bus, FROM_DEVICE, GET_DESCRIPTOR, (uint16_t)(kind << 8 | number), 0, length, data);
}

/* The vendor code and the set's length of the OS 2.0 platform capability. */
static bool find_platform(const uint8_t *bos, size_t length, uint8_t *ret_code,
                          uint16_t *ret_length)
{
    static const uint8_t head[20] = {0x1c, 0x10, 0x05, 0x00, 0xdf, 0x60, 0xdd, 0xd8, 0x89, 0x45,
                                     0xc7, 0x4c, 0x9c, 0xd2, 0x65, 0x9d, 0x9e, 0x64, 0x8a, 0x9f};
    struct desc_walk walk;
    struct desc item;

    desc_start(&walk, bos + 5, length - 5);
    while (desc_next(&walk, &item)) {
        if (item.length < 28 || memcmp(item.at, head, sizeof(head)) != 0)
            continue;
        *ret_length = get_le16(item.at + 24);
        *ret_code = item.at[26];
        return true;
    }
    return false;
}

/* The 2.0 set of a device that announces one. */
static int read_version_2(const struct pnp_bus *bus, const uint8_t device[18],
                          uint8_t answer[ANSWER_MAX], struct msos *ret, bool *ret_asked)
{
    uint16_t length = 0;
    uint8_t code = 0;
    int count;

    *ret_asked = false;
    if (get_le16(device + 2) < VERSION_2_1)
        return -ENOENT;
    count = descriptor(bus, DESC_BOS, 0, 255, answer);
    if (count < 5 || !find_platform(answer, (size_t)count, &code, &length) || length > ANSWER_MAX)
        return -ENOENT;
    *ret_asked = true;
    count = ask(bus, VENDOR_DEVICE, code, 0, SET_INDEX, length, answer);
    return count < 0 ? count : msos_read_set(answer, (size_t)count, ret);
}

static bool is_os_string(const uint8_t *bytes, int count)
{
    static const uint8_t head[16] = {0x12, 0x03, 'M', 0, 'S', 0, 'F', 0,
                                     'T',  0,    '1', 0, '0', 0, '0', 0};

    return count == 18 && memcmp(bytes, head, sizeof(head)) == 0;
}

/* Head first, then the whole; both requests have their length in front. */
static int read_whole(const struct pnp_bus *bus, uint8_t type, uint8_t code, uint16_t index,
                      uint16_t head, uint8_t answer[ANSWER_MAX])
{
    int count = ask(bus, type, code, 0, index, head, answer);
    uint32_t length = count == head ? get_le32(answer) : 0;

    if (count < 0)
        return count;
    if (length < head || length > ANSWER_MAX)
        return -EPROTO;
    return ask(bus, type, code, 0, index, (uint16_t)length, answer);
}

static int read_version_1(const struct pnp_bus *bus, uint8_t code, uint8_t answer[ANSWER_MAX],
                          struct msos *ret)
{
    struct msos msos = {.count = 0};
    int count = read_whole(bus, VENDOR_DEVICE, code, COMPATIBLE_INDEX, 16, answer);
    int error = count < 0 ? count : msos_read_compatible(answer, (size_t)count, &msos);

    if (error)
        return error;
    count = read_whole(bus, VENDOR_INTERFACE, code, PROPERTIES_INDEX, 10, answer);
    if (count >= 0)
        error = msos_read_properties(answer, (size_t)count, &msos);
    if (!error)
        *ret = msos;
    return error;
}

/* ---- remembering */

static void name_keys(struct plugging *it, const char *serial)
{
    unsigned vendor = get_le16(it->device + 8), product = get_le16(it->device + 10);

    snprintf(it->ret->hardware_key, sizeof(it->ret->hardware_key),
             CONTROL_SET "Enum\\USB\\VID_%04X&PID_%04X\\%s", vendor, product, serial);
    snprintf(it->ret->flags_key, sizeof(it->ret->flags_key),
             CONTROL_SET "Control\\UsbFlags\\%04X%04X%04X", vendor, product,
             it->host->defects[PNP_ANY_REVISION] ? 0 : get_le16(it->device + 12));
}

/* False: it is not known yet. */
static bool known_code(const struct plugging *it, uint8_t ret_osvc[2])
{
    const struct registry_value *known;
    bool is;

    registry_hold(&it->host->registry);
    known = registry_get(&it->host->registry, it->ret->flags_key, "osvc");
    is = known && known->size == 2;
    if (is)
        memcpy(ret_osvc, known->data, 2);
    registry_release(&it->host->registry);
    return is;
}

static int write_value(struct plugging *it, const char *key, const char *name, uint32_t type,
                       const void *data, size_t size)
{
    int error;

    registry_hold(&it->host->registry);
    error = registry_set(&it->host->registry, key, name, type, data, size);
    registry_release(&it->host->registry);
    return error;
}

/* The 1.0 vendor code, asked for once for a vendor, product and revision; -ENOENT: it has none. */
static int vendor_code(struct plugging *it)
{
    uint8_t osvc[2] = {0, 0};
    int count;

    if (!it->host->defects[PNP_ASKS_EACH_PLUG] && known_code(it, osvc))
        return osvc[0] == 1 ? osvc[1] : -ENOENT;
    if (it->host->defects[PNP_NEVER_ASKS])
        return -ENOENT;
    it->ret->string_asked = ++it->step;
    count = descriptor(it->bus, DESC_STRING, OS_STRING, 18, it->answer);
    if (is_os_string(it->answer, count)) {
        osvc[0] = 1;
        osvc[1] = it->host->defects[PNP_CODE_FORGOTTEN] ? 1 : it->answer[16];
    }
    if (!osvc[0] && it->host->defects[PNP_FAILURE_FORGOTTEN])
        return -ENOENT;
    if (write_value(it, it->ret->flags_key, "osvc", REG_TYPE_BINARY, osvc, 2))
        return -ENOMEM;
    return osvc[0] ? osvc[1] : -ENOENT;
}

static void describe(struct plugging *it)
{
    bool asked = false;
    int error = -ENOENT, code;

    if (!it->host->defects[PNP_ONE_ALONE])
        error = read_version_2(it->bus, it->device, it->answer, &it->ret->msos, &asked);

    it->ret->version_2 = !error;
    if (asked)
        it->ret->set_asked = ++it->step;
    if (!error && !it->host->defects[PNP_MERGES_VERSIONS])
        return;
    if (asked && error && it->host->defects[PNP_NO_FALLBACK])
        return;
    code = vendor_code(it);
    if (code < 0)
        return;
    it->ret->compatible_asked = ++it->step;
    (void)read_version_1(it->bus, (uint8_t)code, it->answer, &it->ret->msos);
}

static int write_properties(struct plugging *it)
{
    char key[sizeof(it->ret->hardware_key) + sizeof(DEVICE_PARAMETERS)];
    int error = 0;

    if (!it->ret->version_2 && it->host->defects[PNP_ONE_UNWRITTEN])
        return 0;
    snprintf(key, sizeof(key), "%s%s",
             it->host->defects[PNP_CLASS_KEY] ? CLASS_KEY : it->ret->hardware_key,
             DEVICE_PARAMETERS);
    for (size_t i = 0; i < it->ret->msos.count && !error; i++) {
        const struct msos_property *one = &it->ret->msos.properties[i];

        error = write_value(it, key, one->name,
                            it->host->defects[PNP_TYPES_LOST] ? REG_TYPE_BINARY : one->type,
                            one->data, one->size - (it->host->defects[PNP_DATA_CUT] && one->size));
    }
    if (it->ret->msos.count > 0)
        it->ret->properties_written = ++it->step;
    return error;
}

/* ---- drivers */

/* USB\MS_COMP_<id>: winusb.inf and wpdmtp.inf. */
static enum pnp_driver driver_of(const char *compatible)
{
    static const struct {
        const char *compatible;
        enum pnp_driver driver;
    } table[] = {{"WINUSB", PNP_WINUSB}, {"MTP", PNP_WPD_MTP}};

    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (strcmp(table[i].compatible, compatible) == 0)
            return table[i].driver;
    }
    return PNP_NO_DRIVER;
}

/* The first string of a REG_SZ or REG_MULTI_SZ, when it is a braced GUID. */
static bool read_guid(const uint8_t *data, size_t size, char ret_text[64])
{
    char text[39];

    if (size < 2 * sizeof(text))
        return false;
    for (size_t i = 0; i < sizeof(text); i++) {
        uint16_t unit = get_le16(data + 2 * i);

        text[i] = (char)(unit >= 'a' && unit <= 'f' ? unit - 32 : unit);
        if (unit > 0x7f)
            return false;
    }
    if (text[0] != '{' || text[37] != '}' || text[38] != '\0')
        return false;
    memcpy(ret_text, text, sizeof(text));
    return true;
}

/* WinUSB.sys reads its hardware key; other drivers do not. */
static void start_driver(struct plugging *it)
{
    static const char *const names[] = {"DeviceInterfaceGUIDs", "DeviceInterfaceGUID"};
    char key[sizeof(it->ret->hardware_key) + sizeof(DEVICE_PARAMETERS)];

    it->ret->driver = driver_of(it->ret->msos.compatible);
    if (it->ret->driver != PNP_NO_DRIVER)
        it->ret->driver_started = ++it->step;
    if (it->ret->driver != PNP_WINUSB && !it->host->defects[PNP_INTERFACE_OF_PROPERTY])
        return;
    snprintf(key, sizeof(key), "%s%s", it->ret->hardware_key, DEVICE_PARAMETERS);
    for (size_t i = 0; i < 2 && !it->ret->interface_there; i++) {
        const struct registry_value *value = registry_get(&it->host->registry, key, names[i]);

        if (value && (value->type == REG_TYPE_SZ || value->type == REG_TYPE_MULTI_SZ))
            it->ret->interface_there = read_guid(value->data, value->size, it->ret->interface);
    }
    if (it->host->defects[PNP_NO_INTERFACE])
        it->ret->interface_there = false;
    if (it->host->defects[PNP_INTERFACE_OF_USB])
        snprintf(it->ret->interface, sizeof(it->ret->interface), "%s", USB_DEVICE_CLASS);
}

/* ---- plugging */

/* The serial number's characters, or what Windows makes up for a device without one. */
static void read_serial(struct plugging *it, char ret_text[64])
{
    int count = it->device[16]
                    ? ask(it->bus, FROM_DEVICE, GET_DESCRIPTOR,
                          (uint16_t)(DESC_STRING << 8 | it->device[16]), 0x0409, 255, it->answer)
                    : 0;
    size_t length = 0;

    for (int at = 2; at + 1 < count && length < 63; at += 2)
        ret_text[length++] = (char)it->answer[at];
    ret_text[length] = '\0';
    if (length == 0)
        snprintf(ret_text, 64, "5&1&0&1");
}

int pnp_plug(struct pnp_host *host, const struct pnp_bus *bus, struct pnp_plugged *ret)
{
    static struct plugging it;
    char serial[64];
    bool late = host->defects[PNP_PROPERTIES_LATE];
    int error = 0;

    memset(ret, 0, sizeof(*ret));
    it = (struct plugging){.host = host, .bus = bus, .ret = ret};
    if (descriptor(bus, DESC_DEVICE, 0, 18, it.device) != 18)
        return -EPROTO;
    read_serial(&it, serial);
    name_keys(&it, serial);
    describe(&it);
    if (host->defects[PNP_ASKS_ALTERNATE])
        (void)ask(bus, VENDOR_SET, 1, 0, ALTERNATE_INDEX, 0, NULL);
    if (!late)
        error = write_properties(&it);
    if (!error)
        start_driver(&it);
    if (!error && late)
        error = write_properties(&it);
    return error;
}

int pnp_read_os_descriptors(struct pnp_host *host, const struct pnp_bus *bus,
                            const uint8_t device[18], const char *hardware_key,
                            struct pnp_plugged *ret)
{
    struct plugging it = {.host = host, .bus = bus, .ret = ret};

    memset(ret, 0, sizeof(*ret));
    memcpy(it.device, device, sizeof(it.device));
    name_keys(&it, "");
    snprintf(ret->hardware_key, sizeof(ret->hardware_key), "%s", hardware_key);
    describe(&it);
    return write_properties(&it);
}

int pnp_compare_versions(const struct pnp_host *host, const struct pnp_bus *bus, bool *ret_agree)
{
    static uint8_t answer[ANSWER_MAX];
    static struct msos first, second;
    uint8_t device[18];
    bool asked;
    int error;

    first = second = (struct msos){.count = 0};
    if (descriptor(bus, DESC_DEVICE, 0, 18, device) != 18)
        return -EPROTO;
    error = read_version_2(bus, device, answer, &second, &asked);
    if (error)
        return asked ? -EPROTO : -ENOENT;
    if (!is_os_string(answer, descriptor(bus, DESC_STRING, OS_STRING, 18, answer)))
        return -ENOENT;
    if (read_version_1(bus, answer[16], answer, &first) != 0)
        return -EPROTO;
    *ret_agree = (msos_agree(&first, &second) || host->defects[PNP_AGREES_ALWAYS]) &&
                 !host->defects[PNP_AGREES_NEVER];
    return 0;
}
