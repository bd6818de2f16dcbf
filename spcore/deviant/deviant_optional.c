/* Optional interfaces that the provider has only as defects: of each one method answers without
 * asking for the channel, and the others as if it were never there. */
#include "spcore/deviant/deviant_optional.h"

#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

static void optional_destroy(struct com_object *object)
{
    free(object);
}

/* An object of that interface alone: its class, and who makes one. NULL: no memory. */
#define OPTIONAL(name, interface, ...)                                                             \
    static const interface##Vtbl name##_vtbl = {COM_UNKNOWN_SLOTS(name, interface), __VA_ARGS__};  \
    static const struct com_interface name##_interfaces[] = {                                      \
        COM_MAP(name, IUnknown, interface),                                                        \
        COM_MAP(name, interface, interface),                                                       \
        COM_MAP_END,                                                                               \
    };                                                                                             \
    static const struct com_class name##_class = {#name, name##_interfaces, optional_destroy};     \
    static void *name##_new(void)                                                                  \
    {                                                                                              \
        struct name *self = com_zalloc(sizeof(*self));                                             \
                                                                                                   \
        if (!self)                                                                                 \
            return NULL;                                                                           \
        self->interface##_iface.lpVtbl = &name##_vtbl;                                             \
        com_object_init(&self->com, &name##_class);                                                \
        return &self->interface##_iface;                                                           \
    }

/* ---- IMDSPRevoked */
struct revoked {
    struct com_object com;
    IMDSPRevoked IMDSPRevoked_iface;
};
COM_INTERFACE(revoked, IMDSPRevoked)

static HRESULT STDMETHODCALLTYPE revoked_GetRevocationURL(IMDSPRevoked *This, WCHAR **address,
                                                          DWORD *length)
{
    (void)This;
    *address = com_utf16_from_utf8("https://papkit.example/revoked");
    *length = *address ? (DWORD)com_wcslen(*address) + 1 : 0;
    return S_OK;
}

OPTIONAL(revoked, IMDSPRevoked, .GetRevocationURL = revoked_GetRevocationURL)

/* ---- IMDSPDirectTransfer */
struct direct {
    struct com_object com;
    IMDSPDirectTransfer IMDSPDirectTransfer_iface;
};
COM_INTERFACE(direct, IMDSPDirectTransfer)

static HRESULT STDMETHODCALLTYPE direct_TransferToDevice(
    IMDSPDirectTransfer *This, const WCHAR *path, IWMDMOperation *operation, DWORD flags,
    const WCHAR *name, IWMDMMetaData *metadata, IWMDMProgress *progress, IMDSPStorage **made)
{
    (void)This, (void)path, (void)operation, (void)flags, (void)name, (void)metadata;
    (void)progress;
    *made = NULL;
    return WMDM_E_NOTSUPPORTED;
}

OPTIONAL(direct, IMDSPDirectTransfer, .TransferToDevice = direct_TransferToDevice)

/* ---- who has which */
static const struct {
    enum sp_defect defect;
    const char *class;
    const IID *iid;
    void *(*make)(void);
} offers[] = {
    {SP_DEFECT_REVOKED_WITHOUT_CHANNEL, "sp_provider", &IID_IMDSPRevoked, revoked_new},
    {SP_DEFECT_DIRECT_WITHOUT_CHANNEL, "sp_storage", &IID_IMDSPDirectTransfer, direct_new},
};

HRESULT optional_offered(const struct com_object *object, REFIID riid, void **ret_interface)
{
    for (size_t i = 0; i < ARRAY_SIZE(offers); i++) {
        if (!sp_deviates(offers[i].defect) || !IsEqualIID(riid, offers[i].iid) ||
            strcmp(object->class->name, offers[i].class) != 0)
            continue;
        *ret_interface = offers[i].make();
        return *ret_interface ? S_OK : E_OUTOFMEMORY;
    }
    return E_NOINTERFACE;
}
