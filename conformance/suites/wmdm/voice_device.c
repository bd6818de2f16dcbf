/* What a provider says of the device and its media is what the device says: names, power, room,
 * kind and access of each medium, what playlists hold. */
#include <stdio.h>

#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/base.h"
#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"

#define VOICE_CASE(token, ics_, title_, steps_, ...)                                               \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = ics_,                      \
              .player = "pap-voice", .needs = CONF_PROVIDER, .steps = steps_)

/* Is it that text, of characters that DeviceInfo's reader keeps? */
static bool is_text(const WCHAR *shown, const char *text)
{
    while (*shown && *text && (*shown == (WCHAR)(unsigned char)*text || *text == '?'))
        shown++, text++;
    return !*shown && !*text;
}

/* The same, but for what is no ASCII in the first. */
static bool is_like(const WCHAR *text, const WCHAR *shown)
{
    while (*text && *shown && (*text == *shown || *text >= 0x80))
        text++, shown++;
    return !*text && !*shown;
}

static size_t beyond_ascii(const WCHAR *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += *text >= 0x80;
    return count;
}

/* The friendly name by that comparison; of the model the reader keeps how many are no ASCII. */
static bool is_name(const struct snapshot *snapshot, const WCHAR *shown,
                    bool (*is_same)(const WCHAR *text, const WCHAR *shown))
{
    const struct snapshot_description *one =
        snapshot_description(snapshot, 0, MTP_DPC_DEVICE_FRIENDLY_NAME);
    const char *model = snapshot->info.model;
    size_t unknown = 0;
    WCHAR text[256] = {0};

    if (one)
        snapshot_text(one->current, text);
    for (; *model; model++)
        unknown += *model == '?';
    if (text[0] && is_like(text, shown)) /* it is no model of another last letter */
        return is_same(text, shown);
    return is_text(shown, snapshot->info.model) &&
           (is_same != com_wcseq || beyond_ascii(shown) >= unknown);
}

static bool without_zeros(const char *number, const char *digits)
{
    for (; *number; number++) {
        if (*number != '0' && *number != *digits++)
            return false;
    }
    return !*digits;
}

static bool is_printed(const BYTE *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] && (bytes[i] < ' ' || bytes[i] > '~'))
            return false;
    }
    return length > 0;
}

/* Bytes or characters, with or without their end; what is too long may be cut. */
static bool is_serial(const WMDMID *id, const char *text)
{
    size_t length = strlen(text), narrow = 0, wide = 0;

    while (narrow < length && narrow < id->SerialNumberLength &&
           id->pID[narrow] == (BYTE)text[narrow])
        narrow++;
    while (wide < length && 2 * wide + 1 < id->SerialNumberLength &&
           id->pID[2 * wide] == (BYTE)text[wide] && !id->pID[2 * wide + 1])
        wide++;
    return narrow == length || wide == length || narrow == sizeof(id->pID) ||
           2 * wide == sizeof(id->pID);
}

/* Another type has a clause of its own. */
static bool is_typed(const PROPVARIANT *value)
{
    return (value->vt == VT_BSTR && value->bstrVal) || value->vt == VT_UI4 ||
           value->vt == VT_BOOL || value->vt == (VT_UI4 | VT_ARRAY);
}

static bool is_property(const struct snapshot *snapshot, uint16_t code, const WCHAR *shown)
{
    const struct snapshot_description *one = snapshot_description(snapshot, 0, code);
    uint16_t text[256];

    if (!one)
        return false;
    snapshot_text(one->current, text);
    return text[0] && snapshot_text_equal(text, shown);
}

