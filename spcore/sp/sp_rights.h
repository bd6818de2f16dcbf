/* Rights to protected content: a simulation (sp_licence.h, docs/protected-content.md). */
#ifndef SPCORE_SP_SP_RIGHTS_H
#define SPCORE_SP_SP_RIGHTS_H

#include "spcore/sp/sp_storage.h"

/* How much of a file's beginning is looked at first: few headers are longer. */
enum { SP_HEAD_MAX = 65536 };

/* The rights to one object with the MAC of SP-MAC-012; none for what is not protected. *ret_rights
 * is the caller's, of the task allocator. WMDM_E_NOTSUPPORTED: no serial number to bind licences
 * to, or protected by a scheme that is not the simulation's. */
HRESULT sp_rights_get(struct sp_storage *self, WMDMRIGHTS **ret_rights, DWORD *ret_count,
                      BYTE *ret_mac);

/* May a file that begins so be transferred there by the application at the other end? S_OK also for
 * what is not protected; else the code for what forbids it.
 * HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED): nothing here can tell (SP-DIRECT-011). */
HRESULT sp_rights_admit(struct sp_storage *target, const BYTE *head, size_t length);

#endif
