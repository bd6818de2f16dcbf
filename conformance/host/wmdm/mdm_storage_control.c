/* IWMDMStorageControl/2/3 of a storage, and where to learn why a transfer was refused: the methods;
 * what they set going stands in mdm_insert.c, mdm_read.c and mdm_change.c. */
#include "conformance/host/wmdm/mdm_insert.h"

COM_INTERFACE(mdm_storage, IWMDMStorageControl3)
COM_INTERFACE(mdm_storage, IWMDMRevoked)

static HRESULT STDMETHODCALLTYPE control_Insert(IWMDMStorageControl3 *This, DWORD fuMode,
                                                const WCHAR *pwszFile, IWMDMOperation *pOperation,
                                                IWMDMProgress *pProgress,
                                                IWMDMStorage **ppNewObject)
{
    return mdm_insert(
        mdm_storage_from_IWMDMStorageControl3(This),
        &(struct mdm_insertion){
            .mode = fuMode, .source = pwszFile, .operation = pOperation, .progress = pProgress},
        ppNewObject);
}

static HRESULT STDMETHODCALLTYPE control_Delete(IWMDMStorageControl3 *This, DWORD fuMode,
                                                IWMDMProgress *pProgress)
{
    return mdm_delete(mdm_storage_from_IWMDMStorageControl3(This), fuMode, pProgress);
}

static HRESULT STDMETHODCALLTYPE control_Rename(IWMDMStorageControl3 *This, DWORD fuMode,
                                                const WCHAR *pwszNewName, IWMDMProgress *pProgress)
{
    return mdm_rename(mdm_storage_from_IWMDMStorageControl3(This), fuMode, pwszNewName, pProgress);
}

static HRESULT STDMETHODCALLTYPE control_Read(IWMDMStorageControl3 *This, DWORD fuMode,
                                              const WCHAR *pwszFile, IWMDMProgress *pProgress,
                                              IWMDMOperation *pOperation)
{
    return mdm_read(mdm_storage_from_IWMDMStorageControl3(This), fuMode, pwszFile, pProgress,
                    pOperation);
}

static HRESULT STDMETHODCALLTYPE control_Move(IWMDMStorageControl3 *This, DWORD fuMode,
                                              IWMDMStorage *pTargetObject, IWMDMProgress *pProgress)
{
    return mdm_move(mdm_storage_from_IWMDMStorageControl3(This), fuMode,
                    mdm_storage_of(pTargetObject), pProgress);
}

static HRESULT STDMETHODCALLTYPE control_Insert2(IWMDMStorageControl3 *This, DWORD fuMode,
                                                 const WCHAR *pwszFileSource,
                                                 const WCHAR *pwszFileDest,
                                                 IWMDMOperation *pOperation,
                                                 IWMDMProgress *pProgress, IUnknown *pUnknown,
                                                 IWMDMStorage **ppNewObject)
{
    (void)pUnknown; /* for a secure content provider, of which there is none */
    return mdm_insert(mdm_storage_from_IWMDMStorageControl3(This),
                      &(struct mdm_insertion){.mode = fuMode,
                                              .source = pwszFileSource,
                                              .name = pwszFileDest,
                                              .operation = pOperation,
                                              .progress = pProgress},
                      ppNewObject);
}

/* fuType says what this storage is, which its provider knows better. */
static HRESULT STDMETHODCALLTYPE control_Insert3(IWMDMStorageControl3 *This, DWORD fuMode,
                                                 DWORD fuType, const WCHAR *pwszFileSource,
                                                 const WCHAR *pwszFileDest,
                                                 IWMDMOperation *pOperation,
                                                 IWMDMProgress *pProgress, IWMDMMetaData *pMetaData,
                                                 IUnknown *pUnknown, IWMDMStorage **ppNewObject)
{
    (void)fuType, (void)pUnknown;
    return mdm_insert(mdm_storage_from_IWMDMStorageControl3(This),
                      &(struct mdm_insertion){.mode = fuMode,
                                              .source = pwszFileSource,
                                              .name = pwszFileDest,
                                              .operation = pOperation,
                                              .progress = pProgress,
                                              .metadata = pMetaData},
                      ppNewObject);
}

const IWMDMStorageControl3Vtbl mdm_storage_control_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_storage, IWMDMStorageControl3),
    .Insert = control_Insert,
    .Delete = control_Delete,
    .Rename = control_Rename,
    .Read = control_Read,
    .Move = control_Move,
    .Insert2 = control_Insert2,
    .Insert3 = control_Insert3,
};

/* ---- IWMDMRevoked: of the components that can be revoked we know one that may say so. */
static HRESULT STDMETHODCALLTYPE revoked_GetRevocationURL(IWMDMRevoked *This,
                                                          WCHAR **ppwszRevocationURL,
                                                          DWORD *pdwBufferLen,
                                                          DWORD *pdwRevokedBitFlag)
{
    struct mdm_storage *self = mdm_storage_from_IWMDMRevoked(This);
    IMDSPRevoked *theirs = NULL;
    HRESULT hr = mdm_enter(self->way, ppwszRevocationURL && pdwBufferLen && pdwRevokedBitFlag);

    if (pdwRevokedBitFlag)
        *pdwRevokedBitFlag = 0;
    if (SUCCEEDED(hr))
        hr = mdm_query(self->way, self->way->provider->instance, &IID_IMDSPRevoked, &theirs);
    if (SUCCEEDED(hr))
        hr = IMDSPRevoked_GetRevocationURL(theirs, ppwszRevocationURL, pdwBufferLen);
    LET_GO(theirs);
    if (SUCCEEDED(hr))
        *pdwRevokedBitFlag = WMDM_SP_REVOKED;
    return hr;
}

const IWMDMRevokedVtbl mdm_revoked_vtbl = {
    COM_UNKNOWN_SLOTS(mdm_storage, IWMDMRevoked),
    .GetRevocationURL = revoked_GetRevocationURL,
};
