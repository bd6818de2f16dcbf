/* Keys are written from the root down: a key's record first, then its values, then the keys below
 * with their list behind them, so that each is written once ("Windows registry file format
 * specification", M. Suhanov; libregf's documentation). All have one security descriptor. */
#include "conformance/host/hive/hive_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

/* Of a key's record: it is the root, it cannot be deleted, its name is in bytes. */
enum { KEY_ROOT = 0x04, KEY_STAYS = 0x08, KEY_BYTES = 0x20, KEY_HEAD = 76 };
enum { VALUE_BYTES = 1, VALUE_HEAD = 20, INSIDE = 4 };
#define DATA_INSIDE 0x80000000u
/* Of a list of keys; more of them are lists of a list. */
enum { LEAF_MOST = 511, LIST_HEAD = 4, LEAF_ENTRY = 8, ROOT_ENTRY = 4 };

/* Owner Administrators, group SYSTEM; both may do everything, in keys below as well. */
static const uint8_t descriptor[] = {
    1, 0, 4,  0x80, 72, 0, 0,  0, 88, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, /* where */
    2, 0, 52, 0,    2,  0, 0,  0,                                       /* entries */
    0, 2, 24, 0,    63, 0, 15, 0, 1,  2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0,
    0, 2, 20, 0,    63, 0, 15, 0, 1,  1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 1,  2, 0, 0,
    0, 0, 0,  5,    32, 0, 0,  0, 32, 2, 0, 0, 1, 1, 0, 0, 0,  0, 0, 5, 18, 0, 0, 0};

struct writer {
    const struct registry *registry;
    struct hive_cells *cells;
    uint32_t security, keys; /* where the descriptor is; how many have it */
};

/* ---- names: bytes where each character is one of Latin-1, else UTF-16 */
struct name {
    WCHAR *text; /* to free; NULL: it is none */
    size_t units, size;
    bool bytes;
};

static struct name name_of(struct writer *it, const char *text)
{
    struct name name = {.text = com_utf16_from_utf8(text), .bytes = true};

    if (!name.text && !it->cells->error)
        it->cells->error = -EILSEQ;
    for (; name.text && name.text[name.units]; name.units++)
        name.bytes &= name.text[name.units] < 0x100;
    name.size = name.bytes ? name.units : 2 * name.units;
    return name;
}

static void put_name(const struct name *name, uint8_t *to)
{
    for (size_t i = 0; i < name->units; i++) {
        if (name->bytes)
            to[i] = (uint8_t)name->text[i];
        else
            put_le16(to + 2 * i, name->text[i]);
    }
}

/* ---- values */
static uint32_t put_data(struct writer *it, const struct registry_value *value)
{
    uint32_t cell = hive_cell(it->cells, value->size);

    if (cell != CELL_NOWHERE)
        memcpy(hive_cell_at(it->cells, cell), value->data, value->size);
    return cell;
}

static uint32_t put_value(struct writer *it, const struct registry_value *value)
{
    struct name name = name_of(it, value->name);
    bool inside = value->size <= INSIDE;
    uint32_t data = inside ? 0 : put_data(it, value);
    uint32_t cell = hive_cell(it->cells, VALUE_HEAD + name.size);
    uint8_t *record = hive_cell_at(it->cells, cell);

    if (record) {
        hive_sign(record, "vk");
        put_le16(record + 2, (uint16_t)name.size);
        put_le32(record + 4, (uint32_t)value->size | (inside ? DATA_INSIDE : 0));
        put_le32(record + 8, data);
        if (inside)
            memcpy(record + 8, value->data, value->size);
        put_le32(record + 12, value->type);
        put_le16(record + 16, name.bytes ? VALUE_BYTES : 0);
        put_name(&name, record + VALUE_HEAD);
    }
    CoTaskMemFree(name.text);
    return cell;
}

