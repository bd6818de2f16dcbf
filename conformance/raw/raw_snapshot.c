/* What a device says over MTP, in the order an initiator asks for it. */
#include "conformance/raw/raw_snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

static void *room(struct conf *c, size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);

    if (!memory)
        conf_setup_failed(c, "out of memory");
    return memory;
}

static void discard_description(const struct snapshot_description *one)
{
    free(one->initial.data);
    free(one->current.data);
    free(one->form.data);
    free(one->whole.data);
}

static void discard(void *fixture)
{
    struct snapshot *snapshot = fixture;

    for (size_t i = 0; i < snapshot->object_count; i++) {
        struct snapshot_object *object = &snapshot->objects[i];

        for (size_t v = 0; v < object->value_count; v++)
            free(object->values[v].bytes.data);
        free(object->values);
        free(object->references);
    }
    for (size_t i = 0; i < snapshot->description_count; i++)
        discard_description(&snapshot->descriptions[i]);
    free(snapshot->objects);
    free(snapshot->descriptions);
    free(snapshot);
}

static struct snapshot_bytes kept(struct conf *c, const uint8_t *from, size_t size)
{
    struct snapshot_bytes bytes = {room(c, size, 1), size};

    if (size)
        memcpy(bytes.data, from, size);
    return bytes;
}

/* The value of the type at the reader. */
static struct snapshot_bytes take_value(struct conf *c, struct ct_reader *reader, uint16_t type)
{
    const uint8_t *from = reader->at;

    if (!ct_skip_value(reader, type))
        return (struct snapshot_bytes){NULL, 0};
    return kept(c, from, (size_t)(reader->at - from));
}

static bool ended(const struct ct_reader *reader)
{
    return !reader->failed && reader->at == reader->end;
}

static void text(struct ct_reader *reader, uint16_t ret_text[256])
{
    size_t length = ct_string(reader, ret_text);

    ret_text[reader->failed || length > 255 ? 0 : length] = 0;
}

/* ---- properties */

static void describe(struct dut *dut, struct snapshot *snapshot, uint16_t format, uint16_t code)
{
    uint16_t result = format ? dut_op(dut, MTP_OP_GET_OBJECT_PROP_DESC, PARAMS(code, format))
                             : dut_op(dut, MTP_OP_GET_DEVICE_PROP_DESC, PARAMS(code));
    struct ct_reader reader = dut_reader(dut);
    struct snapshot_description one = {.format = format}, *grown;

    if (result != MTP_RC_OK)
        return;
    grown = realloc(snapshot->descriptions, (snapshot->description_count + 1) * sizeof(*grown));
    if (!grown)
        conf_setup_failed(dut->c, "out of memory");
    snapshot->descriptions = grown;
    one.code = ct_u16(&reader);
    one.type = ct_u16(&reader);
    one.settable = ct_u8(&reader);
    one.initial = take_value(dut->c, &reader, one.type);
    if (format)
        one.group = ct_u32(&reader);
    else
        one.current = take_value(dut->c, &reader, one.type);
    one.form_kind = ct_u8(&reader);
    one.form = kept(dut->c, reader.at, reader.failed ? 0 : (size_t)(reader.end - reader.at));
    one.whole = kept(dut->c, dut->answer.data, dut->answer.size);
    snapshot->is_whole &= !reader.failed && one.code == code;
    one.code = code;
    grown[snapshot->description_count++] = one;
}

/* Descriptions of a format's properties, once; of its size alone where no more is asked for. */
static void describe_format(struct dut *dut, struct snapshot *snapshot, uint16_t format,
                            enum snapshot_depth depth)
{
    uint16_t codes[DUT_PROPS_MAX];
    struct ct_reader reader;
    size_t count;

