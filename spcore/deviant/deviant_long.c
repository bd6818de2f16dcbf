/* Defects of playlists: how many references there may be, and how often one. */
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

#define SET(token) METHOD(token, IMDSPStorage4, SetReferences, DWORD count, IMDSPStorage **storages)

SET(REFERENCED_ONCE)
{
    IMDSPStorage *once[256];
    DWORD kept = 0;

    if (!storages || count > ARRAY_SIZE(once))
        return REFERENCED_ONCE_book(This, count, storages);
    for (DWORD i = 0; i < count; i++) {
        DWORD k = 0;

        while (k < kept && once[k] != storages[i])
            k++;
        if (k == kept)
            once[kept++] = storages[i];
    }
    return REFERENCED_ONCE_book(This, kept, once);
}

SET(REFERENCES_UP_TO_100)
{
    return REFERENCES_UP_TO_100_book(This, count < 100 ? count : 100, storages);
}
