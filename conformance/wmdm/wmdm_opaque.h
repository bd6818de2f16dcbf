/* Commands that papsim's player pap-commands understands, as an application sends them. */
#ifndef CONFORMANCE_WMDM_WMDM_OPAQUE_H
#define CONFORMANCE_WMDM_WMDM_OPAQUE_H

#include "conformance/wmdm/wmdm.h"

/* WMDM_COMMAND_NONE is none. */
enum { WMDM_COMMAND_ECHO = 1, WMDM_COMMAND_TWICE, WMDM_COMMAND_COUNT, WMDM_COMMAND_NONE = 0x7f };

/* With a block of the task allocator for the data, and its MAC; `length` 0: no block. The caller
 * frees pData. */
OPAQUECOMMAND wmdm_opaque(struct wmdm *w, BYTE command, const void *data, DWORD length);
/* The MAC that the command is to have as it is now. */
void wmdm_opaque_mac(struct wmdm *w, const OPAQUECOMMAND *command, BYTE ret_mac[WMDM_MAC_LENGTH]);

#endif
