/* What the cases of our model of WMI share. */
#include "conformance/suites/host/host_wmi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/deviant/wbem_deviant.h"
#include "conformance/host/mof/mof.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_value.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

/* ---- the source */
static HRESULT source_get(void *self, const struct wbem_call *call, const char *name,
                          struct cim_object **ret)
{
    struct host_wmi *it = self;

    (void)call;
    for (size_t i = 0; !it->gone && i < ARRAY_SIZE(it->provided); i++) {
        if (strcasecmp(it->provided[i]->class_name, name) == 0) {
            *ret = cim_object_ref(it->provided[i]);
            return WBEM_S_NO_ERROR;
        }
    }
    return WBEM_E_NOT_FOUND;
}

static void wait(struct host_wmi *it)
{
    pthread_mutex_lock(&it->lock);
    if (it->holds && pthread_equal(pthread_self(), it->caller))
        it->on_caller = true; /* who would let it go waits for it */
    while (it->holds && !it->on_caller)
        pthread_cond_wait(&it->changed, &it->lock);
    pthread_mutex_unlock(&it->lock);
}

static HRESULT source_classes(void *self, const struct wbem_call *call, const char *super,
                              bool deep, cim_each *each, void *each_self)
{
    struct host_wmi *it = self;
    HRESULT hr = WBEM_S_NO_ERROR;

    wait(it);
    for (unsigned i = 0; call->sink && i < it->progress; i++)
        (void)IWbemObjectSink_SetStatus(call->sink, WBEM_STATUS_PROGRESS, (10 << 16) | 3, NULL,
                                        NULL);
    for (size_t i = 0; !it->gone && SUCCEEDED(hr) && i < ARRAY_SIZE(it->provided); i++) {
        const char *parent = cim_superclass(it->provided[i]);
        bool below = super ? parent && strcasecmp(parent, super) == 0 : deep || !parent;
        hr = below ? each(each_self, it->provided[i]) : hr;
    }
    return FAILED(hr) ? hr : it->answer;
}

static const struct wbem_source source = {.get_class = source_get, .classes = source_classes};

static bool make_provided(struct host_wmi *it)
{
    static const char *const names[] = {"P", "P_Q", "A"};

    if (FAILED(cim_class_new("P", &it->provided[0])) ||
        FAILED(cim_put_property(it->provided[0], "Size", cim_int(CIM_UINT32, 4), NULL)) ||
        FAILED(cim_derive(it->provided[0], &it->provided[1])) ||
        FAILED(cim_class_new("A", &it->provided[2])))
        return false;
    return SUCCEEDED(cim_dup(names[1], &it->provided[1]->class_name));
}

void host_wmi_let(struct host_wmi *it)
{
    pthread_mutex_lock(&it->lock);
    it->holds = false;
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
}

/* ---- life */
void host_wmi_deviate(struct conf *c)
{
    if (*conf_host_defect(c) && !wbem_deviate(conf_host_defect(c)))
        conf_setup_failed(c, "%s is no defect of the host", conf_host_defect(c));
}

void host_wmi_begin(struct conf *c, struct host_wmi *it, const char *mof)
{
    char error[300];

    *it = (struct host_wmi){.c = c, .caller = pthread_self()};
    pthread_mutex_init(&it->lock, NULL);
    pthread_cond_init(&it->changed, NULL);
    host_wmi_deviate(c);
    if (mof_open(NULL, &it->repo, error, sizeof(error)))
        conf_setup_failed(c, "%s", error);
    it->local = (struct wbem_local){it->repo, &source, it};
    if (!make_provided(it) || FAILED(host_wmi_compile(it->repo, mof, NULL, 0, false)) ||
        FAILED(wbem_connect(&wbem_local_backend, &it->local, "root\\default", NULL, NULL,
                            &it->services)))
        conf_setup_failed(c, "the model of WMI does not begin");
}

void host_wmi_leave(struct host_wmi *it)
{
    if (it->services)
        IWbemServices_Release(it->services);
    for (size_t i = 0; i < ARRAY_SIZE(it->provided); i++)
        cim_object_unref(it->provided[i]);
    cim_repo_close(it->repo);
    pthread_cond_destroy(&it->changed);
    pthread_mutex_destroy(&it->lock);
}

HRESULT host_wmi_compile(struct cim_repo *repo, const char *mof, const char *namespace,
                         LONG class_flags, bool check_only)
{
    const struct mof_options options = {
        .namespace = namespace, .class_flags = class_flags, .check_only = check_only};
    struct mof_fault fault;

    return mof_compile(repo, "case.mof", mof, strlen(mof), &options, &fault);
}