static size_t longer(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void put_values(struct writer *it, const char *key, uint32_t cell)
{
    const struct registry_value *value;
    size_t count = 0, name = 0, data = 0;
    uint32_t list;
    uint8_t *record;

    while (registry_value_at(it->registry, key, count))
        count++;
    list = count ? hive_cell(it->cells, 4 * count) : CELL_NOWHERE;
    for (size_t i = 0; !it->cells->error && i < count; i++) {
        uint32_t one;

        value = registry_value_at(it->registry, key, i);
        one = put_value(it, value);
        if (one != CELL_NOWHERE)
            put_le32(hive_cell_at(it->cells, list) + 4 * i, one);
        name = longer(name, 2 * strlen(value->name));
        data = longer(data, value->size);
    }
    record = it->cells->error ? NULL : hive_cell_at(it->cells, cell);
    if (!record)
        return;
    put_le32(record + 36, (uint32_t)count);
    put_le32(record + 40, list);
    put_le32(record + 60, (uint32_t)name);
    put_le32(record + 64, (uint32_t)data);
}

/* ---- keys */
struct below {
    uint32_t cell;
    uint8_t hint[4]; /* the first characters of its name, if they are bytes */
};

/* One leaf. */
static uint32_t put_leaf(struct writer *it, const struct below *keys, size_t count)
{
    uint32_t cell = hive_cell(it->cells, LIST_HEAD + LEAF_ENTRY * count);
    uint8_t *list = hive_cell_at(it->cells, cell);

    if (!list)
        return cell;
    hive_sign(list, "lf");
    put_le16(list + 2, (uint16_t)count);
    for (size_t i = 0; i < count; i++) {
        put_le32(list + LIST_HEAD + LEAF_ENTRY * i, keys[i].cell);
        memcpy(list + LIST_HEAD + LEAF_ENTRY * i + 4, keys[i].hint, sizeof(keys[i].hint));
    }
    return cell;
}

static uint32_t put_list(struct writer *it, const struct below *keys, size_t count)
{
    size_t leaves = (count + LEAF_MOST - 1) / LEAF_MOST;
    uint32_t cell;

    if (leaves == 1)
        return put_leaf(it, keys, count);
    if (leaves > UINT16_MAX) {
        it->cells->error = -EFBIG;
        return CELL_NOWHERE;
    }
    cell = hive_cell(it->cells, LIST_HEAD + ROOT_ENTRY * leaves);
    if (cell == CELL_NOWHERE)
        return cell;
    hive_sign(hive_cell_at(it->cells, cell), "ri");
    put_le16(hive_cell_at(it->cells, cell) + 2, (uint16_t)leaves);
    for (size_t i = 0; i < leaves; i++) {
        size_t from = i * LEAF_MOST, some = count - from < LEAF_MOST ? count - from : LEAF_MOST;
        uint32_t leaf = put_leaf(it, keys + from, some);

        put_le32(hive_cell_at(it->cells, cell) + LIST_HEAD + ROOT_ENTRY * i, leaf);
    }
    return cell;
}

static struct below put_key(struct writer *it, const char *text, uint32_t parent)
{
    struct name name = name_of(it, text);
    struct below below = {.cell = hive_cell(it->cells, KEY_HEAD + name.size)};
    uint8_t *record = hive_cell_at(it->cells, below.cell);
    static const size_t nowhere[] = {28, 32, 40, 48}; /* lists of keys, of values, a class */

    if (record) {
        hive_sign(record, "nk");
        put_le16(record + 2, (uint16_t)((name.bytes ? KEY_BYTES : 0) |
                                        (parent == CELL_NOWHERE ? KEY_ROOT | KEY_STAYS : 0)));
        put_le32(record + 16, parent);
        for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++)
            put_le32(record + nowhere[i], CELL_NOWHERE);
        put_le32(record + 44, it->security);
        put_le16(record + 72, (uint16_t)name.size);
        put_name(&name, record + KEY_HEAD);
        it->keys++;
    }
    for (size_t i = 0; i < sizeof(below.hint) && i < name.units && name.bytes; i++)
        below.hint[i] = (uint8_t)name.text[i];
    CoTaskMemFree(name.text);
    return below;
}

static void put_below(struct writer *it, const char *key, uint32_t cell);

/* A key with all that is in it. */
static struct below put_tree(struct writer *it, const char *key, const char *name, uint32_t parent)
{
    struct below below = put_key(it, name, parent);
    char *path;

    if (asprintf(&path, "%s\\%s", key, name) < 0) {
        it->cells->error = -ENOMEM;
        return below;
    }
    put_values(it, path, below.cell);
    put_below(it, path, below.cell);
    free(path);
    return below;
}

/* The keys below, and their list. */
static void put_below(struct writer *it, const char *key, uint32_t cell)
{
    size_t count = 0, longest = 0;
    const char *name;
    struct below *keys;
    uint32_t list;

    while (registry_key(it->registry, key, count))
        count++;
    keys = count ? calloc(count, sizeof(*keys)) : NULL;
    if (count && !keys)
        it->cells->error = -ENOMEM;
    for (size_t i = 0; !it->cells->error && i < count; i++) {
        name = registry_key(it->registry, key, i);
        longest = longer(longest, 2 * strlen(name));
        keys[i] = put_tree(it, key, name, cell);
    }
    list = count && !it->cells->error ? put_list(it, keys, count) : CELL_NOWHERE;
    if (!it->cells->error && count) {
        put_le32(hive_cell_at(it->cells, cell) + 20, (uint32_t)count);
        put_le32(hive_cell_at(it->cells, cell) + 28, list);
        put_le32(hive_cell_at(it->cells, cell) + 52, (uint32_t)longest);
    }
    free(keys);
}

/* ---- the whole */
static void put_security(struct writer *it)
{
    uint8_t *record;

    it->security = hive_cell(it->cells, 20 + sizeof(descriptor));
    record = hive_cell_at(it->cells, it->security);
    if (!record)
        return;
    hive_sign(record, "sk");
    put_le32(record + 4, it->security); /* a ring of one */
    put_le32(record + 8, it->security);
    put_le32(record + 16, sizeof(descriptor));
    memcpy(record + 20, descriptor, sizeof(descriptor));
}

int hive_write(const struct registry *registry, const char *key, struct hive_cells *ret)
{
    struct writer it = {.registry = registry, .cells = ret};
    uint32_t root;

    hive_cells_begin(ret);
    put_security(&it);
    root = put_key(&it, "ROOT", CELL_NOWHERE).cell;
    put_values(&it, key, root);
    put_below(&it, key, root);
    if (!ret->error)
        put_le32(hive_cell_at(ret, it.security) + 12, it.keys);
    return hive_cells_end(ret, root);
}
