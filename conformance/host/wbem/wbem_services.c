/* IWbemServices: each method is a call of one kind, with the flags that are documented for it. */
#include "conformance/host/wbem/wbem_services.h"

#include <stdio.h>
#include <stdlib.h>

#include "conformance/host/include/wbemprov.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_value.h"

enum {
    EITHER = WBEM_FLAG_UPDATE_ONLY | WBEM_FLAG_CREATE_ONLY,
    OWNER = WBEM_FLAG_OWNER_UPDATE,
    AMENDED = WBEM_FLAG_USE_AMENDED_QUALIFIERS,
};

COM_INTERFACE(wbem_services, IWbemServices)

struct wbem_services *wbem_services_of(IWbemServices *This)
{
    return wbem_services_from_IWbemServices(This);
}

bool wbem_cancelled(const struct wbem_call *call)
{
    return call->cancelled && atomic_load(call->cancelled);
}

/* ---- what calls do */
static HRESULT do_get(struct wbem_job *job)
{
    struct wbem_call call = wbem_job_call(job);
    struct cim_object *object = NULL;
    HRESULT hr = job->services->backend->get(job->services->self, &call, job->text, &object);

    return wbem_give(job, hr, object);
}

static HRESULT do_put(struct wbem_job *job)
{
    struct wbem_call call = wbem_job_call(job);

    return job->services->backend->put(job->services->self, &call, job->in, &job->ret_path);
}

static HRESULT do_drop(struct wbem_job *job)
{
    struct wbem_call call = wbem_job_call(job);

    return job->services->backend->drop(job->services->self, &call, job->genus, job->text);
}

static HRESULT do_open(struct wbem_job *job)
{
    const struct wbem_services *its = job->services;

    return wbem_connect(its->backend, its->self, job->text, its->user, job->context,
                        &job->ret_services);
}

/* ---- namespaces and calls */
static HRESULT below(const struct wbem_services *it, const WCHAR *relative, WCHAR **ret)
{
    char *utf8, *name = NULL, *clean = NULL;
    HRESULT hr = wbem_utf8(relative, &utf8);

    if (FAILED(hr))
        return hr;
    if (asprintf(&name, "%s\\%s", it->namespace, utf8) < 0)
        hr = WBEM_E_OUT_OF_MEMORY;
    if (SUCCEEDED(hr))
        hr = cim_namespace_of(name, CIM_SERVER, &clean);
    if (SUCCEEDED(hr))
        hr = wbem_bstr(clean, ret);
    free(utf8);
    free(name);
    free(clean);
    return hr;
}

static HRESULT STDMETHODCALLTYPE services_OpenNamespace(IWbemServices *This,
                                                        const BSTR strNamespace, LONG lFlags,
                                                        IWbemContext *pCtx,
                                                        IWbemServices **ppWorkingNamespace,
                                                        IWbemCallResult **ppResult)
{
    struct wbem_job *job = NULL;
    WCHAR *name = NULL;
    HRESULT hr;

    if (ppWorkingNamespace)
        *ppWorkingNamespace = NULL;
    hr = ppWorkingNamespace || ppResult ? below(wbem_services_of(This), strNamespace, &name)
                                        : WBEM_E_INVALID_PARAMETER;
    if (SUCCEEDED(hr))
        hr = wbem_begin(This, do_open, lFlags, WBEM_FLAG_RETURN_IMMEDIATELY, pCtx, name, &job);
    SysFreeString(name);
    if (SUCCEEDED(hr))
        hr = wbem_go(job, ppResult);
    if (SUCCEEDED(hr) && ppWorkingNamespace && !(lFlags & WBEM_FLAG_RETURN_IMMEDIATELY)) {
        *ppWorkingNamespace = job->ret_services;
        job->ret_services = NULL;
    }
    wbem_job_unref(job);
    return hr;
}

static HRESULT STDMETHODCALLTYPE services_CancelAsyncCall(IWbemServices *This,
                                                          IWbemObjectSink *pSink)
{
    return pSink ? wbem_job_cancel(wbem_services_of(This), pSink) : WBEM_E_INVALID_PARAMETER;
}

/* There are no events here, nor sinks of the system's. */
static HRESULT STDMETHODCALLTYPE services_QueryObjectSink(IWbemServices *This, LONG lFlags,
                                                          IWbemObjectSink **ppResponseHandler)
{
    (void)This;
    if (!ppResponseHandler || lFlags)
        return WBEM_E_INVALID_PARAMETER;
    *ppResponseHandler = NULL;
    return WBEM_E_NOT_SUPPORTED;
}

/* ---- one object */
static HRESULT STDMETHODCALLTYPE services_GetObject(IWbemServices *This, const BSTR strObjectPath,
                                                    LONG lFlags, IWbemContext *pCtx,
                                                    IWbemClassObject **ppObject,
                                                    IWbemCallResult **ppCallResult)
{
    struct wbem_job *job;
    HRESULT hr = wbem_begin(This, do_get, lFlags,
                            WBEM_FLAG_RETURN_IMMEDIATELY | AMENDED | WBEM_FLAG_DIRECT_READ, pCtx,
                            strObjectPath, &job);

    return wbem_finish_object(hr, job, ppObject, ppCallResult);
}

