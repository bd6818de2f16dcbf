/* Microsoft OS descriptors as Windows reads them: the whole is refused where one length is off. */
#include "conformance/raw/raw_msos.h"

#include <errno.h>
#include <string.h>

#include "conformance/raw/raw_descriptors.h"
#include "spcore/base.h"

enum { SET = 0, CONFIGURATION = 1, FUNCTION = 2, COMPATIBLE = 3, PROPERTY = 4, LAST_KNOWN = 8 };
enum { WINDOWS_8_1 = 0x06030000, COMPATIBLE_INDEX = 4, PROPERTIES_INDEX = 5 };

/* dwPropertyDataType (microsoft-os-2-0-descriptors-specification, table 15). */
enum {
    REG_SZ = 1,
    REG_EXPAND_SZ = 2,
    REG_BINARY = 3,
    REG_DWORD = 4,
    REG_DWORD_BIG_ENDIAN = 5,
    REG_LINK = 6,
    REG_MULTI_SZ = 7,
};

static void copy_id(char ret_text[9], const uint8_t *at)
{
    memcpy(ret_text, at, 8);
    ret_text[8] = '\0';
}

/* A name in UTF-16LE with its terminator; ours are all ASCII. */
static bool copy_name(char ret_name[MSOS_NAME], const uint8_t *at, size_t size)
{
    if (size < 4 || size % 2 || size / 2 > MSOS_NAME || get_le16(at + size - 2) != 0)
        return false;
    for (size_t i = 0; i < size / 2; i++) {
        uint16_t unit = get_le16(at + 2 * i);

        if (unit > 0x7e || (unit == 0) != (i == size / 2 - 1))
            return false;
        ret_name[i] = (char)unit;
    }
    return true;
}

static bool add_property(struct msos *msos, uint32_t type, const uint8_t *name, size_t name_size,
                         const uint8_t *data, size_t size)
{
    struct msos_property *property = &msos->properties[msos->count];

    if (msos->count == MSOS_PROPERTIES || size > MSOS_DATA || type == 0 || type > 7 ||
        !copy_name(property->name, name, name_size))
        return false;
    property->type = (uint16_t)type;
    property->size = size;
    memcpy(property->data, data, size);
    msos->count++;
    return true;
}

/* wLength, wDescriptorType, wPropertyDataType, wPropertyNameLength, name, wPropertyDataLength,
 * data (microsoft-os-2-0-descriptors-specification, table 14). */
static bool read_property_feature(struct msos *msos, const uint8_t *at, size_t length)
{
    size_t name, data;

    if (length < 10)
        return false;
    name = get_le16(at + 6);
    if (name > length - 10)
        return false;
    data = get_le16(at + 8 + name);
    return name + data + 10 == length &&
           add_property(msos, get_le16(at + 4), at + 8, name, at + 10 + name, data);
}

/* One feature of the first function, or a header that stands before its children. */
static bool read_feature(struct msos *msos, const uint8_t *at, size_t length, uint16_t type,
                         size_t left, unsigned *functions)
{
    /* Of those whose length is given: compatible id, minimum resume time, model id, CCGP device,
     * vendor revision. */
    static const uint8_t lengths[LAST_KNOWN + 1] = {
        [COMPATIBLE] = 20, [5] = 6, [6] = 20, [7] = 4, [LAST_KNOWN] = 6};

    if (type == CONFIGURATION || type == FUNCTION) {
        *functions += type == FUNCTION;
        return length == 8 && get_le16(at + 6) >= 8 && get_le16(at + 6) <= left;
    }
    if (type < CONFIGURATION || type > LAST_KNOWN)
        return false;
    if (lengths[type] && length != lengths[type])
        return false;
    if (*functions > 1)
        return true; /* another function's */
    if (type == PROPERTY)
        return read_property_feature(msos, at, length);
    if (type == COMPATIBLE) {
        copy_id(msos->compatible, at + 4);
        copy_id(msos->sub, at + 12);
    }
    return true;
}

