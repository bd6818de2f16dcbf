/* The task allocator for tests: failing at the n-th call. The allocator itself is
 * CoTaskMemAlloc() and company of com.h, plain malloc() and free(). */
#ifndef SPCORE_COM_COM_MEMORY_H
#define SPCORE_COM_COM_MEMORY_H

#include "spcore/include/com.h"

/* Of a function that answers memory of the task allocator: on Windows that is not free()'s, and so
 * the compiler says it here, too. */
#if __GNUC__ >= 11 && !defined(__clang__)
#define COM_TASK_MEMORY __attribute__((malloc(CoTaskMemFree, 1)))
#else
#define COM_TASK_MEMORY
#endif

/* The n-th CoTaskMemAlloc or Realloc from now (1: the next) fails, once; 0: none does. The
 * environment variable SPCORE_FAIL_ALLOC=n does the same from the module's first allocation. */
void com_memory_fail_at(unsigned n);

/* Asked once by each allocation: is it the one that fails? */
bool com_memory_fails(void);

/* calloc() for objects of this module, with the same failure switch; free with free(). */
void *com_zalloc(size_t size);

#endif
