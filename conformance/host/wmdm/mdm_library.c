/* A provider's library: its class, as the caller or its own DllRegisterServer says. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win_registry.h"
#include "conformance/host/wmdm/mdm_class.h"
#include "conformance/host/wmdm/mdm_private.h"

/* dlsym() hands out an object pointer; POSIX says it may be read as a function's. */
static bool entry(void *handle, const char *name, void *ret_function)
{
    void *symbol = dlsym(handle, name);

    memcpy(ret_function, &symbol, sizeof(symbol));
    return symbol != NULL;
}

/* Registers into a registry that is ours for the moment. */
static bool registered_class(void *handle, char ret_id[COM_GUID_TEXT])
{
    HRESULT(STDMETHODCALLTYPE * enter)(void);
    struct registry registry = {.root = NULL};
    bool found;

    if (!entry(handle, "DllRegisterServer", &enter))
        return false;
    win_registry_bind(&registry);
    (void)enter();
    win_registry_bind(NULL);
    found = mdm_class_registered(&registry, ret_id);
    registry_done(&registry);
    return found;
}

/* A module that does not say so stays, as with COM: a thread of its own may still be in it. */
static bool can_unload(void *handle)
{
    HRESULT(STDMETHODCALLTYPE * ask)(void);

    return entry(handle, "DllCanUnloadNow", &ask) && ask() == S_OK;
}

static HRESULT identify(struct mdm_library *library, const char *path, const char *class_id,
                        char *reason, size_t room)
{
    char found[COM_GUID_TEXT];

    if (!entry(library->handle, "DllGetClassObject", &library->get)) {
        snprintf(reason, room, "%s exports no DllGetClassObject", path);
        return CLASS_E_CLASSNOTAVAILABLE;
    }
    if (!class_id && registered_class(library->handle, found))
        class_id = found;
    library->known = class_id != NULL;
    if (class_id ? com_guid_parse(class_id, &library->clsid) : library->kind == MDM_PLUG_AND_PLAY)
        return S_OK;
    snprintf(reason, room, class_id ? "%s: %s is no class id" : "%s registers no class", path,
             class_id ? class_id : "");
    return E_INVALIDARG;
}

HRESULT mdm_library_open(const char *path, const char *class_id, enum mdm_kind kind, char *reason,
                         size_t room, struct mdm_library **ret_library)
{
    struct mdm_library *library = calloc(1, sizeof(*library));
    HRESULT hr;

    if (!library)
        return E_OUTOFMEMORY;
    atomic_init(&library->refs, 1);
    library->kind = kind;
    library->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library->handle) {
        hr = identify(library, path, class_id, reason, room);
    } else {
        snprintf(reason, room, "%s", dlerror());
        hr = HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    }
    if (FAILED(hr))
        mdm_library_unref(library);
    else
        *ret_library = library;
    return hr;
}

HRESULT mdm_library_of(mdm_get_class_object get, REFCLSID rclsid, enum mdm_kind kind,
                       struct mdm_library **ret_library)
{
    struct mdm_library *library = calloc(1, sizeof(*library));

    if (!library)
        return E_OUTOFMEMORY;
    atomic_init(&library->refs, 1);
    library->get = get;
    library->kind = kind;
    library->clsid = *rclsid;
    library->known = true;
    *ret_library = library;
    return S_OK;
}

struct mdm_library *mdm_library_ref(struct mdm_library *library)
{
    atomic_fetch_add(&library->refs, 1);
    return library;
}

void mdm_library_unref(struct mdm_library *library)
{
    if (!library || atomic_fetch_sub(&library->refs, 1) != 1)
        return;
    if (library->handle && can_unload(library->handle))
        dlclose(library->handle);
    free(library);
}
