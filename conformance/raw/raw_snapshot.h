/* What a device says over MTP, read once by the judge's own initiator: what a provider says later,
 * or the device itself in other words, is held against it. Values stay as they came. */
#ifndef CONFORMANCE_RAW_RAW_SNAPSHOT_H
#define CONFORMANCE_RAW_RAW_SNAPSHOT_H

#include "conformance/raw/dut.h"

enum { SNAPSHOT_OBJECTS = 512 };

/* A check that says in words of what it speaks. */
#define AGREE(ok, ...)                                                                             \
    conf_check_said(c, (ok), (struct value){"otherwise"}, __FILE__, __LINE__, __VA_ARGS__)

struct snapshot_bytes {
    uint8_t *data;
    size_t size;
};

/* A description of a property (MTP 1.1, 5.1.2.1 and 5.3.2.3). */
struct snapshot_description {
    uint16_t format; /* 0: of the device */
    uint16_t code, type;
    uint8_t settable, form_kind;
    uint32_t group;                /* of objects; 0xffffffff: slow */
    struct snapshot_bytes initial; /* the default */
    struct snapshot_bytes current; /* of the device */
    struct snapshot_bytes form;    /* what stands behind the kind of form */
    struct snapshot_bytes whole;   /* all of the dataset */
};

struct snapshot_value {
    uint16_t code, type;
    struct snapshot_bytes bytes;
};

struct snapshot_store {
    uint32_t id;
    bool is_there; /* its medium; what follows is said of that */
    uint16_t type, filesystem, access;
    uint64_t capacity, free_bytes;
    uint32_t free_objects;
    uint16_t description[256], volume[256]; /* UTF-16 with its NUL */
};

/* ObjectInfo (MTP 1.1, 5.3.1), and what else there is about the object. */
struct snapshot_object {
    uint32_t handle, store;
    uint16_t format, protection;
    uint32_t compressed_size;
    uint16_t thumb_format;
    uint32_t thumb_size, thumb_width, thumb_height, width, height, depth, parent;
    uint16_t association_type;
    uint32_t association_description, sequence;
    uint16_t name[256], created[256], modified[256], keywords[256];
    struct snapshot_value *values; /* GetObjectPropValue of each property that was described */
    size_t value_count;
    uint32_t *references; /* GetObjectReferences, where that is offered */
    size_t reference_count;
};

struct snapshot {
    struct dut_info info;
    struct snapshot_store stores[DUT_STORES];
    size_t store_count;
    struct snapshot_object *objects; /* as GetObjectHandles has them */
    size_t object_count;
    struct snapshot_description *descriptions; /* of the device, and of formats of the objects */
    size_t description_count;
    bool is_whole; /* every dataset was read to its end and no further */
    bool is_all;   /* there were no more objects than SNAPSHOT_OBJECTS */
};

/* How far one asks: each property of each object is a request of its own. */
enum snapshot_depth {
    SNAPSHOT_DEVICE, /* DeviceInfo, the device's properties, its storages */
    SNAPSHOT_TREE,   /* and of each object ObjectInfo, references and its size in 64 bits */
    SNAPSHOT_WHOLE,  /* and each property of each object, with its description */
};

/* Asks for it; the case ends as with dut_must() when what is mandatory is refused. It is freed when
 * the case ends. */
const struct snapshot *snapshot_take(struct dut *dut, enum snapshot_depth depth);
/* The same, whole, of these objects alone. */
const struct snapshot *snapshot_take_of(struct dut *dut, const uint32_t *handles, size_t count);
/* The same in a session of its own, with the device let go after: for what somebody else then has.
 * Ends the case where the device's own words cannot be read. */
const struct snapshot *snapshot_before(struct conf *c, enum snapshot_depth depth);

/* Which of the properties objects of a format have and a host can give them, asked in such a
 * session; false: the device does not list the format. */
bool snapshot_keeps(struct conf *c, uint16_t format, const uint16_t *codes, size_t count,
                    bool *ret_has);
/* By its description: can the property be given to an object of the format that is there? */
bool dut_sets(struct dut *dut, uint16_t format, uint16_t property);
/* The same of several, as above. */
bool snapshot_sets(struct conf *c, uint16_t format, const uint16_t *codes, size_t count,
                   bool *ret_can);

const struct snapshot_object *snapshot_object(const struct snapshot *snapshot, uint32_t handle);
const struct snapshot_store *snapshot_store(const struct snapshot *snapshot, uint32_t id);
/* NULL: the object has no such property. */
const struct snapshot_value *snapshot_value(const struct snapshot_object *object, uint16_t code);
/* `format` 0: of the device. NULL: there is none. */
const struct snapshot_description *snapshot_description(const struct snapshot *snapshot,
                                                        uint16_t format, uint16_t code);
/* An integer of up to 64 bits; other values are 0. */
uint64_t snapshot_number(uint16_t type, struct snapshot_bytes bytes);
/* A string with its NUL; what is none is empty. */
void snapshot_text(struct snapshot_bytes bytes, uint16_t ret_text[256]);
bool snapshot_text_equal(const uint16_t *one, const uint16_t *other);
bool snapshot_bytes_equal(struct snapshot_bytes one, struct snapshot_bytes other);
/* All bytes of the object; the 64 bits of its property where it has one. */
uint64_t snapshot_size(const struct snapshot_object *object);

#endif
