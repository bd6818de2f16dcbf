/* A thread that calls into Windows' libraries has to be one of Windows. The linker brings the
 * judge's own calls of pthread_create() here: the body runs in a thread of Windows, and one of this
 * system stands for it, to be joined, waited for or detached like any other. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "conformance/wine/wine.h"

struct work {
    void *(*body)(void *argument);
    void *argument, *result;
    sem_t is_over;
};

int __real_pthread_create(pthread_t *ret, const pthread_attr_t *attributes, void *(*body)(void *),
                          void *argument);
int __wrap_pthread_create(pthread_t *ret, const pthread_attr_t *attributes, void *(*body)(void *),
                          void *argument);

/* In the thread of Windows. */
static DWORD STDMETHODCALLTYPE do_work(void *context)
{
    struct work *work = context;

    work->result = work->body(work->argument);
    sem_post(&work->is_over);
    return 0;
}

static bool begin(struct work *work)
{
    WINE_FUNCTION(void *, create, void *security, size_t stack, void *start, void *argument, DWORD,
                  DWORD *ret_id);
    WINE_FUNCTION(BOOL, let_go, void *handle);
    DWORD(STDMETHODCALLTYPE * start)(void *) = do_work;
    void *address, *handle;

    wine_bind("kernel32.dll", "CreateThread", &create);
    wine_bind("kernel32.dll", "CloseHandle", &let_go);
    memcpy(&address, &start, sizeof(address));
    handle = create(NULL, 0, address, work, 0, NULL);
    if (handle)
        let_go(handle);
    return handle != NULL;
}

/* In the thread that stands for it. */
static void *await_work(void *context)
{
    struct work *work = context;
    void *result;

    while (sem_wait(&work->is_over) != 0)
        ;
    result = work->result;
    sem_destroy(&work->is_over);
    free(work);
    return result;
}

int __wrap_pthread_create(pthread_t *ret, const pthread_attr_t *attributes, void *(*body)(void *),
                          void *argument)
{
    struct work *work;
    int error;

    if (!wine_is_up())
        return __real_pthread_create(ret, attributes, body, argument);
    work = calloc(1, sizeof(*work));
    if (!work)
        return ENOMEM;
    work->body = body;
    work->argument = argument;
    sem_init(&work->is_over, 0, 0);
    error = __real_pthread_create(ret, attributes, await_work, work);
    if (!error && !begin(work))
        sem_post(&work->is_over); /* Windows has no memory for it: it answers NULL at once */
    return error;
}
