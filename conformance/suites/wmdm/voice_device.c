/* What a provider says of the device and its media is what the device says: names, power, room,
 * kind and access of each medium, what playlists hold. */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_walk.h"
#include "spcore/base.h"
#include "spcore/com/com_memory.h"

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
    const struct snapshot *snapshot = snapshot_before(c);
    struct wmdm *w = wmdm_open(c);
    WCHAR text[300] = {0};

    ROW("SP-DEV-001") {
        CHECK_HR(CALL(IMDSPDevice, GetName, wmdm_device(w), text, 300), S_OK);
        AGREE(is_property(snapshot, MTP_DPC_DEVICE_FRIENDLY_NAME, text) ||
                  is_text(text, snapshot->info.model),
              "GetName says the device's friendly name, or its model \"%.60s\"",
              snapshot->info.model);
    }
    ROW("SP-DEV-007") {
        CHECK_HR(CALL(IMDSPDevice, GetManufacturer, wmdm_device(w), text, 300), S_OK);
        AGREE(is_text(text, snapshot->info.manufacturer), "GetManufacturer says \"%.60s\"",
              snapshot->info.manufacturer);
    }
}

VOICE_CASE(VOICE_DEVICE_BV_02, "PROVIDER.DEVICE.POWER",
           "What is left in the battery is what the device says",
           "GetPowerSource against property 0x5001 that the judge read before", "SP-DEV-027",
           "SP-DEV-026")
{
    const struct snapshot *snapshot = snapshot_before(c);
    const struct snapshot_description *battery =
        snapshot_description(snapshot, 0, MTP_DPC_BATTERY_LEVEL);
    struct wmdm *w = wmdm_open(c);
    DWORD source = 0, percent = 0;
    uint64_t level;

    if (!battery || battery->form_kind != MTP_FORM_RANGE)
        conf_inconclusive(c, "the device does not say how full its battery is");
    level = snapshot_number(battery->type, battery->current);
    ROW("SP-DEV-027") {
        CHECK_HR(CALL(IMDSPDevice, GetPowerSource, wmdm_device(w), &source, &percent), S_OK);
        AGREE(!(source & WMDM_POWER_IS_BATTERY) || percent == level,
              "GetPowerSource says %u %% on battery (0x%x), the device %llu", percent, source,
              (unsigned long long)level);
    }
    ROW("SP-DEV-026") {
        const DWORD known = WMDM_POWER_CAP_BATTERY | WMDM_POWER_CAP_EXTERNAL |
                            WMDM_POWER_IS_BATTERY | WMDM_POWER_IS_EXTERNAL |
                            WMDM_POWER_PERCENT_AVAILABLE;

        AGREE(!(source & ~known), "GetPowerSource says 0x%x, of flags there are", source);
        AGREE(source & WMDM_POWER_CAP_BATTERY,
              "GetPowerSource says 0x%x of a device that says how full its battery is", source);
    }
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
    const struct snapshot *snapshot = snapshot_before(c);
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
    ROW("SP-PL-003")
        check_references(w, snapshot, seen);
}

VOICE_CASE(VOICE_LIST_BV_01, "PROVIDER.PLAYLISTS && PROVIDER.STORAGE4",
           "Playlists of the device hold what it says, in its order",
           "GetReferences of each object that refers to others, twice to one", "SP-PL-003")
{
    const struct snapshot *snapshot = snapshot_before(c);
    struct wmdm *w = wmdm_open(c);
    unsigned lists = 0;

    wmdm_walk(w, snapshot, check_list, &lists);
    if (!lists)
        conf_inconclusive(c, "nothing that is shown refers to anything");
}
