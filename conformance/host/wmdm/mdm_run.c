/* Block mode and thread mode: the same work, here or in a thread of its own. */
#include <pthread.h>
#include <stdlib.h>

#include "conformance/host/wmdm/mdm_private.h"

struct thread {
    HRESULT (*work)(void *job);
    void (*done)(void *job, HRESULT hr);
    void *job;
};

bool mdm_in_thread(DWORD mode)
{
    return (mode & WMDM_MODE_THREAD) && !(mode & WMDM_MODE_BLOCK);
}

static void *run(void *argument)
{
    struct thread thread = *(struct thread *)argument;

    free(argument);
    thread.done(thread.job, thread.work(thread.job));
    return NULL;
}

HRESULT mdm_run(DWORD mode, HRESULT (*work)(void *job), void (*done)(void *job, HRESULT hr),
                void *job)
{
    struct thread *thread = NULL;
    pthread_t id;
    HRESULT hr;

    if (!mdm_in_thread(mode)) {
        hr = work(job);
        done(job, hr);
        return hr;
    }
    thread = malloc(sizeof(*thread));
    if (thread) {
        *thread = (struct thread){work, done, job};
        if (pthread_create(&id, NULL, run, thread) == 0) {
            pthread_detach(id);
            return S_OK;
        }
    }
    free(thread);
    done(job, E_OUTOFMEMORY);
    return E_OUTOFMEMORY;
}
