/* What is running on a device, for GetStatus: the WMDM_STATUS_* bits of the operations on each
 * storage. Thread safe. */
#ifndef SPCORE_SP_SP_ACTIVITY_H
#define SPCORE_SP_SP_ACTIVITY_H

#include <pthread.h>

#include "spcore/include/mswmdm.h"

struct sp_running { /* the operation's own, from begin to end */
    struct sp_running *next;
    uint32_t storage;
    DWORD status;
};

struct sp_activity {
    pthread_mutex_t lock;
    struct sp_running *first;
};

void sp_activity_init(struct sp_activity *activity);
void sp_activity_done(struct sp_activity *activity);
void sp_activity_begin(struct sp_activity *activity, struct sp_running *running, uint32_t storage,
                       DWORD status);
/* The same, unless something runs there already; whether it begins. */
bool sp_activity_claim(struct sp_activity *activity, struct sp_running *running, uint32_t storage,
                       DWORD status);
void sp_activity_end(struct sp_activity *activity, struct sp_running *running);
/* With WMDM_STATUS_BUSY; 0: nothing runs there. */
DWORD sp_activity_status(struct sp_activity *activity, uint32_t storage /* 0: any */);

#endif
