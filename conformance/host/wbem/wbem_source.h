/* Where classes come from that the repository has not: the seam of hosts of providers. What is
 * stored comes first; a source is only asked for what is not.
 *
 * Each slot may be NULL, and then there is nobody. None is called with a lock of ours held, each on
 * any thread and on several at once; a source may call into the same repository. Objects are given
 * with a reference; those passed to `each` stay the source's. A source fails as the provider did,
 * or as it could not be reached (WBEM_E_PROVIDER_LOAD_FAILURE, WBEM_E_INITIALIZATION_FAILURE,
 * WBEM_E_PROVIDER_FAILURE, WBEM_E_PROVIDER_TIMED_OUT …): the client is told just that. */
#ifndef CONFORMANCE_HOST_WBEM_WBEM_SOURCE_H
#define CONFORMANCE_HOST_WBEM_WBEM_SOURCE_H

#include "conformance/host/wbem/wbem_backend.h"

struct wbem_source {
    /* Whole, with its parents behind `base`: whoever has a class whose parent is of somebody else
     * asks for that one (wbem_local_class()). WBEM_E_NOT_FOUND: nobody has it. */
    HRESULT(*get_class)
    (void *self, const struct wbem_call *call, const char *name, struct cim_object **ret);
    /* Those below `super` (NULL: all), or right below it. One that is stored, too, is passed over,
     * as is one that came before. WBEM_S_PARTIAL_RESULTS: a provider among several failed. */
    HRESULT(*classes)
    (void *self, const struct wbem_call *call, const char *super, bool deep, cim_each *each,
     void *each_self);
    /* Of a class that is not stored. WBEM_E_PROVIDER_NOT_CAPABLE: nobody's affair; a class is
     * stored then, and of a deletion it is the answer. */
    HRESULT (*put_class)(void *self, const struct wbem_call *call, const struct cim_object *class);
    HRESULT (*delete_class)(void *self, const struct wbem_call *call, const char *name);

    /* Of a class with the qualifier dynamic, and Provider, which names who has them. */
    HRESULT(*get_instance)
    (void *self, const struct wbem_call *call, const struct cim_object *class,
     const struct cim_path *path, struct cim_object **ret);
    HRESULT(*instances)
    (void *self, const struct wbem_call *call, const struct cim_object *class, cim_each *each,
     void *each_self);
    HRESULT(*put_instance)
    (void *self, const struct wbem_call *call, const struct cim_object *instance);
    HRESULT(*delete_instance)
    (void *self, const struct wbem_call *call, const struct cim_object *class,
     const struct cim_path *path);
    HRESULT(*run)
    (void *self, const struct wbem_call *call, const struct cim_object *class, const char *path,
     const char *method, const struct cim_object *in, struct cim_object **ret_out);

    /* May that class or instance be stored, or deleted from there, by that caller? Registrations
     * are judged here. */
    HRESULT(*admit)
    (void *self, const struct wbem_call *call, const struct cim_object *object, bool drop);
    /* It has been. */
    void (*changed)(void *self, const struct wbem_call *call, const struct cim_object *object,
                    bool drop);
};

#endif
