/* The task allocator, which is malloc(); on Windows it is ole32's. */
#include <stdlib.h>

#include "spcore/include/com.h"

void *CoTaskMemAlloc(size_t size)
{
    return malloc(size ? size : 1);
}

void *CoTaskMemRealloc(void *block, size_t size)
{
    if (block && size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, size ? size : 1);
}

void CoTaskMemFree(void *block)
{
    free(block);
}
