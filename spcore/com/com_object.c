/* IUnknown of every class, over the table of its interfaces, and what keeps the module loaded. */
#include "spcore/com/com_object.h"

#include <assert.h>

/* The one variable a COM module cannot do without: DllCanUnloadNow has no object to ask. */
static atomic_int module_count;

void com_module_add(int change)
{
    atomic_fetch_add(&module_count, change);
}

bool com_module_busy(void)
{
    return atomic_load(&module_count) > 0;
}

void com_object_init(struct com_object *object, const struct com_class *class)
{
    assert(class->interfaces[0].iid == &IID_IUnknown);
    object->class = class;
    atomic_init(&object->refs, 1);
    com_module_add(1);
}

HRESULT com_object_query(struct com_object *object, REFIID riid, void **ret_interface)
{
    if (!ret_interface)
        return E_POINTER;
    *ret_interface = NULL;
    if (!riid)
        return E_INVALIDARG;
    for (const struct com_interface *row = object->class->interfaces; row->iid; row++) {
        if (IsEqualIID(row->iid, riid)) {
            com_object_add_ref(object);
            *ret_interface = (char *)object + row->offset;
            return S_OK;
        }
    }
    return E_NOINTERFACE;
}

ULONG com_object_add_ref(struct com_object *object)
{
    return atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed) + 1;
}

ULONG com_object_release(struct com_object *object)
{
    /* Acquire-release: the thread that destroys sees what the others did before they let go. */
    ULONG left = atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) - 1;

    if (left == 0) {
        object->class->destroy(object);
        com_module_add(-1);
    }
    return left;
}