static HRESULT STDMETHODCALLTYPE services_GetObjectAsync(IWbemServices *This,
                                                         const BSTR strObjectPath, LONG lFlags,
                                                         IWbemContext *pCtx,
                                                         IWbemObjectSink *pResponseHandler)
{
    struct wbem_job *job;
    HRESULT hr =
        wbem_begin(This, do_get, lFlags, WBEM_FLAG_SEND_STATUS | AMENDED | WBEM_FLAG_DIRECT_READ,
                   pCtx, strObjectPath, &job);

    return wbem_finish_sink(hr, job, pResponseHandler);
}

/* An object of ours, of that kind; of flags that exclude each other one. */
static HRESULT begin_put(IWbemServices *This, IWbemClassObject *object, LONG genus, LONG flags,
                         LONG allowed, IWbemContext *context, struct wbem_job **ret)
{
    LONG mode = flags & WBEM_MASK_UPDATE_MODE;
    struct cim_object *in;
    HRESULT hr;

    *ret = NULL;
    if (!object || (flags & EITHER) == EITHER || mode == WBEM_MASK_UPDATE_MODE)
        return WBEM_E_INVALID_PARAMETER;
    hr = wbem_begin(This, do_put, flags, allowed | EITHER | AMENDED | OWNER, context, NULL, ret);
    if (FAILED(hr))
        return hr;
    in = wbem_object_cim(object);
    if (!in || in->genus != genus) {
        cim_object_unref(in);
        return WBEM_E_INVALID_OBJECT;
    }
    (*ret)->in = in;
    return hr;
}

static HRESULT STDMETHODCALLTYPE services_PutClass(IWbemServices *This, IWbemClassObject *pObject,
                                                   LONG lFlags, IWbemContext *pCtx,
                                                   IWbemCallResult **ppCallResult)
{
    struct wbem_job *job;
    HRESULT hr = begin_put(This, pObject, WBEM_GENUS_CLASS, lFlags,
                           WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_MASK_UPDATE_MODE, pCtx, &job);

    return wbem_finish(hr, job, ppCallResult);
}

static HRESULT STDMETHODCALLTYPE services_PutClassAsync(IWbemServices *This,
                                                        IWbemClassObject *pObject, LONG lFlags,
                                                        IWbemContext *pCtx,
                                                        IWbemObjectSink *pResponseHandler)
{
    struct wbem_job *job;
    HRESULT hr = begin_put(This, pObject, WBEM_GENUS_CLASS, lFlags,
                           WBEM_FLAG_SEND_STATUS | WBEM_MASK_UPDATE_MODE, pCtx, &job);

    return wbem_finish_sink(hr, job, pResponseHandler);
}

static HRESULT STDMETHODCALLTYPE services_PutInstance(IWbemServices *This, IWbemClassObject *pInst,
                                                      LONG lFlags, IWbemContext *pCtx,
                                                      IWbemCallResult **ppCallResult)
{
    struct wbem_job *job;
    HRESULT hr = begin_put(This, pInst, WBEM_GENUS_INSTANCE, lFlags, WBEM_FLAG_RETURN_IMMEDIATELY,
                           pCtx, &job);

    return wbem_finish(hr, job, ppCallResult);
}

static HRESULT STDMETHODCALLTYPE services_PutInstanceAsync(IWbemServices *This,
                                                           IWbemClassObject *pInst, LONG lFlags,
                                                           IWbemContext *pCtx,
                                                           IWbemObjectSink *pResponseHandler)
{
    struct wbem_job *job;
    HRESULT hr =
        begin_put(This, pInst, WBEM_GENUS_INSTANCE, lFlags, WBEM_FLAG_SEND_STATUS, pCtx, &job);

    return wbem_finish_sink(hr, job, pResponseHandler);
}

static HRESULT begin_drop(IWbemServices *This, const BSTR path, LONG genus, LONG flags,
                          LONG allowed, IWbemContext *context, struct wbem_job **ret)
{
    HRESULT hr;

    *ret = NULL;
    if (!path)
        return WBEM_E_INVALID_PARAMETER;
    hr = wbem_begin(This, do_drop, flags, allowed | OWNER, context, path, ret);
    if (SUCCEEDED(hr))
        (*ret)->genus = genus;
    return hr;
}

static HRESULT STDMETHODCALLTYPE services_DeleteClass(IWbemServices *This, const BSTR strClass,
                                                      LONG lFlags, IWbemContext *pCtx,
                                                      IWbemCallResult **ppCallResult)
{
    struct wbem_job *job;
    HRESULT hr = begin_drop(This, strClass, WBEM_GENUS_CLASS, lFlags, WBEM_FLAG_RETURN_IMMEDIATELY,
                            pCtx, &job);

    return wbem_finish(hr, job, ppCallResult);
}

