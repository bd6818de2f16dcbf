/* Defects of serial numbers and their MACs, of a device and of a medium. */
#include <string.h>

#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp.h"

#define LONG_MAC 20 /* as OPAQUECOMMAND has room for */

#define MAC_LONG(token, interface)                                                                 \
    METHOD(token, interface, GetSerialNumber, WMDMID *serial, BYTE *mac)                           \
    {                                                                                              \
        HRESULT hr = token##_book(This, serial, mac);                                              \
                                                                                                   \
        if (SUCCEEDED(hr))                                                                         \
            memset(mac + WMDM_MAC_LENGTH, 0, LONG_MAC - WMDM_MAC_LENGTH);                          \
        return hr;                                                                                 \
    }
MAC_LONG(SERIAL_MAC_LONG, IMDSPDevice3)
MAC_LONG(MEDIUM_MAC_LONG, IMDSPStorageGlobals)

METHOD(RIGHTS_MAC_LONG, IMDSPStorage4, GetRights, WMDMRIGHTS **rights, DWORD *count, BYTE *mac)
{
    HRESULT hr = RIGHTS_MAC_LONG_book(This, rights, count, mac);

    if (mac)
        memset(mac, 0, LONG_MAC);
    return hr;
}

/* From the second call on, or from the first, as `calls` says. */
#define MAC_UNTOUCHED(token, interface, calls)                                                     \
    METHOD(token, interface, GetSerialNumber, WMDMID *serial, BYTE *mac)                           \
    {                                                                                              \
        static atomic_uint made;                                                                   \
        BYTE own[WMDM_MAC_LENGTH];                                                                 \
        bool is_kept = serial && mac && atomic_fetch_add(&made, 1) + 1 > (calls);                  \
                                                                                                   \
        return token##_book(This, serial, is_kept ? own : mac);                                    \
    }
MAC_UNTOUCHED(SERIAL_MAC_ONCE, IMDSPDevice3, 1)
MAC_UNTOUCHED(MEDIUM_MAC_ONCE, IMDSPStorageGlobals, 1)
MAC_UNTOUCHED(MEDIUM_MAC_UNTOUCHED, IMDSPStorageGlobals, 0)

/* ---- the structure itself */
SEAM(sp_serial);
HRESULT __wrap_sp_serial(struct sp_context *context, const uint16_t *text, WMDMID *ret_id,
                         BYTE ret_mac[WMDM_MAC_LENGTH])
{
    const WMDMID before = *ret_id;
    HRESULT hr = __real_sp_serial(context, text, ret_id, ret_mac);
    DWORD used = ret_id->SerialNumberLength;

    if (FAILED(hr))
        return hr;
    if (deviates(SERIAL_MAC_PARTIAL))
        return sp_mac(context, ret_id->pID, used, NULL, 0, ret_mac);
    if (deviates(SERIAL_VENDOR_DIRTY))
        ret_id->dwVendorID = before.dwVendorID;
    if (deviates(SERIAL_TAIL_DIRTY))
        memcpy(ret_id->pID + used, before.pID + used, sizeof(before.pID) - used);
    return sp_mac(context, ret_id, sizeof(*ret_id), NULL, 0, ret_mac);
}
