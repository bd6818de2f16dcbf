/* What the files of IWbemServices share. */
#ifndef CONFORMANCE_HOST_WBEM_WBEM_SERVICES_H
#define CONFORMANCE_HOST_WBEM_WBEM_SERVICES_H

#include "conformance/host/wbem/wbem_job.h"
#include "spcore/com/com_object.h"

struct wbem_services {
    struct com_object com;
    IWbemServices IWbemServices_iface;
    const struct wbem_backend *backend;
    void *self;
    char *namespace, *user;
    pthread_mutex_t lock;
    struct wbem_job *jobs; /* under way, on threads of their own */
};
struct wbem_services *wbem_services_of(IWbemServices *This);

/* The call as the backend gets it. */
struct wbem_call wbem_job_call(struct wbem_job *job);

/* ---- how calls are begun and what they end in (wbem_begin.c) */
/* Of flags that are not `allowed` WBEM_E_INVALID_PARAMETER; a NULL text is an empty one. *ret is
 * NULL or the caller's, also after a failure. */
HRESULT wbem_begin(IWbemServices *This, HRESULT (*work)(struct wbem_job *job), LONG flags,
                   LONG allowed, IWbemContext *context, const WCHAR *text, struct wbem_job **ret);
/* Waits, or has a result that can be waited for. What came of it stays in the job. */
HRESULT wbem_go(struct wbem_job *job, IWbemCallResult **ret);
/* These consume the job; `hr` is of what came before. */
HRESULT wbem_finish(HRESULT hr, struct wbem_job *job, IWbemCallResult **ret);
HRESULT wbem_finish_sink(HRESULT hr, struct wbem_job *job, IWbemObjectSink *sink);
HRESULT wbem_finish_enum(HRESULT hr, struct wbem_job *job, IEnumWbemClassObject **ret);
/* *ret and *result are both out, and either may be missing. */
HRESULT wbem_finish_object(HRESULT hr, struct wbem_job *job, IWbemClassObject **ret,
                           IWbemCallResult **result);
/* What a call found, if it is that; the reference is given up. */
HRESULT wbem_give(struct wbem_job *job, HRESULT hr, struct cim_object *object);

/* ---- the methods that are not in wbem_services.c */
HRESULT STDMETHODCALLTYPE wbem_CreateClassEnum(IWbemServices *This, const BSTR strSuperclass,
                                               LONG lFlags, IWbemContext *pCtx,
                                               IEnumWbemClassObject **ppEnum);
HRESULT STDMETHODCALLTYPE wbem_CreateClassEnumAsync(IWbemServices *This, const BSTR strSuperclass,
                                                    LONG lFlags, IWbemContext *pCtx,
                                                    IWbemObjectSink *pResponseHandler);
HRESULT STDMETHODCALLTYPE wbem_CreateInstanceEnum(IWbemServices *This, const BSTR strFilter,
                                                  LONG lFlags, IWbemContext *pCtx,
                                                  IEnumWbemClassObject **ppEnum);
HRESULT STDMETHODCALLTYPE wbem_CreateInstanceEnumAsync(IWbemServices *This, const BSTR strFilter,
                                                       LONG lFlags, IWbemContext *pCtx,
                                                       IWbemObjectSink *pResponseHandler);
HRESULT STDMETHODCALLTYPE wbem_ExecQuery(IWbemServices *This, const BSTR strQueryLanguage,
                                         const BSTR strQuery, LONG lFlags, IWbemContext *pCtx,
                                         IEnumWbemClassObject **ppEnum);
HRESULT STDMETHODCALLTYPE wbem_ExecQueryAsync(IWbemServices *This, const BSTR strQueryLanguage,
                                              const BSTR strQuery, LONG lFlags, IWbemContext *pCtx,
                                              IWbemObjectSink *pResponseHandler);
HRESULT STDMETHODCALLTYPE wbem_ExecNotificationQuery(IWbemServices *This,
                                                     const BSTR strQueryLanguage,
                                                     const BSTR strQuery, LONG lFlags,
                                                     IWbemContext *pCtx,
                                                     IEnumWbemClassObject **ppEnum);
HRESULT STDMETHODCALLTYPE wbem_ExecNotificationQueryAsync(IWbemServices *This,
                                                          const BSTR strQueryLanguage,
                                                          const BSTR strQuery, LONG lFlags,
                                                          IWbemContext *pCtx,
                                                          IWbemObjectSink *pResponseHandler);
HRESULT STDMETHODCALLTYPE wbem_ExecMethod(IWbemServices *This, const BSTR strObjectPath,
                                          const BSTR strMethodName, LONG lFlags, IWbemContext *pCtx,
                                          IWbemClassObject *pInParams,
                                          IWbemClassObject **ppOutParams,
                                          IWbemCallResult **ppCallResult);
HRESULT STDMETHODCALLTYPE wbem_ExecMethodAsync(IWbemServices *This, const BSTR strObjectPath,
                                               const BSTR strMethodName, LONG lFlags,
                                               IWbemContext *pCtx, IWbemClassObject *pInParams,
                                               IWbemObjectSink *pResponseHandler);

#endif
