/* Sources for IMDSPDirectTransfer: a file of the host's, and an operation of the application's. */
#ifndef CONFORMANCE_WMDM_WMDM_OPERATION_H
#define CONFORMANCE_WMDM_WMDM_OPERATION_H

#include <limits.h>

#include "conformance/wmdm/wmdm.h"

/* The path of `name` in the folder of the case's evidence. */
void wmdm_in_evidence(struct conf *c, const char *name, char path[PATH_MAX]);
/* A file with that content there; `size` beyond `length` is a hole.
 * The path is the caller's, CoTaskMemFree. */
WCHAR *wmdm_source(struct conf *c, const char *name, const void *data, size_t length,
                   uint64_t size);
/* A folder with a file and a folder in it, so as well. */
WCHAR *wmdm_source_folder(struct conf *c, const char *name);

/* What the provider asked an operation. The record outlives the interface. */
struct wmdm_operation_record {
    const BYTE *data; /* borrowed */
    size_t length, block, at;
    bool ends_with_data; /* the last block comes with S_FALSE, else S_FALSE comes alone */
    unsigned begins, blocks, ends;
    bool is_disordered; /* data before BeginWrite, or anything after End */
    HRESULT completion; /* of End */
};
/* Hands the data out block by block; with `is_clear` as IWMDMOperation3 too, on the clear channel.
 */
IWMDMOperation *wmdm_operation_new(struct wmdm *w, struct wmdm_operation_record *record,
                                   bool is_clear);

#endif
