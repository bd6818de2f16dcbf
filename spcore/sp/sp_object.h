/* What IMDSPObject does with the tree: delete, rename, move. */
#ifndef SPCORE_SP_SP_OBJECT_H
#define SPCORE_SP_SP_OBJECT_H

#include "spcore/sp/sp_storage.h"

HRESULT sp_object_delete(struct sp_storage *self, DWORD mode, IWMDMProgress *callback);
HRESULT sp_object_rename(struct sp_storage *self, const WCHAR *name, IWMDMProgress *callback);
HRESULT sp_object_move(struct sp_storage *self, DWORD mode, IWMDMProgress *callback,
                       IMDSPStorage *target);

#endif