int msos_read_set(const uint8_t *bytes, size_t length, struct msos *ret)
{
    struct msos msos = {.count = 0};
    unsigned functions = 0;
    size_t at = 10;

    if (length < 10 || get_le16(bytes) != 10 || get_le16(bytes + 2) != SET ||
        get_le32(bytes + 4) < WINDOWS_8_1 || get_le16(bytes + 8) != length)
        return -EPROTO;
    while (at < length) {
        size_t size = length - at < 4 ? 0 : get_le16(bytes + at);

        if (size < 4 || size > length - at ||
            !read_feature(&msos, bytes + at, size, get_le16(bytes + at + 2), length - at,
                          &functions))
            return -EPROTO;
        at += size;
    }
    *ret = msos;
    return 0;
}

/* dwLength, bcdVersion, wIndex, bCount, 7 bytes; a function: number, 1, id, sub id, 6 bytes. */
int msos_read_compatible(const uint8_t *bytes, size_t length, struct msos *ret)
{
    if (length < 40 || get_le32(bytes) != length || get_le16(bytes + 4) != 0x0100 ||
        get_le16(bytes + 6) != COMPATIBLE_INDEX || 16u + 24u * bytes[8] != length)
        return -EPROTO;
    copy_id(ret->compatible, bytes + 18);
    copy_id(ret->sub, bytes + 26);
    return 0;
}

/* dwLength, bcdVersion, wIndex, wCount; a property: dwSize, dwType, wNameLength, name,
 * dwDataLength, data. */
int msos_read_properties(const uint8_t *bytes, size_t length, struct msos *ret)
{
    struct msos msos = {.count = 0};
    size_t at = 10;

    if (length < 10 || get_le32(bytes) != length || get_le16(bytes + 4) != 0x0100 ||
        get_le16(bytes + 6) != PROPERTIES_INDEX)
        return -EPROTO;
    while (at < length) {
        size_t left = length - at, size = left < 14 ? 0 : get_le32(bytes + at), name, data;

        if (size < 14 || size > left)
            return -EPROTO;
        name = get_le16(bytes + at + 8);
        if (name > size - 14)
            return -EPROTO;
        data = get_le32(bytes + at + 10 + name);
        if (data != size - 14 - name ||
            !add_property(&msos, get_le32(bytes + at + 4), bytes + at + 10, name,
                          bytes + at + 14 + name, data))
            return -EPROTO;
        at += size;
    }
    if (msos.count != get_le16(bytes + 8))
        return -EPROTO;
    memcpy(ret->properties, msos.properties, sizeof(msos.properties));
    ret->count = msos.count;
    return 0;
}

/* How many units of zero stand at the end of a text. */
static size_t terminators(const struct msos_property *property)
{
    size_t count = 0;

    while (count < property->size / 2 &&
           get_le16(property->data + property->size - 2 * count - 2) == 0)
        count++;
    return count;
}

static bool fits(const struct msos_property *property)
{
    size_t zeroes = terminators(property);

    switch (property->type) {
    case REG_SZ:
    case REG_EXPAND_SZ:
    case REG_LINK:
        return property->size % 2 == 0 && zeroes == 1;
    case REG_MULTI_SZ:
        return property->size % 2 == 0 && zeroes == 2;
    case REG_DWORD:
    case REG_DWORD_BIG_ENDIAN:
        return property->size == 4;
    default:
        return property->type == REG_BINARY;
    }
}

const struct msos_property *msos_misfit(const struct msos *msos)
{
    for (size_t i = 0; i < msos->count; i++) {
        if (!fits(&msos->properties[i]))
            return &msos->properties[i];
    }
    return NULL;
}

const struct msos_property *msos_find(const struct msos *msos, const char *name)
{
    for (size_t i = 0; i < msos->count; i++) {
        if (strcmp(msos->properties[i].name, name) == 0)
            return &msos->properties[i];
    }
    return NULL;
}

bool msos_agree(const struct msos *a, const struct msos *b)
{
    if (strcmp(a->compatible, b->compatible) != 0 || strcmp(a->sub, b->sub) != 0 ||
        a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct msos_property *one = &a->properties[i], *other = msos_find(b, one->name);

        if (!other || other->type != one->type || other->size != one->size ||
            memcmp(other->data, one->data, one->size) != 0)
            return false;
    }
    return true;
}
