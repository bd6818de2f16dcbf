/* IMDSPDirectTransfer: the provider gets the source itself, a file or an operation of the
 * application's, and is itself responsible for what is protected (sp_rights.h). What does not
 * arrive whole is taken away again; what it was to replace went first, as with CreateStorage. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "spcore/com/com_hresult.h"
#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_licence.h"
#include "spcore/sp/sp_object.h"
#include "spcore/sp/sp_rights.h"

COM_INTERFACE(sp_storage, IMDSPDirectTransfer)

enum { BLOCK = SP_HEAD_MAX }; /* one tick of progress */

/* One of the two. */
struct source {
    FILE *file;
    IWMDMOperation *operation;  /* borrowed */
    IWMDMOperation3 *clear;     /* of the same; NULL: its data come through the channel */
    struct sp_context *context; /* of that channel */
    uint64_t size;              /* 0: it does not say */
    bool is_over;
};

/* ---- the application's operation */
static HRESULT open_operation(struct source *source, IWMDMOperation *operation)
{
    DWORD low = 0, high = 0;
    HRESULT hr = IWMDMOperation_BeginWrite(operation);

    if (FAILED(hr))
        return hr;
    source->operation = operation;
    if (SUCCEEDED(IWMDMOperation_GetObjectTotalSize(operation, &low, &high)))
        source->size = (uint64_t)high << 32 | low;
    (void)IWMDMOperation_QueryInterface(operation, &IID_IWMDMOperation3, (void **)&source->clear);
    return S_OK;
}

/* As with IMDSPObject::Write: decrypted, then held against its MAC. */
static HRESULT unprotect(struct source *source, BYTE *data, DWORD *size, const BYTE *mac)
{
    BYTE expected[WMDM_MAC_LENGTH];
    HRESULT hr = sac_decrypt_param(source->context->sac, data, *size);

    if (SUCCEEDED(hr))
        hr = sp_mac(source->context, data, *size, size, sizeof(*size), expected);
    if (FAILED(hr))
        return hr;
    return memcmp(mac, expected, sizeof(expected)) == 0 ? S_OK : WMDM_E_MAC_CHECK_FAILED;
}

/* S_FALSE: there is no more behind it; the documents' list of steps has a block come with that, and
 * their example none. */
static HRESULT operation_next(struct source *source, BYTE *data, DWORD *size)
{
    DWORD room = *size;
    BYTE mac[WMDM_MAC_LENGTH] = {0};
    HRESULT hr = source->clear
                     ? IWMDMOperation3_TransferObjectDataOnClearChannel(source->clear, data, size)
                     : IWMDMOperation_TransferObjectData(source->operation, data, size, mac);
    HRESULT checked;

    if (FAILED(hr))
        return hr;
    if (*size > room)
        return E_UNEXPECTED;
    if (!*size)
        return S_FALSE;
    checked = source->clear ? S_OK : unprotect(source, data, size, mac);
    return FAILED(checked) ? checked : hr;
}

/* ---- a file */
static HRESULT open_file(struct source *source, const WCHAR *path, bool is_folder)
{
    char *utf8 = com_utf8_from_utf16(path);
    struct stat status;
    HRESULT hr = utf8 ? S_OK : E_OUTOFMEMORY;

    if (SUCCEEDED(hr) && stat(utf8, &status) != 0)
        hr = hr_from_errno(-errno);
    if (SUCCEEDED(hr) && is_folder != S_ISDIR(status.st_mode))
        hr = HRESULT_FROM_WIN32(is_folder ? ERROR_PATH_NOT_FOUND : ERROR_FILE_NOT_FOUND);
    if (SUCCEEDED(hr) && !is_folder) {
        source->size = (uint64_t)status.st_size;
        source->file = fopen(utf8, "rb");
        hr = source->file ? S_OK : hr_from_errno(-errno);
    }
    CoTaskMemFree(utf8);
    return hr;
}

/* ---- either */
/* All of the room as long as there is more; *ret_size 0: it is over. */
static HRESULT fill(struct source *source, BYTE *block, DWORD room, DWORD *ret_size)
{
    DWORD at = 0;

    while (at < room && !source->is_over) {
        DWORD size = room - at;
        HRESULT hr = S_OK;

        if (source->file)
            size = (DWORD)fread(block + at, 1, size, source->file);
        else
            hr = operation_next(source, block + at, &size);
        if (FAILED(hr) || (source->file && ferror(source->file)))
            return FAILED(hr) ? hr : hr_from_errno(-EIO);
        source->is_over = hr == S_FALSE || !size;
        at += size;
    }
    *ret_size = at;
    return S_OK;
}

