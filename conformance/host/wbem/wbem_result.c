/* IWbemCallResult: what becomes of a call that returned at once. */
#include <stdlib.h>

#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_services.h"
#include "conformance/host/wbem/wbem_value.h"

struct wbem_result {
    struct com_object com;
    IWbemCallResult IWbemCallResult_iface;
    struct wbem_job *job;
};

COM_INTERFACE(wbem_result, IWbemCallResult)

/* The job, locked and at its end; NULL: hr is what the caller answers. `fits`: calls of this kind
 * end in that. */
static struct wbem_job *ended(IWbemCallResult *This, LONG timeout, const void *ret, HRESULT *hr)
{
    struct wbem_job *job = wbem_result_from_IWbemCallResult(This)->job;

    *hr = WBEM_E_INVALID_PARAMETER;
    if (!ret || timeout < (LONG)WBEM_INFINITE)
        return NULL;
    pthread_mutex_lock(&job->lock);
    *hr = wbem_job_wait(job, SIZE_MAX, timeout) ? job->hr : WBEM_S_TIMEDOUT;
    if (job->done)
        return job;
    pthread_mutex_unlock(&job->lock);
    return NULL;
}

static HRESULT STDMETHODCALLTYPE result_GetResultObject(IWbemCallResult *This, LONG lTimeout,
                                                        IWbemClassObject **ppResultObject)
{
    struct wbem_job *job;
    HRESULT hr;

    if (ppResultObject)
        *ppResultObject = NULL;
    job = ended(This, lTimeout, ppResultObject, &hr);
    if (!job)
        return hr;
    if (SUCCEEDED(hr))
        hr = job->count ? wbem_object_new(job->at[0], ppResultObject) : WBEM_E_INVALID_OPERATION;
    pthread_mutex_unlock(&job->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE result_GetResultString(IWbemCallResult *This, LONG lTimeout,
                                                        BSTR *pstrResultString)
{
    struct wbem_job *job;
    HRESULT hr;

    if (pstrResultString)
        *pstrResultString = NULL;
    job = ended(This, lTimeout, pstrResultString, &hr);
    if (!job)
        return hr;
    if (SUCCEEDED(hr))
        hr = job->ret_path ? wbem_bstr(job->ret_path, pstrResultString) : WBEM_E_INVALID_OPERATION;
    pthread_mutex_unlock(&job->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE result_GetResultServices(IWbemCallResult *This, LONG lTimeout,
                                                          IWbemServices **ppServices)
{
    struct wbem_job *job;
    HRESULT hr;

    if (ppServices)
        *ppServices = NULL;
    job = ended(This, lTimeout, ppServices, &hr);
    if (!job)
        return hr;
    if (SUCCEEDED(hr) && job->ret_services) {
        *ppServices = job->ret_services;
        IWbemServices_AddRef(*ppServices);
    } else if (SUCCEEDED(hr)) {
        hr = WBEM_E_INVALID_OPERATION;
    }
    pthread_mutex_unlock(&job->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE result_GetCallStatus(IWbemCallResult *This, LONG lTimeout,
                                                      LONG *plStatus)
{
    HRESULT hr;
    struct wbem_job *job = ended(This, lTimeout, plStatus, &hr);

    if (!job)
        return hr;
    *plStatus = hr;
    pthread_mutex_unlock(&job->lock);
    return WBEM_S_NO_ERROR;
}

/* ---- life */
static const IWbemCallResultVtbl result_vtbl = {
    COM_UNKNOWN_SLOTS(wbem_result, IWbemCallResult), .GetResultObject = result_GetResultObject,
    .GetResultString = result_GetResultString,       .GetResultServices = result_GetResultServices,
    .GetCallStatus = result_GetCallStatus,
};

static const struct com_interface result_interfaces[] = {
    COM_MAP(wbem_result, IUnknown, IWbemCallResult),
    COM_MAP(wbem_result, IWbemCallResult, IWbemCallResult),
    COM_MAP_END,
};

/* The call goes on: what it writes is written. */
static void destroy(struct com_object *com)
{
    struct wbem_result *it = container_of(com, struct wbem_result, com);

    wbem_job_unref(it->job);
    free(it);
}

static const struct com_class result_class = {"wbem_result", result_interfaces, destroy};

HRESULT wbem_result_new(struct wbem_job *job, IWbemCallResult **ret)
{
    struct wbem_result *it = calloc(1, sizeof(*it));

    if (!it)
        return WBEM_E_OUT_OF_MEMORY;
    com_object_init(&it->com, &result_class);
    it->IWbemCallResult_iface.lpVtbl = &result_vtbl;
    it->job = wbem_job_ref(job);
    *ret = &it->IWbemCallResult_iface;
    return WBEM_S_NO_ERROR;
}
