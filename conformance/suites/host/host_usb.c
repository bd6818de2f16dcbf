/* Our own model of a Windows host, plugging players of ours: what it asks for, remembers and binds
 * (rows whose subject is the host). The player's answers go through a hand of the case that may
 * change them, as another firmware would. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conformance/host/pnp.h"
#include "conformance/raw/dut.h"

enum { OS_STRING = 0xee, SET_INDEX = 7, ALTERNATE_INDEX = 8, VENDOR_OUT = 0x40, VENDOR_IN = 0xc0 };

/* The player, and what the hand in between makes of it. */
struct hand {
    struct conf *c;
    bool no_bos, no_string; /* a device of USB 2.0; one without string 0xEE */
    bool as_mtp;            /* its compatible id is MTP */
    bool broken_set, other_set;
    uint8_t newer; /* added to bcdDevice */
    unsigned alternate_asked;
};

/* Every compatible id of the answer becomes MTP. */
static void rename_ids(uint8_t *bytes, int count)
{
    static const uint8_t from[8] = {'W', 'I', 'N', 'U', 'S', 'B'}, to[8] = {'M', 'T', 'P'};

    for (int at = 0; at + 8 <= count; at++) {
        bool found = memcmp(bytes + at, from, 8) == 0;

        for (int i = 0; found && i < 8; i++)
            bytes[at + i] = to[i];
    }
}

static int control(void *self, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                   uint16_t length, void *data)
{
    struct hand *hand = self;
    bool standard = type == USB_FROM_DEVICE && request == USB_GET_DESCRIPTOR;
    uint8_t *bytes = data;
    int count;

    if (standard && hand->no_string && value == (DESC_STRING << 8 | OS_STRING))
        return -EPIPE;
    hand->alternate_asked += type == VENDOR_OUT && index == ALTERNATE_INDEX;
    count = dut_control(hand->c, type, request, value, index, length, data);
    if (standard && value >> 8 == DESC_DEVICE && count == 18) {
        bytes[12] = (uint8_t)(bytes[12] + hand->newer);
        if (hand->no_bos) {
            bytes[2] = 0;
            bytes[3] = 2;
        }
    }
    if ((type & VENDOR_IN) != VENDOR_IN || count <= 0)
        return count;
    if (hand->as_mtp)
        rename_ids(bytes, count);
    if (index == SET_INDEX && hand->broken_set)
        bytes[8]++; /* of the set's own length */
    if (index == SET_INDEX && hand->other_set)
        bytes[count - 3] ^= 1; /* in the last property */
    return count;
}

static void leave(struct pnp_host *host)
{
    pnp_done(host);
}
#define HOST __attribute__((cleanup(leave))) struct pnp_host

static struct pnp_host host_of(struct conf *c)
{
    struct pnp_host host = {.registry = {0}};

    if (*conf_host_defect(c) && !pnp_deviate(&host, conf_host_defect(c)))
        conf_setup_failed(c, "%s is no defect of the host", conf_host_defect(c));
    return host;
}

static struct pnp_plugged plug(struct pnp_host *host, struct hand *hand)
{
    static struct pnp_plugged plugged;
    struct pnp_bus bus = {hand, control};
    int error = pnp_plug(host, &bus, &plugged);

    if (error)
        conf_setup_failed(hand->c, "the player cannot be plugged: %s", value_errno(error).text);
    conf_note(
        hand->c,
        "driver %d, interface %s; steps: 0xEE %u, 2.0 set %u, 1.0 %u, properties %u, start %u",
        plugged.driver, plugged.interface_there ? plugged.interface : "none", plugged.string_asked,
        plugged.set_asked, plugged.compatible_asked, plugged.properties_written,
        plugged.driver_started);
    return plugged;
}

