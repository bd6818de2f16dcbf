/* The provider's library: loaded once, registered, and asked for its class. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/case/module.h"
#include "conformance/host/win_registry.h"
#include "conformance/wmihost/wmihost.h"
#include "spcore/base.h"
#include "spcore/com/com_guid.h"

static HRESULT fail(struct hosting_message *answer, const char *why)
{
    (void)hosting_put_text(answer, 0, why);
    return WBEM_E_PROVIDER_LOAD_FAILURE;
}

/* NULL: it does not load, which is said. */
static void *module_of(struct wmihost *host, const char *path, struct hosting_message *answer)
{
    struct wmihost_module *one = host->modules;

    while (one && strcmp(one->path, path) != 0)
        one = one->next;
    if (one)
        return one->module;
    one = calloc(1, sizeof(*one));
    if (one && (one->path = strdup(path)))
        one->module = module_open(path);
    if (one && one->module) {
        one->next = host->modules;
        host->modules = one;
        return one->module;
    }
    answer->hr = fail(answer, one && one->path ? module_error() : "no memory");
    if (one)
        free(one->path);
    free(one);
    return NULL;
}

/* Both texts are there. */
static void *loaded(struct wmihost *host, const struct hosting_message *call,
                    struct hosting_message *answer)
{
    if (call->texts[0] && call->texts[1])
        return module_of(host, call->texts[0], answer);
    answer->hr = WBEM_E_INVALID_PARAMETER;
    return NULL;
}

void wmihost_load(struct wmihost *host, struct hosting_message *call,
                  struct hosting_message *answer)
{
    if (call->texts[0])
        (void)module_of(host, call->texts[0], answer);
    else
        answer->hr = WBEM_E_INVALID_PARAMETER;
}

/* ---- registered */
/* ASCII is what the values are; to the room there is. */
static void text_of(const struct registry_value *value, char *ret, size_t room)
{
    size_t length = 0;

    for (size_t at = 0; value && at + 2 <= value->size && length + 1 < room; at += 2) {
        uint16_t unit = get_le16(value->data + at);

        if (!unit)
            break;
        ret[length++] = (char)(unit < 0x80 ? unit : '?');
    }
    ret[length] = '\0';
}

void wmihost_register(struct wmihost *host, struct hosting_message *call,
                      struct hosting_message *answer)
{
    void *module = loaded(host, call, answer), *symbol;
    HRESULT(STDMETHODCALLTYPE * function)(void);
    char key[256], threading[64], why[64];

    if (!module)
        return;
    symbol = module_export(module, "DllRegisterServer");
    if (!symbol) {
        answer->hr = fail(answer, "the library does not export it");
        return;
    }
    memcpy(&function, &symbol, sizeof(symbol));
    answer->hr = function();
    if (FAILED(answer->hr)) {
        snprintf(why, sizeof(why), "it answered 0x%08x", (unsigned)answer->hr);
        (void)fail(answer, why);
        return;
    }
    snprintf(key, sizeof(key), WIN_REGISTRY_CLASSES "\\CLSID\\%s\\InprocServer32", call->texts[1]);
    text_of(registry_get(pnp_registry(host->windows.machine), key, "ThreadingModel"), threading,
            sizeof(threading));
    (void)hosting_put_text(answer, 1, threading);
}

/* ---- its class */
static HRESULT create(void *module, const CLSID *clsid, IWbemProviderInit **ret)
{
    module_get_class_object get_class = module_activation(module);
    IClassFactory *factory = NULL;
    HRESULT hr = get_class(clsid, &IID_IClassFactory, (void **)&factory);

    if (SUCCEEDED(hr) && !factory)
        hr = E_POINTER;
    if (SUCCEEDED(hr))
        hr = IClassFactory_CreateInstance(factory, NULL, &IID_IWbemProviderInit, (void **)ret);
    if (factory)
        (void)IClassFactory_Release(factory);
    return SUCCEEDED(hr) && !*ret ? E_POINTER : hr;
}

void wmihost_create(struct wmihost *host, struct hosting_message *call,
                    struct hosting_message *answer)
{
    void *module = loaded(host, call, answer);
    IWbemProviderInit *init = NULL;
    char why[64];
    CLSID clsid;

    if (!module)
        return;
    if (!module_activation(module) || !com_guid_parse(call->texts[1], &clsid)) {
        answer->hr = fail(answer, "no DllGetClassObject, or what is no class id");
        return;
    }
    answer->hr = create(module, &clsid, &init);
    if (SUCCEEDED(answer->hr)) {
        answer->handle = wmihost_hand_out(host, &IID_IWbemProviderInit, init);
        return;
    }
    snprintf(why, sizeof(why), "IWbemProviderInit: 0x%08x", (unsigned)answer->hr);
    (void)fail(answer, why);
}
