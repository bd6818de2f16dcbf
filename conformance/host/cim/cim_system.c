/* System properties, made of the object when somebody asks. */
#include "conformance/host/cim/cim_system.h"

#include <string.h>

#include "conformance/host/cim/cim_path.h"
#include "spcore/base.h"

static HRESULT text(const char *value, struct cim_value *ret)
{
    *ret = cim_null(CIM_STRING);
    return value ? cim_text(CIM_STRING, value, ret) : WBEM_S_NO_ERROR;
}

static HRESULT path_of(const struct cim_object *object, bool full, struct cim_value *ret)
{
    char *path = NULL;
    HRESULT hr = cim_object_path(object, full, &path);

    *ret = cim_null(CIM_STRING);
    if (hr == WBEM_E_NOT_FOUND)
        return WBEM_S_NO_ERROR; /* it has none yet */
    if (SUCCEEDED(hr))
        *ret = (struct cim_value){.type = CIM_STRING, .one.s = path};
    return hr;
}

static HRESULT genus(const struct cim_object *object, struct cim_value *ret)
{
    *ret = cim_int(CIM_SINT32, object->genus);
    return WBEM_S_NO_ERROR;
}

static HRESULT class(const struct cim_object *object, struct cim_value *ret)
{
    return text(object->class_name, ret);
}

static HRESULT superclass(const struct cim_object *object, struct cim_value *ret)
{
    return text(cim_superclass(object), ret);
}

static HRESULT dynasty(const struct cim_object *object, struct cim_value *ret)
{
    return text(cim_dynasty(object), ret);
}

static HRESULT relpath(const struct cim_object *object, struct cim_value *ret)
{
    return path_of(object, false, ret);
}

static HRESULT count(const struct cim_object *object, struct cim_value *ret)
{
    *ret = cim_int(CIM_SINT32, (int64_t)object->property_count);
    return WBEM_S_NO_ERROR;
}

static HRESULT derivation(const struct cim_object *object, struct cim_value *ret)
{
    struct cim_value all = {.type = CIM_STRING | CIM_FLAG_ARRAY};
    HRESULT hr = WBEM_S_NO_ERROR;

    for (size_t i = 0; SUCCEEDED(hr) && i < cim_depth(object); i++) {
        union cim_item item;
        hr = cim_dup(cim_ancestor(object, i)->class_name, &item.s);
        if (SUCCEEDED(hr))
            hr = cim_append(&all, item);
    }
    if (SUCCEEDED(hr))
        *ret = all;
    else
        cim_value_done(&all);
    return hr;
}

static HRESULT server(const struct cim_object *object, struct cim_value *ret)
{
    return text(object->server, ret);
}

static HRESULT namespace(const struct cim_object *object, struct cim_value *ret)
{
    return text(object->namespace, ret);
}

static HRESULT path(const struct cim_object *object, struct cim_value *ret)
{
    *ret = cim_null(CIM_STRING);
    return object->server ? path_of(object, true, ret) : WBEM_S_NO_ERROR;
}

static const struct {
    const char *name;
    HRESULT (*get)(const struct cim_object *object, struct cim_value *ret);
} properties[] = {
    {"__GENUS", genus},           {"__CLASS", class},
    {"__SUPERCLASS", superclass}, {"__DYNASTY", dynasty},
    {"__RELPATH", relpath},       {"__PROPERTY_COUNT", count},
    {"__DERIVATION", derivation}, {"__SERVER", server},
    {"__NAMESPACE", namespace},   {"__PATH", path},
};

const char *cim_system_name(size_t index)
{
    return index < ARRAY_SIZE(properties) ? properties[index].name : NULL;
}

HRESULT cim_system_value(const struct cim_object *object, const char *name, struct cim_value *ret)
{
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
        if (strcasecmp(properties[i].name, name) == 0)
            return properties[i].get(object, ret);
    }
    return WBEM_E_NOT_FOUND;
}
