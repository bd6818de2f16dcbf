/* Defects of IWMDMDeviceSession. */
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/sac/sac_private.h"
#include "spcore/sp/sp.h"

#define BEGIN(token)                                                                               \
    METHOD(token, IWMDMDeviceSession, BeginSession, WMDM_SESSION_TYPE type, BYTE *context,         \
           DWORD size)
#define END(token)                                                                                 \
    METHOD(token, IWMDMDeviceSession, EndSession, WMDM_SESSION_TYPE type, BYTE *context, DWORD size)
#define BOOK(token) token##_book(This, type, context, size)
#define ANSWERS(method, token, from, to)                                                           \
    method(token)                                                                                  \
    {                                                                                              \
        return hr_swap(BOOK(token), from, to);                                                     \
    }
#define DEVICE (SELF(sp_device, IWMDMDeviceSession))

ANSWERS(BEGIN, SESSION_STUB, S_OK, E_NOTIMPL)
ANSWERS(BEGIN, SESSION_BEGIN_FAILS, S_OK, WMDM_E_BUSY)
ANSWERS(END, SESSION_TYPE_FREE, E_INVALIDARG, S_OK)
ANSWERS(BEGIN, SESSION_NESTS, WMDM_E_TOO_MANY_SESSIONS, S_OK)
ANSWERS(END, SESSION_END_NONE_OK, WMDM_E_CALL_OUT_OF_SEQUENCE, S_OK)

/* Of one kind of operation. */
END(SESSION_END_FAILS)
{
    HRESULT hr = BOOK(SESSION_END_FAILS);

    return hr == S_OK && type == WMDM_SESSION_TRANSFER_TO_DEVICE ? WMDM_E_BUSY : hr;
}

/* Refuses another type, and ends it. */
END(SESSION_ENDS_ANYWAY)
{
    HRESULT hr = BOOK(SESSION_ENDS_ANYWAY);

    if (hr == E_INVALIDARG) {
        type = (WMDM_SESSION_TYPE)DEVICE->session.type;
        (void)BOOK(SESSION_ENDS_ANYWAY);
    }
    return hr;
}

/* A flag of the process. */
static bool is_in_session;
BEGIN(SESSION_OF_PROCESS)
{
    HRESULT hr = is_in_session ? WMDM_E_TOO_MANY_SESSIONS : BOOK(SESSION_OF_PROCESS);

    is_in_session |= hr == S_OK;
    return hr;
}
METHOD_AS(SESSION_OF_PROCESS_then, SESSION_OF_PROCESS, IWMDMDeviceSession, EndSession,
          WMDM_SESSION_TYPE type, BYTE *context, DWORD size)
{
    HRESULT hr = SESSION_OF_PROCESS_then_book(This, type, context, size);

    is_in_session &= hr != S_OK;
    return hr;
}

BEGIN(SESSION_OF_NONE)
{
    return type == WMDM_SESSION_NONE ? S_OK : BOOK(SESSION_OF_NONE);
}

BEGIN(SESSION_NULL_CONTEXT)
{
    size = context ? size : 0;
    return BOOK(SESSION_NULL_CONTEXT);
}

BEGIN(SESSION_EMPTY_CONTEXT)
{
    return context && !size ? E_INVALIDARG : BOOK(SESSION_EMPTY_CONTEXT);
}

static bool is_ended;
END(SESSION_ENDS_TWICE)
{
    HRESULT hr = BOOK(SESSION_ENDS_TWICE);

    if (hr == WMDM_E_CALL_OUT_OF_SEQUENCE && is_ended)
        hr = S_OK;
    is_ended |= hr == S_OK;
    return hr;
}

/* ---- what a session keeps from others */
static bool is_held(const struct sp_device *device)
{
    struct sp_sessions *sessions = sp_connection_sessions(device->connection);

    return sessions->first && sessions->first->application != device->context;
}

METHOD(SESSION_EXCLUSIVE, IMDSPStorage4, CreateStorage2, DWORD attributes, DWORD attributes_ex,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video, const WCHAR *name, ULONGLONG size,
       IMDSPStorage **made)
{
    IMDSPStorageGlobals *globals = NULL;
    bool held = false;
    IMDSPDevice *device = NULL;

    if (IMDSPStorage4_GetStorageGlobals(This, &globals) == S_OK &&
        IMDSPStorageGlobals_GetDevice(globals, &device) == S_OK) {
        held = is_held(container_of((IMDSPDevice3 *)device, struct sp_device, IMDSPDevice3_iface));
        IMDSPDevice_Release(device);
    }
    if (globals)
        IMDSPStorageGlobals_Release(globals);
    if (held) {
        *made = NULL;
        return WMDM_E_BUSY;
    }
    return SESSION_EXCLUSIVE_book(This, attributes, attributes_ex, audio, video, name, size, made);
}

METHOD(SESSION_DEFERS, IMDSPEnumStorage, Next, ULONG count, IMDSPStorage **storages, ULONG *fetched)
{
    HRESULT hr = SESSION_DEFERS_book(This, count, storages, fetched);
    WCHAR name[64];

    /* Files that came in a session are not there yet. */
    if (hr == S_OK && count == 1 && IMDSPStorage_GetName(*storages, name, 64) == S_OK &&
        com_wcseq(name, u"mine.mp3")) {
        IMDSPStorage_Release(*storages);
        hr = SESSION_DEFERS_book(This, count, storages, fetched);
    }
    return hr;
}

/* ---- a device that goes */
SEAM(sp_sessions_drop);
void __wrap_sp_sessions_drop(struct sp_sessions *sessions, struct sp_session *session)
{
    struct sac_channel *channel = container_of(session, struct sp_device, session)->context->sac;

    __real_sp_sessions_drop(sessions, session);
    if (!deviates(DEVICE_SHUTS))
        return;
    pthread_mutex_lock(&channel->lock);
    sac_channel_shut(channel);
    pthread_mutex_unlock(&channel->lock);
}
