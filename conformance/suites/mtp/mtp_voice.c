/* What a device says of an object one way is what it says every other way: ObjectInfo and
 * properties, handles and numbers of the tree, content and size, now and in another session
 * (MTP 1.1, 5.3.1, annex B). */
#include <string.h>

#include "conformance/raw/raw_snapshot.h"
#include "spcore/base.h"

static const uint32_t ALL = 0xffffffff;

#define VOICE_CASE(token, title_, ics_, needs_, steps_, ...)                                       \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = ics_,                      \
              .player = "pap-voice", .needs = needs_, .timeout_s = 60, .steps = steps_)

/* ---- ObjectInfo and properties (MTP 1.1, 5.3.1, B.2.1.1 to B.2.1.12) */

struct same_number {
    uint16_t code;
    const char *name, *clause;
    size_t offset, size; /* of the member that ObjectInfo gives */
};
#define SAME(code, member, clause)                                                                 \
    {                                                                                              \
        MTP_OPC_##code, #code, "MTP-OBJ-004." clause, offsetof(struct snapshot_object, member),    \
            sizeof(((struct snapshot_object *)NULL)->member)                                       \
    }
static const struct same_number numbers[] = {
    SAME(STORAGE_ID, store, "fields"),
    SAME(OBJECT_FORMAT, format, "fields"),
    SAME(PROTECTION_STATUS, protection, "fields"),
    SAME(ASSOCIATION_TYPE, association_type, "association"),
    SAME(ASSOCIATION_DESC, association_description, "association"),
    SAME(PARENT_OBJECT, parent, "parent"),
};
static const struct same_number texts[] = {
    SAME(OBJECT_FILE_NAME, name, "fields"),
    SAME(DATE_CREATED, created, "dates"),
    SAME(DATE_MODIFIED, modified, "dates"),
    SAME(KEYWORDS, keywords, "fields"),
};

static uint32_t member_number(const struct snapshot_object *object, const struct same_number *same)
{
    const uint8_t *member = (const uint8_t *)object + same->offset;
    uint16_t half;
    uint32_t whole;

    if (same->size == sizeof(half)) {
        memcpy(&half, member, sizeof(half));
        return half;
    }
    memcpy(&whole, member, sizeof(whole));
    return whole;
}

static void check_info_numbers(struct conf *c, const struct snapshot_object *object)
{
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        const struct snapshot_value *value = snapshot_value(object, numbers[i].code);
        uint32_t said = member_number(object, &numbers[i]);

        if (value)
            ROW(numbers[i].clause)
                AGREE(snapshot_number(value->type, value->bytes) == said,
                      "object %08x: %s is 0x%llx as in ObjectInfo (0x%x)", object->handle,
                      numbers[i].name,
                      (unsigned long long)snapshot_number(value->type, value->bytes), said);
    }
}

static void check_info_texts(struct conf *c, const struct snapshot_object *object)
{
    uint16_t said[256];

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        const struct snapshot_value *value = snapshot_value(object, texts[i].code);

        if (!value)
            continue;
        snapshot_text(value->bytes, said);
        ROW(texts[i].clause)
            AGREE(snapshot_text_equal(said, (const uint16_t *)(const void *)((const char *)object +
                                                                             texts[i].offset)),
                  "object %08x: %s is as in ObjectInfo", object->handle, texts[i].name);
    }
}

static bool in_group(uint16_t format, uint16_t group)
{
    return (format & 0xff00) == group || (format & 0xff80) == (0x8000 | group);
}

/* What does not apply to an object is 0. */
static void check_info_zeros(struct conf *c, const struct snapshot *snapshot,
                             const struct snapshot_object *object)
{
    const struct snapshot_object *parent = snapshot_object(snapshot, object->parent);
    bool is_image = in_group(object->format, 0x3800), is_video = in_group(object->format, 0x3900);

    if (object->format != MTP_FC_ASSOCIATION)
        AGREE(object->association_type == 0 && object->association_description == 0,
              "object %08x is no association and has type %u, description %u of one",
              object->handle, object->association_type, object->association_description);
    if (!object->thumb_format)
        AGREE(!object->thumb_size && !object->thumb_width && !object->thumb_height,
              "object %08x has no thumb, and the thumb has %u bytes, %u x %u", object->handle,
              object->thumb_size, object->thumb_width, object->thumb_height);
    else
        AGREE(in_group(object->thumb_format, 0x3800), "object %08x: ThumbFormat 0x%04x is an image",
              object->handle, object->thumb_format);
    if (!is_image && !is_video && object->format != MTP_FC_UNDEFINED)
        AGREE(!object->width && !object->height && !object->depth,
              "object %08x is no image and has %u x %u of %u bits", object->handle, object->width,
              object->height, object->depth);
    if (!parent || parent->association_type <= 1)
        AGREE(object->sequence == 0, "object %08x is in no sequence and has number %u",
              object->handle, object->sequence);
}

