/* DeviceInfo and what it lists, storages before and after a file (MTP 1.1, 5.1.1, 5.2.2). */
#include <string.h>

#include "conformance/raw/raw_snapshot.h"
#include "spcore/base.h"

static const uint32_t ALL = 0xffffffff;

#define VOICE_CASE(token, title_, ics_, needs_, steps_, ...)                                       \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = ics_,                      \
              .player = "pap-voice", .needs = needs_, .timeout_s = 60, .steps = steps_)

/* ---- DeviceInfo and what it lists */

static void check_once(struct conf *c, const char *list, const uint16_t *codes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        AGREE(!dut_lists(codes, i, codes[i]), "%s has 0x%04x once", list, codes[i]);
}

/* What only asks, with parameters that are right: who answers OK has it in the list. */
static void check_listed(struct dut *dut, const struct snapshot *snapshot)
{
    struct conf *c = dut->c;
    const struct dut_info *info = &snapshot->info;
    const uint32_t handle = snapshot->object_count ? snapshot->objects[0].handle : 0;
    const uint32_t property =
        info->property_count ? info->properties[0] : (uint32_t)MTP_DPC_BATTERY_LEVEL;
    const uint32_t format = info->format_count ? info->formats[0] : (uint32_t)MTP_FC_UNDEFINED;
    const struct {
        uint16_t operation;
        uint32_t parameters[5];
        unsigned count;
    } asks[] = {
        {MTP_OP_GET_NUM_OBJECTS, {ALL, 0, 0}, 3},
        {MTP_OP_GET_THUMB, {handle}, 1},
        {MTP_OP_GET_DEVICE_PROP_DESC, {property}, 1},
        {MTP_OP_GET_DEVICE_PROP_VALUE, {property}, 1},
        {MTP_OP_GET_PARTIAL_OBJECT, {handle, 0, 1}, 3},
        {MTP_OP_GET_OBJECT_PROPS_SUPPORTED, {format}, 1},
        {MTP_OP_GET_OBJECT_PROP_DESC, {MTP_OPC_OBJECT_SIZE, format}, 2},
        {MTP_OP_GET_OBJECT_PROP_VALUE, {handle, MTP_OPC_OBJECT_SIZE}, 2},
        {MTP_OP_GET_OBJECT_PROP_LIST, {handle, 0, ALL, 0, 0}, 5},
        {MTP_OP_GET_INTERDEPENDENT_PROP_DESC, {format}, 1},
        {MTP_OP_GET_OBJECT_REFERENCES, {handle}, 1},
    };

    for (size_t i = 0; i < ARRAY_SIZE(asks); i++) {
        if (!dut_lists(info->operations, info->operation_count, asks[i].operation))
            AGREE(dut_op(dut, asks[i].operation, asks[i].parameters, asks[i].count) != MTP_RC_OK,
                  "%s is not listed and answers OK", value_op(asks[i].operation).text);
    }
}

VOICE_CASE(MTP_DEV_BV_71, "DeviceInfo lists what there is, once", "MTP", 0,
           "No code twice in a list; the format of each object is in PlaybackFormats; operations "
           "that only ask and are not listed do not answer OK",
           "MTP-DEV-003", "MTP-DEV-001")
{
    DUT dut = dut_session(c);
    const struct snapshot *snapshot = snapshot_take(&dut, SNAPSHOT_TREE);
    const struct dut_info *info = &snapshot->info;

    /* Whoever answers is not asleep (MTP 1.1, 5.1.1.5); vendors have modes of their own. */
    ROW("MTP-DEV-001")
        AGREE(info->mode == 0 || info->mode >= 0x8000, "FunctionalMode 0x%04x is the standard one",
              info->mode);
    ROW("MTP-DEV-003.once") {
        check_once(c, "OperationsSupported", info->operations, info->operation_count);
        check_once(c, "EventsSupported", info->events, info->event_count);
        check_once(c, "DevicePropertiesSupported", info->properties, info->property_count);
        check_once(c, "CaptureFormats", info->captures, info->capture_count);
        check_once(c, "PlaybackFormats", info->formats, info->format_count);
    }
    ROW("MTP-DEV-003.formats") {
        for (size_t i = 0; i < snapshot->object_count; i++)
            AGREE(dut_lists(info->formats, info->format_count, snapshot->objects[i].format),
                  "format 0x%04x of object %08x is listed", snapshot->objects[i].format,
                  snapshot->objects[i].handle);
    }
    ROW("MTP-DEV-003.unlisted")
        check_listed(&dut, snapshot);
}

/* ---- storages before and after (MTP 1.1, 5.2.2, D.2.12) */

