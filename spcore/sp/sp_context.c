/* The channel of one provider instance, and what the methods of all classes do with it: ask whether
 * it is open, put a MAC on what they hand out, report progress. */
#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp.h"

struct sp_context *sp_context_new(void)
{
    struct sp_context *context = com_zalloc(sizeof(*context));

    if (!context)
        return NULL;
    atomic_init(&context->refs, 1);
    context->sac = sac_server_new();
    /* The built-in pair gives the basic level; it is set before any handshake can start. */
    if (context->sac && FAILED(sac_set_certificate(context->sac, SAC_CERT_V1, NULL, 0, NULL, 0))) {
        sac_free(context->sac);
        context->sac = NULL;
    }
    return context;
}

struct sp_context *sp_context_ref(struct sp_context *context)
{
    atomic_fetch_add(&context->refs, 1);
    return context;
}

void sp_context_unref(struct sp_context *context)
{
    if (context && atomic_fetch_sub(&context->refs, 1) == 1) {
        sac_free(context->sac);
        free(context);
    }
}

HRESULT sp_certified(const struct sp_context *context)
{
    if (!context->sac)
        return E_FAIL;
    return sac_is_authenticated(context->sac) ? S_OK : WMDM_E_NOTCERTIFIED;
}

HRESULT sp_connected(const struct sp_device *device)
{
    return sp_connection_gone(device->connection) ? HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED)
                                                  : S_OK;
}

HRESULT sp_mac(struct sp_context *context, const void *first, DWORD first_length,
               const void *second, DWORD second_length, BYTE ret_mac[WMDM_MAC_LENGTH])
{
    SAC_HMAC mac;
    HRESULT hr = sac_mac_init(context->sac, &mac);

    if (SUCCEEDED(hr) && first_length)
        hr = sac_mac_update(context->sac, mac, first, first_length);
    if (SUCCEEDED(hr) && second_length)
        hr = sac_mac_update(context->sac, mac, second, second_length);
    if (SUCCEEDED(hr))
        hr = sac_mac_final(context->sac, mac, ret_mac);
    return hr;
}

HRESULT sp_serial(struct sp_context *context, const uint16_t *text, WMDMID *ret_id,
                  BYTE ret_mac[WMDM_MAC_LENGTH])
{
    WMDMID id = {.cbSize = sizeof(id)};
    char *bytes;
    size_t length;
    HRESULT hr;

    if (!text || !text[0])
        return WMDM_E_NOTSUPPORTED;
    bytes = com_utf8_from_utf16(text);
    if (!bytes)
        return E_OUTOFMEMORY;
    length = strlen(bytes);
    /* A longer one is cut at the end: the start is what tells devices apart. */
    id.SerialNumberLength = length > sizeof(id.pID) ? sizeof(id.pID) : (DWORD)length;
    memcpy(id.pID, bytes, id.SerialNumberLength);
    CoTaskMemFree(bytes);
    hr = sp_mac(context, &id, sizeof(id), NULL, 0, ret_mac);
    if (SUCCEEDED(hr))
        *ret_id = id;
    return hr;
}

/* ---- progress */
HRESULT sp_progress_begin(struct sp_progress *progress, IWMDMProgress *callback, DWORD estimated)
{
    HRESULT hr;

    *progress = (struct sp_progress){.callback = callback, .estimated = estimated};
    hr = callback ? callback->lpVtbl->Begin(callback, estimated) : S_OK;
    return hr == WMDM_E_USER_CANCELLED ? hr : S_OK;
}

HRESULT sp_progress_step(struct sp_progress *progress)
{
    HRESULT hr;

    if (!progress->callback)
        return S_OK;
    if (progress->done < progress->estimated)
        progress->done++;
    hr = progress->callback->lpVtbl->Progress(progress->callback, progress->done);
    return hr == WMDM_E_USER_CANCELLED ? hr : S_OK;
}

void sp_progress_end(struct sp_progress *progress, HRESULT result)
{
    IWMDMProgress *callback = progress->callback;
    IWMDMProgress2 *second = NULL;
    IWMDMProgress3 *third = NULL;

    if (!callback)
        return;
    if (SUCCEEDED(
            callback->lpVtbl->QueryInterface(callback, &IID_IWMDMProgress3, (void **)&third))) {
        third->lpVtbl->End3(third, GUID_NULL, result, NULL);
        third->lpVtbl->Release(third);
    } else if (SUCCEEDED(callback->lpVtbl->QueryInterface(callback, &IID_IWMDMProgress2,
                                                          (void **)&second))) {
        second->lpVtbl->End2(second, result);
        second->lpVtbl->Release(second);
    } else {
        callback->lpVtbl->End(callback);
    }
}
