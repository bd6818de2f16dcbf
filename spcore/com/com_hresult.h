/* One place where -errno of the layers below becomes an HRESULT, and the codes' names. */
#ifndef SPCORE_COM_COM_HRESULT_H
#define SPCORE_COM_COM_HRESULT_H

#include "spcore/include/com.h"

/* 0 is S_OK; a negative errno its Win32 code behind HRESULT_FROM_WIN32, never E_FAIL. */
HRESULT hr_from_errno(int error);
/* "WMDM_E_NOTCERTIFIED"; NULL: no name known. */
const char *hr_name(HRESULT hr);

#endif