static bool said_constant(const struct snapshot_store *one, const struct snapshot_store *other)
{
    return one->id == other->id && one->is_there == other->is_there && one->type == other->type &&
           one->filesystem == other->filesystem && one->access == other->access &&
           one->capacity == other->capacity &&
           snapshot_text_equal(one->description, other->description) &&
           snapshot_text_equal(one->volume, other->volume);
}

static void check_store(struct conf *c, const struct snapshot *snapshot, size_t number)
{
    const struct snapshot_store *store = &snapshot->stores[number];

    ROW("MTP-STO-002.values")
        AGREE(store->filesystem >= 1 && (store->filesystem <= 3 || store->filesystem >= 0x8000),
              "storage %08x: FilesystemType 0x%04x is one of the table", store->id,
              store->filesystem);
    ROW("MTP-STO-002.room")
        AGREE(store->free_bytes <= store->capacity, "storage %08x: not more is free than there is",
              store->id);
    for (size_t i = 0; i < number && store->volume[0]; i++)
        ROW("MTP-STO-002.volume")
            AGREE(!snapshot_text_equal(snapshot->stores[i].volume, store->volume),
                  "storage %08x: its VolumeIdentifier is its own", store->id);
}

static void check_after(struct conf *c, const struct snapshot_store *was,
                        const struct snapshot_store *is, bool is_filled, uint64_t written)
{
    ROW("MTP-STO-002.capacity")
        AGREE(said_constant(was, is), "storage %08x: all but what is free stays", was->id);
    if (!is_filled) {
        AGREE(was->free_bytes == is->free_bytes && was->free_objects == is->free_objects,
              "storage %08x: what is free stays where nothing was written", was->id);
        return;
    }
    AGREE(was->free_bytes - is->free_bytes >= written && was->free_bytes > is->free_bytes,
          "storage %08x: %llu bytes written, free %llu, then %llu", was->id,
          (unsigned long long)written, (unsigned long long)was->free_bytes,
          (unsigned long long)is->free_bytes);
    if (was->free_objects != ALL && was->free_objects != 0)
        AGREE(is->free_objects < was->free_objects, "storage %08x: room for %u objects, then %u",
              was->id, was->free_objects, is->free_objects);
    else
        AGREE(is->free_objects == was->free_objects,
              "storage %08x: room for %u objects, which is no number, then %u", was->id,
              was->free_objects, is->free_objects);
}

/* One that a file of no kind may have. */
static uint16_t any_format(const struct dut_info *info)
{
    if (dut_lists(info->formats, info->format_count, MTP_FC_UNDEFINED))
        return MTP_FC_UNDEFINED;
    for (size_t i = 0; i < info->format_count; i++) {
        if (info->formats[i] != MTP_FC_ASSOCIATION)
            return info->formats[i];
    }
    return MTP_FC_UNDEFINED;
}

VOICE_CASE(MTP_STO_BV_71, "What a storage says fits before and after a file, here and elsewhere",
           "MTP && STORE.WRITABLE && MTP.FORMAT.3001", CONF_WRITES,
           "GetStorageInfo of all, a file of 65537 bytes, GetStorageInfo of all: one has less "
           "room, the rest is as it was; volumes differ; ObjectInfo and the response agree where "
           "the file is",
           "MTP-STO-002", "MTP-OBJ-008")
{
    DUT dut = dut_work(c);
    static uint8_t bytes[65537];
    const struct snapshot *before = snapshot_take(&dut, SNAPSHOT_DEVICE), *after;
    const struct snapshot_object *made;
    uint32_t said[3];

    ROW("MTP-OBJ-008.handle") {
        REQUIRE_RC(dut_send_info(&dut, dut.store, dut.folder, any_format(&before->info),
                                 sizeof(bytes), "weight.bin"),
                   MTP_RC_OK);
        REQUIRE(dut.answer.params >= 3);
        memcpy(said, dut.answer.param, sizeof(said));
        REQUIRE_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), bytes, sizeof(bytes)), MTP_RC_OK);
        after = snapshot_take(&dut, SNAPSHOT_TREE);
        made = snapshot_object(after, said[2]);
        REQUIRE(made != NULL);
        ROW("MTP-OBJ-008.answer") {
            CHECK_EQ(said[0], made->store);
            CHECK_EQ(said[1], made->parent);
        }
        CHECK_EQ(made->store, dut.store);
        CHECK_EQ(made->parent, dut.folder);
    }
    ROW("MTP-STO-002.free") {
        REQUIRE_EQ(after->store_count, before->store_count);
        for (size_t i = 0; i < before->store_count; i++) {
            if (!before->stores[i].is_there)
                continue;
            check_store(c, before, i);
            check_after(c, &before->stores[i], &after->stores[i], before->stores[i].id == dut.store,
                        sizeof(bytes));
        }
    }
}
