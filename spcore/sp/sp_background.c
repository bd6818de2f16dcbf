/* A thread for one operation. Nobody waits for it: who wants to know looks at GetStatus, or has
 * given a callback. What it works on is kept by a reference, so that the module stays; when that is
 * let go the thread is still in the module's code, and so it is joined before the module may go. */
#include "spcore/sp/sp_background.h"

#include <pthread.h>
#include <stdlib.h>

#include "spcore/com/com_memory.h"

struct errand {
    struct errand *next;
    pthread_t thread;
    bool over; /* the thread only has to return */
    sp_background_work *work;
    void *context;
    IUnknown *object;
    IWMDMProgress *callback;
};

/* The module's, as the code is that they run. */
static pthread_mutex_t errands_lock = PTHREAD_MUTEX_INITIALIZER;
static struct errand *errands;

static void let_go(struct errand *errand)
{
    errand->object->lpVtbl->Release(errand->object);
    if (errand->callback)
        errand->callback->lpVtbl->Release(errand->callback);
}

static void *run(void *argument)
{
    struct errand *errand = argument;

    errand->work(errand->context);
    free(errand->context);
    let_go(errand);
    pthread_mutex_lock(&errands_lock);
    errand->over = true;
    pthread_mutex_unlock(&errands_lock);
    return NULL;
}

/* Under the lock: those that are over, which are in the list no more. */
static struct errand *take_over(void)
{
    struct errand *over = NULL;

    for (struct errand **at = &errands, *errand; (errand = *at);) {
        if (!errand->over) {
            at = &errand->next;
            continue;
        }
        *at = errand->next;
        errand->next = over;
        over = errand;
    }
    return over;
}

bool sp_background_busy(void)
{
    struct errand *over, *next;
    bool busy;

    pthread_mutex_lock(&errands_lock);
    over = take_over();
    busy = errands != NULL;
    pthread_mutex_unlock(&errands_lock);
    for (; over; over = next) {
        next = over->next;
        (void)pthread_join(over->thread, NULL);
        free(over);
    }
    return busy;
}

static bool start(struct errand *errand)
{
    bool started;

    pthread_mutex_lock(&errands_lock);
    started = pthread_create(&errand->thread, NULL, run, errand) == 0;
    if (started) {
        errand->next = errands;
        errands = errand;
    }
    pthread_mutex_unlock(&errands_lock);
    return started;
}

HRESULT sp_background(sp_background_work *work, void *context, IUnknown *object,
                      IWMDMProgress *callback)
{
    struct errand *errand = com_zalloc(sizeof(*errand));

    (void)sp_background_busy(); /* so that those that are over do not gather */
    if (!errand)
        return E_OUTOFMEMORY;
    *errand =
        (struct errand){.work = work, .context = context, .object = object, .callback = callback};
    object->lpVtbl->AddRef(object);
    if (callback)
        callback->lpVtbl->AddRef(callback);
    if (!start(errand)) {
        let_go(errand);
        free(errand);
        return E_OUTOFMEMORY;
    }
    return S_OK;
}