static void check_size(struct conf *c, const struct snapshot_object *object)
{
    const struct snapshot_value *value = snapshot_value(object, MTP_OPC_OBJECT_SIZE);
    uint64_t size = value ? snapshot_number(value->type, value->bytes) : 0;

    if (value)
        ROW(size < ALL ? "MTP-OBJ-004.fields" : "MTP-OBJ-004.large")
            AGREE(object->compressed_size == (size < ALL ? size : ALL),
                  "object %08x of %llu bytes: ObjectCompressedSize is %u", object->handle,
                  (unsigned long long)size, object->compressed_size);
}

VOICE_CASE(MTP_OBJ_BV_71, "ObjectInfo says what the properties say, and 0 of what does not apply",
           "MTP", 0,
           "Every object: storage, format, protection, size, names, dates, parent, association; "
           "what belongs to images, thumbs and sequences is 0 where there are none",
           "MTP-OBJ-004", "MTP-OBJ-001")
{
    DUT dut = dut_session(c);
    const struct snapshot *snapshot = snapshot_take(&dut, SNAPSHOT_WHOLE);

    ROW("MTP-OBJ-004.layout")
        CHECK(snapshot->is_whole);
    for (size_t i = 0; i < snapshot->object_count; i++) {
        const struct snapshot_object *object = &snapshot->objects[i];

        check_info_numbers(c, object);
        check_info_texts(c, object);
        check_size(c, object);
        ROW("MTP-OBJ-004.zeros")
            check_info_zeros(c, snapshot, object);
        ROW("MTP-OBJ-004.parent")
            AGREE(object->parent == 0 || snapshot_object(snapshot, object->parent) != NULL,
                  "object %08x: its parent %08x is an object", object->handle, object->parent);
        ROW("MTP-OBJ-004.fields")
            AGREE(snapshot_store(snapshot, object->store) != NULL,
                  "object %08x: its storage %08x is in GetStorageIDs", object->handle,
                  object->store);
    }
    ROW("MTP-OBJ-001.levels") {
        for (size_t i = 0; i < snapshot->object_count; i++) {
            uint32_t handle = snapshot->objects[i].handle;

            AGREE(snapshot_object(snapshot, handle) == &snapshot->objects[i],
                  "object %08x is listed once", handle);
        }
    }
}

/* ---- the tree, by every filter */

struct filter {
    uint32_t store, format, parent;
};

static bool passes(const struct snapshot_object *object, struct filter filter)
{
    return (filter.store == ALL || object->store == filter.store) &&
           (!filter.format || object->format == filter.format) &&
           (!filter.parent || object->parent == (filter.parent == ALL ? 0 : filter.parent));
}

static const char *clause_of(struct filter filter)
{
    if (filter.parent)
        return filter.parent == ALL ? "MTP-OBJ-001.root" : "MTP-OBJ-001.parent";
    return filter.format ? "MTP-OBJ-001.format" : "MTP-OBJ-001.store";
}

static void check_filter(struct dut *dut, const struct snapshot *snapshot, struct filter filter)
{
    struct conf *c = dut->c;
    static uint32_t handles[SNAPSHOT_OBJECTS];
    size_t count, wanted = 0;
    uint16_t code;

    count = dut_handles(dut, filter.store, filter.format, filter.parent, handles, SNAPSHOT_OBJECTS);
    if (dut->answer.code == MTP_RC_SPECIFICATION_BY_FORMAT_UNSUPPORTED)
        return;
    for (size_t i = 0; i < snapshot->object_count; i++) {
        const struct snapshot_object *object = &snapshot->objects[i];

        wanted += passes(object, filter);
        ROW(clause_of(filter))
            AGREE(dut_has(handles, count, object->handle) == passes(object, filter),
                  "GetObjectHandles(0x%08x, 0x%04x, 0x%08x) has %08x exactly when ObjectInfo says "
                  "so",
                  filter.store, filter.format, filter.parent, object->handle);
    }
    ROW(clause_of(filter))
        CHECK_EQ(count, wanted);
    ROW("MTP-OBJ-002.count") {
        code =
            dut_op(dut, MTP_OP_GET_NUM_OBJECTS, PARAMS(filter.store, filter.format, filter.parent));
        if (CHECK_RC(code, MTP_RC_OK))
            CHECK_EQ(dut->answer.param[0], wanted);
    }
}

