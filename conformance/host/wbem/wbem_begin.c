/* Calls to IWbemServices in their three ways: waited for, with a result to wait for, or with a
 * sink. */
#include "conformance/host/wbem/wbem_services.h"

#include <stdlib.h>

#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_value.h"

/* Of progress only a sink is told that has asked for it. */
struct wbem_call wbem_job_call(struct wbem_job *job)
{
    return (struct wbem_call){
        .namespace = job->services->namespace,
        .user = job->services->user,
        .flags = job->flags,
        .context = job->context,
        .cancelled = &job->cancelled,
        .sink = job->flags & WBEM_FLAG_SEND_STATUS ? job->sink : NULL,
    };
}

HRESULT wbem_give(struct wbem_job *job, HRESULT hr, struct cim_object *object)
{
    if (SUCCEEDED(hr) && object)
        hr = wbem_job_each(job, object);
    cim_object_unref(object);
    return hr;
}

/* ---- how they are begun. NULL texts are empty, where that means something. */
HRESULT wbem_begin(IWbemServices *This, HRESULT (*work)(struct wbem_job *job), LONG flags,
                   LONG allowed, IWbemContext *context, const WCHAR *text, struct wbem_job **ret)
{
    static const WCHAR nothing[1];

    *ret = NULL;
    if (flags & ~allowed)
        return WBEM_E_INVALID_PARAMETER;
    return wbem_job_new(wbem_services_of(This), work, flags, context, text ? text : nothing, ret);
}

/* Waits, or has a result that can be waited for. What came of it stays in the job. */
HRESULT wbem_go(struct wbem_job *job, IWbemCallResult **ret)
{
    HRESULT hr;

    if (!(job->flags & WBEM_FLAG_RETURN_IMMEDIATELY))
        return wbem_job_run(job);
    hr = ret ? wbem_result_new(job, ret) : WBEM_E_INVALID_PARAMETER;
    if (SUCCEEDED(hr))
        hr = wbem_job_start(job);
    if (FAILED(hr) && ret && *ret) {
        IWbemCallResult_Release(*ret);
        *ret = NULL;
    }
    return hr;
}

/* Consumes the job; `hr` of what came before. */
HRESULT wbem_finish(HRESULT hr, struct wbem_job *job, IWbemCallResult **ret)
{
    if (SUCCEEDED(hr))
        hr = wbem_go(job, ret);
    wbem_job_unref(job);
    return hr;
}

HRESULT wbem_finish_sink(HRESULT hr, struct wbem_job *job, IWbemObjectSink *sink)
{
    if (SUCCEEDED(hr) && !sink)
        hr = WBEM_E_INVALID_PARAMETER;
    if (SUCCEEDED(hr)) { /* held from here, and not when the call is refused */
        job->sink = sink;
        IWbemObjectSink_AddRef(sink);
        hr = wbem_job_start(job);
    }
    wbem_job_unref(job);
    return hr;
}

HRESULT wbem_finish_enum(HRESULT hr, struct wbem_job *job, IEnumWbemClassObject **ret)
{
    if (ret)
        *ret = NULL;
    if (SUCCEEDED(hr) && !ret)
        hr = WBEM_E_INVALID_PARAMETER;
    if (SUCCEEDED(hr))
        hr = job->flags & WBEM_FLAG_RETURN_IMMEDIATELY ? wbem_job_start(job) : wbem_job_run(job);
    if (SUCCEEDED(hr))
        hr = FAILED(wbem_enum_new(job, ret)) ? WBEM_E_OUT_OF_MEMORY : WBEM_S_NO_ERROR;
    wbem_job_unref(job);
    return hr;
}

/* *ret and *result are both out, and either may be missing. */
HRESULT wbem_finish_object(HRESULT hr, struct wbem_job *job, IWbemClassObject **ret,
                           IWbemCallResult **result)
{
    if (ret)
        *ret = NULL;
    if (SUCCEEDED(hr) && !ret && !result)
        hr = WBEM_E_INVALID_PARAMETER;
    if (SUCCEEDED(hr))
        hr = wbem_go(job, result);
    if (SUCCEEDED(hr) && ret && !(job->flags & WBEM_FLAG_RETURN_IMMEDIATELY) && job->count)
        hr = wbem_object_new(job->at[0], ret) < 0 ? WBEM_E_OUT_OF_MEMORY : hr;
    wbem_job_unref(job);
    return hr;
}