VOICE_CASE(VOICE_DEVICE_BV_01, "ANY", "A provider calls the device what it calls itself",
           "GetName is the friendly name or the model; GetManufacturer is DeviceInfo's",
           "SP-DEV-001", "SP-DEV-007")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_DEVICE);
    struct wmdm *w = wmdm_open(c);
    WCHAR text[300] = {0};
    bool is_ended = false;

    ROW("SP-DEV-001.ends") {
        CHECK_HR(CALL(IMDSPDevice, GetName, wmdm_device(w), text, 300), S_OK);
        for (size_t i = 0; i < ARRAY_SIZE(text) && !is_ended; i++)
            is_ended = !text[i];
        REQUIRE(is_ended);
    }
    ROW("SP-DEV-001.device")
        AGREE(is_name(snapshot, text, is_like),
              "GetName says the device's friendly name, or its model \"%.60s\"",
              snapshot->info.model);
    ROW("SP-DEV-001.utf16")
        AGREE(is_name(snapshot, text, com_wcseq),
              "GetName says all characters of the name, or of the model \"%.60s\"",
              snapshot->info.model);
    ROW("SP-DEV-007.device") {
        CHECK_HR(CALL(IMDSPDevice, GetManufacturer, wmdm_device(w), text, 300), S_OK);
        AGREE(is_text(text, snapshot->info.manufacturer), "GetManufacturer says \"%.60s\"",
              snapshot->info.manufacturer);
    }
}

static bool is_one_of(char numbers[3][24], const char *digits)
{
    for (size_t i = 0; i < 3; i++) {
        if (without_zeros(numbers[i], digits))
            return true;
    }
    return false;
}

/* The numbers of a version in their order, whatever stands between them: as digits of the number it
 * became, in tens or in sixteens, or of its halves, with zeros in any place. No document says how
 * one is made. Of more than two numbers it may be the first two, a major and a minor one, or the
 * first where that needs more than half of it. */
static bool is_version(DWORD number, const char *text)
{
    char digits[40] = "", numbers[3][24];
    size_t length = 0, count = 0, of_two = 0;
    unsigned first = 0;
    bool inside = false;

    for (; *text && length < sizeof(digits) - 1; text++) {
        bool is_digit = *text >= '0' && *text <= '9';

        if (is_digit && !inside && count++ == (first > 0xffff ? 1 : 2))
            of_two = length;
        if (is_digit && count == 1 && first <= 0xffff)
            first = first * 10 + (unsigned)(*text - '0');
        inside = is_digit;
        if (is_digit && *text != '0')
            digits[length++] = *text;
    }
    snprintf(numbers[0], sizeof(numbers[0]), "%u", number);
    snprintf(numbers[1], sizeof(numbers[1]), "%x", number);
    snprintf(numbers[2], sizeof(numbers[2]), "%u%u", number >> 16, number & 0xffff);
    if (is_one_of(numbers, digits))
        return true;
    digits[of_two] = 0;
    return of_two && is_one_of(numbers, digits);
}

static const WCHAR *text_of(const struct snapshot *snapshot, uint16_t code, WCHAR room[256])
{
    const struct snapshot_description *one = snapshot_description(snapshot, 0, code);

    if (!one)
        return NULL;
    snapshot_text(one->current, room);
    return room;
}

VOICE_CASE(VOICE_DEVICE_BV_03, "ANY", "A version is the device's",
           "GetVersion against DeviceVersion that the judge read before", "SP-DEV-009")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_DEVICE);
    struct wmdm *w = wmdm_open(c);
    DWORD version = 0;
    HRESULT hr;

    ROW("SP-DEV-009.device") {
        hr = CALL(IMDSPDevice, GetVersion, wmdm_device(w), &version);
        CHECK_ANSWER(hr == S_OK || hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL, hr,
                     "a version, or that there is none");
        if (hr == S_OK)
            AGREE(is_version(version, snapshot->info.version),
                  "GetVersion says 0x%x, the device \"%.30s\"", version, snapshot->info.version);
    }
}

