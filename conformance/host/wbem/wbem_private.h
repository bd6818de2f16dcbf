/* What the files of wbem share: the object behind IWbemClassObject, and how its names are chosen.
 */
#ifndef CONFORMANCE_HOST_WBEM_WBEM_PRIVATE_H
#define CONFORMANCE_HOST_WBEM_WBEM_PRIVATE_H

#include <pthread.h>

#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_value.h"
#include "spcore/com/com_object.h"

/* An enumeration that goes on from call to call; there is one of a kind at a time. */
struct wbem_walk {
    bool begun;
    LONG flags;
    size_t next;
};

struct wbem_object {
    struct com_object com;
    IWbemClassObject IWbemClassObject_iface;
    pthread_mutex_t lock;      /* of all that follows */
    struct cim_object *object; /* shared: wbem_own() before it is changed */
    struct wbem_walk walk, methods;
};
struct wbem_object *wbem_object_of(IWbemClassObject *This);

/* Under the lock: nobody else has what is changed now. */
HRESULT wbem_own(struct wbem_object *it);

/* ---- names of properties: system properties first, then the others */
/* NULL: there is none behind. */
const char *wbem_name_at(const struct cim_object *object, size_t index);
/* Whether flags of enumerations choose it; those of qualifiers are GetNames' own. */
bool wbem_is_chosen(const struct cim_object *object, const char *name, LONG flags);
/* What of `flags` tells where it comes from is one of them, and of `mask`. */
bool wbem_are_conditions(const struct cim_object *object, LONG flags, LONG mask);

/* ---- the methods of IWbemClassObject that are not in wbem_object.c */
HRESULT STDMETHODCALLTYPE wbem_GetNames(IWbemClassObject *This, LPCWSTR wszQualifierName,
                                        LONG lFlags, VARIANT *pQualifierVal, SAFEARRAY **pNames);
HRESULT STDMETHODCALLTYPE wbem_BeginEnumeration(IWbemClassObject *This, LONG lEnumFlags);
HRESULT STDMETHODCALLTYPE wbem_Next(IWbemClassObject *This, LONG lFlags, BSTR *strName,
                                    VARIANT *pVal, CIMTYPE *pType, LONG *plFlavor);
HRESULT STDMETHODCALLTYPE wbem_EndEnumeration(IWbemClassObject *This);
HRESULT STDMETHODCALLTYPE wbem_GetMethod(IWbemClassObject *This, LPCWSTR wszName, LONG lFlags,
                                         IWbemClassObject **ppInSignature,
                                         IWbemClassObject **ppOutSignature);
HRESULT STDMETHODCALLTYPE wbem_PutMethod(IWbemClassObject *This, LPCWSTR wszName, LONG lFlags,
                                         IWbemClassObject *pInSignature,
                                         IWbemClassObject *pOutSignature);
HRESULT STDMETHODCALLTYPE wbem_DeleteMethod(IWbemClassObject *This, LPCWSTR wszName);
HRESULT STDMETHODCALLTYPE wbem_BeginMethodEnumeration(IWbemClassObject *This, LONG lEnumFlags);
HRESULT STDMETHODCALLTYPE wbem_NextMethod(IWbemClassObject *This, LONG lFlags, BSTR *pstrName,
                                          IWbemClassObject **ppInSignature,
                                          IWbemClassObject **ppOutSignature);
HRESULT STDMETHODCALLTYPE wbem_EndMethodEnumeration(IWbemClassObject *This);
HRESULT STDMETHODCALLTYPE wbem_GetMethodOrigin(IWbemClassObject *This, LPCWSTR wszMethodName,
                                               BSTR *pstrClassName);

/* The value, type and flavor of a property, each if it is wanted. */
HRESULT wbem_tell(const struct cim_object *object, const char *name, VARIANT *ret_value,
                  CIMTYPE *ret_type, LONG *ret_flavor);

/* ---- qualifiers of the object itself (both NULL), of a property, or of a method; the set reads
 * and writes the object it comes from */
HRESULT wbem_qualifiers_new(struct wbem_object *of, const char *property, const char *method,
                            IWbemQualifierSet **ret);

#endif
