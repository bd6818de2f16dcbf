/* Synchronisation sessions: a bracket that an application puts around what it does with a device
 * (IWMDMDeviceSession). Nothing waits for its end and nobody is locked out; of one application and
 * one device there is one at a time. Thread safe. */
#ifndef SPCORE_SP_SP_SESSION_H
#define SPCORE_SP_SP_SESSION_H

#include <pthread.h>

#include "spcore/include/mswmdm.h"

struct sp_context;

struct sp_session { /* a device object's own; in the register while it is open */
    const struct sp_context *application;
    uint32_t storage; /* of the pseudo-device; 0: the whole device */
    struct sp_session *next;
    DWORD type;
};

struct sp_sessions { /* the register, of one connection */
    pthread_mutex_t lock;
    struct sp_session *first;
};

void sp_sessions_init(struct sp_sessions *sessions);
void sp_sessions_done(struct sp_sessions *sessions);
/* WMDM_E_TOO_MANY_SESSIONS: the application has one there. */
HRESULT sp_sessions_begin(struct sp_sessions *sessions, struct sp_session *session, DWORD type);
/* That of the same application and device; `type` as it was begun, else E_INVALIDARG and it stays.
 * WMDM_E_CALL_OUT_OF_SEQUENCE: there is none. */
HRESULT sp_sessions_end(struct sp_sessions *sessions, const struct sp_session *like, DWORD type);
/* Fine for one that is not open. */
void sp_sessions_drop(struct sp_sessions *sessions, struct sp_session *session);

#endif