static bool has_store(const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->store_count; i++) {
        if (snapshot->stores[i].is_there)
            return true;
    }
    return false;
}

VOICE_CASE(MTP_OBJ_BV_72, "Handles and numbers of objects are those of the tree in ObjectInfo",
           "MTP", 0,
           "GetObjectHandles and GetNumObjects of each store, of each folder, of each root and of "
           "each format there is",
           "MTP-OBJ-001", "MTP-OBJ-002")
{
    DUT dut = dut_session(c);
    const struct snapshot *snapshot = snapshot_take(&dut, SNAPSHOT_TREE);

    if (!snapshot->is_all)
        conf_inconclusive(c, "the device has more than %u objects", SNAPSHOT_OBJECTS);
    if (!has_store(snapshot))
        conf_inconclusive(c, "the device has no store that is there");
    for (size_t i = 0; i < snapshot->store_count; i++) {
        if (!snapshot->stores[i].is_there)
            continue;
        check_filter(&dut, snapshot, (struct filter){snapshot->stores[i].id, 0, 0});
        check_filter(&dut, snapshot, (struct filter){snapshot->stores[i].id, 0, ALL});
    }
    for (size_t i = 0; i < snapshot->object_count; i++) {
        const struct snapshot_object *object = &snapshot->objects[i];
        bool is_known = false;

        for (size_t j = 0; j < i; j++)
            is_known |= snapshot->objects[j].format == object->format;
        if (object->format == MTP_FC_ASSOCIATION)
            check_filter(&dut, snapshot, (struct filter){ALL, 0, object->handle});
        if (!is_known)
            check_filter(&dut, snapshot, (struct filter){ALL, object->format, 0});
    }
}

/* ---- content and thumbs, as long as they are said to be */

enum { SMALL = 1 << 20 };

static void need_object(struct conf *c, const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->object_count; i++) {
        if (snapshot->objects[i].format != MTP_FC_ASSOCIATION &&
            snapshot_size(&snapshot->objects[i]) <= SMALL)
            return;
    }
    conf_inconclusive(c, "the device has no object of up to 1 MiB");
}

VOICE_CASE(MTP_OBJ_BV_73, "Content and thumbs are as long as they are said to be", "MTP", 0,
           "GetObject of each object of up to 1 MiB; GetThumb of each that has one", "MTP-OBJ-006",
           "MTP-OBJ-004")
{
    DUT dut = dut_session(c);
    const struct snapshot *snapshot = snapshot_take(&dut, SNAPSHOT_TREE);
    bool thumbs =
        dut_lists(snapshot->info.operations, snapshot->info.operation_count, MTP_OP_GET_THUMB);

    need_object(c, snapshot);
    for (size_t i = 0; i < snapshot->object_count; i++) {
        const struct snapshot_object *object = &snapshot->objects[i];

        if (object->format == MTP_FC_ASSOCIATION)
            continue;
        if (snapshot_size(object) <= SMALL) {
            ROW("MTP-OBJ-006.bytes") {
                CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT, PARAMS(object->handle)), MTP_RC_OK);
                CHECK_EQ(dut.answer.size, snapshot_size(object));
            }
        }
        if (thumbs && object->thumb_format) {
            ROW("MTP-OBJ-004.fields") {
                CHECK_RC(dut_op(&dut, MTP_OP_GET_THUMB, PARAMS(object->handle)), MTP_RC_OK);
                CHECK_EQ(dut.answer.size, object->thumb_size);
            }
        }
    }
}

/* ---- the same, later */

static const struct snapshot_value *unique_id(const struct snapshot_object *object)
{
    return snapshot_value(object, MTP_OPC_PERSISTENT_UID);
}

/* The object of that persistent id; NULL: none. */
static const struct snapshot_object *again(const struct snapshot *later,
                                           const struct snapshot_object *object)
{
    const struct snapshot_value *id = unique_id(object), *other;

    for (size_t i = 0; id && i < later->object_count; i++) {
        other = unique_id(&later->objects[i]);
        if (other && snapshot_bytes_equal(other->bytes, id->bytes))
            return &later->objects[i];
    }
    return NULL;
}

/* Handles of a parent may be new ones. */
static bool may_be_new(uint16_t code)
{
    return code == MTP_OPC_PARENT_OBJECT || code == MTP_OPC_LAST_ACCESSED;
}