    for (size_t i = 0; i < snapshot->description_count; i++) {
        if (snapshot->descriptions[i].format == format)
            return;
    }
    if (dut_op(dut, MTP_OP_GET_OBJECT_PROPS_SUPPORTED, PARAMS(format)) != MTP_RC_OK)
        return;
    reader = dut_reader(dut);
    count = ct_array16(&reader, codes, DUT_PROPS_MAX);
    snapshot->is_whole &= ended(&reader);
    for (size_t i = 0; i < count && i < DUT_PROPS_MAX && !reader.failed; i++) {
        if (depth == SNAPSHOT_WHOLE || codes[i] == MTP_OPC_OBJECT_SIZE)
            describe(dut, snapshot, format, codes[i]);
    }
}

/* ---- objects */

static void read_info(struct dut *dut, struct snapshot *snapshot, struct snapshot_object *object)
{
    struct ct_reader reader;

    dut_must(dut, MTP_OP_GET_OBJECT_INFO, PARAMS(object->handle));
    reader = dut_reader(dut);
    object->store = ct_u32(&reader);
    object->format = ct_u16(&reader);
    object->protection = ct_u16(&reader);
    object->compressed_size = ct_u32(&reader);
    object->thumb_format = ct_u16(&reader);
    object->thumb_size = ct_u32(&reader);
    object->thumb_width = ct_u32(&reader);
    object->thumb_height = ct_u32(&reader);
    object->width = ct_u32(&reader);
    object->height = ct_u32(&reader);
    object->depth = ct_u32(&reader);
    object->parent = ct_u32(&reader);
    object->association_type = ct_u16(&reader);
    object->association_description = ct_u32(&reader);
    object->sequence = ct_u32(&reader);
    text(&reader, object->name);
    text(&reader, object->created);
    text(&reader, object->modified);
    text(&reader, object->keywords);
    snapshot->is_whole &= ended(&reader);
}

static void read_values(struct dut *dut, struct snapshot *snapshot, struct snapshot_object *object)
{
    object->values = room(dut->c, snapshot->description_count, sizeof(*object->values));
    for (size_t i = 0; i < snapshot->description_count; i++) {
        const struct snapshot_description *one = &snapshot->descriptions[i];

        if (one->format != object->format || dut_op(dut, MTP_OP_GET_OBJECT_PROP_VALUE,
                                                    PARAMS(object->handle, one->code)) != MTP_RC_OK)
            continue;
        object->values[object->value_count++] = (struct snapshot_value){
            one->code, one->type, kept(dut->c, dut->answer.data, dut->answer.size)};
    }
}

static void read_references(struct dut *dut, struct snapshot *snapshot,
                            struct snapshot_object *object)
{
    struct ct_reader reader;
    size_t count;

    if (!dut_lists(snapshot->info.operations, snapshot->info.operation_count,
                   MTP_OP_GET_OBJECT_REFERENCES) ||
        dut_op(dut, MTP_OP_GET_OBJECT_REFERENCES, PARAMS(object->handle)) != MTP_RC_OK)
        return;
    reader = dut_reader(dut);
    count = dut->answer.size / 4;
    object->references = room(dut->c, count, 4);
    object->reference_count = ct_array32(&reader, object->references, count);
    if (reader.failed || object->reference_count > count)
        object->reference_count = 0;
    snapshot->is_whole &= ended(&reader);
}

static void read_objects(struct dut *dut, struct snapshot *snapshot, const uint32_t *handles,
                         size_t count, enum snapshot_depth depth)
{
    snapshot->objects = room(dut->c, count, sizeof(*snapshot->objects));
    for (size_t i = 0; i < count; i++) {
        struct snapshot_object *object = &snapshot->objects[snapshot->object_count++];

        object->handle = handles[i];
        read_info(dut, snapshot, object);
        describe_format(dut, snapshot, object->format, depth);
        read_values(dut, snapshot, object);
        read_references(dut, snapshot, object);
    }
}

static void read_all_objects(struct dut *dut, struct snapshot *snapshot, enum snapshot_depth depth)
{
    static uint32_t handles[SNAPSHOT_OBJECTS];
    struct ct_reader reader;
    size_t count;

    dut_must(dut, MTP_OP_GET_OBJECT_HANDLES, PARAMS(0xffffffff, 0, 0));
    reader = dut_reader(dut);
    count = ct_array32(&reader, handles, SNAPSHOT_OBJECTS);
    snapshot->is_whole &= ended(&reader);
    snapshot->is_all = count <= SNAPSHOT_OBJECTS;
    count = reader.failed ? 0 : count < SNAPSHOT_OBJECTS ? count : SNAPSHOT_OBJECTS;
    read_objects(dut, snapshot, handles, count, depth);
}

