/* Memory for objects of this module. */
#include "spcore/com/com_memory.h"

#include <stdlib.h>

void *com_zalloc(size_t size)
{
    return calloc(1, size ? size : 1);
}
