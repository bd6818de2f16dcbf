/* Who is open: one writer or several readers of an object, whichever interfaces they came by.
 * Thread safe. */
#ifndef SPCORE_SP_SP_OPENED_H
#define SPCORE_SP_SP_OPENED_H

#include <pthread.h>

#include "spcore/include/mswmdm.h"

struct sp_opening { /* the open object's own, while it is open */
    struct sp_opening *next;
    uint32_t storage, handle;
    bool writing;
};

struct sp_opened {
    pthread_mutex_t lock;
    struct sp_opening *first;
};

void sp_opened_init(struct sp_opened *opened);
void sp_opened_done(struct sp_opened *opened);
/* WMDM_E_BUSY: not beside the others. */
HRESULT sp_opened_add(struct sp_opened *opened, struct sp_opening *opening);
void sp_opened_remove(struct sp_opened *opened, struct sp_opening *opening);
bool sp_opened_has(struct sp_opened *opened, uint32_t storage /* 0: any */,
                   uint32_t handle /* 0: any */);

#endif
