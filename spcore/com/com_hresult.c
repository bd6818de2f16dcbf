/* Results as two tables, one from errno and one to names: what a layer below means by an error is
 * the same in every class. */
#include "spcore/com/com_hresult.h"

#include <errno.h>

#include "spcore/base.h"
#include "spcore/include/mswmdm.h"

static const struct {
    int error;
    uint32_t win32;
} from_errno[] = {
    {ENODEV, ERROR_DEVICE_NOT_CONNECTED},
    {ENXIO, ERROR_DEVICE_NOT_CONNECTED},
    {ESHUTDOWN, ERROR_DEVICE_NOT_CONNECTED},
    {ECONNRESET, ERROR_DEVICE_NOT_CONNECTED},
    {ENOENT, ERROR_FILE_NOT_FOUND},
    {EACCES, ERROR_ACCESS_DENIED},
    {EPERM, ERROR_ACCESS_DENIED},
    {EROFS, ERROR_WRITE_PROTECT},
    {ENOSPC, ERROR_DISK_FULL},
    {EFBIG, ERROR_FILE_TOO_LARGE},
    {EEXIST, ERROR_FILE_EXISTS},
    {ENOTEMPTY, ERROR_DIR_NOT_EMPTY},
    {ETIMEDOUT, ERROR_SEM_TIMEOUT},
    {EBUSY, ERROR_BUSY},
    {EAGAIN, ERROR_NOT_READY},
    {ECANCELED, ERROR_OPERATION_ABORTED},
    {ENOTSUP, ERROR_NOT_SUPPORTED},
    {EPROTO, ERROR_INVALID_DATA},
    {EBADMSG, ERROR_INVALID_DATA},
    {EOVERFLOW, ERROR_INVALID_DATA},
    {ECONNREFUSED, ERROR_DEV_NOT_EXIST},
    {EHOSTUNREACH, ERROR_DEV_NOT_EXIST},
    {EPIPE, ERROR_IO_DEVICE},
    {EIO, ERROR_IO_DEVICE},
};

HRESULT hr_from_errno(int error)
{
    if (error >= 0)
        return S_OK;
    if (error == -ENOMEM)
        return E_OUTOFMEMORY;
    if (error == -EINVAL)
        return E_INVALIDARG;
    for (size_t i = 0; i < ARRAY_SIZE(from_errno); i++) {
        if (from_errno[i].error == -error)
            return HRESULT_FROM_WIN32(from_errno[i].win32);
    }
    return HRESULT_FROM_WIN32(ERROR_GEN_FAILURE);
}

#define NAMED(code)                                                                                \
    {                                                                                              \
        code, #code                                                                                \
    }
#define NAMED_WIN32(code)                                                                          \
    {                                                                                              \
        HRESULT_FROM_WIN32(code), #code                                                            \
    }
static const struct {
    HRESULT hr;
    const char *name;
} names[] = {
    NAMED(S_OK),
    NAMED(S_FALSE),
    NAMED(E_UNEXPECTED),
    NAMED(E_NOTIMPL),
    NAMED(E_NOINTERFACE),
    NAMED(E_POINTER),
    NAMED(E_ABORT),
    NAMED(E_FAIL),
    NAMED(E_PENDING),
    NAMED(E_ACCESSDENIED),
    NAMED(E_HANDLE),
    NAMED(E_OUTOFMEMORY),
    NAMED(E_INVALIDARG),
    NAMED(CLASS_E_NOAGGREGATION),
    NAMED(CLASS_E_CLASSNOTAVAILABLE),
    NAMED(DISP_E_BADINDEX),
    NAMED(DISP_E_TYPEMISMATCH),
    NAMED(WMDM_S_NOT_ALL_PROPERTIES_APPLIED),
    NAMED(WMDM_S_NOT_ALL_PROPERTIES_RETRIEVED),
    NAMED(WMDM_E_BUSY),
    NAMED(WMDM_E_INTERFACEDEAD),
    NAMED(WMDM_E_INVALIDTYPE),
    NAMED(WMDM_E_PROCESSFAILED),
    NAMED(WMDM_E_NOTSUPPORTED),
    NAMED(WMDM_E_NOTCERTIFIED),
    NAMED(WMDM_E_NORIGHTS),
    NAMED(WMDM_E_CALL_OUT_OF_SEQUENCE),
    NAMED(WMDM_E_BUFFERTOOSMALL),
    NAMED(WMDM_E_MOREDATA),
    NAMED(WMDM_E_MAC_CHECK_FAILED),
    NAMED(WMDM_E_USER_CANCELLED),
    NAMED(WMDM_E_SDMI_TRIGGER),
    NAMED(WMDM_E_SDMI_NOMORECOPIES),
    NAMED(WMDM_E_REVOKED),
    NAMED(WMDM_E_LICENSE_NOTEXIST),
    NAMED(WMDM_E_INCORRECT_APPSEC),
    NAMED(WMDM_E_INCORRECT_RIGHTS),
    NAMED(WMDM_E_LICENSE_EXPIRED),
    NAMED(WMDM_E_CANTOPEN_PMSN_SERVICE_PIPE), /* WMDM_E_TOO_MANY_SESSIONS too */
    NAMED_WIN32(ERROR_FILE_NOT_FOUND),
    NAMED_WIN32(ERROR_PATH_NOT_FOUND),
    NAMED_WIN32(ERROR_TOO_MANY_OPEN_FILES),
    NAMED_WIN32(ERROR_NOT_ENOUGH_MEMORY),
    NAMED_WIN32(ERROR_INVALID_DATA),
    NAMED_WIN32(ERROR_WRITE_PROTECT),
    NAMED_WIN32(ERROR_NOT_READY),
    NAMED_WIN32(ERROR_CRC),
    NAMED_WIN32(ERROR_GEN_FAILURE),
    NAMED_WIN32(ERROR_HANDLE_EOF),
    NAMED_WIN32(ERROR_NOT_SUPPORTED),
    NAMED_WIN32(ERROR_DEV_NOT_EXIST),
    NAMED_WIN32(ERROR_FILE_EXISTS),
    NAMED_WIN32(ERROR_DISK_FULL),
    NAMED_WIN32(ERROR_SEM_TIMEOUT),
    NAMED_WIN32(ERROR_INSUFFICIENT_BUFFER),
    NAMED_WIN32(ERROR_INVALID_NAME),
    NAMED_WIN32(ERROR_DIR_NOT_EMPTY),
    NAMED_WIN32(ERROR_BUSY),
    NAMED_WIN32(ERROR_ALREADY_EXISTS),
    NAMED_WIN32(ERROR_FILE_TOO_LARGE),
    NAMED_WIN32(ERROR_OPERATION_ABORTED),
    NAMED_WIN32(ERROR_IO_DEVICE),
    NAMED_WIN32(ERROR_DEVICE_NOT_CONNECTED),
    NAMED_WIN32(ERROR_NOT_FOUND),
    NAMED_WIN32(ERROR_CANCELLED),
    NAMED_WIN32(ERROR_TIMEOUT),
};

const char *hr_name(HRESULT hr)
{
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (names[i].hr == hr)
            return names[i].name;
    }
    return NULL;
}
