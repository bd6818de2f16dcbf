/* IWMDMObjectInfo before the provider's. */
#include "conformance/host/wmdm/mdm_private.h"

COM_INTERFACE(mdm_storage, IWMDMObjectInfo)

#define GET(method)                                                                                \
    static HRESULT STDMETHODCALLTYPE info_##method(IWMDMObjectInfo *This, DWORD *value)            \
    {                                                                                              \
        struct mdm_storage *self = mdm_storage_from_IWMDMObjectInfo(This);                         \
        HRESULT hr = mdm_enter(self->way, value != NULL);                                          \
                                                                                                   \
        return FAILED(hr) ? hr : IMDSPObjectInfo_##method(self->info, value);                      \
    }
#define SET(method)                                                                                \
    static HRESULT STDMETHODCALLTYPE info_##method(IWMDMObjectInfo *This, DWORD value)             \
    {                                                                                              \
        struct mdm_storage *self = mdm_storage_from_IWMDMObjectInfo(This);                         \
        HRESULT hr = mdm_enter(self->way, true);                                                   \
                                                                                                   \
        return FAILED(hr) ? hr : IMDSPObjectInfo_##method(self->info, value);                      \
    }

GET(GetPlayLength)
SET(SetPlayLength)
GET(GetPlayOffset)
SET(SetPlayOffset)
GET(GetTotalLength)
GET(GetLastPlayPosition)
GET(GetLongestPlayPosition)

const IWMDMObjectInfoVtbl mdm_object_info_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_storage, IWMDMObjectInfo),
    .GetPlayLength = info_GetPlayLength,
    .SetPlayLength = info_SetPlayLength,
    .GetPlayOffset = info_GetPlayOffset,
    .SetPlayOffset = info_SetPlayOffset,
    .GetTotalLength = info_GetTotalLength,
    .GetLastPlayPosition = info_GetLastPlayPosition,
    .GetLongestPlayPosition = info_GetLongestPlayPosition,
};