VOICE_CASE(VOICE_SERIAL_BV_01, "PROVIDER.DEVICE.SERIAL",
           "A serial number is that of the device at the path",
           "GetSerialNumber against DeviceInfo that the judge read over the path before",
           "SP-PNP-011")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_DEVICE);
    struct wmdm *w = wmdm_open(c);
    const char *serial = snapshot->info.serial;
    BYTE mac[WMDM_MAC_LENGTH];
    WMDMID id = {0};

    ROW("SP-PNP-011.serial") {
        CHECK_HR(CALL(IMDSPDevice, GetSerialNumber, wmdm_device(w), &id, mac), S_OK);
        REQUIRE(id.SerialNumberLength <= sizeof(id.pID));
        /* Of one that is a text of its own it is seen; other numbers may be made of it. */
        if (is_printed(id.pID, id.SerialNumberLength))
            AGREE(is_serial(&id, serial), "GetSerialNumber says \"%.*s\", the device \"%.40s\"",
                  (int)id.SerialNumberLength, (const char *)id.pID, serial);
    }
}

/* ---- properties */

struct said {
    const WCHAR *name;
    const char *clause;
    bool (*agrees)(const struct snapshot *snapshot, const PROPVARIANT *value);
};

/* Without a name of its own it says that, or its model. */
static bool is_its_name(const struct snapshot *snapshot, const PROPVARIANT *value)
{
    WCHAR room[256] = {0};
    const WCHAR *own = text_of(snapshot, MTP_DPC_DEVICE_FRIENDLY_NAME, room);

    if (own && !*own && !*value->bstrVal)
        return true;
    return is_property(snapshot, MTP_DPC_DEVICE_FRIENDLY_NAME, value->bstrVal) ||
           is_text(value->bstrVal, snapshot->info.model);
}

static bool is_its_model(const struct snapshot *snapshot, const PROPVARIANT *value)
{
    return is_text(value->bstrVal, snapshot->info.model);
}

static bool is_its_extension(const struct snapshot *snapshot, const PROPVARIANT *value)
{
    return is_text(value->bstrVal, snapshot->info.extension);
}

static bool is_its_partner(const struct snapshot *snapshot, const PROPVARIANT *value)
{
    WCHAR room[256] = {0};
    const WCHAR *text = text_of(snapshot, MTP_DPC_SYNCHRONIZATION_PARTNER, room);

    return !text || snapshot_text_equal(text, value->bstrVal);
}

static bool is_its_firmware(const struct snapshot *snapshot, const PROPVARIANT *value)
{
    return is_version(value->ulVal, snapshot->info.version);
}

static bool is_its_order(const struct snapshot *snapshot, const PROPVARIANT *value)
{
    const struct snapshot_description *one =
        snapshot_description(snapshot, 0, MTP_DPC_SUPPORTED_FORMATS_ORDERED);

    return !!value->boolVal == (one && snapshot_number(one->type, one->current));
}

/* The same formats, in any order. */
static bool are_its_formats(const struct snapshot *snapshot, const PROPVARIANT *value)
{
    const ULONG *codes = value->parray->pvData;
    const uint16_t *formats = snapshot->info.formats;
    LONG last = -1;
    size_t found = 0, different = 0;

    if (SafeArrayGetUBound(value->parray, 1, &last) != S_OK)
        return false;
    for (size_t i = 0; i < snapshot->info.format_count; i++) {
        LONG at = 0;

        if (dut_lists(formats, i, formats[i])) /* a player may list one twice */
            continue;
        different++;
        while (at <= last && codes[at] != formats[i])
            at++;
        found += at <= last;
    }
    return found == different && found == (size_t)last + 1;
}

VOICE_CASE(
    VOICE_PROPERTY_BV_01, "PROVIDER.DEVICE3", "Properties of the device are what it says",
    "GetProperty of what the documents name against DeviceInfo and properties that the judge "
    "read before",
    "SP-DEV-046")
{
    static const struct said all[] = {
        {g_wszWMDMDeviceFriendlyName, "SP-DEV-046.its-name", is_its_name},
        {g_wszWMDMDeviceModelName, "SP-DEV-046.its-model", is_its_model},
        {g_wszWMDMDeviceVendorExtension, "SP-DEV-046.its-extension", is_its_extension},
        {g_wszWMDMSyncRelationshipID, "SP-DEV-046.its-partner", is_its_partner},
        {g_wszWMDMDeviceFirmwareVersion, "SP-DEV-046.its-firmware", is_its_firmware},
        {g_wszWMDMFormatsSupportedAreOrdered, "SP-DEV-046.its-order", is_its_order},
        {g_wszWMDMFormatsSupported, "SP-DEV-046.its-formats", are_its_formats},
    };
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_DEVICE);
    struct wmdm *w = wmdm_open(c);
    PROPVARIANT value;

    PropVariantInit(&value);
    for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
        char *name = com_utf8_from_utf16(all[i].name);

        ROW(all[i].clause) {
            if (CALL(IMDSPDevice3, GetProperty, wmdm_device3(w), all[i].name, &value) == S_OK &&
                is_typed(&value))
                AGREE(all[i].agrees(snapshot, &value), "GetProperty of %s", name);
        }
        CoTaskMemFree(name);
        PropVariantClear(&value);
    }
}

