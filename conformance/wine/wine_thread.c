/* A thread that calls into Windows' libraries has to be one of Windows. The linker brings the
 * judge's own calls of pthread_create() and pthread_join() here; what it does not need of them is
 * not here. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "conformance/wine/wine.h"

enum { FOREVER = -1 };

struct thread {
    void *(*body)(void *argument);
    void *argument, *result, *handle;
};

int __real_pthread_create(pthread_t *ret, const pthread_attr_t *attributes, void *(*body)(void *),
                          void *argument);
int __real_pthread_join(pthread_t thread, void **ret_result);
int __wrap_pthread_create(pthread_t *ret, const pthread_attr_t *attributes, void *(*body)(void *),
                          void *argument);
int __wrap_pthread_join(pthread_t thread, void **ret_result);

static DWORD STDMETHODCALLTYPE run(void *context)
{
    struct thread *thread = context;

    thread->result = thread->body(thread->argument);
    return 0;
}

static void kernel(const char *name, void *ret_function)
{
    void *symbol = wine_function("kernel32.dll", name);

    memcpy(ret_function, &symbol, sizeof(symbol));
}

int __wrap_pthread_create(pthread_t *ret, const pthread_attr_t *attributes, void *(*body)(void *),
                          void *argument)
{
    WINE_FUNCTION(void *, create, void *security, size_t stack, void *start, void *argument, DWORD,
                  DWORD *ret_id);
    struct thread *thread;
    DWORD(STDMETHODCALLTYPE * start)(void *) = run;
    void *address;

    if (!wine_is_up())
        return __real_pthread_create(ret, attributes, body, argument);
    thread = calloc(1, sizeof(*thread));
    if (!thread)
        return ENOMEM;
    thread->body = body;
    thread->argument = argument;
    memcpy(&address, &start, sizeof(address));
    kernel("CreateThread", &create);
    thread->handle = create(NULL, 0, address, thread, 0, NULL);
    if (!thread->handle) {
        free(thread);
        return EAGAIN;
    }
    *ret = (pthread_t)thread;
    return 0;
}

int __wrap_pthread_join(pthread_t joined, void **ret_result)
{
    WINE_FUNCTION(DWORD, await, void *handle, DWORD ms);
    WINE_FUNCTION(BOOL, let_go, void *handle);
    struct thread *thread;

    if (!wine_is_up())
        return __real_pthread_join(joined, ret_result);
    thread = (struct thread *)joined;
    kernel("WaitForSingleObject", &await);
    kernel("CloseHandle", &let_go);
    (void)await(thread->handle, (DWORD)FOREVER);
    (void)let_go(thread->handle);
    if (ret_result)
        *ret_result = thread->result;
    free(thread);
    return 0;
}
