/* What is said of an object and asked of it, as WMDM's property lists. */
#ifndef SPCORE_SYNC_SYNC_METADATA_H
#define SPCORE_SYNC_SYNC_METADATA_H

#include "spcore/include/mswmdm.h"
#include "spcore/sync/sync_model.h"

/* What is not there is not added: NULL, text that is no UTF-8. */
HRESULT sync_metadata_add_text(IWMDMMetaData *list, const WCHAR *name, const char *text);
HRESULT sync_metadata_add_number(IWMDMMetaData *list, const WCHAR *name, uint32_t number);
/* To free(); NULL: not there, or of another type. */
char *sync_metadata_text(IWMDMMetaData *list, const WCHAR *name);
/* DWORD, WORD or QWORD; false: none. */
bool sync_metadata_number(IWMDMMetaData *list, const WCHAR *name, uint64_t *ret_number);

/* Tags, format, and what listeners gave before, of `row` if there is one. */
HRESULT sync_metadata_add_track(IWMDMMetaData *list, const struct sync_track *track,
                                const struct sync_row *row);
/* A picture as the album's cover, with its measures. */
struct sync_picture {
    const void *bytes;
    size_t length;
    uint32_t format, width, height; /* 0: not known */
};
HRESULT sync_metadata_add_cover(IWMDMMetaData *list, const struct sync_picture *picture);

#endif
