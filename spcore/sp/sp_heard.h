/* What was asked for the playing of each object of a device, and how far it was heard: kept as long
 * as the connection, for all who share it. Thread safe. */
#ifndef SPCORE_SP_SP_HEARD_H
#define SPCORE_SP_SP_HEARD_H

#include <pthread.h>

#include "spcore/include/mswmdm.h"

struct sp_hearing {
    uint32_t offset; /* where the next Play begins */
    bool is_limited;
    uint32_t limit;         /* how long it is to be played */
    uint32_t last, longest; /* milliseconds: where it was seen last, and the furthest */
};

struct sp_heard_row;
struct sp_heard {
    pthread_mutex_t lock;
    struct sp_heard_row *first;
};

void sp_heard_init(struct sp_heard *heard);
void sp_heard_done(struct sp_heard *heard);
/* `place` is the object's handle, or the id of a storage, in the upper half, for its root. All 0:
 * nothing is known. */
struct sp_hearing sp_heard_get(struct sp_heard *heard, uint64_t place);
/* E_OUTOFMEMORY, or S_OK. */
HRESULT sp_heard_set_offset(struct sp_heard *heard, uint64_t place, uint32_t offset);
HRESULT sp_heard_set_limit(struct sp_heard *heard, uint64_t place, uint32_t limit);
HRESULT sp_heard_at(struct sp_heard *heard, uint64_t place, uint32_t position);

#endif
