/* The methods of IWbemServices that find objects: of classes, of instances, of queries; and those
 * that run a method. */
#include "conformance/host/wbem/wbem_services.h"

#include <stdlib.h>

#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_value.h"
#include "spcore/com/com_utf16.h"

enum {
    AMENDED = WBEM_FLAG_USE_AMENDED_QUALIFIERS,
    ENUMERATED = WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY,
    QUERIED = WBEM_FLAG_ENSURE_LOCATABLE | WBEM_FLAG_PROTOTYPE | WBEM_FLAG_DIRECT_READ,
};

/* ---- many objects */
static HRESULT do_find(struct wbem_job *job)
{
    struct wbem_call call = wbem_job_call(job);

    return job->services->backend->find(job->services->self, &call, job->what, job->text,
                                        wbem_job_each, job);
}

static HRESULT begin_find(IWbemServices *This, enum wbem_what what, const BSTR text, LONG flags,
                          LONG allowed, IWbemContext *context, struct wbem_job **ret)
{
    HRESULT hr;

    *ret = NULL;
    if (!text && what != WBEM_CLASSES)
        return WBEM_E_INVALID_PARAMETER;
    hr = wbem_begin(This, do_find, flags, allowed | AMENDED, context, text, ret);
    if (SUCCEEDED(hr))
        (*ret)->what = what;
    return hr;
}

HRESULT STDMETHODCALLTYPE wbem_CreateClassEnum(IWbemServices *This, const BSTR strSuperclass,
                                               LONG lFlags, IWbemContext *pCtx,
                                               IEnumWbemClassObject **ppEnum)
{
    struct wbem_job *job;
    HRESULT hr = begin_find(This, WBEM_CLASSES, strSuperclass, lFlags,
                            WBEM_FLAG_SHALLOW | ENUMERATED, pCtx, &job);

    return wbem_finish_enum(hr, job, ppEnum);
}

HRESULT STDMETHODCALLTYPE wbem_CreateClassEnumAsync(IWbemServices *This, const BSTR strSuperclass,
                                                    LONG lFlags, IWbemContext *pCtx,
                                                    IWbemObjectSink *pResponseHandler)
{
    struct wbem_job *job;
    HRESULT hr = begin_find(This, WBEM_CLASSES, strSuperclass, lFlags,
                            WBEM_FLAG_SHALLOW | WBEM_FLAG_SEND_STATUS, pCtx, &job);

    return wbem_finish_sink(hr, job, pResponseHandler);
}

HRESULT STDMETHODCALLTYPE wbem_CreateInstanceEnum(IWbemServices *This, const BSTR strFilter,
                                                  LONG lFlags, IWbemContext *pCtx,
                                                  IEnumWbemClassObject **ppEnum)
{
    struct wbem_job *job;
    HRESULT hr = begin_find(This, WBEM_INSTANCES, strFilter, lFlags,
                            WBEM_FLAG_SHALLOW | ENUMERATED | WBEM_FLAG_DIRECT_READ, pCtx, &job);

    return wbem_finish_enum(hr, job, ppEnum);
}

HRESULT STDMETHODCALLTYPE wbem_CreateInstanceEnumAsync(IWbemServices *This, const BSTR strFilter,
                                                       LONG lFlags, IWbemContext *pCtx,
                                                       IWbemObjectSink *pResponseHandler)
{
    struct wbem_job *job;
    HRESULT hr =
        begin_find(This, WBEM_INSTANCES, strFilter, lFlags,
                   WBEM_FLAG_SHALLOW | WBEM_FLAG_SEND_STATUS | WBEM_FLAG_DIRECT_READ, pCtx, &job);

    return wbem_finish_sink(hr, job, pResponseHandler);
}

/* The only language there is. */
static HRESULT judge_language(const WCHAR *language)
{
    static const WCHAR wql[] = {'W', 'Q', 'L', 0};

    if (!language)
        return WBEM_E_INVALID_PARAMETER;
    return com_wcsicmp(language, wql) == 0 ? WBEM_S_NO_ERROR : WBEM_E_INVALID_QUERY_TYPE;
}

static HRESULT begin_query(IWbemServices *This, const BSTR language, const BSTR query, LONG flags,
                           LONG allowed, IWbemContext *context, struct wbem_job **ret)
{
    HRESULT hr = judge_language(language);

    *ret = NULL;
    return SUCCEEDED(hr) ? begin_find(This, WBEM_QUERY, query, flags, allowed, context, ret) : hr;
}

HRESULT STDMETHODCALLTYPE wbem_ExecQuery(IWbemServices *This, const BSTR strQueryLanguage,
                                         const BSTR strQuery, LONG lFlags, IWbemContext *pCtx,
                                         IEnumWbemClassObject **ppEnum)
{
    struct wbem_job *job;
    HRESULT hr =
        begin_query(This, strQueryLanguage, strQuery, lFlags, ENUMERATED | QUERIED, pCtx, &job);

    return wbem_finish_enum(hr, job, ppEnum);
}

