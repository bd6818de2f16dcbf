/* A sink that writes down what it is told, for the tests of wbem: the classes that are not the
 * system's, the result, and whatever comes behind that. */
#ifndef CONFORMANCE_TESTS_HOST_WBEM_SINK_H
#define CONFORMANCE_TESTS_HOST_WBEM_SINK_H

#include <pthread.h>

#include "conformance/tests/host/wbem_fixture.h"

struct wbem_sink {
    IWbemObjectSink face;
    atomic_int refs;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char names[400];
    unsigned indicated, ended, late;
    HRESULT status;
    char param[200];
    HRESULT answer;        /* of Indicate */
    IWbemServices *cancel; /* from within Indicate */
    bool hold;             /* Indicate waits until it is false */
};

static inline struct wbem_sink *wbem_sink_of(IWbemObjectSink *This)
{
    return (struct wbem_sink *)This;
}

static HRESULT STDMETHODCALLTYPE sink_QueryInterface(IWbemObjectSink *This, REFIID riid, void **out)
{
    *out = IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IWbemObjectSink) ? This : NULL;
    if (*out)
        atomic_fetch_add(&wbem_sink_of(This)->refs, 1);
    return *out ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE sink_AddRef(IWbemObjectSink *This)
{
    return (ULONG)atomic_fetch_add(&wbem_sink_of(This)->refs, 1) + 1;
}

static ULONG STDMETHODCALLTYPE sink_Release(IWbemObjectSink *This)
{
    struct wbem_sink *it = wbem_sink_of(This);
    ULONG left;

    pthread_mutex_lock(&it->lock);
    left = (ULONG)atomic_fetch_sub(&it->refs, 1) - 1;
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
    return left;
}

static HRESULT STDMETHODCALLTYPE sink_Indicate(IWbemObjectSink *This, LONG count,
                                               IWbemClassObject **objects)
{
    struct wbem_sink *it = wbem_sink_of(This);

    pthread_mutex_lock(&it->lock);
    for (LONG i = 0; i < count; i++) {
        struct cim_object *object = wbem_object_cim(objects[i]);
        if (object->class_name[0] != '_' &&
            strlen(it->names) + strlen(object->class_name) + 2 < sizeof(it->names))
            strcat(strcat(it->names, object->class_name), " ");
        cim_object_unref(object);
    }
    it->indicated += (unsigned)count;
    it->late += it->ended != 0;
    pthread_cond_broadcast(&it->changed);
    while (it->hold)
        pthread_cond_wait(&it->changed, &it->lock);
    pthread_mutex_unlock(&it->lock);
    if (it->cancel)
        cr_expect_eq(IWbemServices_CancelAsyncCall(it->cancel, This), 0);
    return it->answer;
}

static HRESULT STDMETHODCALLTYPE sink_SetStatus(IWbemObjectSink *This, LONG flags, HRESULT hr,
                                                BSTR param, IWbemClassObject *object)
{
    struct wbem_sink *it = wbem_sink_of(This);
    char *utf8 = param ? com_utf8_copy(param) : NULL;

    (void)object;
    cr_expect_eq(flags, WBEM_STATUS_COMPLETE);
    pthread_mutex_lock(&it->lock);
    it->ended++;
    it->status = hr;
    if (utf8)
        strcpy(it->param, utf8);
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
    free(utf8);
    return WBEM_S_NO_ERROR;
}

static inline void wbem_sink_init(struct wbem_sink *it)
{
    static const IWbemObjectSinkVtbl vtbl = {sink_QueryInterface, sink_AddRef, sink_Release,
                                             sink_Indicate, sink_SetStatus};

    *it = (struct wbem_sink){.face.lpVtbl = &vtbl, .refs = 1};
    pthread_mutex_init(&it->lock, NULL);
    pthread_cond_init(&it->changed, NULL);
}

/* Until it has been told the end and nobody else holds it. */
static inline HRESULT wbem_sink_await(struct wbem_sink *it)
{
    pthread_mutex_lock(&it->lock);
    while (!it->ended || atomic_load(&it->refs) > 1)
        pthread_cond_wait(&it->changed, &it->lock);
    pthread_mutex_unlock(&it->lock);
    cr_expect_eq(it->ended, 1);
    cr_expect_eq(it->late, 0);
    return it->status;
}

static inline void wbem_sink_await_indicated(struct wbem_sink *it, unsigned count)
{
    pthread_mutex_lock(&it->lock);
    while (it->indicated < count)
        pthread_cond_wait(&it->changed, &it->lock);
    pthread_mutex_unlock(&it->lock);
}

static inline void wbem_sink_let_go(struct wbem_sink *it)
{
    pthread_mutex_lock(&it->lock);
    it->hold = false;
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
}

#endif
