/* An object's data between an application and a provider: in the clear where both ends take that,
 * else through the channel of each. */
#ifndef CONFORMANCE_HOST_WMDM_MDM_TRANSFER_H
#define CONFORMANCE_HOST_WMDM_MDM_TRANSFER_H

#include <stdio.h>

#include "conformance/host/wmdm/mdm_private.h"

/* ---- the application's side: a local file, its callbacks, or neither (an object without data) */
struct mdm_party {
    FILE *file;
    IWMDMOperation *operation; /* borrowed; NULL: none */
    IWMDMOperation3 *clear;    /* of the operation, where it has it and the provider has it, too */
    struct sac_channel *channel;
};
/* `clear`: the provider takes data in the clear. Asks the operation for IWMDMOperation3 then. */
void mdm_party_ask(struct mdm_party *party, bool clear);
void mdm_party_done(struct mdm_party *party);
/* The next block in the clear: *size as given is the room, then what came. S_FALSE: the last. */
HRESULT mdm_party_get(struct mdm_party *party, BYTE *data, DWORD *size);
/* Takes the block; what is in `data` after it is worth nothing. */
HRESULT mdm_party_put(struct mdm_party *party, BYTE *data, DWORD size);

/* Data that goes into a channel: its MAC, then encrypted in place. */
HRESULT mdm_data_close(struct sac_channel *channel, BYTE *data, DWORD size, BYTE *ret_mac);
/* An operation for a provider that asks the application itself, through its own channel. */
HRESULT mdm_operation_new(struct mdm_way *way, IWMDMOperation *theirs, IWMDMOperation **ret_ours);

/* ---- the provider's side */
struct mdm_object {
    IMDSPObject *object;
    IMDSPObject2 *clear; /* NULL: data goes encrypted, with its MAC */
    struct sac_channel *channel;
};
HRESULT mdm_object_open(const struct mdm_way *way, IMDSPStorage *storage, DWORD mode,
                        struct mdm_object *ret_object);
HRESULT mdm_object_close(struct mdm_object *object); /* Close, and lets go */
/* All of it, in as many calls as the provider takes. */
HRESULT mdm_object_write(struct mdm_object *object, BYTE *data, DWORD size);
/* *size as given is the room; 0 then: the end. */
HRESULT mdm_object_read(struct mdm_object *object, BYTE *data, DWORD *size);

#endif
