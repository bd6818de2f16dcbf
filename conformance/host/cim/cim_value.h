/* A value of a CIM type: null, one, or an array. Texts are UTF-8; datetimes and references are
 * texts. */
#ifndef CONFORMANCE_HOST_CIM_CIM_VALUE_H
#define CONFORMANCE_HOST_CIM_CIM_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conformance/host/include/wbemcli.h"

enum {
    CIM_ELEMENTS_MAX = 1 << 20, /* of an array */
    CIM_TEXT_MAX = 16 << 20,    /* bytes of one */
    CIM_DATETIME_LENGTH = 25,
};

enum cim_kind {
    CIM_IS_SIGNED,
    CIM_IS_UNSIGNED,
    CIM_IS_REAL,
    CIM_IS_BOOL,
    CIM_IS_TEXT,
    CIM_IS_OBJECT
};

struct cim_object;
union cim_item {
    int64_t i;  /* signed types */
    uint64_t u; /* unsigned ones and char16 */
    double r;
    bool b;
    char *s;                   /* owned */
    struct cim_object *object; /* a reference held */
};

struct cim_value {
    CIMTYPE type; /* with CIM_FLAG_ARRAY, if it is one */
    bool is_null;
    uint32_t count; /* of an array */
    union {
        union cim_item one;
        union cim_item *many; /* owned; NULL: none */
    };
};

struct cim_type {
    CIMTYPE type;
    const char *name; /* as MOF writes it */
    enum cim_kind kind;
    unsigned bits;
};

/* NULL: no type. The array flag is not looked at. */
const struct cim_type *cim_type_of(CIMTYPE type);
const struct cim_type *cim_type_named(const char *name);

struct cim_value cim_null(CIMTYPE type);
struct cim_value cim_bool(bool value);
struct cim_value cim_int(CIMTYPE type, int64_t value);
/* WBEM_E_OUT_OF_MEMORY. */
HRESULT cim_text(CIMTYPE type, const char *text, struct cim_value *ret);
HRESULT cim_value_copy(const struct cim_value *value, struct cim_value *ret);
void cim_value_done(struct cim_value *value);
/* Puts an item, which is the array's then, behind the others; on failure the item is freed. */
HRESULT cim_append(struct cim_value *array, union cim_item item);
const union cim_item *cim_items(const struct cim_value *value, uint32_t *ret_count);

/* Another type. Numbers must fit: WBEM_E_VALUE_OUT_OF_RANGE; WBEM_E_TYPE_MISMATCH. `coerce` as
 * variants do it: texts are numbers and numbers texts, too. */
HRESULT cim_cast(const struct cim_value *value, CIMTYPE type, bool coerce, struct cim_value *ret);
/* ddddddddHHMMSS.mmmmmm:000 or yyyymmddHHMMSS.mmmmmmsUUU, with asterisks where nothing is said. */
bool cim_is_datetime(const char *text);
bool cim_is_interval(const char *text);
/* By type and content; `fold`: texts without regard to the case of ASCII letters. */
bool cim_value_equal(const struct cim_value *a, const struct cim_value *b, bool fold);
/* <0, 0, >0; false: they cannot be compared, or one is null. */
bool cim_compare(const struct cim_value *a, const struct cim_value *b, int *ret_order);

/* Room for one more behind `count` elements; NULL: no memory, and the old one is still there. */
void *cim_grow(void *elements, size_t count, size_t size);
/* For as many, so that cim_grow() can go on. */
void *cim_room(size_t count, size_t size);
bool cim_is_name(const char *name);
HRESULT cim_dup(const char *text, char **ret_copy); /* NULL stays NULL */

#endif
