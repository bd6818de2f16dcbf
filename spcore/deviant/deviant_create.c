/* Defects of creating: where the new object goes, and which of its announced properties count. */
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

#define INSERTS                                                                                    \
    ((DWORD)(WMDM_STORAGECONTROL_INSERTBEFORE | WMDM_STORAGECONTROL_INSERTAFTER |                  \
             WMDM_STORAGECONTROL_INSERTINTO))

static bool is_folder(const struct sp_storage *self)
{
    struct mtpi_object_info info = {0};

    if (!self->handle)
        return true;
    if (FAILED(sp_storage_info(self, &info)))
        return false;
    mtpi_object_info_done(&info);
    return info.format == MTP_FC_ASSOCIATION;
}

/* The insert flag that a defect makes of the caller's. */
static DWORD placed(const struct sp_storage *self, DWORD insert)
{
    bool into = insert == WMDM_STORAGECONTROL_INSERTINTO;

    if (deviates(ANY_INSERT))
        return insert ? insert & -insert : WMDM_STORAGECONTROL_INSERTAFTER;
    if (deviates(INTO_FILE_OK) && into && !is_folder(self))
        return WMDM_STORAGECONTROL_INSERTAFTER;
    if ((deviates(BESIDE_ROOT_OK) && !self->handle) ||
        (deviates(BESIDE_IS_INTO) && self->handle && is_folder(self)))
        return WMDM_STORAGECONTROL_INSERTINTO;
    return insert;
}

SEAM(sp_storage_create);
HRESULT __wrap_sp_storage_create(struct sp_storage *self, const struct sp_creation *creation,
                                 IMDSPStorage **ret_storage)
{
    struct sp_creation spoilt = *creation;
    struct sp_storage root = {.device = self->device, .storage = self->storage};
    DWORD insert = placed(self, creation->attributes & INSERTS);

    spoilt.attributes = (creation->attributes & ~INSERTS) | insert;
    if (deviates(OVERWRITE_IGNORED))
        spoilt.attributes &= ~WMDM_FILE_CREATE_OVERWRITE;
    if (deviates(FILE_BEFORE_FOLDER) && (spoilt.attributes & WMDM_FILE_ATTR_FILE))
        spoilt.attributes &= ~WMDM_FILE_ATTR_FOLDER;
    if (deviates(ANY_SIZE_ANNOUNCED))
        spoilt.size = 0;
    return __real_sp_storage_create(
        deviates(CREATED_IN_ROOT) && insert == WMDM_STORAGECONTROL_INSERTINTO ? &root : self,
        &spoilt, ret_storage);
}
