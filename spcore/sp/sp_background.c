/* A thread for one operation. Nobody waits for it: who wants to know looks at GetStatus, or has
 * given a callback. What it works on is kept by a reference, so that the module stays, too. */
#include "spcore/sp/sp_background.h"

#include <pthread.h>
#include <stdlib.h>

#include "spcore/com/com_memory.h"

struct errand {
    sp_background_work *work;
    void *context;
    IUnknown *object;
    IWMDMProgress *callback;
};

static void errand_free(struct errand *errand)
{
    errand->object->lpVtbl->Release(errand->object);
    if (errand->callback)
        errand->callback->lpVtbl->Release(errand->callback);
    free(errand);
}

static void *run(void *argument)
{
    struct errand *errand = argument;

    errand->work(errand->context);
    free(errand->context);
    errand_free(errand);
    return NULL;
}

HRESULT sp_background(sp_background_work *work, void *context, IUnknown *object,
                      IWMDMProgress *callback)
{
    struct errand *errand = com_zalloc(sizeof(*errand));
    pthread_t thread;

    if (!errand)
        return E_OUTOFMEMORY;
    *errand = (struct errand){work, context, object, callback};
    object->lpVtbl->AddRef(object);
    if (callback)
        callback->lpVtbl->AddRef(callback);
    if (pthread_create(&thread, NULL, run, errand) != 0) {
        errand_free(errand);
        return E_OUTOFMEMORY;
    }
    (void)pthread_detach(thread);
    return S_OK;
}
