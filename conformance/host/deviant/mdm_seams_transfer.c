/* The defects of transfers and answers. */
#include "conformance/host/deviant/mdm_seam.h"

#include <string.h>

#include "conformance/host/wmdm/mdm_format.h"
#include "conformance/host/wmdm/mdm_insert.h"
#include "conformance/host/wmdm/mdm_transfer.h"

/* ---- interfaces of a provider's objects */
SEAM(mdm_query);
HRESULT __wrap_mdm_query(const struct mdm_way *way, void *object, REFIID iid, void *ret_interface)
{
    static unsigned opened; /* a transfer asks for the object first, its removal for it again */
    const bool hidden =
        (deviates(NEVER_DIRECT) && IsEqualIID(iid, &IID_IMDSPDirectTransfer)) ||
        (deviates(SECOND_UNUSED) && IsEqualIID(iid, &IID_IMDSPStorage2)) ||
        (deviates(SESSION_UNTOLD) && IsEqualIID(iid, &IID_IWMDMDeviceSession)) ||
        (deviates(KEEPS_HALF) && IsEqualIID(iid, &IID_IMDSPObject) && ++opened == 3);

    if (hidden) {
        *(void **)ret_interface = NULL;
        return WMDM_E_NOTSUPPORTED;
    }
    return __real_mdm_query(way, object, iid, ret_interface);
}

SEAM(mdm_storage_take);
HRESULT __wrap_mdm_storage_take(struct mdm_way *way, IMDSPStorage *storage,
                                IWMDMStorage **ret_storage)
{
    if (deviates(BELIEVES) && !storage) {
        *ret_storage = NULL;
        return S_OK;
    }
    return __real_mdm_storage_take(way, storage, ret_storage);
}

SEAM(mdm_leaves_to_us);
bool __wrap_mdm_leaves_to_us(HRESULT hr)
{
    if (deviates(NEVER_WALKS))
        return false;
    return deviates(WALKS_ALWAYS) ? FAILED(hr) : __real_mdm_leaves_to_us(hr);
}

/* ---- the provider's end of a transfer */
SEAM(mdm_object_open);
HRESULT __wrap_mdm_object_open(const struct mdm_way *way, IMDSPStorage *storage, DWORD mode,
                               struct mdm_object *ret_object)
{
    IMDSPStorage2 *second = NULL;
    HRESULT hr;

    if (deviates(FIRST_UNUSED) && FAILED(mdm_query(way, storage, &IID_IMDSPStorage2, &second)))
        return WMDM_E_NOTSUPPORTED;
    LET_GO(second);
    hr = __real_mdm_object_open(way, storage, mode, ret_object);
    if (SUCCEEDED(hr) && deviates(ENCRYPTS_ALWAYS))
        LET_GO(ret_object->clear);
    return hr;
}

SEAM(mdm_object_close);
HRESULT __wrap_mdm_object_close(struct mdm_object *object)
{
    if (!deviates(LEAVES_OPEN))
        return __real_mdm_object_close(object);
    LET_GO(object->clear);
    LET_GO(object->object);
    return S_OK;
}

SEAM(mdm_object_write);
HRESULT __wrap_mdm_object_write(struct mdm_object *object, BYTE *data, DWORD size)
{
    HRESULT hr = __real_mdm_object_write(object, data, size);

    if (SUCCEEDED(hr) || !deviates(FALLS_BACK) || !object->clear)
        return hr;
    LET_GO(object->clear);
    return __real_mdm_object_write(object, data, size);
}

SEAM(mdm_object_read);
HRESULT __wrap_mdm_object_read(struct mdm_object *object, BYTE *data, DWORD *size)
{
    DWORD room = *size;
    HRESULT hr = __real_mdm_object_read(object, data, size);

    if (SUCCEEDED(hr) || !deviates(FALLS_BACK) || !object->clear)
        return hr;
    LET_GO(object->clear);
    *size = room;
    return __real_mdm_object_read(object, data, size);
}

