/* IMDSPObject/2: the open state of one object, its data through the channel or in the clear.
 * Reading asks for one part at a time and writing edits in place, so that other calls are served
 * in between; what was written appears at Close, all of it or nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_hresult.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_activity.h"
#include "spcore/sp/sp_facts.h"
#include "spcore/sp/sp_object.h"
#include "spcore/sp/sp_storage.h"

COM_INTERFACE(sp_storage, IMDSPObject2)

static bool edits(const struct sp_storage *self)
{
    return sp_facts_lists(sp_storage_facts(self), MTP_OP_BEGIN_EDIT_OBJECT);
}

/* For a device that gives or takes objects only whole: the content so far, here. */
static int spool_sink(void *context, const void *data, size_t length)
{
    return fwrite(data, 1, length, context) == length ? 0 : -ENOSPC;
}

/* On failure there is no copy. */
static HRESULT spool_object(struct sp_storage *self)
{
    HRESULT hr;

    self->spool = tmpfile();
    if (!self->spool)
        return hr_from_errno(-errno);
    if (!self->size)
        return S_OK;
    hr = sp_storage_hr(
        self, mtpi_get_object(sp_storage_mtpi(self), self->handle, spool_sink, self->spool));
    if (FAILED(hr)) {
        fclose(self->spool);
        self->spool = NULL;
    }
    return hr;
}

static HRESULT begin_writing(struct sp_storage *self)
{
    return edits(self) ? sp_storage_hr(self, mtpi_begin_edit(sp_storage_mtpi(self), self->handle))
                       : spool_object(self);
}

static HRESULT open_locked(struct sp_storage *self, DWORD mode)
{
    struct mtpi_object_info info = {0};
    HRESULT hr;

    if (mode != MDSP_READ && mode != MDSP_WRITE)
        return E_INVALIDARG;
    if (self->mode)
        return WMDM_E_CALL_OUT_OF_SEQUENCE;
    if (!self->handle)
        return WMDM_E_INVALIDTYPE;
    hr = sp_storage_info(self, &info);
    if (FAILED(hr))
        return hr;
    mtpi_object_info_done(&info);
    if (info.format == MTP_FC_ASSOCIATION || sp_format_kind(info.format) == SP_KIND_LIST)
        return WMDM_E_INVALIDTYPE;
    hr = sp_storage_size(self, &self->size);
    self->opening = (struct sp_opening){NULL, self->storage, self->handle, mode == MDSP_WRITE};
    if (SUCCEEDED(hr))
        hr = sp_opened_add(sp_storage_opened(self), &self->opening);
    if (FAILED(hr))
        return hr;
    if (mode == MDSP_WRITE)
        hr = begin_writing(self);
    if (FAILED(hr)) {
        sp_opened_remove(sp_storage_opened(self), &self->opening);
        return hr;
    }
    self->mode = mode;
    self->position = 0;
    return S_OK;
}

/* How a method of the open state begins and ends; not entered, it is not locked. */
static HRESULT enter(struct sp_storage *self, bool arguments)
{
    HRESULT hr = sp_enter_device(self->device, arguments);

    if (SUCCEEDED(hr))
        pthread_mutex_lock(&self->lock);
    return hr;
}

