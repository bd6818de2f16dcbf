/* Defects of references that stay: of what fails, of what is referred to, of what is the caller's.
 */
#include "spcore/com/com_object.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

METHOD(FAILED_CREATE_LEAKS, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,
       const WCHAR *name, IMDSPStorage **created)
{
    HRESULT hr = FAILED_CREATE_LEAKS_book(This, attributes, format, name, created);

    if (FAILED(hr))
        sp_device_ref(SELF(sp_storage, IMDSPStorage4)->device);
    return hr;
}

METHOD(FAILED_READ_LEAKS, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = FAILED_READ_LEAKS_book(This, data, size, mac);

    if (FAILED(hr))
        sp_device_ref(SELF(sp_storage, IMDSPObject2)->device);
    return hr;
}

METHOD(FAILED_DEVICE_LEAKS, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,
       IMDSPDevice ***devices)
{
    HRESULT hr = FAILED_DEVICE_LEAKS_book(This, path, count, devices);

    if (FAILED(hr))
        IMDServiceProvider3_AddRef(This);
    return hr;
}

METHOD(REFERRED_KEPT, IMDSPStorage4, SetReferences, DWORD count, IMDSPStorage **storages)
{
    HRESULT hr = REFERRED_KEPT_book(This, count, storages);

    for (DWORD i = 0; SUCCEEDED(hr) && i < count; i++)
        IMDSPStorage_AddRef(storages[i]);
    return hr;
}

METHOD(REFERENCES_LEAK, IMDSPStorage4, GetReferences, DWORD *count, IMDSPStorage ***storages)
{
    HRESULT hr = REFERENCES_LEAK_book(This, count, storages);

    for (DWORD i = 0; SUCCEEDED(hr) && i < *count; i++)
        IMDSPStorage_AddRef((*storages)[i]);
    return hr;
}

METHOD(PROGRESS_KEPT, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    if (progress)
        IWMDMProgress_AddRef(progress);
    return PROGRESS_KEPT_book(This, mode, progress);
}

METHOD(LIST_KEPT, IMDSPStorage4, GetMetadata, IWMDMMetaData *list)
{
    if (list)
        IWMDMMetaData_AddRef(list);
    return LIST_KEPT_book(This, list);
}

METHOD(OPERATION_KEPT, IMDSPDirectTransfer, TransferToDevice, const WCHAR *path,
       IWMDMOperation *operation, DWORD flags, const WCHAR *name, IWMDMMetaData *metadata,
       IWMDMProgress *progress, IMDSPStorage **made)
{
    if (operation)
        operation->lpVtbl->AddRef(operation);
    return OPERATION_KEPT_book(This, path, operation, flags, name, metadata, progress, made);
}