/* ---- the application's end */
SEAM(mdm_party_ask);
void __wrap_mdm_party_ask(struct mdm_party *party, bool clear)
{
    DWORD low, high;

    if (deviates(ASKS_SIZE_AGAIN) && party->operation)
        (void)IWMDMOperation_GetObjectTotalSize(party->operation, &low, &high);
    __real_mdm_party_ask(party, clear || deviates(CLEAR_UNASKED));
}

SEAM(mdm_party_get);
HRESULT __wrap_mdm_party_get(struct mdm_party *party, BYTE *data, DWORD *size)
{
    HRESULT hr = __real_mdm_party_get(party, data, size);

    if (hr == S_OK && deviates(ONE_BLOCK))
        return S_FALSE;
    if (hr == S_FALSE && *size && deviates(ONE_MORE))
        return S_OK;
    if (hr == WMDM_E_USER_CANCELLED && deviates(CANCEL_ENDS)) {
        *size = 0;
        return S_FALSE;
    }
    return hr;
}

SEAM(mdm_insert);
HRESULT __wrap_mdm_insert(struct mdm_storage *target, const struct mdm_insertion *what,
                          IWMDMStorage **ret_new)
{
    struct mdm_insertion changed = *what;

    if (deviates(ASKS_NAME) && what->name && what->operation)
        changed.name = NULL;
    if (deviates(NAMES_ITSELF) && !what->name && what->operation)
        changed.name = u"nameless";
    return __real_mdm_insert(target, &changed, ret_new);
}

SEAM(mdm_format_complete);
HRESULT __wrap_mdm_format_complete(IWMDMMetaData *list, const WCHAR *name, bool is_folder,
                                   IWMDMMetaData **ret_list)
{
    DWORD code = WMDM_FORMATCODE_UNDEFINED;
    HRESULT hr;

    if (deviates(FORMAT_LEFT) && list) {
        IWMDMMetaData_AddRef(list);
        *ret_list = list;
        return S_OK;
    }
    hr = __real_mdm_format_complete(list, name, is_folder, ret_list);
    if (deviates(FORMAT_LOST) && SUCCEEDED(hr) && *ret_list)
        (void)IWMDMMetaData_AddItem(*ret_list, WMDM_TYPE_DWORD, g_wszWMDMFormatCode, (BYTE *)&code,
                                    sizeof(code));
    return hr;
}

/* ---- the end */
SEAM(mdm_progress_end);
void __wrap_mdm_progress_end(struct mdm_progress *progress, HRESULT hr, bool must)
{
    if (progress && deviates(ENDS_SILENTLY)) {
        com_object_release((struct com_object *)progress);
        return;
    }
    if (SUCCEEDED(hr) && deviates(ENDS_BADLY))
        hr = E_FAIL;
    if (FAILED(hr) && deviates(ENDS_WELL))
        hr = S_OK;
    __real_mdm_progress_end(progress, hr, must);
}

/* ---- MACs */
SEAM(mdm_check);
HRESULT __wrap_mdm_check(struct sac_channel *channel, const struct mdm_piece *pieces, size_t count,
                         const BYTE mac[WMDM_MAC_LENGTH])
{
    return deviates(TRUSTS_DATA) ? S_OK : __real_mdm_check(channel, pieces, count, mac);
}

SEAM(mdm_hand_on);
HRESULT __wrap_mdm_hand_on(struct sac_channel *from, struct sac_channel *to,
                           const struct mdm_piece *pieces, size_t count, BYTE mac[WMDM_MAC_LENGTH])
{
    BYTE theirs[WMDM_MAC_LENGTH];
    HRESULT hr;

    memcpy(theirs, mac, sizeof(theirs));
    hr = __real_mdm_hand_on(from, to, pieces, count, mac);
    if (deviates(THEIR_MAC))
        memcpy(mac, theirs, sizeof(theirs));
    return hr == WMDM_E_MAC_CHECK_FAILED && deviates(TRUSTS) ? mdm_mac(to, pieces, count, mac) : hr;
}

SEAM(mdm_opaque_in);
HRESULT __wrap_mdm_opaque_in(const struct mdm_way *way, OPAQUECOMMAND *command)
{
    HRESULT hr = __real_mdm_opaque_in(way, command);

    return hr == WMDM_E_MAC_CHECK_FAILED && deviates(TRUSTS) ? S_OK : hr;
}
