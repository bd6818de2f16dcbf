/* Opaque commands: SendOpaqueCommand of devices and storages. */
#ifndef SPCORE_SP_SP_OPAQUE_H
#define SPCORE_SP_SP_OPAQUE_H

#include "spcore/sp/sp.h"

/* Passes the command on and puts the answer in its place: *command holds its data, length and MAC.
 * What finds no room in pData gets a block of the task allocator, and the old one is freed (U12).
 * `storage` 0: it is for the device. WMDM_E_MAC_CHECK_FAILED: nothing was passed on.
 * WMDM_E_NOTSUPPORTED: a device that takes no commands, or not this one. */
HRESULT sp_opaque_send(struct sp_device *device, uint32_t storage, OPAQUECOMMAND *command);

#endif
