/* The defects that take hold of calls from one file of the provider to another. */
#include "spcore/wmi/windows/deviant/papwmi_deviant.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define DEFECT(token, name, text, ...) name,
#include "spcore/deviant/papwmi_defects.def"
#undef DEFECT
};

bool papwmi_deviates(enum papwmi_defect defect)
{
    const char *chosen = getenv("PAPWMI_DEVIATE");

    return chosen && strcmp(chosen, names[defect]) == 0;
}

/* ---- registration and the object */
SEAM(RegSetValueExW);
LSTATUS __wrap_RegSetValueExW(HKEY key, LPCWSTR name, DWORD reserved, DWORD type, const BYTE *data,
                              DWORD size)
{
    static const WCHAR apartment[] = L"Apartment";

    if (name && lstrcmpW(name, L"ThreadingModel") == 0 && deviates(APARTMENT))
        return __real_RegSetValueExW(key, name, reserved, type, (const BYTE *)apartment,
                                     sizeof(apartment));
    return __real_RegSetValueExW(key, name, reserved, type, data, size);
}

SEAM(com_object_query);
HRESULT __wrap_com_object_query(struct com_object *object, REFIID riid, void **ret_interface)
{
    HRESULT hr = __real_com_object_query(object, riid, ret_interface);

    if (hr == E_NOINTERFACE && deviates(QUERY_DIRTY))
        *ret_interface = object;
    return hr;
}

SEAM(papwmi_players_open);
bool __wrap_papwmi_players_open(void)
{
    if (deviates(INIT_BLOCKS))
        Sleep(5000);
    return __real_papwmi_players_open();
}

static void connect_as_client(void)
{
    IWbemServices *services = NULL;
    IWbemLocator *locator = NULL;
    BSTR name = SysAllocString(L"root\\cimv2");

    if (SUCCEEDED(CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER,
                                   &IID_IWbemLocator, (void **)&locator))) {
        if (SUCCEEDED(IWbemLocator_ConnectServer(locator, name, NULL, NULL, NULL, 0, NULL, NULL,
                                                 &services)))
            (void)IWbemServices_Release(services);
        (void)IWbemLocator_Release(locator);
    }
    SysFreeString(name);
}

SEAM(papwmi_begin_init);
HRESULT __wrap_papwmi_begin_init(struct papwmi_provider *provider, IWbemProviderInitSink *sink)
{
    if (deviates(PLAIN_LOCATOR))
        connect_as_client();
    if (deviates(HERE_ALONE))
        papwmi_deviant_namespace(provider->namespace, provider->context);
    if (deviates(INIT_SINK_KEPT))
        (void)IWbemProviderInitSink_AddRef(sink);
    if (deviates(NAMESPACE_KEPT))
        (void)IWbemServices_AddRef(provider->namespace);
    if (deviates(CONTEXT_KEPT))
        (void)IWbemContext_AddRef(provider->context);
    return __real_papwmi_begin_init(provider, sink);
}

/* ---- the classes */
SEAM(papwmi_players_view);
struct papwmi_view *__wrap_papwmi_players_view(void)
{
    static struct papwmi_view *kept;
    struct papwmi_view *view = __real_papwmi_players_view();

    if (!view || (!deviates(FROZEN) && !deviates(NEVER_LESS)))
        return view;
    if (!kept || (deviates(NEVER_LESS) && view->schema->count >= kept->schema->count)) {
        kept = view;
        atomic_fetch_add(&kept->refs, 1); /* for good */
    }
    atomic_fetch_add(&kept->refs, 1);
    papwmi_view_release(view);
    return kept;
}

SEAM(wmi_class_is_below);
bool __wrap_wmi_class_is_below(const struct wmi_class *class, const struct wmi_class *above,
                               bool deep)
{
    if (deviates(LOOP_ON_ERROR))
        return false;
    if (!above && deep && deviates(DEEP_ONE) && class->parent && class->parent->parent)
        return false;
    if (!above && !deep && deviates(ROOTS_ALL))
        deep = true;
    if (above && class == above && deviates(SELF_TOO))
        return true;
    if (above && deep && deviates(DEEP_SHALLOW))
        deep = false;
    else if (above && !deep && deviates(SHALLOW_DEEP))
        deep = true;
    return __real_wmi_class_is_below(class, above, deep);
}

static _Thread_local char asked[WMI_NAME_MAX + 1];

SEAM(wmi_schema_find);
const struct wmi_class *__wrap_wmi_schema_find(const struct wmi_schema *schema, const char *name)
{
    const struct wmi_class *class = __real_wmi_schema_find(schema, name);

    strncpy(asked, name, sizeof(asked) - 1);
    return class && strcmp(class->name, name) != 0 && deviates(CASE_MATTERS) ? NULL : class;
}

SEAM(papwmi_class_make);
HRESULT __wrap_papwmi_class_make(IWbemServices *namespace, IWbemContext *context, HANDLE caller,
                                 const struct wmi_class *class, IWbemClassObject **ret_object)
{
    struct wmi_class renamed = *class;
    BSTR known = SysAllocString(L"__Win32Provider");
    IWbemClassObject *object = NULL;
    HRESULT hr;

    if (deviates(AS_ASKED) && strcasecmp(asked, class->name) == 0)
        memcpy(renamed.name, asked, sizeof(asked));
    hr = __real_papwmi_class_make(namespace, context, caller, &renamed, ret_object);
    if (SUCCEEDED(hr) && deviates(OBJECTS_KEPT))
        (void)IWbemClassObject_AddRef(*ret_object);
    if (SUCCEEDED(hr) && deviates(READ_PUTS))
        (void)IWbemServices_PutClass(namespace, *ret_object, 0, context, NULL);
    if (SUCCEEDED(hr) && deviates(NO_CONTEXT) &&
        SUCCEEDED(IWbemServices_GetObject(namespace, known, 0, NULL, &object, NULL)))
        (void)IWbemClassObject_Release(object);
    SysFreeString(known);
    return hr;
}

