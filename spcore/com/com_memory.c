/* Memory for objects of this module, and the switch with which a test makes each allocation, those
 * of the task allocator among them, fail in turn. */
#include "spcore/com/com_memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Process-wide like malloc() itself: there is no context to carry the switch in, the functions'
 * signatures are COM's. */
static atomic_uint calls;
static atomic_uint fail_at; /* the value of `calls` that fails; 0: none */
static pthread_once_t environment_read = PTHREAD_ONCE_INIT;

static void read_environment(void)
{
    const char *text = getenv("SPCORE_FAIL_ALLOC");

    if (text)
        atomic_store(&fail_at, (unsigned)strtoul(text, NULL, 10));
}

void com_memory_fail_at(unsigned n)
{
    pthread_once(&environment_read, read_environment);
    atomic_store(&fail_at, n ? atomic_load(&calls) + n : 0);
}

bool com_memory_fails(void)
{
    pthread_once(&environment_read, read_environment);
    return atomic_fetch_add(&calls, 1) + 1 == atomic_load(&fail_at);
}

void *com_zalloc(size_t size)
{
    void *block = com_memory_fails() ? NULL : malloc(size ? size : 1);

    if (block)
        memset(block, 0, size);
    return block;
}
