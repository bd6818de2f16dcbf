/* Defects of DeviceIoControl. */
#include <stddef.h>
#include <string.h>

#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"

enum {
    IN_HEAD = offsetof(MTP_COMMAND_DATA_IN, CommandWriteData),
    OUT_HEAD = offsetof(MTP_COMMAND_DATA_OUT, CommandReadData),
    ROOM = 1 << 16,
};

METHOD(IOCTL_OK, IMDSPDevice3, DeviceIoControl, DWORD code, BYTE *in, DWORD in_size, BYTE *out,
       DWORD *out_size)
{
    return hr_swap(IOCTL_OK_book(This, code, in, in_size, out, out_size), WMDM_E_NOTSUPPORTED,
                   S_OK);
}

METHOD(COMMAND_CUT, IMDSPDevice3, DeviceIoControl, DWORD code, BYTE *in, DWORD in_size, BYTE *out,
       DWORD *out_size)
{
    HRESULT hr = COMMAND_CUT_book(This, code, in, in_size, out, out_size);

    if (hr == S_OK && *out_size > OUT_HEAD)
        out[*out_size - 1] ^= 0xff;
    return hr;
}

METHOD(COMMAND_WITHOUT_PARAMETERS, IMDSPDevice3, DeviceIoControl, DWORD code, BYTE *in,
       DWORD in_size, BYTE *out, DWORD *out_size)
{
    BYTE changed[ROOM];

    if (!in || in_size < IN_HEAD || in_size > ROOM)
        return COMMAND_WITHOUT_PARAMETERS_book(This, code, in, in_size, out, out_size);
    memcpy(changed, in, in_size);
    memset(changed + offsetof(MTP_COMMAND_DATA_IN, Params), 0,
           sizeof(((MTP_COMMAND_DATA_IN *)0)->Params));
    return COMMAND_WITHOUT_PARAMETERS_book(This, code, changed, in_size, out, out_size);
}

METHOD(COMMAND_ALWAYS_OK, IMDSPDevice3, DeviceIoControl, DWORD code, BYTE *in, DWORD in_size,
       BYTE *out, DWORD *out_size)
{
    HRESULT hr = COMMAND_ALWAYS_OK_book(This, code, in, in_size, out, out_size);
    const WORD ok = 0x2001;

    if (hr == S_OK)
        memcpy(out + offsetof(MTP_COMMAND_DATA_OUT, ResponseCode), &ok, sizeof(ok));
    return hr;
}

METHOD(COMMAND_SIZE_OF_ROOM, IMDSPDevice3, DeviceIoControl, DWORD code, BYTE *in, DWORD in_size,
       BYTE *out, DWORD *out_size)
{
    DWORD room = out_size ? *out_size : 0;
    HRESULT hr = COMMAND_SIZE_OF_ROOM_book(This, code, in, in_size, out, out_size);

    if (hr == S_OK && out_size)
        *out_size = room;
    return hr;
}

METHOD(COMMAND_UNWRITTEN, IMDSPDevice3, DeviceIoControl, DWORD code, BYTE *in, DWORD in_size,
       BYTE *out, DWORD *out_size)
{
    BYTE changed[ROOM] = {0};

    if (!in || in_size < IN_HEAD || in_size > ROOM)
        return COMMAND_UNWRITTEN_book(This, code, in, in_size, out, out_size);
    memcpy(changed, in, IN_HEAD);
    return COMMAND_UNWRITTEN_book(This, code, changed, in_size, out, out_size);
}

METHOD(COMMAND_OVERRUN, IMDSPDevice3, DeviceIoControl, DWORD code, BYTE *in, DWORD in_size,
       BYTE *out, DWORD *out_size)
{
    DWORD room = out_size ? *out_size : 0;
    HRESULT hr = COMMAND_OVERRUN_book(This, code, in, in_size, out, out_size);

    if (hr == HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER) && out)
        out[room] = 0;
    return hr;
}

METHOD(COMMAND_OF_NOTHING, IMDSPDevice3, DeviceIoControl, DWORD code, BYTE *in, DWORD in_size,
       BYTE *out, DWORD *out_size)
{
    HRESULT hr = COMMAND_OF_NOTHING_book(This, code, in, in_size, out, out_size);

    return in ? hr : hr_swap(hr, E_INVALIDARG, S_OK);
}

METHOD(COMMAND_ROOM_OK, IMDSPDevice3, DeviceIoControl, DWORD code, BYTE *in, DWORD in_size,
       BYTE *out, DWORD *out_size)
{
    return hr_swap(COMMAND_ROOM_OK_book(This, code, in, in_size, out, out_size),
                   HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER), S_OK);
}