/* ---- formats: of what a tag of mmreg.h is, the code of MTP; containers hold several */

static const struct wave {
    WORD first, last;
    uint16_t format, container;
} waves[] = {
    {0x0055, 0x0055, MTP_FC_MP3, MTP_FC_WAV},
    {0x0160, 0x0163, MTP_FC_WMA, MTP_FC_ASF},
    {0x00ff, 0x00ff, MTP_FC_AAC, MTP_FC_MP4},
    {0x1600, 0x1610, MTP_FC_AAC, MTP_FC_MP4},
    {0x566f, 0x566f, MTP_FC_OGG, MTP_FC_OGG},
    {0x674f, 0x6771, MTP_FC_OGG, MTP_FC_OGG},
    {0xf1ac, 0xf1ac, MTP_FC_FLAC, MTP_FC_OGG},
    {0x0057, 0x0057, WMDM_FORMATCODE_AMR, MTP_FC_MP4},
    {0x0150, 0x0151, WMDM_FORMATCODE_QCELP, WMDM_FORMATCODE_3G2},
};

static bool is_listed(const struct snapshot *snapshot, uint16_t format)
{
    return dut_lists(snapshot->info.formats, snapshot->info.format_count, format);
}

static bool is_played(const struct snapshot *snapshot, WORD tag)
{
    bool is_known = false;

    for (size_t i = 0; i < ARRAY_SIZE(waves); i++) {
        if (tag < waves[i].first || tag > waves[i].last)
            continue;
        is_known = true;
        if (is_listed(snapshot, waves[i].format) || is_listed(snapshot, waves[i].container))
            return true;
    }
    return !is_known;
}

static bool is_told(const WAVEFORMATEX *told, DWORD count, uint16_t format)
{
    for (size_t i = 0; i < ARRAY_SIZE(waves); i++) {
        for (DWORD k = 0; k < count && waves[i].format == format; k++) {
            if (told[k].wFormatTag >= waves[i].first && told[k].wFormatTag <= waves[i].last)
                return true;
        }
    }
    return false;
}

VOICE_CASE(VOICE_FORMAT_BV_01, "ANY", "A device plays what it says",
           "GetFormatSupport against the formats of DeviceInfo that the judge read before",
           "SP-FMT-001", "SP-FMT-004")
{
    /* Those whose tag leaves no choice. */
    static const uint16_t songs[] = {MTP_FC_MP3, MTP_FC_WMA};
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_DEVICE);
    struct wmdm *w = wmdm_open(c);
    WAVEFORMATEX *told = NULL;
    WCHAR **types = NULL;
    DWORD count = 0, type_count = 0;

    ROW("SP-FMT-001.device") {
        REQUIRE_HR(
            CALL(IMDSPDevice, GetFormatSupport, wmdm_device(w), &told, &count, &types, &type_count),
            S_OK);
        REQUIRE(count < 1000 && (told || !count));
        for (size_t i = 0; i < ARRAY_SIZE(songs); i++)
            AGREE(!is_listed(snapshot, songs[i]) || is_told(told, count, songs[i]),
                  "format 0x%04x of the device is told", songs[i]);
    }
    ROW("SP-FMT-004") {
        for (DWORD i = 0; i < count; i++)
            AGREE(is_played(snapshot, told[i].wFormatTag), "the device has a format for tag 0x%04x",
                  told[i].wFormatTag);
    }
    for (DWORD i = 0; types && i < type_count && i < 1000; i++)
        CoTaskMemFree(types[i]);
    CoTaskMemFree(types);
    CoTaskMemFree(told);
}