HRESULT STDMETHODCALLTYPE wbem_ExecQueryAsync(IWbemServices *This, const BSTR strQueryLanguage,
                                              const BSTR strQuery, LONG lFlags, IWbemContext *pCtx,
                                              IWbemObjectSink *pResponseHandler)
{
    struct wbem_job *job;
    HRESULT hr = begin_query(This, strQueryLanguage, strQuery, lFlags,
                             WBEM_FLAG_SEND_STATUS | QUERIED, pCtx, &job);

    return wbem_finish_sink(hr, job, pResponseHandler);
}

/* ---- events: there are none */
static HRESULT no_events(const WCHAR *language, const WCHAR *query, const void *ret)
{
    HRESULT hr = judge_language(language);

    if (FAILED(hr))
        return hr;
    return query && ret ? WBEM_E_NOT_SUPPORTED : WBEM_E_INVALID_PARAMETER;
}

HRESULT STDMETHODCALLTYPE wbem_ExecNotificationQuery(IWbemServices *This,
                                                     const BSTR strQueryLanguage,
                                                     const BSTR strQuery, LONG lFlags,
                                                     IWbemContext *pCtx,
                                                     IEnumWbemClassObject **ppEnum)
{
    (void)This;
    (void)lFlags;
    (void)pCtx;
    if (ppEnum)
        *ppEnum = NULL;
    return no_events(strQueryLanguage, strQuery, ppEnum);
}

HRESULT STDMETHODCALLTYPE wbem_ExecNotificationQueryAsync(IWbemServices *This,
                                                          const BSTR strQueryLanguage,
                                                          const BSTR strQuery, LONG lFlags,
                                                          IWbemContext *pCtx,
                                                          IWbemObjectSink *pResponseHandler)
{
    (void)This;
    (void)lFlags;
    (void)pCtx;
    return no_events(strQueryLanguage, strQuery, pResponseHandler);
}

/* ---- methods */
static HRESULT do_run(struct wbem_job *job)
{
    struct wbem_call call = wbem_job_call(job);
    struct cim_object *out = NULL;
    HRESULT hr = job->services->backend->run(job->services->self, &call, job->text, job->method,
                                             job->in, &out);

    return wbem_give(job, hr, out);
}

static HRESULT begin_run(IWbemServices *This, const BSTR path, const BSTR method, LONG flags,
                         LONG allowed, IWbemContext *context, IWbemClassObject *in,
                         struct wbem_job **ret)
{
    HRESULT hr;

    *ret = NULL;
    if (!path || !method)
        return WBEM_E_INVALID_PARAMETER;
    hr = wbem_begin(This, do_run, flags, allowed, context, path, ret);
    if (FAILED(hr))
        return hr;
    (*ret)->in = wbem_object_cim(in);
    if (in && !(*ret)->in)
        return WBEM_E_INVALID_OBJECT;
    return wbem_utf8(method, &(*ret)->method);
}

HRESULT STDMETHODCALLTYPE wbem_ExecMethod(IWbemServices *This, const BSTR strObjectPath,
                                          const BSTR strMethodName, LONG lFlags, IWbemContext *pCtx,
                                          IWbemClassObject *pInParams,
                                          IWbemClassObject **ppOutParams,
                                          IWbemCallResult **ppCallResult)
{
    struct wbem_job *job;
    HRESULT hr = begin_run(This, strObjectPath, strMethodName, lFlags, WBEM_FLAG_RETURN_IMMEDIATELY,
                           pCtx, pInParams, &job);

    if (ppOutParams)
        *ppOutParams = NULL;
    if (SUCCEEDED(hr))
        hr = wbem_go(job, ppCallResult);
    if (SUCCEEDED(hr) && ppOutParams && !(lFlags & WBEM_FLAG_RETURN_IMMEDIATELY) && job->count)
        hr = wbem_object_new(job->at[0], ppOutParams);
    wbem_job_unref(job);
    return hr;
}

HRESULT STDMETHODCALLTYPE wbem_ExecMethodAsync(IWbemServices *This, const BSTR strObjectPath,
                                               const BSTR strMethodName, LONG lFlags,
                                               IWbemContext *pCtx, IWbemClassObject *pInParams,
                                               IWbemObjectSink *pResponseHandler)
{
    struct wbem_job *job;
    HRESULT hr = begin_run(This, strObjectPath, strMethodName, lFlags, WBEM_FLAG_SEND_STATUS, pCtx,
                           pInParams, &job);

    return wbem_finish_sink(hr, job, pResponseHandler);
}
