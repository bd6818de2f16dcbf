/* The register of sessions, and IWMDMDeviceSession on the device's identity: the documents have the
 * methods called on the service provider and no interface of its own for them (U29). */
#include "spcore/sp/sp.h"

COM_INTERFACE(sp_device, IWMDMDeviceSession)

void sp_sessions_init(struct sp_sessions *sessions)
{
    pthread_mutex_init(&sessions->lock, NULL);
    sessions->first = NULL;
}

void sp_sessions_done(struct sp_sessions *sessions)
{
    pthread_mutex_destroy(&sessions->lock);
}

/* Where the link to one of the same application and device is; to NULL: there is none. Under the
 * lock. */
static struct sp_session **find(struct sp_sessions *sessions, const struct sp_session *like)
{
    struct sp_session **at = &sessions->first;

    while (*at && ((*at)->application != like->application || (*at)->storage != like->storage))
        at = &(*at)->next;
    return at;
}

HRESULT sp_sessions_begin(struct sp_sessions *sessions, struct sp_session *session, DWORD type)
{
    struct sp_session **at;
    HRESULT hr = S_OK;

    pthread_mutex_lock(&sessions->lock);
    at = find(sessions, session);
    if (*at) {
        hr = WMDM_E_TOO_MANY_SESSIONS;
    } else {
        session->type = type;
        session->next = NULL;
        *at = session;
    }
    pthread_mutex_unlock(&sessions->lock);
    return hr;
}

HRESULT sp_sessions_end(struct sp_sessions *sessions, const struct sp_session *like, DWORD type)
{
    struct sp_session **at;
    HRESULT hr = S_OK;

    pthread_mutex_lock(&sessions->lock);
    at = find(sessions, like);
    if (!*at)
        hr = WMDM_E_CALL_OUT_OF_SEQUENCE;
    else if ((*at)->type != type)
        hr = E_INVALIDARG;
    else
        *at = (*at)->next;
    pthread_mutex_unlock(&sessions->lock);
    return hr;
}

void sp_sessions_drop(struct sp_sessions *sessions, struct sp_session *session)
{
    pthread_mutex_lock(&sessions->lock);
    for (struct sp_session **at = &sessions->first; *at; at = &(*at)->next) {
        if (*at == session) {
            *at = session->next;
            break;
        }
    }
    pthread_mutex_unlock(&sessions->lock);
}

/* ---- IWMDMDeviceSession */
/* The context is for providers that know what it says; here it only has to be one. */
static bool is_sound(DWORD type, const BYTE *context, DWORD size)
{
    const DWORD types = WMDM_SESSION_TRANSFER_TO_DEVICE | WMDM_SESSION_TRANSFER_FROM_DEVICE |
                        WMDM_SESSION_DELETE | WMDM_SESSION_CUSTOM;

    return type != WMDM_SESSION_NONE && !(type & ~types) && (context || !size);
}

static HRESULT STDMETHODCALLTYPE session_BeginSession(IWMDMDeviceSession *This,
                                                      WMDM_SESSION_TYPE type, BYTE *pCtx,
                                                      DWORD dwSizeCtx)
{
    struct sp_device *self = sp_device_from_IWMDMDeviceSession(This);
    HRESULT hr = sp_enter_device(self, is_sound((DWORD)type, pCtx, dwSizeCtx));

    return FAILED(hr) ? hr
                      : sp_sessions_begin(sp_connection_sessions(self->connection), &self->session,
                                          (DWORD)type);
}

static HRESULT STDMETHODCALLTYPE session_EndSession(IWMDMDeviceSession *This,
                                                    WMDM_SESSION_TYPE type, BYTE *pCtx,
                                                    DWORD dwSizeCtx)
{
    struct sp_device *self = sp_device_from_IWMDMDeviceSession(This);
    HRESULT hr = sp_enter_device(self, is_sound((DWORD)type, pCtx, dwSizeCtx));

    return FAILED(hr) ? hr
                      : sp_sessions_end(sp_connection_sessions(self->connection), &self->session,
                                        (DWORD)type);
}

const IWMDMDeviceSessionVtbl sp_device_session_vtbl = {
    COM_UNKNOWN_SLOTS(sp_device, IWMDMDeviceSession),
    .BeginSession = session_BeginSession,
    .EndSession = session_EndSession,
};