static void check_object_again(struct conf *c, const struct snapshot_object *was,
                               const struct snapshot_object *is)
{
    AGREE(snapshot_text_equal(was->name, is->name) && was->format == is->format &&
              was->protection == is->protection && was->compressed_size == is->compressed_size &&
              snapshot_text_equal(was->modified, is->modified) &&
              snapshot_text_equal(was->created, is->created),
          "object %08x: ObjectInfo is as before", was->handle);
    AGREE(was->reference_count == is->reference_count, "object %08x has its %zu references",
          was->handle, was->reference_count);
    for (size_t v = 0; v < was->value_count; v++) {
        const struct snapshot_value *value = snapshot_value(is, was->values[v].code);

        if (!may_be_new(was->values[v].code))
            AGREE(value && snapshot_bytes_equal(value->bytes, was->values[v].bytes),
                  "object %08x: property 0x%04x is as before", was->handle, was->values[v].code);
    }
}

static void check_again(struct conf *c, const struct snapshot *was, const struct snapshot *is)
{
    CHECK_EQ(is->object_count, was->object_count);
    CHECK_EQ(is->store_count, was->store_count);
    for (size_t i = 0; i < was->object_count; i++) {
        const struct snapshot_object *object = again(is, &was->objects[i]);

        if (AGREE(object != NULL, "the persistent id of object %08x is there again",
                  was->objects[i].handle))
            check_object_again(c, &was->objects[i], object);
    }
}

/* Asked for again the other way round, references are the same, and each is an object. */
static void check_references(struct dut *dut, const struct snapshot *snapshot)
{
    struct conf *c = dut->c;

    for (size_t i = snapshot->object_count; i > 0; i--) {
        const struct snapshot_object *object = &snapshot->objects[i - 1];
        struct ct_reader reader;
        bool same;

        if (!object->references)
            continue;
        dut_op(dut, MTP_OP_GET_OBJECT_REFERENCES, PARAMS(object->handle));
        reader = dut_reader(dut);
        same = ct_u32(&reader) == object->reference_count;
        for (size_t r = 0; r < object->reference_count; r++) {
            same &= ct_u32(&reader) == object->references[r];
            AGREE(snapshot_object(snapshot, object->references[r]) != NULL,
                  "object %08x: its reference %08x is an object", object->handle,
                  object->references[r]);
        }
        AGREE(same, "object %08x has its %zu references when asked again", object->handle,
              object->reference_count);
    }
}

/* Arrays of codes are filled from their begin, and all of it was zero before. */
static bool is_same_info(const struct dut_info *a, const struct dut_info *b)
{
#define EQUAL(member) (memcmp(a->member, b->member, sizeof(a->member)) == 0)
    return a->standard == b->standard && a->extension_id == b->extension_id &&
           a->extension_version == b->extension_version && a->mode == b->mode &&
           a->operation_count == b->operation_count && a->event_count == b->event_count &&
           a->property_count == b->property_count && a->capture_count == b->capture_count &&
           a->format_count == b->format_count && EQUAL(operations) && EQUAL(events) &&
           EQUAL(properties) && EQUAL(captures) && EQUAL(formats) && EQUAL(extension) &&
           EQUAL(manufacturer) && EQUAL(model) && EQUAL(version) && EQUAL(serial);
#undef EQUAL
}

VOICE_CASE(MTP_PRP_BV_75, "Another session is told the same", "MTP", 0,
           "All objects by their persistent ids, their ObjectInfo, properties and references, in "
           "a second session of a new connection",
           "MTP-PRP-008", "MTP-PRP-010", "MTP-SES-001")
{
    DUT dut = dut_session(c);
    const struct snapshot *was = snapshot_take(&dut, SNAPSHOT_WHOLE), *is;

    ROW("MTP-PRP-010.references")
        check_references(&dut, was);
    dut_reconnect(&dut);
    ROW("MTP-PRP-008.constant") {
        is = snapshot_take(&dut, SNAPSHOT_WHOLE);
        check_again(c, was, is);
    }
    ROW("MTP-SES-001.equal")
        CHECK(is_same_info(&was->info, &is->info));
}

VOICE_CASE(MTP_PRP_BV_76, "After a replug the device tells the same", "MTP && FIXTURE.CONTROL",
           CONF_CONTROL,
           "All objects by their persistent ids, before the device is unplugged and after it is "
           "plugged again",
           "MTP-PRP-008")
{
    const struct snapshot *was, *is;

    SETUP {
        DUT dut = dut_session(c);

        was = snapshot_take(&dut, SNAPSHOT_WHOLE);
    }
    conf_transport_drop(c);
    dut_verb(c, "unplug");
    dut_verb(c, "plug");
    ROW("MTP-PRP-008.constant") {
        DUT dut = dut_session(c);

        is = snapshot_take(&dut, SNAPSHOT_WHOLE);
        check_again(c, was, is);
    }
}