/* ---- the device and its storages */

static void read_stores(struct dut *dut, struct snapshot *snapshot)
{
    uint32_t ids[DUT_STORES];

    dut_must(dut, MTP_OP_GET_STORAGE_IDS, PARAMS());
    snapshot->store_count = dut_stores(dut, ids);
    for (size_t i = 0; i < snapshot->store_count; i++) {
        struct snapshot_store *store = &snapshot->stores[i];
        struct ct_reader reader;

        store->id = ids[i];
        if (dut_op(dut, MTP_OP_GET_STORAGE_INFO, PARAMS(ids[i])) != MTP_RC_OK)
            continue;
        reader = dut_reader(dut);
        store->is_there = true;
        store->type = ct_u16(&reader);
        store->filesystem = ct_u16(&reader);
        store->access = ct_u16(&reader);
        store->capacity = ct_u64(&reader);
        store->free_bytes = ct_u64(&reader);
        store->free_objects = ct_u32(&reader);
        text(&reader, store->description);
        text(&reader, store->volume);
        snapshot->is_whole &= ended(&reader);
    }
}

static struct snapshot *take_device(struct dut *dut)
{
    struct snapshot *snapshot = room(dut->c, 1, sizeof(*snapshot));

    conf_at_end(dut->c, discard, snapshot);
    dut_device_info(dut, &snapshot->info);
    snapshot->is_whole = !snapshot->info.broken && snapshot->info.left_over == 0;
    snapshot->is_all = true;
    for (size_t i = 0; i < snapshot->info.property_count; i++)
        describe(dut, snapshot, 0, snapshot->info.properties[i]);
    read_stores(dut, snapshot);
    return snapshot;
}

const struct snapshot *snapshot_take(struct dut *dut, enum snapshot_depth depth)
{
    struct snapshot *snapshot = take_device(dut);

    if (depth > SNAPSHOT_DEVICE)
        read_all_objects(dut, snapshot, depth);
    return snapshot;
}

const struct snapshot *snapshot_take_of(struct dut *dut, const uint32_t *handles, size_t count)
{
    struct snapshot *snapshot = take_device(dut);

    read_objects(dut, snapshot, handles, count, SNAPSHOT_WHOLE);
    return snapshot;
}

/* No row is judged by it. */
static const struct snapshot *take_apart(struct conf *c, enum snapshot_depth depth)
{
    struct conf_row left __attribute__((cleanup(conf_row_leave))) = conf_row_enter(c, NULL);
    DUT dut = dut_session(c);

    (void)left;
    return snapshot_take(&dut, depth);
}

const struct snapshot *snapshot_before(struct conf *c, enum snapshot_depth depth)
{
    const struct snapshot *snapshot = take_apart(c, depth);

    conf_transport_drop(c);
    if (!snapshot->is_whole)
        conf_inconclusive(c, "what the device says of itself cannot be read");
    if (!snapshot->is_all)
        conf_inconclusive(c, "the device has more than %u objects", SNAPSHOT_OBJECTS);
    return snapshot;
}

bool dut_sets(struct dut *dut, uint16_t format, uint16_t property)
{
    struct ct_reader reader;

    if (!dut_offers(dut, MTP_OP_SET_OBJECT_PROP_VALUE) ||
        dut_op(dut, MTP_OP_GET_OBJECT_PROP_DESC, PARAMS(property, format)) != MTP_RC_OK)
        return false;
    reader = dut_reader(dut);
    (void)ct_u32(&reader); /* code and type */
    return ct_u8(&reader) == 1;
}

static bool is_said_at_all(struct dut *dut, uint16_t format, uint16_t code)
{
    return dut_offers(dut, MTP_OP_SEND_OBJECT_PROP_LIST) || dut_sets(dut, format, code);
}