/* A block, or as many as say how it is protected. *ret_head is the caller's in any case. */
static HRESULT read_head(struct source *source, BYTE **ret_head, DWORD *ret_size)
{
    BYTE *head = malloc(BLOCK), *grown;
    DWORD more = 0, reach;
    HRESULT hr = head ? fill(source, head, BLOCK, ret_size) : E_OUTOFMEMORY;

    *ret_head = head;
    if (FAILED(hr))
        return hr;
    reach = (DWORD)(sp_licence_reach(head, *ret_size) + BLOCK - 1) / BLOCK * BLOCK;
    if (reach <= *ret_size || source->is_over)
        return S_OK;
    grown = realloc(head, reach);
    if (!grown)
        return E_OUTOFMEMORY;
    *ret_head = grown;
    hr = fill(source, grown + *ret_size, reach - *ret_size, &more);
    *ret_size += more;
    return hr;
}

static void close_source(struct source *source)
{
    if (source->file)
        fclose(source->file);
    if (source->clear)
        IWMDMOperation3_Release(source->clear);
}

/* ---- the transfer */
static HRESULT write_block(IMDSPObject2 *object, BYTE *block, DWORD size)
{
    for (DWORD at = 0; at < size;) {
        DWORD some = size - at;
        HRESULT hr = IMDSPObject2_WriteOnClearChannel(object, block + at, &some);

        if (FAILED(hr))
            return hr;
        if (!some)
            return HRESULT_FROM_WIN32(ERROR_DISK_FULL);
        at += some;
    }
    return S_OK;
}

static HRESULT write_blocks(IMDSPObject2 *object, BYTE *data, DWORD size,
                            struct sp_progress *progress)
{
    HRESULT hr = S_OK;

    for (DWORD at = 0; at < size && SUCCEEDED(hr); at += BLOCK) {
        hr = write_block(object, data + at, size - at < BLOCK ? size - at : BLOCK);
        if (SUCCEEDED(hr))
            hr = sp_progress_step(progress);
    }
    return hr;
}

/* From what was read already, a block at least. */
static HRESULT write_all(struct source *source, IMDSPObject2 *object, BYTE *block, DWORD size,
                         struct sp_progress *progress)
{
    HRESULT hr = S_OK;

    while (SUCCEEDED(hr) && size) {
        hr = write_blocks(object, block, size, progress);
        if (SUCCEEDED(hr))
            hr = fill(source, block, BLOCK, &size);
    }
    return hr;
}

static HRESULT write_object(struct source *source, struct sp_storage *object, BYTE *block,
                            DWORD size, struct sp_progress *progress)
{
    IMDSPObject2 *content = &object->IMDSPObject2_iface;
    HRESULT hr = IMDSPObject2_Open(content, MDSP_WRITE), closed;

    if (SUCCEEDED(hr)) {
        hr = write_all(source, content, block, size, progress);
        closed = IMDSPObject2_Close(content);
        if (SUCCEEDED(hr))
            hr = closed;
    }
    if (FAILED(hr))
        (void)sp_object_delete(object, WMDM_MODE_RECURSIVE, NULL);
    return hr;
}

/* What the metadata call it the device has to be able to take (SP-DIRECT-006). */
static HRESULT takes_format(struct sp_storage *self, IWMDMMetaData *metadata)
{
    uint16_t format = metadata ? sp_metadata_format(metadata) : 0;

    return !format || sp_facts_lists_format(sp_storage_facts(self), format)
               ? S_OK
               : HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED);
}

static HRESULT transfer_file(struct sp_storage *self, struct source *source,
                             const struct sp_creation *creation, struct sp_progress *progress,
                             IMDSPStorage **ret_object)
{
    IMDSPStorage *object = NULL;
    BYTE *block = NULL;
    DWORD size = 0;
    HRESULT hr = read_head(source, &block, &size);

    if (SUCCEEDED(hr))
        hr = sp_rights_admit(self, block, size);
    if (SUCCEEDED(hr))
        hr = sp_storage_create(self, creation, &object);
    if (SUCCEEDED(hr))
        hr = write_object(source, sp_storage_of(object), block, size, progress);
    free(block);
    if (SUCCEEDED(hr))
        *ret_object = object;
    else if (object)
        IMDSPStorage_Release(object);
    return hr;
}