/* ---- paths */
static unsigned gets;                 /* in a row */
static char shared[WMI_NAME_MAX + 1]; /* by one thread at a time */

SEAM(papwmi_path_class);
HRESULT __wrap_papwmi_path_class(const char *text, char **ret_class)
{
    char cut[1024] = "";
    HRESULT hr;

    if (strchr(text, ':') && (*text == '\\' ? deviates(NO_SERVER) : deviates(NO_NAMESPACE)))
        return WBEM_E_INVALID_OBJECT_PATH;
    if (deviates(SHARED_NAME)) {
        Sleep(1);
        text = shared;
    }
    if (deviates(KEYS_CUT)) {
        strncpy(cut, text, sizeof(cut) - 1);
        cut[strcspn(cut, ".")] = '\0';
        text = cut;
    }
    hr = __real_papwmi_path_class(text, ret_class);
    return hr == WBEM_E_INVALID_OBJECT_PATH && deviates(PATH_FAILED) ? WBEM_E_FAILED : hr;
}

/* ---- calls */
SEAM(papwmi_begin_call);
HRESULT __wrap_papwmi_begin_call(struct papwmi_provider *provider, enum papwmi_kind kind,
                                 const WCHAR *text, LONG flags, IWbemContext *context,
                                 IWbemObjectSink *sink)
{
    IWbemObjectSink *between;
    char *narrow;
    HRESULT hr;

    if (kind == PAPWMI_GET && deviates(GET_REFUSED))
        return WBEM_E_PROVIDER_NOT_CAPABLE;
    papwmi_deviant_asked(kind, text, flags);
    narrow = papwmi_narrow(text);
    if (narrow)
        strncpy(shared, narrow, sizeof(shared) - 1);
    free(narrow);
    if (deviates(SHARED_FLAGS) && kind == PAPWMI_ENUM && gets >= 8)
        flags |= WBEM_FLAG_SHALLOW;
    gets = kind == PAPWMI_GET ? gets + 1 : 0;
    between = papwmi_deviant_sink(kind, provider->namespace, *text != 0, sink);
    if (!between)
        return WBEM_E_OUT_OF_MEMORY;
    if (deviates(SINK_KEPT))
        (void)IWbemObjectSink_AddRef(between);
    hr = __real_papwmi_begin_call(provider, kind, text, flags, context, between);
    (void)IWbemObjectSink_Release(between);
    return hr;
}

/* ---- what a push provider does */
struct services { /* the namespace, seen by who forgets flags */
    IWbemServices iface;
    IWbemServices *real;
};

static IWbemServices *real_of(IWbemServices *This)
{
    return ((struct services *)This)->real;
}

static HRESULT STDMETHODCALLTYPE get_object(IWbemServices *This, const BSTR path, LONG flags,
                                            IWbemContext *context, IWbemClassObject **ret,
                                            IWbemCallResult **ret_call)
{
    return IWbemServices_GetObject(real_of(This), path, flags, context, ret, ret_call);
}

static HRESULT STDMETHODCALLTYPE put_class(IWbemServices *This, IWbemClassObject *object,
                                           LONG flags, IWbemContext *context,
                                           IWbemCallResult **ret_call)
{
    return IWbemServices_PutClass(real_of(This), object,
                                  deviates(PUT_UNOWNED) ? flags & ~WBEM_FLAG_OWNER_UPDATE : flags,
                                  context, ret_call);
}

static HRESULT STDMETHODCALLTYPE delete_class(IWbemServices *This, const BSTR name, LONG flags,
                                              IWbemContext *context, IWbemCallResult **ret_call)
{
    return IWbemServices_DeleteClass(
        real_of(This), name, deviates(DELETE_UNOWNED) ? flags & ~WBEM_FLAG_OWNER_UPDATE : flags,
        context, ret_call);
}

static HRESULT STDMETHODCALLTYPE class_enum(IWbemServices *This, const BSTR name, LONG flags,
                                            IWbemContext *context, IEnumWbemClassObject **ret)
{
    return IWbemServices_CreateClassEnum(real_of(This), name, flags, context, ret);
}

static const IWbemServicesVtbl services_vtbl = {.GetObject = get_object,
                                                .PutClass = put_class,
                                                .DeleteClass = delete_class,
                                                .CreateClassEnum = class_enum};

SEAM(papwmi_publish);
HRESULT __wrap_papwmi_publish(IWbemServices *namespace, IWbemContext *context,
                              const struct papwmi_view *view)
{
    static struct papwmi_view *first;
    struct services services = {.iface.lpVtbl = &services_vtbl, .real = namespace};

    if (deviates(PUSH_NOTHING))
        return S_OK;
    if (deviates(PUSH_KEEPS) && !first) {
        first = (struct papwmi_view *)(uintptr_t)view;
        atomic_fetch_add(&first->refs, 1); /* for good */
    }
    return __real_papwmi_publish(&services.iface, deviates(PUSH_CONTEXT) ? NULL : context,
                                 first ? first : view);
}
