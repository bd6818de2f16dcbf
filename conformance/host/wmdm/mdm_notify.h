/* Who wants to be told: the sinks that an application has advised, and what they are told. */
#ifndef CONFORMANCE_HOST_WMDM_MDM_NOTIFY_H
#define CONFORMANCE_HOST_WMDM_MDM_NOTIFY_H

#include "conformance/host/wmdm/mdm_private.h"

struct mdm_sinks;
struct mdm_sinks *mdm_sinks_new(void); /* NULL: no memory */
void mdm_sinks_free(struct mdm_sinks *sinks);

/* The connection point; keeps its container, and so the manager and its sinks. */
HRESULT mdm_point_new(IConnectionPointContainer *container, struct mdm_sinks *sinks,
                      IConnectionPoint **ret_point);

/* Gathered under the machine's lock and sent outside it: an application may call back. */
struct mdm_message;
struct mdm_messages {
    struct mdm_message *first, *last;
};
void mdm_sinks_tell(struct mdm_sinks *sinks, struct mdm_messages *messages, DWORD type,
                    const WCHAR *canonical);
void mdm_messages_send(struct mdm_messages *messages); /* and frees them */

#endif