/* usb-device-specific-registry-settings: osvc is 0x0000, or 0x01 and the vendor code. */
CONF_CASE(HOST_USB_BV_01, .title = "The answer to string 0xEE is remembered for a revision",
          .level = CONF_SHOULD, .reqs = REQS("USB-MSOS-003"), .ics = "ANY", .player = "mtp",
          .needs = CONF_CONTROL | CONF_HOST,
          .steps =
              "Plug without string 0xEE, then with it: not asked; with a new bcdDevice: asked, "
              "once; read osvc each time")
{
    HOST host = host_of(c);
    uint8_t string[18];
    struct hand hand = {.c = c, .no_bos = true, .no_string = true};
    struct pnp_plugged plugged = plug(&host, &hand);
    const struct registry_value *osvc = registry_get(&host.registry, plugged.flags_key, "osvc");

    ROW("USB-MSOS-003.asked")
        CHECK(plugged.string_asked > 0);
    ROW("USB-MSOS-003.none") {
        CHECK(osvc != NULL && osvc->type == REG_TYPE_BINARY);
        CHECK_BYTES(osvc ? osvc->data : NULL, osvc ? osvc->size : 0, "\0\0", 2);
    }
    hand.no_string = false;
    plugged = plug(&host, &hand);
    ROW("USB-MSOS-003.again") {
        CHECK_EQ(plugged.string_asked, 0);
        CHECK_EQ(plugged.driver, PNP_NO_DRIVER);
    }
    hand.newer = 1;
    plugged = plug(&host, &hand);
    ROW("USB-MSOS-003.revision") {
        CHECK(plugged.string_asked > 0);
        CHECK_EQ(plugged.driver, PNP_WPD_MTP);
    }
    osvc = registry_get(&host.registry, plugged.flags_key, "osvc");
    if (dut_descriptor(c, DESC_STRING, OS_STRING, 0, 18, string) != 18)
        conf_refused(c, "string 0xEE", "string 0xEE did not come in 18 bytes");
    ROW("USB-MSOS-003.code") {
        REQUIRE(osvc != NULL && osvc->size == 2);
        CHECK_EQ(osvc->data[0], 1);
        CHECK_EQ(osvc->data[1], string[16]);
    }
    plugged = plug(&host, &hand);
    ROW("USB-MSOS-003.kept") {
        CHECK_EQ(plugged.string_asked, 0);
        CHECK_EQ(plugged.driver, PNP_WPD_MTP);
    }
}

/* What pap-winusb's player file says. */
static const char pap_interface[] = "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}";
static const char provider_class[] = "{7A8B6E2C-5C52-4B7E-9C2E-6B1C2A7D9E10}";

/* A string as the registry holds it, `zeroes` terminators behind it; its bytes. */
static size_t wide(uint8_t *ret_bytes, const char *text, unsigned zeroes)
{
    size_t length = strlen(text);

    memset(ret_bytes, 0, 2 * (length + zeroes));
    for (size_t i = 0; i < length; i++)
        ret_bytes[2 * i] = (uint8_t)text[i];
    return 2 * (length + zeroes);
}

/* A value below the hardware key, NULL: none. */
static const struct registry_value *value_of(const struct pnp_host *host, const char *hardware_key,
                                             const char *name)
{
    char key[384];

    snprintf(key, sizeof(key), "%s\\Device Parameters", hardware_key);
    return registry_get(&host->registry, key, name);
}

/* The clauses that each is judged for. */
struct clauses {
    const char *key, *before, *type, *data;
};

static void dut_value(struct conf *c, const struct clauses *clauses, const struct pnp_host *host,
                      const char *hardware_key, const char *name, uint32_t type, const void *data,
                      size_t size)
{
    const struct registry_value *value = value_of(host, hardware_key, name);

    ROW(clauses->key)
        REQUIRE(value != NULL);
    ROW(clauses->type)
        CHECK_EQ(value->type, type);
    ROW(clauses->data)
        CHECK_BYTES(value->data, value->size, data, size);
}

static void dut_installed(struct conf *c, const struct clauses *clauses, bool version_1)
{
    HOST host = host_of(c);
    struct hand hand = {.c = c, .no_bos = version_1};
    struct pnp_plugged plugged = plug(&host, &hand);
    const char *key = plugged.hardware_key;
    uint8_t bytes[128];
    size_t size;

    ROW(clauses->before) {
        CHECK_EQ(plugged.driver, PNP_WINUSB);
        CHECK(plugged.properties_written > 0);
        CHECK(plugged.properties_written < plugged.driver_started);
    }
    size = wide(bytes, pap_interface, 2);
    dut_value(c, clauses, &host, key, "DeviceInterfaceGUIDs", REG_TYPE_MULTI_SZ, bytes, size);
    size = wide(bytes, provider_class, 1);
    dut_value(c, clauses, &host, key, "WMDMSPCLSID", REG_TYPE_SZ, bytes, size);
    dut_value(c, clauses, &host, key, "UseExtendedWmdm", REG_TYPE_DWORD, "\1\0\0\0", 4);
    dut_value(c, clauses, &host, key, "OptimalTransferSize", REG_TYPE_DWORD, "\0\0\x10\0", 4);
}

