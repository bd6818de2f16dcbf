/* What defects of the channel know of each other. */
#ifndef SPCORE_DEVIANT_DEVIANT_HANDSHAKE_H
#define SPCORE_DEVIANT_DEVIANT_HANDSHAKE_H

#include "spcore/include/sac.h"

/* The pass that this thread is in. */
struct deviant_pass {
    const struct sac_channel *channel;
    DWORD number;
    unsigned handshake; /* which one of the channel's, from 1 */
};
const struct deviant_pass *deviant_pass(void);

/* The keys that the first SetSessionKey took the place of; NULL: none did. */
struct sac_keys;
const struct sac_keys *deviant_keys_replaced(void);

#endif