static HRESULT leave(struct sp_storage *self, HRESULT hr)
{
    pthread_mutex_unlock(&self->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_Open(IMDSPObject2 *This, DWORD fuMode)
{
    struct sp_storage *self = sp_storage_from_IMDSPObject2(This);
    HRESULT hr = enter(self, true);

    return FAILED(hr) ? hr : leave(self, open_locked(self, fuMode));
}

/* ---- reading */
static HRESULT sequence(const struct sp_storage *self, DWORD mode)
{
    if (!self->mode)
        return WMDM_E_CALL_OUT_OF_SEQUENCE;
    return self->mode == mode ? S_OK : HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED);
}

static bool gives_parts(const struct sp_storage *self)
{
    const struct sp_facts *facts = sp_storage_facts(self);

    return sp_facts_lists(facts, MTP_OP_GET_PARTIAL_OBJECT) ||
           sp_facts_lists(facts, MTP_OP_GET_PARTIAL_OBJECT_64);
}

/* The part at hand; of a device that gives objects only whole, from the copy that the first part
 * made. */
static HRESULT get(struct sp_storage *self, BYTE *data, uint32_t wanted, uint32_t *ret_got)
{
    HRESULT hr = S_OK;

    if (gives_parts(self))
        return sp_storage_hr(self, mtpi_get_partial_object(sp_storage_mtpi(self), self->handle,
                                                           self->position, wanted, data, ret_got));
    if (!self->spool)
        hr = spool_object(self);
    if (SUCCEEDED(hr) && fseeko(self->spool, (off_t)self->position, SEEK_SET) != 0)
        hr = hr_from_errno(-errno);
    if (SUCCEEDED(hr))
        *ret_got = (uint32_t)fread(data, 1, wanted, self->spool);
    return hr;
}

static HRESULT read_locked(struct sp_storage *self, BYTE *data, DWORD *size)
{
    struct sp_running running;
    uint64_t left = self->position < self->size ? self->size - self->position : 0;
    uint32_t wanted = *size < left ? *size : (uint32_t)left, got = 0;
    HRESULT hr = sequence(self, MDSP_READ);

    *size = 0;
    if (FAILED(hr) || !wanted)
        return hr;
    sp_activity_begin(sp_storage_activity(self), &running, self->storage,
                      WMDM_STATUS_STORAGECONTROL_READING);
    hr = get(self, data, wanted, &got);
    sp_activity_end(sp_storage_activity(self), &running);
    if (SUCCEEDED(hr)) {
        self->position += got;
        *size = got;
    }
    return hr;
}

/* Plaintext is MACed with the size really read, then encrypted (SP-MAC-013, SP-MAC-014). */
static HRESULT protect(struct sp_storage *self, BYTE *data, DWORD *size, BYTE *mac)
{
    struct sp_context *context = self->device->context;
    HRESULT hr;

    if (!*size)
        return S_OK;
    hr = sp_mac(context, data, *size, size, sizeof(*size), mac);
    if (SUCCEEDED(hr))
        hr = sac_encrypt_param(context->sac, data, *size);
    if (FAILED(hr)) {
        memset(data, 0, *size); /* never in the clear to a caller that gets an error */
        *size = 0;
    }
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_Read(IMDSPObject2 *This, BYTE *pData, DWORD *pdwSize,
                                             BYTE *abMac)
{
    struct sp_storage *self = sp_storage_from_IMDSPObject2(This);
    HRESULT hr = enter(self, pData && pdwSize && abMac);

    if (SUCCEEDED(hr))
        hr = leave(self, read_locked(self, pData, pdwSize));
    else if (pdwSize)
        *pdwSize = 0; /* also of what was not even looked at (SP-OBJ-015) */
    return FAILED(hr) ? hr : protect(self, pData, pdwSize, abMac);
}

static HRESULT STDMETHODCALLTYPE object_ReadOnClearChannel(IMDSPObject2 *This, BYTE *pData,
                                                           DWORD *pdwSize)
{
    struct sp_storage *self = sp_storage_from_IMDSPObject2(This);
    HRESULT hr = enter(self, pData && pdwSize);

    if (FAILED(hr) && pdwSize)
        *pdwSize = 0;
    return FAILED(hr) ? hr : leave(self, read_locked(self, pData, pdwSize));
}

/* ---- writing */
static HRESULT put(struct sp_storage *self, const BYTE *data, DWORD size, uint32_t *ret_written)
{
    if (!self->spool)
        return sp_storage_hr(self,
                             mtpi_send_partial_object(sp_storage_mtpi(self), self->handle,
                                                      self->position, data, size, ret_written));
    if (fseeko(self->spool, (off_t)self->position, SEEK_SET) != 0)
        return hr_from_errno(-errno);
    *ret_written = (uint32_t)fwrite(data, 1, size, self->spool);
    return *ret_written == size ? S_OK : HRESULT_FROM_WIN32(ERROR_DISK_FULL);
}

static HRESULT write_locked(struct sp_storage *self, const BYTE *data, DWORD *size)
{
    struct sp_running running;
    DWORD wanted = *size;
    uint32_t written = 0;
    HRESULT hr = sequence(self, MDSP_WRITE);

    *size = 0;
    if (FAILED(hr) || !wanted)
        return hr;
    sp_activity_begin(sp_storage_activity(self), &running, self->storage,
                      WMDM_STATUS_STORAGECONTROL_APPENDING);
    hr = put(self, data, wanted, &written);
    sp_activity_end(sp_storage_activity(self), &running);
    *size = written;
    self->position += written;
    if (self->position > self->size)
        self->size = self->position;
    return hr;
}

/* A copy is decrypted; the caller's block stays as it is (SP-MAC-019). */
static HRESULT unprotect(struct sp_storage *self, const BYTE *data, DWORD size, const BYTE *mac,
                         BYTE *copy)
{
    struct sp_context *context = self->device->context;
    BYTE expected[WMDM_MAC_LENGTH] = {0};
    unsigned difference = 0;
    HRESULT hr;

    memcpy(copy, data, size);
    hr = sac_decrypt_param(context->sac, copy, size);
    if (SUCCEEDED(hr))
        hr = sp_mac(context, copy, size, &size, sizeof(size), expected);
    for (unsigned i = 0; SUCCEEDED(hr) && i < WMDM_MAC_LENGTH; i++)
        difference |= (unsigned)(expected[i] ^ mac[i]);
    if (SUCCEEDED(hr) && difference)
        hr = WMDM_E_MAC_CHECK_FAILED;
    return hr;
}

/* Busy from the first byte that is decrypted, not only while it goes to the device. */
static HRESULT write_protected(struct sp_storage *self, const BYTE *data, DWORD *size,
                               const BYTE *mac)
{
    struct sp_running running;
    HRESULT hr = sequence(self, MDSP_WRITE);
    BYTE *copy = SUCCEEDED(hr) ? malloc((size_t)*size + 1) : NULL;

    if (SUCCEEDED(hr) && !copy)
        hr = E_OUTOFMEMORY;
    sp_activity_begin(sp_storage_activity(self), &running, self->storage,
                      WMDM_STATUS_STORAGECONTROL_APPENDING);
    if (SUCCEEDED(hr))
        hr = unprotect(self, data, *size, mac, copy);
    if (SUCCEEDED(hr))
        hr = write_locked(self, copy, size);
    else
        *size = 0;
    sp_activity_end(sp_storage_activity(self), &running);
    free(copy);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_Write(IMDSPObject2 *This, BYTE *pData, DWORD *pdwSize,
                                              BYTE *abMac)
{
    struct sp_storage *self = sp_storage_from_IMDSPObject2(This);
    HRESULT hr = enter(self, pData && pdwSize && abMac);

    return FAILED(hr) ? hr : leave(self, write_protected(self, pData, pdwSize, abMac));
}

static HRESULT STDMETHODCALLTYPE object_WriteOnClearChannel(IMDSPObject2 *This, BYTE *pData,
                                                            DWORD *pdwSize)
{
    struct sp_storage *self = sp_storage_from_IMDSPObject2(This);
    HRESULT hr = enter(self, pData && pdwSize);

    return FAILED(hr) ? hr : leave(self, write_locked(self, pData, pdwSize));
}

/* ---- seeking and closing */
static HRESULT seek_locked(struct sp_storage *self, DWORD mode, DWORD offset)
{
    uint64_t target;

    if (!self->mode)
        return WMDM_E_CALL_OUT_OF_SEQUENCE;
    if (mode == MDSP_SEEK_BOF)
        target = offset;
    else if (mode == MDSP_SEEK_CUR)
        target = self->position + offset;
    else if (mode == MDSP_SEEK_EOF)
        target = self->size - offset;
    else
        return E_INVALIDARG;
    /* Backwards over the start wraps round and is beyond the end as well. */
    if (target > self->size)
        return E_INVALIDARG;
    self->position = target;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE object_Seek(IMDSPObject2 *This, DWORD fuFlags, DWORD dwOffset)
{
    struct sp_storage *self = sp_storage_from_IMDSPObject2(This);
    HRESULT hr = enter(self, true);

    return FAILED(hr) ? hr : leave(self, seek_locked(self, fuFlags, dwOffset));
}

static int64_t spool_source(void *context, void *buffer, size_t room)
{
    size_t got = fread(buffer, 1, room, context);

    return got || !ferror((FILE *)context) ? (int64_t)got : -EIO;
}

/* A device may say of an object that its format is none that it takes. */
static uint16_t format_to_send(struct sp_storage *self, const struct mtpi_object_info *info)
{
    uint16_t by_name = sp_format_by_name(info->name);

    return !sp_facts_lists_format(sp_storage_facts(self), info->format) &&
                   sp_facts_lists_format(sp_storage_facts(self), by_name)
               ? by_name
               : info->format;
}

/* With what its metadata said before, as some of that can only be said with the object. A device
 * that refuses the list, for what it computes itself, say, gets the object without. */
static HRESULT announce(struct sp_storage *self, struct mtpi_new_object *object,
                        const struct mtpi_property_list *kept, uint32_t *ret_handle)
{
    struct mtpi *mtpi = sp_storage_mtpi(self);
    unsigned failed = 0;
    int result;

    object->props = kept->count ? kept->item : NULL;
    object->prop_count = kept->count;
    result = mtpi_send_object_info(mtpi, object, ret_handle, &failed);
    if (result > 0 && object->props &&
        sp_facts_lists(sp_storage_facts(self), MTP_OP_SEND_OBJECT_PROP_LIST)) {
        object->props = NULL;
        result = mtpi_send_object_info(mtpi, object, ret_handle, &failed);
    }
    return sp_storage_hr(self, result);
}

/* Nothing of another thread comes between an object's info and its content. */
static HRESULT replace(struct sp_storage *self, struct mtpi_new_object *object,
                       const struct mtpi_property_list *kept, uint32_t *ret_handle)
{
    struct mtpi *mtpi = sp_storage_mtpi(self);
    HRESULT hr;

    rewind(self->spool);
    mtpi_hold(mtpi);
    hr = sp_storage_hr(self, mtpi_delete_object(mtpi, self->handle));
    if (SUCCEEDED(hr))
        hr = announce(self, object, kept, ret_handle);
    if (SUCCEEDED(hr))
        hr =
            sp_storage_hr(self, mtpi_send_object_from(mtpi, self->size, spool_source, self->spool));
    if (SUCCEEDED(hr))
        sp_followers_move(sp_storage_followers(self), self->handle, *ret_handle);
    mtpi_let_go(mtpi);
    return hr;
}

/* The object is sent again, whole; it takes a new handle, which all that stands for it follows.
 * What its metadata said before, the new one says, too. */
static HRESULT send_spool(struct sp_storage *self)
{
    struct mtpi_object_info info = {0};
    struct mtpi_property_list kept = {0};
    struct mtpi *mtpi = sp_storage_mtpi(self);
    struct mtpi_new_object object = {.storage = self->storage, .size = self->size};
    uint32_t handle = 0;
    HRESULT hr = sp_storage_info(self, &info);
    bool said;

    if (FAILED(hr))
        return hr;
    object.parent = info.parent ? info.parent : 0xffffffffu;
    object.format = format_to_send(self, &info);
    object.name = info.name;
    hr = sp_metadata_kept(self, info.format, &kept);
    if (SUCCEEDED(hr))
        hr = replace(self, &object, &kept, &handle);
    said = !kept.item ||
           (object.props && sp_facts_lists(sp_storage_facts(self), MTP_OP_SEND_OBJECT_PROP_LIST));
    /* One by one: what the device computes itself it refuses. */
    for (size_t i = 0; SUCCEEDED(hr) && !said && i < kept.count; i++)
        (void)mtpi_set_object_prop_value(mtpi, handle, kept.item[i].code, &kept.item[i].value);
    mtpi_property_list_done(&kept);
    mtpi_object_info_done(&info);
    return hr;
}

static HRESULT close_locked(struct sp_storage *self)
{
    HRESULT hr = S_OK;

    if (!self->mode)
        return WMDM_E_CALL_OUT_OF_SEQUENCE;
    if (self->mode == MDSP_WRITE && self->spool)
        hr = send_spool(self);
    else if (self->mode == MDSP_WRITE)
        hr = sp_storage_hr(self, mtpi_end_edit(sp_storage_mtpi(self), self->handle));
    if (self->spool)
        fclose(self->spool);
    self->spool = NULL;
    self->mode = 0;
    sp_opened_remove(sp_storage_opened(self), &self->opening);
    return hr;
}

static HRESULT STDMETHODCALLTYPE object_Close(IMDSPObject2 *This)
{
    struct sp_storage *self = sp_storage_from_IMDSPObject2(This);
    HRESULT hr = sp_enter(self->device->context, true);

    /* Also of a device that is gone: what is held here is let go. */
    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&self->lock);
    return leave(self, close_locked(self));
}

void sp_object_release_open(struct sp_storage *self)
{
    if (self->mode)
        (void)close_locked(self);
}

static HRESULT STDMETHODCALLTYPE object_Delete(IMDSPObject2 *This, DWORD fuMode,
                                               IWMDMProgress *pProgress)
{
    struct sp_storage *self = sp_storage_from_IMDSPObject2(This);
    HRESULT hr = sp_enter_device(self->device, true);

    return FAILED(hr) ? hr : sp_object_delete(self, fuMode, pProgress);
}

static HRESULT STDMETHODCALLTYPE object_Rename(IMDSPObject2 *This, const WCHAR *pwszNewName,
                                               IWMDMProgress *pProgress)
{
    struct sp_storage *self = sp_storage_from_IMDSPObject2(This);
    HRESULT hr = sp_enter_device(self->device, true);

    return FAILED(hr) ? hr : sp_object_rename(self, pwszNewName, pProgress);
}

static HRESULT STDMETHODCALLTYPE object_Move(IMDSPObject2 *This, DWORD fuMode,
                                             IWMDMProgress *pProgress, IMDSPStorage *pTarget)
{
    struct sp_storage *self = sp_storage_from_IMDSPObject2(This);
    HRESULT hr = sp_enter_device(self->device, true);

    return FAILED(hr) ? hr : sp_object_move(self, fuMode, pProgress, pTarget);
}

const IMDSPObject2Vtbl sp_storage_object_vtbl = {
    COM_UNKNOWN_SLOTS(sp_storage, IMDSPObject2),
    .Open = object_Open,
    .Read = object_Read,
    .Write = object_Write,
    .Delete = object_Delete,
    .Seek = object_Seek,
    .Rename = object_Rename,
    .Move = object_Move,
    .Close = object_Close,
    .ReadOnClearChannel = object_ReadOnClearChannel,
    .WriteOnClearChannel = object_WriteOnClearChannel,
};
