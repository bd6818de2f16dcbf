/* Memory of the module's own. The task allocator is CoTaskMemAlloc() and company of com.h. */
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

/* Zeros; free with free(). NULL: no memory. Never NULL for a size of 0. */
void *com_zalloc(size_t size);

#endif