static HRESULT STDMETHODCALLTYPE services_DeleteClassAsync(IWbemServices *This, const BSTR strClass,
                                                           LONG lFlags, IWbemContext *pCtx,
                                                           IWbemObjectSink *pResponseHandler)
{
    struct wbem_job *job;
    HRESULT hr =
        begin_drop(This, strClass, WBEM_GENUS_CLASS, lFlags, WBEM_FLAG_SEND_STATUS, pCtx, &job);

    return wbem_finish_sink(hr, job, pResponseHandler);
}

static HRESULT STDMETHODCALLTYPE services_DeleteInstance(IWbemServices *This,
                                                         const BSTR strObjectPath, LONG lFlags,
                                                         IWbemContext *pCtx,
                                                         IWbemCallResult **ppCallResult)
{
    struct wbem_job *job;
    HRESULT hr = begin_drop(This, strObjectPath, WBEM_GENUS_INSTANCE, lFlags,
                            WBEM_FLAG_RETURN_IMMEDIATELY, pCtx, &job);

    return wbem_finish(hr, job, ppCallResult);
}

static HRESULT STDMETHODCALLTYPE services_DeleteInstanceAsync(IWbemServices *This,
                                                              const BSTR strObjectPath, LONG lFlags,
                                                              IWbemContext *pCtx,
                                                              IWbemObjectSink *pResponseHandler)
{
    struct wbem_job *job;
    HRESULT hr = begin_drop(This, strObjectPath, WBEM_GENUS_INSTANCE, lFlags, WBEM_FLAG_SEND_STATUS,
                            pCtx, &job);

    return wbem_finish_sink(hr, job, pResponseHandler);
}

/* ---- life */
static const IWbemServicesVtbl services_vtbl = {
    COM_UNKNOWN_SLOTS(wbem_services, IWbemServices),
    .OpenNamespace = services_OpenNamespace,
    .CancelAsyncCall = services_CancelAsyncCall,
    .QueryObjectSink = services_QueryObjectSink,
    .GetObject = services_GetObject,
    .GetObjectAsync = services_GetObjectAsync,
    .PutClass = services_PutClass,
    .PutClassAsync = services_PutClassAsync,
    .DeleteClass = services_DeleteClass,
    .DeleteClassAsync = services_DeleteClassAsync,
    .CreateClassEnum = wbem_CreateClassEnum,
    .CreateClassEnumAsync = wbem_CreateClassEnumAsync,
    .PutInstance = services_PutInstance,
    .PutInstanceAsync = services_PutInstanceAsync,
    .DeleteInstance = services_DeleteInstance,
    .DeleteInstanceAsync = services_DeleteInstanceAsync,
    .CreateInstanceEnum = wbem_CreateInstanceEnum,
    .CreateInstanceEnumAsync = wbem_CreateInstanceEnumAsync,
    .ExecQuery = wbem_ExecQuery,
    .ExecQueryAsync = wbem_ExecQueryAsync,
    .ExecNotificationQuery = wbem_ExecNotificationQuery,
    .ExecNotificationQueryAsync = wbem_ExecNotificationQueryAsync,
    .ExecMethod = wbem_ExecMethod,
    .ExecMethodAsync = wbem_ExecMethodAsync,
};

static const struct com_interface services_interfaces[] = {
    COM_MAP(wbem_services, IUnknown, IWbemServices),
    COM_MAP(wbem_services, IWbemServices, IWbemServices),
    COM_MAP_END,
};

static void destroy(struct com_object *com)
{
    struct wbem_services *it = container_of(com, struct wbem_services, com);

    pthread_mutex_destroy(&it->lock);
    free(it->namespace);
    free(it->user);
    free(it);
}

static const struct com_class services_class = {"wbem_services", services_interfaces, destroy};

HRESULT wbem_services_new(const struct wbem_backend *backend, void *self, const char *namespace,
                          const char *user, IWbemServices **ret)
{
    struct wbem_services *it = calloc(1, sizeof(*it));

    if (!it || FAILED(cim_dup(namespace, &it->namespace)) || FAILED(cim_dup(user, &it->user))) {
        if (it)
            free(it->namespace);
        free(it);
        return WBEM_E_OUT_OF_MEMORY;
    }
    com_object_init(&it->com, &services_class);
    it->IWbemServices_iface.lpVtbl = &services_vtbl;
    pthread_mutex_init(&it->lock, NULL);
    it->backend = backend;
    it->self = self;
    *ret = &it->IWbemServices_iface;
    return WBEM_S_NO_ERROR;
}

HRESULT wbem_connect(const struct wbem_backend *backend, void *self, const char *namespace,
                     const char *user, IWbemContext *context, IWbemServices **ret)
{
    const struct wbem_call call = {.namespace = namespace, .user = user, .context = context};
    HRESULT hr = backend->open(self, &call);

    return SUCCEEDED(hr) ? wbem_services_new(backend, self, namespace, user, ret) : hr;
}
