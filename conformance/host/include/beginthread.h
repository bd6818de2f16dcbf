/* Threads of Windows' C library: its process.h. */
#ifndef CONFORMANCE_HOST_INCLUDE_BEGINTHREAD_H
#define CONFORMANCE_HOST_INCLUDE_BEGINTHREAD_H

#include "windef.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef unsigned(__stdcall *_beginthreadex_proc_type)(void *parameter);
/* CreateThread's handle; 0: none, errno says why. */
uintptr_t _beginthreadex(void *attributes, unsigned stack_size, _beginthreadex_proc_type start,
                         void *parameter, unsigned flags, unsigned *ret_id);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
