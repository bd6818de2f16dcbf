/* An optional interface that the provider has only as a defect: IMDSPRevoked, which names its
 * address without asking for the channel. */
#include <stdlib.h>

#include "spcore/com/com_memory.h"
#include "spcore/com/com_object.h"
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

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

static const IMDSPRevokedVtbl revoked_vtbl = {
    COM_UNKNOWN_SLOTS(revoked, IMDSPRevoked),
    .GetRevocationURL = revoked_GetRevocationURL,
};

static const struct com_interface revoked_interfaces[] = {
    COM_MAP(revoked, IUnknown, IMDSPRevoked),
    COM_MAP(revoked, IMDSPRevoked, IMDSPRevoked),
    COM_MAP_END,
};

static void revoked_destroy(struct com_object *object)
{
    free(object);
}

static const struct com_class revoked_class = {"revoked", revoked_interfaces, revoked_destroy};

METHOD(REVOKED_WITHOUT_CHANNEL, IMDServiceProvider3, QueryInterface, REFIID riid, void **object)
{
    struct revoked *revoked;

    if (!object || !riid || !IsEqualIID(riid, &IID_IMDSPRevoked))
        return REVOKED_WITHOUT_CHANNEL_book(This, riid, object);
    revoked = com_zalloc(sizeof(*revoked));
    if (!revoked)
        return E_OUTOFMEMORY;
    revoked->IMDSPRevoked_iface.lpVtbl = &revoked_vtbl;
    com_object_init(&revoked->com, &revoked_class);
    *object = &revoked->IMDSPRevoked_iface;
    return S_OK;
}
