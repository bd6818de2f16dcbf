/* Which kind of object one of the provider's storages is. */
#ifndef SPCORE_DEVIANT_KIND_H
#define SPCORE_DEVIANT_KIND_H

#include <stdlib.h>

#include "spcore/sp/sp_storage.h"

/* 0: a root, or of an object that is gone. */
static inline uint16_t kind_format(const struct sp_storage *self)
{
    struct mtpi_object_info info = {0};

    if (!self->handle || FAILED(sp_storage_info(self, &info)))
        return 0;
    mtpi_object_info_done(&info);
    return info.format;
}

static inline bool kind_is_folder(const struct sp_storage *self)
{
    return kind_format(self) == MTP_FC_ASSOCIATION;
}

/* Is nothing in the folder? */
static inline bool kind_is_empty(const struct sp_storage *self)
{
    struct mtpi_u32_array below = {0};
    HRESULT hr = sp_children(self->device, self->storage, self->handle, &below);

    free(below.item);
    return SUCCEEDED(hr) && !below.count;
}

#endif