static bool find_out(struct conf *c, uint16_t format, const uint16_t *codes, size_t count,
                     bool (*is_so)(struct dut *, uint16_t, uint16_t), bool *ret)
{
    static uint16_t known[DUT_PROPS_MAX];
    struct dut dut = dut_session(c);
    bool is_listed = dut_format(&dut, format) == format;
    size_t known_count = 0;

    SETUP {
        if (is_listed) {
            struct ct_reader reader;

            dut_must(&dut, MTP_OP_GET_OBJECT_PROPS_SUPPORTED, PARAMS(format));
            reader = dut_reader(&dut);
            known_count = ct_array16(&reader, known, DUT_PROPS_MAX);
        }
    }
    for (size_t i = 0; i < count; i++) {
        ret[i] =
            dut_lists(known, known_count < DUT_PROPS_MAX ? known_count : DUT_PROPS_MAX, codes[i]);
        SETUP
            ret[i] = ret[i] && is_so(&dut, format, codes[i]);
    }
    dut_done(&dut);
    conf_transport_drop(c);
    return is_listed;
}

bool snapshot_keeps(struct conf *c, uint16_t format, const uint16_t *codes, size_t count,
                    bool *ret_has)
{
    return find_out(c, format, codes, count, is_said_at_all, ret_has);
}

bool snapshot_sets(struct conf *c, uint16_t format, const uint16_t *codes, size_t count,
                   bool *ret_can)
{
    return find_out(c, format, codes, count, dut_sets, ret_can);
}

/* ---- what is in it */

const struct snapshot_object *snapshot_object(const struct snapshot *snapshot, uint32_t handle)
{
    for (size_t i = 0; i < snapshot->object_count; i++) {
        if (snapshot->objects[i].handle == handle)
            return &snapshot->objects[i];
    }
    return NULL;
}

const struct snapshot_store *snapshot_store(const struct snapshot *snapshot, uint32_t id)
{
    for (size_t i = 0; i < snapshot->store_count; i++) {
        if (snapshot->stores[i].id == id)
            return &snapshot->stores[i];
    }
    return NULL;
}

const struct snapshot_value *snapshot_value(const struct snapshot_object *object, uint16_t code)
{
    for (size_t i = 0; i < object->value_count; i++) {
        if (object->values[i].code == code)
            return &object->values[i];
    }
    return NULL;
}

const struct snapshot_description *snapshot_description(const struct snapshot *snapshot,
                                                        uint16_t format, uint16_t code)
{
    for (size_t i = 0; i < snapshot->description_count; i++) {
        if (snapshot->descriptions[i].format == format && snapshot->descriptions[i].code == code)
            return &snapshot->descriptions[i];
    }
    return NULL;
}

uint64_t snapshot_number(uint16_t type, struct snapshot_bytes bytes)
{
    uint64_t number = 0;

    if (type == MTP_DTC_STRING || (type & MTP_DTC_ARRAY) || bytes.size > sizeof(number))
        return 0;
    for (size_t i = bytes.size; i > 0; i--)
        number = number << 8 | bytes.data[i - 1];
    return number;
}

void snapshot_text(struct snapshot_bytes bytes, uint16_t ret_text[256])
{
    struct ct_reader reader = ct_reader(bytes.data, bytes.size);

    text(&reader, ret_text);
}

bool snapshot_text_equal(const uint16_t *one, const uint16_t *other)
{
    while (*one && *one == *other)
        one++, other++;
    return *one == *other;
}

bool snapshot_bytes_equal(struct snapshot_bytes one, struct snapshot_bytes other)
{
    return one.size == other.size && (one.size == 0 || memcmp(one.data, other.data, one.size) == 0);
}

uint64_t snapshot_size(const struct snapshot_object *object)
{
    const struct snapshot_value *size = snapshot_value(object, MTP_OPC_OBJECT_SIZE);

    return size ? snapshot_number(size->type, size->bytes) : object->compressed_size;
}