CONF_CASE(HOST_USB_BV_02,
          .title = "The device's properties are in its hardware key before its driver starts",
          .reqs = REQS("USB-MSOS-011"), .ics = "ANY", .player = "pap-winusb",
          .needs = CONF_CONTROL | CONF_HOST,
          .steps = "Plug with OS 2.0, then with 1.0 descriptors alone; read the registry")
{
    static const struct clauses both = {"USB-MSOS-011.key", "USB-MSOS-011.before",
                                        "USB-MSOS-011.type", "USB-MSOS-011.data"};
    static const struct clauses one = {"USB-MSOS-011.version-1", "USB-MSOS-011.version-1",
                                       "USB-MSOS-011.version-1", "USB-MSOS-011.version-1"};

    dut_installed(c, &both, false);
    dut_installed(c, &one, true);
}

CONF_CASE(HOST_USB_BV_03, .title = "A device interface appears with WinUSB only",
          .reqs = REQS("USB-MSOS-013"), .ics = "ANY", .player = "pap-winusb",
          .needs = CONF_CONTROL | CONF_HOST,
          .steps = "Plug as it is: WinUSB and the interface; plug with the compatible id MTP and "
                   "the same properties: the MTP driver and none")
{
    for (int version = 2; version >= 1; version--) {
        HOST host = host_of(c);
        struct hand hand = {.c = c, .no_bos = version == 1};
        struct pnp_plugged plugged = plug(&host, &hand);

        ROW("USB-MSOS-013.winusb") {
            CHECK_EQ(plugged.driver, PNP_WINUSB);
            CHECK(plugged.interface_there);
        }
        ROW("USB-MSOS-013.class")
            CHECK(conf_same_text(c, plugged.interface, pap_interface));

        HOST other = host_of(c);

        hand.as_mtp = true;
        plugged = plug(&other, &hand);
        ROW("USB-MSOS-013.mtp") {
            CHECK_EQ(plugged.driver, PNP_WPD_MTP);
            CHECK(msos_find(&plugged.msos, "DeviceInterfaceGUIDs") != NULL);
            CHECK(!plugged.interface_there);
        }
    }
}

CONF_CASE(HOST_USB_BV_04, .title = "A valid OS 2.0 set is used alone, and 1.0 says the same",
          .reqs = REQS("USB-MS20-009", "USB-MS20-010"), .ics = "ANY", .player = "pap-winusb",
          .needs = CONF_CONTROL | CONF_HOST,
          .steps =
              "Plug: no question for string 0xEE; plug with a broken set: 1.0 is used; compare "
              "both versions, and with one changed")
{
    HOST host = host_of(c), fresh = host_of(c);
    struct hand hand = {.c = c};
    struct pnp_bus bus = {&hand, control};
    struct pnp_plugged plugged = plug(&host, &hand);
    bool agree = false;

    ROW("USB-MS20-009.used")
        CHECK(plugged.version_2 && plugged.set_asked > 0);
    ROW("USB-MS20-009.quiet") {
        CHECK_EQ(plugged.string_asked, 0);
        CHECK_EQ(plugged.compatible_asked, 0);
    }
    ROW("USB-MS20-010.host")
        CHECK_EQ(hand.alternate_asked, 0);
    ROW("USB-MS20-009.agree") {
        CHECK_EQ(pnp_compare_versions(&host, &bus, &agree), 0);
        CHECK(agree);
    }
    hand.other_set = true;
    ROW("USB-MS20-009.differ") {
        CHECK_EQ(pnp_compare_versions(&host, &bus, &agree), 0);
        CHECK(!agree);
    }
    hand = (struct hand){.c = c, .broken_set = true};
    plugged = plug(&fresh, &hand);
    ROW("USB-MS20-009.fallback") {
        CHECK(!plugged.version_2);
        CHECK(plugged.string_asked > 0 && plugged.compatible_asked > 0);
        CHECK_EQ(plugged.driver, PNP_WINUSB);
    }
}
