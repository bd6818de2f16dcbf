/* Memory that fails at a call that a test names: put by the linker between what is tested and the
 * library (the Makefile reads WRAP here and in the test). */
#ifndef SPCORE_TESTS_FAILING_H
#define SPCORE_TESTS_FAILING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct fault {
    atomic_uint calls, at; /* the call that fails; 0: none does */
};
static struct fault memory;

static inline bool fails(struct fault *fault)
{
    unsigned at = atomic_load(&fault->at);

    return at && atomic_fetch_add(&fault->calls, 1) + 1 == at;
}

#define WRAP(function) extern __typeof__(function) __wrap_##function, __real_##function

WRAP(malloc);
void *__wrap_malloc(size_t size)
{
    return fails(&memory) ? NULL : __real_malloc(size);
}

WRAP(calloc);
void *__wrap_calloc(size_t count, size_t size)
{
    return fails(&memory) ? NULL : __real_calloc(count, size);
}

WRAP(realloc);
void *__wrap_realloc(void *block, size_t size)
{
    return fails(&memory) ? NULL : __real_realloc(block, size);
}

WRAP(strdup);
char *__wrap_strdup(const char *text)
{
    return fails(&memory) ? NULL : __real_strdup(text);
}

#endif