/* ---- asking */
HRESULT host_wmi_get(struct host_wmi *it, const char *path, IWbemClassObject **ret)
{
    BSTR text;
    HRESULT hr = wbem_bstr(path, &text);

    if (SUCCEEDED(hr))
        hr = IWbemServices_GetObject(it->services, text, 0, NULL, ret, NULL);
    SysFreeString(text);
    return hr;
}

HRESULT host_wmi_enum(struct host_wmi *it, const char *super, LONG flags,
                      IEnumWbemClassObject **ret)
{
    BSTR text;
    HRESULT hr = wbem_bstr(super, &text);

    if (SUCCEEDED(hr))
        hr = IWbemServices_CreateClassEnum(it->services, text, flags, NULL, ret);
    SysFreeString(text);
    return hr;
}

const char *host_wmi_names(IEnumWbemClassObject *found, char *text, size_t size, HRESULT *ret_hr)
{
    IWbemClassObject *object;
    ULONG count;

    text[0] = '\0';
    if (!found)
        return text;
    while ((*ret_hr = IEnumWbemClassObject_Next(found, (LONG)WBEM_INFINITE, 1, &object, &count)) ==
           WBEM_S_NO_ERROR) {
        char *name = host_wmi_text(object, u"__CLASS");
        if (name && name[0] != '_' && strlen(text) + strlen(name) + 2 < size)
            strcat(strcat(text, name), " ");
        free(name);
        IWbemClassObject_Release(object);
    }
    IEnumWbemClassObject_Release(found);
    return text;
}

char *host_wmi_text(IWbemClassObject *object, const WCHAR *property)
{
    VARIANT value, text = {.vt = VT_EMPTY};
    char *utf8 = NULL;

    if (!object || FAILED(IWbemClassObject_Get(object, property, 0, &value, NULL, NULL)))
        return strdup("");
    if (value.vt != VT_NULL && SUCCEEDED(VariantChangeType(&text, &value, 0, VT_BSTR)))
        utf8 = com_utf8_copy(text.bstrVal);
    VariantClear(&text);
    VariantClear(&value);
    return utf8 ? utf8 : strdup("");
}

/* ---- sinks */
static struct host_sink *sink_of(IWbemObjectSink *This)
{
    return (struct host_sink *)This;
}

static ULONG count(struct host_sink *it, int change)
{
    ULONG refs;

    pthread_mutex_lock(&it->lock);
    it->refs += (unsigned)change;
    refs = it->refs;
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
    return refs;
}

static ULONG STDMETHODCALLTYPE sink_AddRef(IWbemObjectSink *This)
{
    return count(sink_of(This), 1);
}

static ULONG STDMETHODCALLTYPE sink_Release(IWbemObjectSink *This)
{
    return count(sink_of(This), -1);
}

static HRESULT STDMETHODCALLTYPE sink_QueryInterface(IWbemObjectSink *This, REFIID riid, void **out)
{
    *out = IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IWbemObjectSink) ? This : NULL;
    if (*out)
        sink_AddRef(This);
    return *out ? S_OK : E_NOINTERFACE;
}

static HRESULT STDMETHODCALLTYPE sink_Indicate(IWbemObjectSink *This, LONG many,
                                               IWbemClassObject **objects)
{
    struct host_sink *it = sink_of(This);

    pthread_mutex_lock(&it->lock);
    it->indicated += (unsigned)many;
    it->late += it->ended != 0;
    if (!it->kept && many) {
        it->kept = objects[0];
        IWbemClassObject_AddRef(it->kept);
    }
    pthread_mutex_unlock(&it->lock);
    return WBEM_S_NO_ERROR;
}

static HRESULT STDMETHODCALLTYPE sink_SetStatus(IWbemObjectSink *This, LONG flags, HRESULT hr,
                                                BSTR text, IWbemClassObject *object)
{
    struct host_sink *it = sink_of(This);

    (void)text;
    (void)object;
    pthread_mutex_lock(&it->lock);
    it->late += it->ended != 0;
    if (flags == WBEM_STATUS_PROGRESS) {
        it->progressed++;
        it->progress = hr;
    } else {
        it->ended++;
        it->status = hr;
    }
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
    return WBEM_S_NO_ERROR;
}

void host_sink_begin(struct host_sink *it)
{
    static const IWbemObjectSinkVtbl vtbl = {sink_QueryInterface, sink_AddRef, sink_Release,
                                             sink_Indicate, sink_SetStatus};

    *it = (struct host_sink){.face.lpVtbl = &vtbl, .refs = 1};
    pthread_mutex_init(&it->lock, NULL);
    pthread_cond_init(&it->changed, NULL);
}

void host_sink_await(struct host_sink *it)
{
    pthread_mutex_lock(&it->lock);
    while (!it->ended || it->refs > 1)
        pthread_cond_wait(&it->changed, &it->lock);
    pthread_mutex_unlock(&it->lock);
}
