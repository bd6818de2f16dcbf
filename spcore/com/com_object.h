/* IUnknown as data: a class lists its interfaces in a table, and QueryInterface, AddRef and Release
 * of every interface of the class come from one macro line each.
 *
 *     struct sp_device {
 *         struct com_object com;              first member, always
 *         IMDSPDevice3 IMDSPDevice3_iface;
 *     };
 *     COM_INTERFACE(sp_device, IMDSPDevice3)  sp_device_from_IMDSPDevice3() and the IUnknown trio
 *     static const IMDSPDevice3Vtbl sp_device_IMDSPDevice3_vtbl = {
 *         COM_UNKNOWN_SLOTS(sp_device, IMDSPDevice3),
 *         .GetName = sp_device_GetName, …
 *     };
 *     static const struct com_interface sp_device_interfaces[] = {
 *         COM_MAP(sp_device, IUnknown, IMDSPDevice3),      the identity: always the first row
 *         COM_MAP(sp_device, IMDSPDevice, IMDSPDevice3),   base interfaces share the slot
 *         COM_MAP(sp_device, IMDSPDevice3, IMDSPDevice3),
 *         COM_MAP_END,
 *     };
 *     static const struct com_class sp_device_class = {"sp_device", sp_device_interfaces, destroy};
 */
#ifndef SPCORE_COM_COM_OBJECT_H
#define SPCORE_COM_COM_OBJECT_H

#include <stdatomic.h>

#include "spcore/base.h"
#include "spcore/include/com.h"

struct com_object;

struct com_interface {
    const IID *iid;
    size_t offset; /* of the interface member in the class's structure */
};

struct com_class {
    const char *name;                           /* for traces and tests */
    const struct com_interface *interfaces;     /* ends with COM_MAP_END; row 0 is IUnknown */
    void (*destroy)(struct com_object *object); /* frees what the object owns, and the object */
};

struct com_object {
    const struct com_class *class;
    atomic_uint refs;
};

/* One reference, the creator's; counts in DllCanUnloadNow until the last Release. */
void com_object_init(struct com_object *object, const struct com_class *class);
HRESULT com_object_query(struct com_object *object, REFIID riid, void **ret_interface);
ULONG com_object_add_ref(struct com_object *object);
ULONG com_object_release(struct com_object *object);

/* The module's count of live objects and of LockServer locks. */
void com_module_add(int change);
bool com_module_busy(void);

#define COM_MAP(class_, iid_, member_)                                                             \
    {                                                                                              \
        &IID_##iid_, offsetof(struct class_, member_##_iface)                                      \
    }
#define COM_MAP_END                                                                                \
    {                                                                                              \
        NULL, 0                                                                                    \
    }

#define COM_INTERFACE(class_, iface_)                                                              \
    _Static_assert(offsetof(struct class_, com) == 0, "com_object comes first");                   \
    static inline struct class_ *class_##_from_##iface_(iface_ *This)                              \
    {                                                                                              \
        return container_of(This, struct class_, iface_##_iface);                                  \
    }                                                                                              \
    static HRESULT STDMETHODCALLTYPE class_##_##iface_##_QueryInterface(iface_ *This, REFIID riid, \
                                                                        void **ppvObject)          \
    {                                                                                              \
        return com_object_query(&class_##_from_##iface_(This)->com, riid, ppvObject);              \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE class_##_##iface_##_AddRef(iface_ *This)                        \
    {                                                                                              \
        return com_object_add_ref(&class_##_from_##iface_(This)->com);                             \
    }                                                                                              \
    static ULONG STDMETHODCALLTYPE class_##_##iface_##_Release(iface_ *This)                       \
    {                                                                                              \
        return com_object_release(&class_##_from_##iface_(This)->com);                             \
    }

#define COM_UNKNOWN_SLOTS(class_, iface_)                                                          \
    .QueryInterface = class_##_##iface_##_QueryInterface, .AddRef = class_##_##iface_##_AddRef,    \
    .Release = class_##_##iface_##_Release

#endif
