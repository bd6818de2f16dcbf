/* Opaque commands: what an application puts together, and the MAC over it. */
#include "conformance/wmdm/wmdm_opaque.h"

#include <stddef.h>
#include <string.h>

void wmdm_opaque_mac(struct wmdm *w, const OPAQUECOMMAND *command, BYTE ret_mac[WMDM_MAC_LENGTH])
{
    BYTE head[sizeof(GUID) + sizeof(DWORD)];

    memcpy(head, &command->guidCommand, sizeof(GUID));
    memcpy(head + sizeof(GUID), &command->dwDataLen, sizeof(DWORD));
    wmdm_mac(w, head, sizeof(head), command->pData, command->pData ? command->dwDataLen : 0,
             ret_mac);
}

OPAQUECOMMAND wmdm_opaque(struct wmdm *w, BYTE command, const void *data, DWORD length)
{
    OPAQUECOMMAND opaque = {
        .guidCommand = {0x7061706b, 0x6974, 0x4f70, {0x80, 0, 0, 0, 0, 0, 0, command}},
        .dwDataLen = length,
        .pData = length ? CoTaskMemAlloc(length) : NULL,
    };

    if (opaque.pData)
        memcpy(opaque.pData, data, length);
    else if (length)
        conf_setup_failed(wmdm_conf(w), "no memory");
    wmdm_opaque_mac(w, &opaque, opaque.abMAC);
    return opaque;
}
