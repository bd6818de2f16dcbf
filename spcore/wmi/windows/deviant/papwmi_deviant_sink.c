/* The defects that show in what a client's sink hears, and in when. */
#include <stdlib.h>

#include "spcore/wmi/windows/deviant/papwmi_deviant.h"

struct between {
    IWbemObjectSink iface;
    atomic_uint refs;
    enum papwmi_kind kind;
    bool has_superclass, has_failed, has_any, is_taken;
    IWbemServices *namespace;
    IWbemObjectSink *client;
    IWbemClassObject *last; /* delivered; a reference */
    HRESULT hr;
};
static struct between *newest; /* of one call at a time */

static struct between *of(IWbemObjectSink *This)
{
    return (struct between *)This;
}

static HRESULT STDMETHODCALLTYPE query(IWbemObjectSink *This, REFIID riid, void **ret)
{
    return IWbemObjectSink_QueryInterface(of(This)->client, riid, ret);
}

static ULONG STDMETHODCALLTYPE add_ref(IWbemObjectSink *This)
{
    return atomic_fetch_add(&of(This)->refs, 1) + 1;
}

static ULONG STDMETHODCALLTYPE release(IWbemObjectSink *This)
{
    struct between *it = of(This);
    const unsigned left = atomic_fetch_sub(&it->refs, 1) - 1;

    if (left)
        return left;
    if (it->last)
        (void)IWbemClassObject_Release(it->last);
    (void)IWbemObjectSink_Release(it->client);
    if (newest == it)
        newest = NULL;
    free(it);
    return 0;
}

/* With a property that nobody else has. */
static IWbemClassObject *altered(IWbemClassObject *object)
{
    VARIANT value = {.vt = VT_NULL};
    IWbemClassObject *copy = NULL;

    if (SUCCEEDED(IWbemClassObject_Clone(object, &copy)))
        (void)IWbemClassObject_Put(copy, L"Papkit_More", 0, &value, CIM_STRING);
    return copy;
}

static HRESULT STDMETHODCALLTYPE indicate(IWbemObjectSink *This, LONG count,
                                          IWbemClassObject **objects)
{
    struct between *it = of(This);
    const bool alters = deviates(GET_MORE) ? it->kind == PAPWMI_GET
                                           : deviates(ENUM_MORE) && it->kind == PAPWMI_ENUM;
    IWbemClassObject *other = alters ? altered(objects[0]) : NULL, *first = objects[0];
    HRESULT hr;

    if (it->kind == PAPWMI_GET && deviates(GET_END_FIRST))
        (void)IWbemObjectSink_SetStatus(it->client, WBEM_STATUS_COMPLETE, S_OK, NULL, NULL);
    if (deviates(INDICATE_NONE))
        (void)IWbemObjectSink_Indicate(it->client, 0, NULL);
    if ((it->kind == PAPWMI_GET && deviates(GET_TWICE)) ||
        (it->kind == PAPWMI_ENUM && !it->has_any && deviates(ENUM_TWICE)))
        (void)IWbemObjectSink_Indicate(it->client, 1, objects);
    it->has_any = true;
    if (!it->last) {
        it->last = first;
        (void)IWbemClassObject_AddRef(first);
    }
    if (other)
        objects[0] = other;
    hr = IWbemObjectSink_Indicate(it->client, count, objects);
    objects[0] = first;
    if (other)
        (void)IWbemClassObject_Release(other);
    it->has_failed |= FAILED(hr);
    return deviates(CANCELLED_GOES_ON) ? S_OK : hr;
}

static HRESULT swapped(const struct between *it, HRESULT hr)
{
    hr = papwmi_deviant_form(it->kind, hr);
    if (it->kind == PAPWMI_GET && hr == WBEM_E_NOT_FOUND && deviates(UNKNOWN_FINE))
        return S_OK;
    if (it->kind == PAPWMI_ENUM && hr == WBEM_E_INVALID_CLASS && deviates(BELOW_NONE_FINE))
        return S_OK;
    if (it->kind == PAPWMI_ENUM && hr == S_OK && !it->has_any && it->has_superclass &&
        deviates(LEAF_UNKNOWN))
        return WBEM_E_INVALID_CLASS;
    if (hr == WBEM_E_CALL_CANCELLED && deviates(TAKEN_FINE))
        return S_OK;
    return it->is_taken && deviates(TAKEN_GOES_ON) ? WBEM_E_CALL_CANCELLED : hr;
}

static HRESULT STDMETHODCALLTYPE set_status(IWbemObjectSink *This, LONG flags, HRESULT hr,
                                            const BSTR text, IWbemClassObject *object)
{
    struct between *it = of(This);
    IWbemClassObject *empty = NULL;

    if (flags == WBEM_STATUS_PROGRESS) {
        const uint32_t said = (uint32_t)hr, other = said << 16 | said >> 16;

        return IWbemObjectSink_SetStatus(
            it->client, flags, (HRESULT)(deviates(PROGRESS_SWAPPED) ? other : said), text, object);
    }
    if (deviates(NO_STATUS) || (it->has_failed && deviates(CANCELLED_ENDLESS)))
        return S_OK;
    if (it->kind == PAPWMI_GET && it->has_any && deviates(GET_END_FIRST))
        return S_OK;
    if (it->kind == PAPWMI_GET && hr == WBEM_E_NOT_FOUND && deviates(UNKNOWN_EMPTY) &&
        SUCCEEDED(IWbemServices_GetObject(it->namespace, NULL, 0, NULL, &empty, NULL))) {
        (void)IWbemObjectSink_Indicate(it->client, 1, &empty);
        (void)IWbemClassObject_Release(empty);
    }
    hr = IWbemObjectSink_SetStatus(it->client, flags, swapped(it, hr), text, object);
    if (deviates(STATUS_TWICE))
        (void)IWbemObjectSink_SetStatus(it->client, flags, hr, text, object);
    if (it->last && deviates(INDICATE_LATE))
        (void)IWbemObjectSink_Indicate(it->client, 1, &it->last);
    return hr;
}

static const IWbemObjectSinkVtbl vtbl = {query, add_ref, release, indicate, set_status};

IWbemObjectSink *papwmi_deviant_sink(enum papwmi_kind kind, IWbemServices *namespace,
                                     bool has_superclass, IWbemObjectSink *client)
{
    struct between *it = calloc(1, sizeof(*it));

    if (!it)
        return NULL;
    *it = (struct between){.iface.lpVtbl = &vtbl,
                           .kind = kind,
                           .has_superclass = has_superclass,
                           .namespace = namespace,
                           .client = client};
    atomic_init(&it->refs, 1);
    (void)IWbemObjectSink_AddRef(client);
    newest = it;
    return &it->iface;
}

IWbemObjectSink *papwmi_deviant_sink_of(IWbemObjectSink *client)
{
    return newest && newest->client == client ? &newest->iface : client;
}

void papwmi_deviant_taken(void)
{
    if (newest)
        newest->is_taken = true;
}
