/* Registration enters the module into Windows' registry (spcore/windows), which is not here: what
 * cannot be written is refused, not claimed. */
#include "spcore/include/com.h"

HRESULT STDMETHODCALLTYPE DllRegisterServer(void)
{
    return HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED);
}

HRESULT STDMETHODCALLTYPE DllUnregisterServer(void)
{
    return HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED);
}