VOICE_CASE(VOICE_DEVICE_BV_02, "PROVIDER.DEVICE.POWER",
           "What is left in the battery is what the device says",
           "GetPowerSource against property 0x5001 that the judge read before", "SP-DEV-027",
           "SP-DEV-026")
{
    const DWORD known = WMDM_POWER_CAP_BATTERY | WMDM_POWER_CAP_EXTERNAL | WMDM_POWER_IS_BATTERY |
                        WMDM_POWER_IS_EXTERNAL | WMDM_POWER_PERCENT_AVAILABLE;
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_DEVICE);
    const struct snapshot_description *battery =
        snapshot_description(snapshot, 0, MTP_DPC_BATTERY_LEVEL);
    struct wmdm *w = wmdm_open(c);
    DWORD source = 0, percent = 0;
    uint64_t level;

    if (!battery || battery->form_kind != MTP_FORM_RANGE)
        conf_inconclusive(c, "the device does not say how full its battery is");
    level = snapshot_number(battery->type, battery->current);
    ROW("SP-DEV-027.device") {
        CHECK_HR(CALL(IMDSPDevice, GetPowerSource, wmdm_device(w), &source, &percent), S_OK);
        AGREE(!(source & WMDM_POWER_IS_BATTERY) || percent == level,
              "GetPowerSource says %u %% on battery (0x%x), the device %llu", percent, source,
              (unsigned long long)level);
    }
    ROW("SP-DEV-026.known")
        AGREE(!(source & ~known), "GetPowerSource says 0x%x, of flags there are", source);
    ROW("SP-DEV-026.device")
        AGREE(source & WMDM_POWER_CAP_BATTERY,
              "GetPowerSource says 0x%x of a device that says how full its battery is", source);
}

/* ---- media */

static uint64_t bytes_of(DWORD low, DWORD high)
{
    return (uint64_t)high << 32 | low;
}

static void check_room(struct wmdm *w, IMDSPStorageGlobals *globals,
                       const struct snapshot_store *store)
{
    struct conf *c = wmdm_conf(w);
    DWORD low = 0, high = 0;

    ROW("SP-GLOB-005.free") {
        CHECK_HR(CALL(IMDSPStorageGlobals, GetTotalFree, globals, &low, &high), S_OK);
        AGREE(bytes_of(low, high) == store->free_bytes,
              "storage %08x: GetTotalFree says %llu, the device %llu", store->id,
              (unsigned long long)bytes_of(low, high), (unsigned long long)store->free_bytes);
    }
}

static bool is_removable(const struct snapshot_store *store)
{
    return store->type == MTP_ST_REMOVABLE_ROM || store->type == MTP_ST_REMOVABLE_RAM;
}

static void check_kind(struct wmdm *w, IMDSPStorageGlobals *globals, const struct wmdm_seen *seen)
{
    struct conf *c = wmdm_conf(w);
    DWORD attributes = 0, status = 0;

    ROW("SP-STG-008.device") {
        attributes = pv_attributes(w, seen->storage);
        AGREE(!!(attributes & WMDM_STORAGE_ATTR_REMOVABLE) == is_removable(seen->store),
              "storage %08x of type %u: attributes 0x%08x", seen->store->id, seen->store->type,
              attributes);
    }
    ROW("SP-GLOB-012.idle") {
        CHECK_HR(CALL(IMDSPStorageGlobals, GetStatus, globals, &status), S_OK);
        AGREE(status == WMDM_STATUS_READY, "storage %08x is idle: GetStatus says 0x%x",
              seen->store->id, status);
    }
}

