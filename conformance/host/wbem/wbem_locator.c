/* IWbemLocator: from the name of a namespace to its services, in the repository that is bound. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/mof/mof.h"
#include "conformance/host/wbem/wbem.h"
#include "conformance/host/wbem/wbem_local.h"
#include "conformance/host/wbem/wbem_value.h"
#include "spcore/com/com_object.h"

/* What Windows says of a computer that it does not reach. */
#define SERVER_UNAVAILABLE HRESULT_FROM_WIN32(1722)

struct wbem_locator {
    struct com_object com;
    IWbemLocator IWbemLocator_iface;
    bool is_plain;
};

COM_INTERFACE(wbem_locator, IWbemLocator)

/* ---- what there is to connect to: COM's classes have nobody else to ask */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const struct wbem_backend *bound, *bound_plain;
static void *bound_self;

void wbem_bind(const struct wbem_backend *backend, void *self)
{
    pthread_mutex_lock(&lock);
    bound = backend;
    bound_self = self;
    bound_plain = NULL;
    pthread_mutex_unlock(&lock);
}

void wbem_bind_plain(const struct wbem_backend *backend)
{
    pthread_mutex_lock(&lock);
    bound_plain = backend;
    pthread_mutex_unlock(&lock);
}

/* A program that nobody has bound anything for has one of its own until it ends. */
static HRESULT backend_of(bool is_plain, const struct wbem_backend **ret, void **ret_self)
{
    static struct wbem_local own;
    char error[512];

    pthread_mutex_lock(&lock);
    if (!bound && mof_open(getenv("PAPHOST_WMI"), &own.repo, error, sizeof(error)) == 0) {
        bound = &wbem_local_backend;
        bound_self = &own;
    } else if (!bound) {
        fprintf(stderr, "paphost: %s\n", error);
    }
    *ret = is_plain && bound_plain ? bound_plain : bound;
    *ret_self = bound_self;
    pthread_mutex_unlock(&lock);
    return *ret ? WBEM_S_NO_ERROR : WBEM_E_NOT_AVAILABLE;
}

/* ---- connecting */
static bool is_said(const WCHAR *text)
{
    return text && text[0];
}

/* MS_ and hexadecimal digits, as MS_409. */
static bool is_locale(const WCHAR *text)
{
    char *utf8 = NULL;
    bool well = !is_said(text);

    if (!well && SUCCEEDED(wbem_utf8(text, &utf8)))
        well = strncasecmp(utf8, "MS_", 3) == 0 && utf8[3] &&
               !utf8[3 + strspn(utf8 + 3, "0123456789abcdefABCDEF")];
    free(utf8);
    return well;
}

static bool is_slash(char c)
{
    return c == '\\' || c == '/';
}

/* What a path without a namespace is to Windows. */
static HRESULT judge(const char *text)
{
    const char *server = text + 2;
    size_t length;

    if (!is_slash(text[0]) || !is_slash(text[1]))
        return WBEM_S_NO_ERROR;
    if (is_slash(server[0]))
        return WBEM_E_INVALID_PARAMETER;
    length = strcspn(server, "\\/");
    return !server[length] && length && strcmp(server, ".") != 0 ? SERVER_UNAVAILABLE
                                                                 : WBEM_S_NO_ERROR;
}

static HRESULT connect(bool is_plain, const WCHAR *resource, IWbemContext *context,
                       IWbemServices **ret)
{
    const struct wbem_backend *backend;
    char *text, *namespace = NULL;
    void *self;
    HRESULT hr = wbem_utf8(resource, &text);

    if (FAILED(hr))
        return hr;
    hr = judge(text);
    if (SUCCEEDED(hr))
        hr = cim_namespace_of(text, CIM_SERVER, &namespace);
    if (hr == WBEM_E_TRANSPORT_FAILURE)
        hr = SERVER_UNAVAILABLE;
    if (SUCCEEDED(hr))
        hr = backend_of(is_plain, &backend, &self);
    if (SUCCEEDED(hr))
        hr = wbem_connect(backend, self, namespace, NULL, context, ret);
    free(namespace);
    free(text);
    return hr;
}

static HRESULT STDMETHODCALLTYPE locator_ConnectServer(IWbemLocator *This,
                                                       const BSTR strNetworkResource,
                                                       const BSTR strUser, const BSTR strPassword,
                                                       const BSTR strLocale, LONG lSecurityFlags,
                                                       const BSTR strAuthority, IWbemContext *pCtx,
                                                       IWbemServices **ppNamespace)
{
    (void)strAuthority; /* of a user's account, which a local connection has not */
    if (!ppNamespace)
        return WBEM_E_INVALID_PARAMETER;
    *ppNamespace = NULL;
    if (!strNetworkResource || lSecurityFlags & ~WBEM_FLAG_CONNECT_USE_MAX_WAIT ||
        !is_locale(strLocale))
        return WBEM_E_INVALID_PARAMETER;
    if (is_said(strUser) || is_said(strPassword))
        return WBEM_E_LOCAL_CREDENTIALS;
    return connect(wbem_locator_from_IWbemLocator(This)->is_plain, strNetworkResource, pCtx,
                   ppNamespace);
}

/* ---- life */
static const IWbemLocatorVtbl locator_vtbl = {
    COM_UNKNOWN_SLOTS(wbem_locator, IWbemLocator),
    .ConnectServer = locator_ConnectServer,
};

static const struct com_interface locator_interfaces[] = {
    COM_MAP(wbem_locator, IUnknown, IWbemLocator),
    COM_MAP(wbem_locator, IWbemLocator, IWbemLocator),
    COM_MAP_END,
};

static void destroy(struct com_object *com)
{
    free(container_of(com, struct wbem_locator, com));
}

static const struct com_class locator_class = {"wbem_locator", locator_interfaces, destroy};

static HRESULT make(bool is_plain, IWbemLocator **ret)
{
    struct wbem_locator *it = calloc(1, sizeof(*it));

    if (!it)
        return WBEM_E_OUT_OF_MEMORY;
    com_object_init(&it->com, &locator_class);
    it->IWbemLocator_iface.lpVtbl = &locator_vtbl;
    it->is_plain = is_plain;
    *ret = &it->IWbemLocator_iface;
    return WBEM_S_NO_ERROR;
}

HRESULT wbem_locator_new(IWbemLocator **ret)
{
    return make(true, ret);
}

HRESULT wbem_administrative_locator_new(IWbemLocator **ret)
{
    return make(false, ret);
}
