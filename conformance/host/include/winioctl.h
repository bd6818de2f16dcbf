/* How control codes of devices are made. */
#ifndef CONFORMANCE_HOST_INCLUDE_WINIOCTL_H
#define CONFORMANCE_HOST_INCLUDE_WINIOCTL_H

#define CTL_CODE(type, function, method, access)                                                   \
    (((DWORD)(type) << 16) | ((DWORD)(access) << 14) | ((DWORD)(function) << 2) | (DWORD)(method))
#define DEVICE_TYPE_FROM_CTL_CODE(code) (((DWORD)((code)&0xffff0000u)) >> 16)
#define METHOD_FROM_CTL_CODE(code) ((DWORD)((code)&3u))
#define METHOD_BUFFERED 0
#define METHOD_IN_DIRECT 1
#define METHOD_OUT_DIRECT 2
#define METHOD_NEITHER 3
#define FILE_ANY_ACCESS 0
#define FILE_SPECIAL_ACCESS (FILE_ANY_ACCESS)
#define FILE_READ_ACCESS (0x0001)
#define FILE_WRITE_ACCESS (0x0002)
#define FILE_DEVICE_UNKNOWN 0x00000022u

#endif