/* The root that globals name is the one they are asked for. */
static void check_root(struct wmdm *w, IMDSPStorageGlobals *globals, const struct wmdm_seen *seen)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorageGlobals *again = NULL;
    IMDSPStorage *root = NULL;
    DWORD low = 0, high = 0;
    char *name, *wanted = wmdm_name(w, seen->storage);

    ROW("SP-GLOB-025.medium") {
        REQUIRE_HR(CALL(IMDSPStorageGlobals, GetRootStorage, globals, &root), S_OK);
        name = wmdm_name(w, root);
        AGREE(name && wanted && strcmp(name, wanted) == 0, "storage %08x: the root is \"%.60s\"",
              seen->store->id, wanted ? wanted : "");
        REQUIRE_HR(CALL(IMDSPStorage, GetStorageGlobals, root, &again), S_OK);
        CHECK_HR(CALL(IMDSPStorageGlobals, GetTotalSize, again, &low, &high), S_OK);
        AGREE(bytes_of(low, high) == seen->store->capacity,
              "storage %08x: its root is on a medium of its size", seen->store->id);
    }
    free(name);
    free(wanted);
    RELEASE(again);
    RELEASE(root);
}

static void check_medium(struct wmdm *w, const struct snapshot *snapshot,
                         const struct wmdm_seen *seen, void *context)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorageGlobals *globals = NULL;

    (void)snapshot, (void)context;
    if (seen->object)
        return;
    SETUP_CALL(IMDSPStorage, GetStorageGlobals, seen->storage, &globals);
    check_room(w, globals, seen->store);
    check_kind(w, globals, seen);
    check_root(w, globals, seen);
    RELEASE(globals);
}

VOICE_CASE(VOICE_MEDIUM_BV_01, "ANY", "Media are as large, as full and of the kind the device says",
           "Of each root: GetTotalSize, GetTotalFree, GetAttributes, GetStatus, GetRootStorage "
           "against StorageInfo that the judge read before",
           "SP-GLOB-005", "SP-GLOB-012", "SP-GLOB-025", "SP-STG-008")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_TREE);
    struct wmdm *w = wmdm_open(c);

    wmdm_walk(w, snapshot, check_medium, NULL);
}

/* ---- what playlists hold */

static void check_references(struct wmdm *w, const struct snapshot *snapshot,
                             const struct wmdm_seen *seen)
{
    struct conf *c = wmdm_conf(w);
    const struct snapshot_object *object = seen->object;
    IMDSPStorage4 *four = AS(IMDSPStorage4, seen->storage);
    IMDSPStorage **items = NULL;
    DWORD count = 0;

    REQUIRE_HR(CALL(IMDSPStorage4, GetReferences, four, &count, &items), S_OK);
    AGREE(count == object->reference_count, "playlist %08x: %u references of %zu", object->handle,
          count, object->reference_count);
    for (DWORD i = 0; i < count; i++) {
        const struct snapshot_object *wanted =
            i < object->reference_count ? snapshot_object(snapshot, object->references[i]) : NULL;
        uint64_t size = items[i] ? pv_size(w, items[i]) : 0;

        AGREE(wanted && size == snapshot_size(wanted),
              "playlist %08x: reference %u is object %08x, by its size %llu", object->handle, i,
              wanted ? wanted->handle : 0, (unsigned long long)size);
        RELEASE(items[i]);
    }
    CoTaskMemFree(items);
    RELEASE(four);
}

static void check_list(struct wmdm *w, const struct snapshot *snapshot,
                       const struct wmdm_seen *seen, void *context)
{
    struct conf *c = wmdm_conf(w);
    unsigned *lists = context;

    if (!seen->object || !seen->object->reference_count)
        return;
    ++*lists;
    ROW("SP-PL-003.order")
        check_references(w, snapshot, seen);
}

VOICE_CASE(VOICE_LIST_BV_01, "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4",
           "Playlists of the device hold what it says, in its order",
           "GetReferences of each object that refers to others, twice to one", "SP-PL-003")
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_TREE);
    struct wmdm *w = wmdm_open(c);
    unsigned lists = 0;

    wmdm_walk(w, snapshot, check_list, &lists);
    if (!lists)
        conf_inconclusive(c, "nothing that is shown refers to anything");
}
