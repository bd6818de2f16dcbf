/* The jobs of IWMDMStorageControl. */
#ifndef CONFORMANCE_HOST_WMDM_MDM_INSERT_H
#define CONFORMANCE_HOST_WMDM_MDM_INSERT_H

#include "conformance/host/wmdm/mdm_private.h"

/* What an application gives to Insert, Insert2 and Insert3; NULL and 0 where it does not. */
struct mdm_insertion {
    DWORD mode;
    const WCHAR *source, *name;
    IWMDMOperation *operation;
    IWMDMProgress *progress;
    IWMDMMetaData *metadata;
};
/* The new object goes to *ret_new when it is asked for and known before the call returns. */
HRESULT mdm_insert(struct mdm_storage *target, const struct mdm_insertion *what,
                   IWMDMStorage **ret_new);
HRESULT mdm_read(struct mdm_storage *source, DWORD mode, const WCHAR *file, IWMDMProgress *progress,
                 IWMDMOperation *operation);
HRESULT mdm_delete(struct mdm_storage *storage, DWORD mode, IWMDMProgress *progress);
HRESULT mdm_rename(struct mdm_storage *storage, DWORD mode, const WCHAR *name,
                   IWMDMProgress *progress);
HRESULT mdm_move(struct mdm_storage *storage, DWORD mode, struct mdm_storage *target,
                 IWMDMProgress *progress);

#endif