struct order { /* what the method was asked for */
    const WCHAR *path;
    IWMDMOperation *operation;
    DWORD content; /* WMDM_CONTENT_*, one of them */
    struct sp_creation creation;
    IWMDMProgress *callback;
};

static HRESULT transfer(struct sp_storage *self, struct order *order, struct source *source,
                        IMDSPStorage **ret_object)
{
    struct sp_progress progress;
    HRESULT hr = takes_format(self, order->creation.metadata);

    order->creation.size = source->size;
    if (FAILED(hr))
        return hr;
    hr = sp_progress_begin(&progress, order->callback, (DWORD)(source->size / BLOCK + 1));
    if (SUCCEEDED(hr) && order->content == WMDM_CONTENT_FOLDER)
        hr = sp_storage_create(self, &order->creation, ret_object);
    else if (SUCCEEDED(hr))
        hr = transfer_file(self, source, &order->creation, &progress, ret_object);
    sp_progress_end(&progress, hr);
    return hr;
}

static HRESULT by_operation(struct sp_storage *self, struct order *order, struct source *source,
                            IMDSPStorage **ret_object)
{
    HRESULT hr = open_operation(source, order->operation);

    if (FAILED(hr))
        return hr;
    hr = transfer(self, order, source, ret_object);
    (void)IWMDMOperation_End(order->operation, &hr, SUCCEEDED(hr) ? (IUnknown *)*ret_object : NULL);
    return hr;
}

static HRESULT by_path(struct sp_storage *self, struct order *order, struct source *source,
                       IMDSPStorage **ret_object)
{
    HRESULT hr = open_file(source, order->path, order->content == WMDM_CONTENT_FOLDER);

    return FAILED(hr) ? hr : transfer(self, order, source, ret_object);
}

static HRESULT run(struct sp_storage *self, struct order *order, IMDSPStorage **ret_object)
{
    struct source source = {.context = self->device->context};
    HRESULT hr = order->operation ? by_operation(self, order, &source, ret_object)
                                  : by_path(self, order, &source, ret_object);

    close_source(&source);
    return hr;
}

/* One content (U28), a source of its kind and no other, and the name. */
static bool is_sound(const struct order *order, DWORD flags)
{
    const DWORD contents =
        WMDM_CONTENT_FILE | WMDM_CONTENT_FOLDER | WMDM_CONTENT_OPERATIONINTERFACE;
    bool by_operation = order->content == WMDM_CONTENT_OPERATIONINTERFACE;

    return order->content && !(order->content & (order->content - 1)) &&
           !(flags & ~(contents | WMDM_FILE_CREATE_OVERWRITE)) &&
           (by_operation ? order->operation && !order->path : order->path && !order->operation) &&
           order->creation.name && order->creation.name[0];
}

static HRESULT STDMETHODCALLTYPE direct_TransferToDevice(
    IMDSPDirectTransfer *This, const WCHAR *pwszSourceFilePath, IWMDMOperation *pSourceOperation,
    DWORD fuFlags, const WCHAR *pwszDestinationName, IWMDMMetaData *pSourceMetaData,
    IWMDMProgress *pTransferProgress, IMDSPStorage **ppNewObject)
{
    struct sp_storage *self = sp_storage_from_IMDSPDirectTransfer(This);
    const DWORD kind = fuFlags & WMDM_CONTENT_FOLDER ? WMDM_FILE_ATTR_FOLDER : WMDM_FILE_ATTR_FILE;
    struct order order = {
        .path = pwszSourceFilePath,
        .operation = pSourceOperation,
        .content = fuFlags & ~WMDM_FILE_CREATE_OVERWRITE,
        .creation = {.attributes = kind | WMDM_STORAGECONTROL_INSERTINTO |
                                   (fuFlags & WMDM_FILE_CREATE_OVERWRITE),
                     .name = pwszDestinationName,
                     .metadata = pSourceMetaData},
        .callback = pTransferProgress,
    };
    IMDSPStorage *object = NULL;
    HRESULT hr = sp_enter_device(self->device, is_sound(&order, fuFlags));

    if (SUCCEEDED(hr))
        hr = run(self, &order, &object);
    if (ppNewObject)
        *ppNewObject = object;
    else if (object)
        IMDSPStorage_Release(object);
    return hr;
}

const IMDSPDirectTransferVtbl sp_storage_direct_vtbl = {
    COM_UNKNOWN_SLOTS(sp_storage, IMDSPDirectTransfer),
    .TransferToDevice = direct_TransferToDevice,
};
